"""A consultation: one branch per body in parallel, and a branch of the officer's, joined.

The officer's branch stays open until the engine concludes: a join that completed by itself while
the issue still says ``consulting`` would leave the two disagreeing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.nodes.split import SplitActivation
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from workflows.flows.turns import Finish, RecordFlow, Start, StateNode, Turn, bring_in_line
from workflows.machines.base import Machine
from workflows.machines.consultations import OpinionMachine
from workflows.models import WorkItem


class BodiesSplitActivation(SplitActivation):
    """One branch per body asked (``process.asked``), and the officer's."""

    @Activation.status.super()
    def activate(self) -> None:
        """The branches are the process's, not the flow's."""

    @Activation.status.super()
    def create_next(self) -> Iterator[Activation]:
        process, nodes = self.process, self.flow_class.instance
        branches = [(nodes.conclude, "consultation", process.record_id, "")]
        branches += [(nodes.opinion, "opinion", pk, key) for pk, key in process.asked]
        for item in _open_branches(self.task, branches, at=process.created):
            yield item.flow_task.activation_class(item)


def _open_branches(
    split: WorkItem, branches: Iterable[tuple[Any, str, int, str]], *, at: datetime
) -> Iterator[WorkItem]:
    """One item per branch (node, machine, record id, holder), after those the split has already."""
    tokens = Token.split_token_source(split.token, split.pk)
    free = islice(tokens, WorkItem.objects.filter(previous=split).count(), None)
    for node, machine, record_id, holder in branches:
        item = WorkItem(
            process=split.process,
            flow_task=node,
            token=next(free),
            created=at,
            machine=machine,
            record_id=record_id,
            holder=holder,
            purpose="requested" if holder else "wait",
        )
        item.save()
        item.previous.add(split)
        yield item


class BodiesSplit(flow.Split):
    """A split whose branches are only known when it happens (the open package has none)."""

    activation_class = BodiesSplitActivation


class ConsultationFlow(RecordFlow):
    """Consultation."""

    process_title = "Consultation"
    machine_class = OpinionMachine

    start = flow.StartHandle().Next(this.ask)
    ask = BodiesSplit().Always(this.opinion).Always(this.conclude)
    opinion = flow.Handle().Next(this.gather)
    conclude = flow.Handle().Next(this.gather)
    gather = flow.Join().Next(this.end)
    end = flow.End()


class CountersignFlow(RecordFlow):
    """A body's answer recorded by document, until the home focal head countersigns or refuses it.

    It runs beside the body's branch, which stays open: the body may still answer itself.
    """

    machine_class = OpinionMachine
    begins_in = ("countersign",)

    start = Start()
    countersign = StateNode()
    end = Finish()


def begin(consultation_id: int, asked: Iterable[tuple[int, str]], *, at: datetime) -> None:
    """Ask: ``asked`` are (opinion id, holder key). Opens one work item per body."""
    start: Any = ConsultationFlow.start
    activation = start.activation_class.create(start, None, None)
    process = activation.process
    process.machine, process.record_id, process.created = "consultation", consultation_id, at
    process.asked = list(asked)
    activation.execute()


def ask_more(consultation_id: int, asked: Iterable[tuple[int, str]], *, at: datetime) -> None:
    """Further bodies join a consultation that runs: a branch each, gathered with the others."""
    node: Any = ConsultationFlow.ask
    split = WorkItem.objects.select_related("process").get(
        flow_task=node, process__machine="consultation", process__record_id=consultation_id
    )
    nodes = ConsultationFlow.instance
    branches = [(nodes.opinion, "opinion", pk, key) for pk, key in asked]
    for _item in _open_branches(split, branches, at=at):
        pass


def follow_opinion(opinion: Machine) -> None:
    """Close a body's branch once its opinion is no longer asked for."""
    if opinion.state == OpinionMachine.State.REQUESTED:
        return
    item = (
        WorkItem.objects.filter(machine="opinion", record_id=opinion.pk, finished__isnull=True)
        .exclude(purpose="countersign")
        .select_related("process")
        .first()
    )
    if item is not None:
        _execute(item)


def follow_countersign(
    opinion: Machine,
    holders: Iterable[tuple[str, str]],
    *,
    at: datetime,
    actor_keys: frozenset[str] = frozenset(),
) -> set[str]:
    """Open or close the items of who countersigns a recorded answer; the holder keys of the opened."""
    rows = WorkItem.objects.filter(
        machine="opinion", record_id=opinion.pk, purpose="countersign", finished__isnull=True
    )
    items = list(rows.select_related("process"))
    wanted = {Turn("countersign", holder, purpose) for holder, purpose in holders if purpose == "countersign"}
    if not items and not wanted:
        return set()
    return bring_in_line(
        opinion,
        CountersignFlow,
        items,
        wanted or {Turn("end", "", "")},
        at=at,
        actor_keys=actor_keys,
    )


def conclude(consultation_id: int) -> None:
    """Finish the officer's branch: with every body's branch finished too, the join completes."""
    item = WorkItem.objects.select_related("process").get(
        machine="consultation", record_id=consultation_id, status=STATUS.NEW
    )
    _execute(item)


def _execute(item: WorkItem) -> None:
    activation = item.flow_task.activation_class(item)
    activation.run(None)
    activation.execute()
