"""A flow as a newcomer writes it: report, endorse, a gateway, decide; no lock, as is viewflow's default."""

from __future__ import annotations

from typing import Any

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow.views import UpdateProcessView

from stock.models import IssueProcess


class IssueFlow(flow.Flow):
    """The head endorses or sends back; what is endorsed is decided."""

    process_class = IssueProcess

    start = flow.StartHandle(this.begin).Next(this.endorse)
    endorse = (
        flow.View(UpdateProcessView.as_view(fields=["endorsed"]))
        .Permission(auto_create=True)
        .Next(this.check_endorsed)
    )
    check_endorsed = (
        flow.If(lambda activation: activation.process.endorsed).Then(this.decide).Else(this.sent_back)
    )
    decide = (
        flow.View(UpdateProcessView.as_view(fields=["text"])).Permission(auto_create=True).Next(this.decided)
    )
    decided = flow.End()
    sent_back = flow.End()

    def begin(self, activation: Any, text: str, record: Any = None) -> Any:
        """A process of its own for each issue."""
        activation.process.text = text
        activation.process.artifact = record
        return activation.process
