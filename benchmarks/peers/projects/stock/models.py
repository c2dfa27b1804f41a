"""The process of the flow: viewflow's own, with two values in its JSON column."""

from __future__ import annotations

from viewflow import jsonstore
from viewflow.workflow.models import Process


class IssueProcess(Process):
    """One issue on its way."""

    text = jsonstore.CharField(max_length=300)
    endorsed = jsonstore.BooleanField(default=False)

    class Meta:
        proxy = True
