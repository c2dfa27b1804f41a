"""Whom a change of the directory concerns at once: their open pages are looked at right after it.

What concerns many (a function that moves, a body that is renamed) is found by the look of every
minute (``notifications.live.staying``).
"""

from __future__ import annotations

from typing import Any

from coordination.models import DeputyMatter, Seat, Substitution
from notifications.live.leaving import look_again


def tell_at_once(row: Any) -> None:
    """A row of reference data was saved or deleted: look again at the people whose seat it is about."""
    if isinstance(row, Seat):
        look_again([row.person_id])
    elif isinstance(row, Substitution):
        look_again([row.replaced.person_id, row.substitute.person_id])
    elif isinstance(row, DeputyMatter):
        look_again([row.seat.person_id])
