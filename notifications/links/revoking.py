"""How decision links end before they are used (design: decision-links.md §8).

By any other step on the record, a passed-on turn, a material change, a lost seat or an ended
substitution (``revoke_unfit``, part of every step's transaction), by a sign-out everywhere
(``revoke_all``), by a report (``report``) and by the next message (``decision_links.mint``).
A dead link still leads, after sign-in, to the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications.alerts import raise_alert
from notifications.links import trail as decision_trail
from notifications.links.decision_links import STILL_ASKS, may_decide
from notifications.models import DecisionLink, DecisionPart
from workflows import audit
from workflows.lean import Kept
from workflows.models import Event
from workflows.registry import Telling

Why = DecisionLink.Why


def revoke_unfit(tellings: Sequence[Telling]) -> None:
    """Close the parts whose record moved on, and revoke links of which nothing is left.

    A part stays open where the record is still in its state and still waits for its person (another
    side of a meeting answered, a note was added). Where the content changed, what the message
    spoke of is no more: the link is revoked, and its page shows the difference and asks again.
    """
    records = {(t.record.machine, t.record.pk): t for t in tellings}
    if not records:
        return
    moved = {
        (t.record.machine, t.record.pk)
        for t in tellings
        if t.event is not None and t.event.kind == Event.Kind.STEP and t.event.source != t.event.target
    }
    now = max(telling.at for telling in tellings)
    unfit: list[DecisionPart] = []
    changed: set[int] = set()
    for part in (part for machine, pk in records for part in _parts_of(machine, pk)):
        key = (part.machine, part.record_id)
        telling = records[key]
        if key in moved or not may_decide(telling.record, part.link.person, telling.at):
            unfit.append(part)
        elif part.digest != audit.digest(telling.record.material()):
            changed.add(part.link_id)
    if changed:
        _revoke(DecisionLink.objects.filter(pk__in=changed), Why.CHANGED, at=now)
    if unfit:
        DecisionPart.objects.filter(pk__in=[part.pk for part in unfit]).update(closed_at=now)
        _revoke_empty({part.link_id for part in unfit}, at=now)


def revoke_all(person: Any, why: str, at: datetime) -> int:
    """Revoke every link of this person that still works (sign-out everywhere); returns how many.

    ``why`` is one of ``DecisionLink.Why``.
    """
    return _revoke(DecisionLink.objects.filter(person_id=person.pk), why, at=at)


def report(link: DecisionLink, *, by: Any, at: datetime) -> bool:
    """“This is not for me”: revoke this one link, alert the operator, keep a trace in the chain.

    Whoever holds the secret may say so; ``by`` is None where they are not signed in. Nothing else
    happens. False where it was reported before.
    """
    if decision_trail.was_reported(link):
        return False
    with transaction.atomic():
        _revoke(DecisionLink.objects.filter(pk=link.pk), Why.REPORTED, at=at)
        decision_trail.reported(link, by=by, at=at)
        raise_alert("link_reported", link.selector, {"name": str(link.person)}, at)
    return True


def open_records(person_id: int) -> set[tuple[str, int]]:
    """The records that a person can still decide by a link."""
    return set(_open_parts().filter(link__person=person_id).values_list("machine", "record_id"))


def _open_parts() -> QuerySet[DecisionPart]:
    return DecisionPart.objects.filter(STILL_ASKS, used_at=None, closed_at=None)


_parts_of = Kept(
    lambda machine, pk: _open_parts().filter(machine=machine, record_id=pk).select_related("link__person")
)


def _revoke(links: QuerySet[DecisionLink], why: str, *, at: datetime) -> int:
    """Revoke those that live; one that was revoked for a change of content ends for good."""
    living = Q(revoked_at=None)
    if why != Why.CHANGED:
        living |= Q(revoked_why=Why.CHANGED)
    return links.filter(living, used_at=None).update(revoked_at=at, revoked_why=why)


def _revoke_empty(link_ids: Iterable[int], *, at: datetime) -> None:
    """Links with no open part: used up where one was used, else revoked."""
    for link_id in sorted(link_ids):
        parts = DecisionPart.objects.filter(link_id=link_id)
        if parts.filter(used_at=None, closed_at=None).exists():
            continue
        link = DecisionLink.objects.filter(pk=link_id)
        if parts.exclude(used_at=None).exists():
            link.filter(used_at=None, revoked_at=None).update(used_at=at)
        _revoke(link, Why.UNFIT, at=at)
