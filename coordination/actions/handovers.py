"""When a substitution begins or ends, notices and links follow at once (rulebook §1).

Nothing else moves: who holds a work item is asked when it is read. A substitution that was just confirmed
or ended is followed by the action itself, one that begins or ends by its dates by the sweep.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.directory import day_of
from coordination.models import Seat, Substitution
from coordination.queries.due import Key, records_filter
from coordination.roles import SeatRoles
from notifications.holders import holders_of
from notifications.inbox import told_of, waiting_on
from notifications.models import DecisionLink, Notice
from workflows import engine
from workflows.clock_sweeps import NotDue
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.refusals import Refusal
from workflows.registry import Hearing, HeldItem, Planned, registry


def hand_over(row: Substitution, at: datetime) -> None:
    """Ask the substitute for every turn that the head held when the substitution began, once."""
    for key in sorted(_to_ask(row, at)):
        _try(key, partial(_ask, row, at), at)


def take_back(person_id: int, at: datetime) -> None:
    """Notices are done with, links end, on every record that this person does not hold any more."""
    for key in sorted(_to_let_go(person_id, at)):
        _try(key, partial(_let_go, person_id, at), at)


class Handovers:
    """Substitutions that begin or end by their dates, and seats that end by theirs."""

    name = "substitutions"
    label = _("Substitution")
    begins = _("a substitution begins: the substitute is asked, too")
    ends = _("a substitution has ended: the substitute is not asked any more")
    seat_ends = _("a seat has ended: who held it is not asked any more")

    def plan(self, now: datetime, until: datetime, *, among: Q | None = None) -> Iterator[Planned]:
        """The turns that become a substitute's by ``until``, and those that are theirs no more."""
        for row, when in _beginning(now, until):
            for record in _records(_to_ask(row, when), among):
                yield _planned(record, when, self.begins, row, {"substitution": row.pk})
        for row, when in _ending(now, until):
            person_id = row.substitute.person_id
            for record in _records(_to_let_go(person_id, when), among):
                yield _planned(record, when, self.ends, row, {"person": person_id})
        for seat, when in _unseated(now, until):
            for record in _records(_to_let_go(seat.person_id, when), among):
                data = {"person": seat.person_id}
                yield Planned(record, self.name, when, (f"seat:{seat.pk}",), self.seat_ends, data)

    def take(self, planned: Planned, *, at: datetime) -> None:
        """Tell of one record, unless somebody did."""
        if "person" in planned.data:
            work = partial(_let_go, planned.data["person"], at)
        else:
            work = partial(_ask, Substitution.objects.get(pk=planned.data["substitution"]), at)
        if not _through_door(planned.record, work, at):
            raise NotDue


def _planned(record: Machine, when: datetime, why: Any, row: Substitution, data: dict[str, int]) -> Planned:
    return Planned(record, Handovers.name, when, (f"seat:{row.substitute_id}",), why, data)


def _beginning(now: datetime, until: datetime) -> Iterator[tuple[Substitution, datetime]]:
    """Confirmed substitutions that hold now or begin by ``until``, with the moment to ask."""
    rows = Substitution.objects.standing().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day_of(now)), valid_from__lte=day_of(until)
    )
    for row in rows.select_related("substitute").order_by("id"):
        when = max(began(row), now)
        if when <= until and Substitution.objects.in_force(when).filter(pk=row.pk).exists():
            yield row, when


def _ending(now: datetime, until: datetime) -> list[tuple[Substitution, datetime]]:
    """One substitution that is over by ``until`` for each person who was a substitute, and from when on.

    A seat that ended ends it as well. Who replaced nobody has nothing to lose.
    """
    begun = Substitution.objects.filter(confirmed_at__lte=now, valid_from__lte=day_of(now))
    over = begun.exclude(pk__in=Substitution.objects.in_force(until).values("pk"))
    first: dict[int, tuple[Substitution, datetime]] = {}
    for row in over.select_related("substitute").order_by("id"):
        by_date = _midnight(row.valid_to + timedelta(days=1)) if row.valid_to else now
        when = now if row.ended_at else min(max(by_date, now), until)
        known = first.get(row.substitute.person_id)
        if known is None or when < known[1]:
            first[row.substitute.person_id] = row, when
    return list(first.values())


