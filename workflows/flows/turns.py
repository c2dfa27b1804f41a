"""Whose turn it is, as viewflow tasks: one node per state, driven only by the engine.

A node's ``create_next`` goes straight to the nodes of the turn that now holds, which the engine has
laid on the process (``process.next_turns``). That is one row per holder and step; a view node with
a switch behind it would be two rows and five more statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from viewflow.workflow import flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Edge, Flow
from viewflow.workflow.nodes.handle import HandleActivation
from viewflow.workflow.nodes.start import StartHandleActivation
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from workflows.lean import Kept
from workflows.machines.base import Machine
from workflows.models import RecordProcess, WorkItem


class Turn(NamedTuple):
    """One wanted work item: the node it stands on, who holds it, and what for."""

    node: str
    holder: str
    purpose: str


class TurnsMixin:
    """``create_next`` for nodes after which the record's own state says what follows."""

    process: Any
    flow_class: Any

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Activation]:
        """One task per wanted turn; the end node where the record has come to its end."""
        process = self.process
        turns, process.next_turns = getattr(process, "next_turns", ()), ()
        for turn in turns:
            node = self.flow_class.instance.node(turn.node, no_obsolete=True)
            yield node.activation_class.create_for(node, self, turn)


class TurnActivation(TurnsMixin, HandleActivation):
    """A work item, born with its holder.

    What it follows from stands in the record's events, so viewflow's row per pair of tasks is not written.
    """

    @classmethod
    def create_for(cls, node: Any, previous: Activation, turn: Turn) -> TurnActivation:
        """Write the item in one go (viewflow's own ``create`` would save it without a holder)."""
        process = previous.process
        task = WorkItem(
            process=process,
            flow_task=node,
            token=Token("start"),
            created=process.moved_at,
            machine=process.machine,
            record_id=process.record_id,
            holder=turn.holder,
            purpose=turn.purpose,
        )
        task.save(force_insert=True)
        return cls(task)


class FinishActivation(flow.End.activation_class):
    """The end of a run, reached through the same door as a turn."""

    @classmethod
    def create_for(cls, node: Any, previous: Activation, turn: Turn) -> FinishActivation:
        """End tasks have no holder."""
        return cls.create(node, previous, previous.task.token)


class StartActivation(TurnsMixin, StartHandleActivation):
    """The start of a run."""


class Start(flow.StartHandle):
    """Begins a run from the engine."""

    activation_class = StartActivation

    def _outgoing(self) -> Iterator[Edge]:
        for node in self.flow_class.instance.nodes():
            if getattr(node, "name", "") in self.flow_class.begins_in:
                yield Edge(src=self, dst=node, edge_class="next")


class StateNode(flow.Handle):
    """One state of the machine. Its outgoing edges are the machine's own steps."""

    activation_class = TurnActivation

    def _outgoing(self) -> Iterator[Edge]:
        labels: dict[Any, list[str]] = {}
        for info in self.flow_class.machine_class.steps_from(self.name).values():
            for target in info.target:
                node = self.flow_class.instance.node(target, no_obsolete=True)
                labels.setdefault(node or self.flow_class.instance.node("end"), []).append(str(info.label))
        for node, steps in labels.items():
            yield Edge(src=self, dst=node, edge_class="next", label=" / ".join(steps))


class Finish(flow.End):
    """The end node."""

    activation_class = FinishActivation


@contextmanager
def held_by_engine(_flow_class: Any, _process_pk: int) -> Iterator[None]:
    """viewflow's lock: none of its own, for the engine holds the issue's row lock already."""
    assert connection.in_atomic_block, "flows are driven only inside the engine's transaction"
    yield


class RecordFlow(Flow):
    """What every record's flow shares; subclasses name their nodes and their machine."""

    lock_impl = staticmethod(held_by_engine)

    process_class = RecordProcess
    task_class = WorkItem
    machine_class: type[Machine]
    begins_in: tuple[str, ...] = ()


def open_items(record: Machine) -> list[WorkItem]:
    """The record's open items, waiting tasks without a holder included."""
    return _open_items(record.machine, record.pk)


_open_items = Kept(
    lambda machine, pk: WorkItem.objects.filter(
        machine=machine, record_id=pk, finished__isnull=True
    ).select_related("process")
)


def _wanted(record: Machine, holders: Iterable[tuple[str, str]]) -> set[Turn]:
    state = record.state
    wanted = {Turn(state, holder, purpose) for holder, purpose in holders}
    if record.is_terminal:
        return wanted or {Turn("end", "", "")}
    return wanted or {Turn(state, "", "wait")}


def move_turns(
    record: Machine,
    flow_class: Any,
    holders: Iterable[tuple[str, str]],
    *,
    at: datetime,
    actor_keys: frozenset[str] = frozenset(),
    restart: bool = False,
) -> set[str]:
    """Bring the open items in line with the record: close what no longer holds, open what now does.

    The item of the person who acted is executed (viewflow: DONE), so that its token leads to the
    next ones; the others are cancelled. Returns the holder keys of the items that were opened.
    ``actor_keys`` are the holder keys of who acted; ``restart`` re-opens items even where the same
    holder holds the same state again.
    """
    items = open_items(record)
    wanted = _wanted(record, holders)
    if not items and record.is_terminal and not any(turn.holder for turn in wanted):
        return set()
    return bring_in_line(record, flow_class, items, wanted, at=at, actor_keys=actor_keys, restart=restart)


def bring_in_line(
    record: Machine,
    flow_class: Any,
    items: list[WorkItem],
    wanted: set[Turn],
    *,
    at: datetime,
    actor_keys: frozenset[str] = frozenset(),
    restart: bool = False,
) -> set[str]:
    """Close of ``items`` what is not ``wanted``, open what is missing; the holder keys of the opened."""
    have = {Turn(item.flow_task.name, item.holder, item.purpose): item for item in items}
    stale = [item for turn, item in have.items() if restart or turn not in wanted]
    fresh = wanted if restart else wanted - set(have)
    opened = {turn.holder for turn in fresh if turn.holder}
    if not stale and not fresh:
        return opened

    stale.sort(key=lambda item: (item.holder not in actor_keys, item.pk))
    leading = stale[0] if stale else (items[0] if items else None)
    order = sorted(fresh)
    if leading is None:
        _begin_run(record, flow_class, order, at)
    else:
        process = leading.process
        process.next_turns, process.moved_at = order, at
        for item in stale[1:]:
            item.process = process
            item.finished = at
            item.flow_task.activation_class(item).cancel()
        activation = leading.flow_task.activation_class(leading)
        if leading in stale:
            activation.run(None)
            activation.execute()
        else:
            # The turn grows while every present item stays (a second side joins): new tasks
            # hang on a present one.
            for turn in order:
                node = flow_class.instance.node(turn.node, no_obsolete=True)
                node.activation_class.create_for(node, activation, turn)
    return opened


def _begin_run(record: Machine, flow_class: Any, turns: Iterable[Turn], at: datetime) -> None:
    start = flow_class.start
    activation = start.activation_class.create(start, None, None)
    process = activation.process
    process.machine, process.record_id = record.machine, record.pk
    process.created = at
    process.next_turns, process.moved_at = list(turns), at
    activation.task.machine, activation.task.record_id = record.machine, record.pk
    activation.task.finished = at
    activation.execute()
