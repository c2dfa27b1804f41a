"""Two substitutions of the demo: one in force, one that waits for its head's confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from coordination.actions.substitutions import confirm_substitution, draft_substitution
from coordination.directory import day_of
from coordination.models import Person, Seat, Substitution


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, by user names; the days count from the day of seeding."""

    number: str
    replaced: str
    substitute: str
    clerk: str
    begins_in: int
    days: int
    scope: str
    kinds: tuple[str, ...] = ()
    confirmed: bool = False


DECISIONS = (
    Decision(
        number="3812/QĐ-UBND",
        replaced="tphcm.ubnd.head",
        substitute="tphcm.gtvt.head",
        clerk="tphcm.ubnd.clerk",
        begins_in=0,
        days=5,
        scope="Ký thay các văn bản về phối hợp liên tỉnh trong thời gian Chủ tịch đi công tác.",
        confirmed=True,
    ),
    Decision(
        number="214/QĐ-SGTVT",
        replaced="longan.gtvt.head",
        substitute="longan.gtvt.officer",
        clerk="longan.gtvt.clerk",
        begins_in=3,
        days=4,
        scope="Điều hành công việc của Sở trong thời gian Giám đốc tham dự tập huấn.",
        kinds=("land", "alignment", "schedule"),
    ),
)


def load_substitutions(at: datetime) -> None:
    """Draft and confirm them as people would; what is there already stays as it is."""
    for row in DECISIONS:
        if Substitution.objects.filter(decision=row.number).exists():
            continue
        begins = day_of(at) + timedelta(days=row.begins_in)
        drafted = draft_substitution(
            by=Person.objects.get(username=row.clerk),
            at=at,
            replaced=_seat(row.replaced),
            substitute=_seat(row.substitute),
            decision=row.number,
            valid_from=begins,
            valid_to=begins + timedelta(days=row.days),
            scope=row.scope,
            kinds=row.kinds,
        )
        if row.confirmed:
            confirm_substitution(drafted, by=Person.objects.get(username=row.replaced), at=at)


def _seat(username: str) -> Seat:
    return Seat.objects.get(person__username=username)