def _unseated(now: datetime, until: datetime) -> list[tuple[Seat, datetime]]:
    """One seat that is over by ``until`` for each person whom something asks to act, and from when on."""
    over = Seat.objects.filter(valid_to__lt=day_of(until)).filter(
        Exists(Notice.objects.awaiting_action().filter(person=OuterRef("person")))
        | Exists(DecisionLink.objects.filter(person=OuterRef("person"), used_at=None, revoked_at=None))
    )
    first: dict[int, tuple[Seat, datetime]] = {}
    for seat in over.order_by("valid_to", "id"):
        assert seat.valid_to is not None
        when = max(_midnight(seat.valid_to + timedelta(days=1)), now)
        first.setdefault(seat.person_id, (seat, when))
    return list(first.values())


def began(row: Substitution) -> datetime:
    """From when on a confirmed substitution holds."""
    assert row.confirmed_at is not None
    return max(row.confirmed_at, _midnight(row.valid_from))


def _to_ask(row: Substitution, at: datetime) -> set[Key]:
    """The records whose turn became the substitute's, and on which nothing asks them yet.

    Of a turn that came after the beginning the substitute was told as the head was.
    """
    person_id, since = row.substitute.person_id, began(row)
    turns = {
        _key(item): _notice_key(row, _key(item))
        for item in SeatRoles().items_of([person_id], at)[person_id]
        if item.for_seat == row.replaced_id and item.created <= since
    }
    told = told_of(person_id, turns.values())
    return {key for key, notice in turns.items() if notice not in told} - waiting_on(person_id)


def _to_let_go(person_id: int, at: datetime) -> set[Key]:
    """The records on which this person is asked for something that is not theirs to do."""
    waiting = waiting_on(person_id)
    held = SeatRoles().items_of([person_id], at)[person_id] if waiting else []
    return waiting - {_key(item) for item in held}


def _ask(row: Substitution, at: datetime, record: Machine) -> bool:
    person_id, key = row.substitute.person_id, (record.machine, record.pk)
    if key not in _to_ask(row, at):
        return False
    engine.refresh_turns(
        record, at=at, hearings=[Hearing(person_id, "substitute", True, _notice_key(row, key))]
    )
    return True


def _let_go(person_id: int, at: datetime, record: Machine) -> bool:
    if (record.machine, record.pk) not in waiting_on(person_id) or person_id in holders_of(record, at):
        return False
    engine.refresh_turns(record, at=at)
    return True


def _try(key: Key, work: partial[bool], at: datetime) -> None:
    machine, pk = key
    # Where too much moves on the record at this moment, the sweep comes back to it.
    with suppress(Refusal):
        _through_door(registry.machines[machine]._base_manager.get(pk=pk), work, at)


def _through_door(record: Machine, work: partial[bool], at: datetime) -> bool:
    """Work on one record under its lock, in a transaction of its own."""
    return engine.through_door(record, {}, work, by=None, at=at, see="no")


def _records(keys: set[Key], among: Q | None) -> list[Machine]:
    wanted = records_filter(keys)
    if wanted is None:
        return []
    rows = Event.objects.filter(wanted, among or Q(), seq=1).order_by("machine", "record_id")
    return [
        registry.machines[machine]._base_manager.get(pk=pk)
        for machine, pk in rows.values_list("machine", "record_id")
    ]


def _key(item: HeldItem) -> Key:
    assert item.record_id is not None
    return item.machine, item.record_id


def _notice_key(row: Substitution, key: Key) -> str:
    return f"substitution:{row.pk}:{key[0]}:{key[1]}"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
