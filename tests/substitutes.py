"""Substitutions for the tests: drafted by the clerk, confirmed by the head, as people do it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from coordination.actions.substitutions import confirm_substitution, draft_substitution
from coordination.models import Substitution
from tests.people import person, seat

HEAD, OFFICER, CLERK = "binhduong.skhdt.head", "binhduong.skhdt.officer", "binhduong.skhdt.clerk"
# Proposes nothing in these stories, and so may replace the head.
SECOND = "binhduong.skhdt.second"
LEADER, DIRECTOR = "binhduong.ubnd.head", "binhduong.tnmt.head"
DECISION = "12/QĐ-UBND"


def drafted(
    head: str,
    substitute: str,
    at: datetime,
    *,
    by: str = "",
    since: date | None = None,
    days: int = 7,
    kinds: Iterable[str] = (),
    decision: str = DECISION,
) -> Substitution:
    """A draft of the clerk of the head's body, from today (or ``since``) on for so many days."""
    first = since or timezone.localtime(at).date()
    return draft_substitution(
        by=person(by or head.rpartition(".")[0] + ".clerk"),
        at=at,
        replaced=seat(head),
        substitute=seat(substitute),
        decision=decision,
        valid_from=first,
        valid_to=first + timedelta(days=days),
        kinds=kinds,
    )


def substituted(head: str, substitute: str, at: datetime, **keywords: object) -> Substitution:
    """A substitution that the head has confirmed."""
    row = drafted(head, substitute, at, **keywords)  # type: ignore[arg-type]
    confirm_substitution(row, by=person(head), at=at)
    row.refresh_from_db()
    return row
