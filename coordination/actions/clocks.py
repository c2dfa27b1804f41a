"""What a new policy or calendar does to the clocks that run (rulebook §2, §4): never silently."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Locality
from coordination.queries.open_clocks import OpenClock, moves_under, open_clocks
from workflows.clock_sweeps import NotDue, holders_of
from workflows.clocks import Terms, terms_for
from workflows.machines.base import Machine
from workflows.models import Calendar, CalendarChange, Clock, Policy
from workflows.recounting import Occasion, move_due_date
from workflows.refusals import Refusal
from workflows.registry import Planned

# How many clocks whoever saves a policy or a calendar waits for; the sweep goes on with the others.
AT_ONCE = 200


def recompute_due(now: datetime) -> int:
    """Count again every running clock whose policy or calendar is no longer the one it was counted by.

    Returns how many due dates moved. To run it again, or in several workers at once, changes nothing.
    """
    return sum(recount_locality(locality, now) for locality in _behind(now))


def recount_locality(locality: str, now: datetime, *, most: int | None = None) -> int:
    """``recompute_due`` for one locality (its mnemonic), at most so many clocks."""
    terms = terms_for(locality, now)
    moved = 0
    for clock, record in open_clocks([locality], but=terms)[:most]:
        try:
            moved += move_due_date(record, _occasion(locality, clock, terms), at=now) is not None
        except Refusal:
            continue  # the record moves in this very moment: its next clock is counted by what holds
    return moved


class NewDueDates:
    """The sweep of due dates: what a policy that begins, or a calendar that changed, moves."""

    name = "due_dates"
    label = gettext_lazy("New due dates")

    def plan(self, now: datetime, until: datetime, *, among: Q | None = None) -> Iterator[Planned]:
        """The moves by what holds now, and by the policies that begin before ``until``.

        A run (``until`` is ``now``) also takes the clocks whose date stays: their lines are brought
        up to date and they are not looked at again.
        """
        for locality in _behind(now):
            terms = terms_for(locality, now)
            clocks = open_clocks([locality], but=terms, among=among)
            yield from self._planned(locality, clocks, terms, now, all_of_them=now == until)
        beginning = Policy.objects.filter(valid_from__gt=now, valid_from__lte=until)
        for locality, begins in beginning.order_by("valid_from").values_list("scope", "valid_from"):
            terms = terms_for(locality, begins)
            yield from self._planned(locality, open_clocks([locality], among=among), terms, begins)

    def take(self, planned: Planned, *, at: datetime) -> None:
        """Move one due date; raises ``NotDue`` where it stays."""
        if move_due_date(planned.record, Occasion(**planned.data), at=at) is None:
            raise NotDue

    @staticmethod
    def _planned(
        locality: str,
        clocks: list[OpenClock],
        terms: Terms,
        when: datetime,
        *,
        all_of_them: bool = False,
    ) -> Iterator[Planned]:
        records: dict[tuple[str, int], Machine] = {
            (clock.machine, clock.record_id): record for clock, record in clocks
        }
        moves = {move.clock.pk: move.new for move in moves_under(clocks, terms, at=when)}
        held = holders_of(records)
        for clock, record in clocks:
            if clock.pk not in moves and not all_of_them:
                continue
            occasion = _occasion(locality, clock, terms)
            holders = held.get((clock.machine, clock.record_id), ())
            data = dataclasses.asdict(occasion)
            yield Planned(record, "move_due_date", when, holders, _why(occasion, moves.get(clock.pk)), data)


def _why(occasion: Occasion, due_at: datetime | None) -> str:
    words = {
        "version": occasion.version,
        "due": f"{timezone.localtime(due_at):%H:%M %d/%m/%Y}" if due_at else "",
    }
    if occasion.why == "policy":
        return _("new due date %(due)s by the locality's policy, version %(version)d") % words
    return _("new due date %(due)s by the working calendar, version %(version)d") % words


def _behind(now: datetime) -> list[str]:
    """The localities with a policy or calendar in force that some running clock was not counted by."""
    running = Clock.objects.filter(stopped_at__isnull=True)
    counted_by = set(running.values_list("policy_version", "calendar_version").distinct())
    return [locality for locality, versions in _versions(now).items() if counted_by - {versions}]


def _versions(now: datetime) -> dict[str, tuple[int, int]]:
    """Locality → the versions of policy and calendar in force; three queries for all of them."""
    policies = dict(
        Policy.objects.filter(valid_from__lte=now).values_list("scope").annotate(Max("version")).order_by()
    )
    calendars = dict(Calendar.objects.values_list("scope").annotate(Max("changes__version")).order_by())
    return {
        locality: (policies.get(locality, 0), calendars.get(locality, calendars.get("")) or 0)
        for locality in Locality.objects.values_list("mnemonic", flat=True)
    }


def _occasion(locality: str, clock: Clock, terms: Terms) -> Occasion:
    """Why a clock is counted again: the policy where that is new, else the calendar."""
    version = terms.policy_version
    if clock.policy_version != version:
        row = Policy.objects.filter(scope=locality, version=version).first()
        return Occasion("policy", version, row.basis if row else "")
    change = (
        CalendarChange.objects.filter(Q(calendar__scope__in=[locality, ""]), version=terms.calendar.version)
        .order_by("-calendar__scope")
        .first()
    )
    return Occasion("calendar", terms.calendar.version, change.basis if change else "")
