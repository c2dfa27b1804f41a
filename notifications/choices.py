"""What a person has chosen, and on which ways they can be reached at all.

Read in the step's own transaction for everybody who is told, so it is remembered as reference data:
whoever changes one of these rows changes the stamp (``workflows.remembering``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from notifications.kinds import ACTION, KINDS, Pace, Way
from notifications.models import ChatAddress, Preference, PushSubscription, QuietHours
from workflows.refusals import Incomplete
from workflows.remembering import changed, recall

NOTHING_OUTSIDE = _(
    "What requires your action cannot be silenced everywhere: leave at least one way on “at once” or on the "
    "morning digest."
)


@dataclass(frozen=True)
class Choices:
    """One person's ways and paces. ``ways`` are those on which something can arrive, the surest first."""

    ways: tuple[str, ...] = ()
    quiet: bool = False
    paces: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def pace(self, kind: str, way: str) -> str:
        """At which pace this kind leaves on this way."""
        return self.paces.get((kind, way)) or KINDS[kind].default(way)

    def plan(self, kind: str) -> dict[str, str]:
        """The ways on which a notice of this kind leaves, each with its pace.

        What requires action always leaves on some way, where there is one: a telephone that was
        switched off since, or an address that was taken away, must not leave somebody untold.
        """
        paces = {way: self.pace(kind, way) for way in self.ways}
        wanted = {way: pace for way, pace in paces.items() if pace != Pace.OFF}
        if not wanted and kind == ACTION and self.ways:
            return {self.ways[0]: Pace.NOW}
        return wanted


def choices_of(people: Iterable[int]) -> dict[int, Choices]:
    """The choices of several people; two statements for those who are not remembered."""
    return recall("choices of person", people, _read)


def _read(people: set[int]) -> dict[int, Choices]:
    def has(model: Any) -> Any:
        return Exists(model.objects.filter(person_id=OuterRef("pk")))

    paces: dict[int, dict[tuple[str, str], str]] = {}
    for chosen in Preference.objects.filter(person_id__in=people, kind__in=KINDS):
        paces.setdefault(chosen.person_id, {})[chosen.kind, chosen.way] = chosen.pace
    rows = get_user_model()._default_manager.filter(pk__in=people, is_active=True)
    found = dict.fromkeys(people, Choices())
    for row in rows.annotate(push=has(PushSubscription), chat=has(ChatAddress), quiet=has(QuietHours)).values(
        "pk", "email", "push", "chat", "quiet"
    ):
        ways = [(Way.EMAIL, row["email"]), (Way.PUSH, row["push"]), (Way.CHAT, row["chat"])]
        reached = tuple(str(way) for way, there in ways if there)
        found[row["pk"]] = Choices(reached, row["quiet"], paces.get(row["pk"], {}))
    return found


def choose(person: Any, paces: Mapping[tuple[str, str], str], *, quiet: bool, at: datetime) -> None:
    """Keep what a person wants: (kind, way) → pace for the ways they were asked about.

    Only what differs from the default is stored. Raises ``Incomplete`` where nothing that requires
    action would leave any more on a way that this person has.
    """
    current = choices_of([person.pk])[person.pk]
    chosen = Choices(current.ways, quiet, {**current.paces, **paces})
    if chosen.ways and all(chosen.pace(ACTION, way) == Pace.OFF for way in chosen.ways):
        raise Incomplete({ACTION: NOTHING_OUTSIDE})
    differing = [
        Preference(person=person, kind=kind, way=way, pace=pace)
        for (kind, way), pace in chosen.paces.items()
        if pace != KINDS[kind].default(way)
    ]
    with transaction.atomic():
        Preference.objects.filter(person=person).delete()
        Preference.objects.bulk_create(differing)
        if not quiet:
            QuietHours.objects.filter(person=person).delete()
        elif not current.quiet:
            QuietHours.objects.get_or_create(person=person, defaults={"since": at})
    # A bulk write sends no signal: what this request still reads must be the new choice.
    changed()
