"""The consultations of an issue and its opinion table, in the words of the reader (rulebook §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from coordination.models import Consultation, Issue, Opinion, Organisation, Person, Silence, Stance, Uptake
from coordination.queries.due import Due, due_words
from coordination.visibility import Sight
from workflows import permissions
from workflows.clocks import load_calendar, running_clock
from workflows.machines.base import Machine
from workflows.registry import Table, registry

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One consultation as the home sees it: who was asked, who has answered, until when.

    ``withheld`` are the outside bodies on which the focal head has yet to decide; ``earlier`` says
    that it belongs to a round before the present one.
    """

    consultation: Consultation
    opinions: tuple[Opinion, ...]
    withheld: tuple[Organisation, ...]
    due: Due | None
    earlier: bool

    @property
    def answered(self) -> int:
        """How many of those asked have answered, in time or late."""
        return sum(1 for opinion in self.opinions if opinion.is_given)


def consultations_of(issue: Issue, at: datetime) -> list[Asked]:
    """Every consultation of an issue, the newest first."""
    present = set(issue.consultations_of_round().values_list("pk", flat=True))
    clock = running_clock(issue) if issue.state == Issue.State.CONSULTING else None
    due = (
        due_words(clock.due_at, now=at, calendar=load_calendar(issue.home.mnemonic))
        if clock and clock.due_at
        else None
    )
    return [
        Asked(
            consultation,
            tuple(consultation.opinions.all()),
            tuple(consultation.withheld.all()),
            due if consultation.concluded_at is None else None,
            consultation.pk not in present,
        )
        for consultation in issue.consultations.prefetch_related("opinions__body", "withheld")
    ]


def beside_the_issue(issue: Issue, person: Person, at: datetime) -> dict[str, Any]:
    """What the issue's page shows its home of consultations and of the opinion table.

    The table stands there while it is filled in; once proposed it stands with its submission.
    """
    asked = consultations_of(issue, at)
    context: dict[str, Any] = {
        "consultations": [one for one in asked if not one.earlier],
        "earlier": [one for one in asked if one.earlier],
    }
    item = issue.submission_items.exclude(status="drafting").order_by("-id").first()
    if item is not None:
        context["submitted_table"] = opinion_table(item.opinions)
    if issue.state in {Issue.State.TRIAGE, Issue.State.CONSULTING}:
        present = [opinion for one in context["consultations"] for opinion in one.opinions]
        context |= {
            "opinion_table": opinion_table(issue.opinion_table()),
            "lacking": [str(opinion.body) for opinion in present if opinion.lacks_uptake],
            "writes_table": any(opinion.is_given for opinion in present)
            and may_write_table(issue, person, at),
        }
    return context


def tables_of(record: Machine) -> tuple[Table, ...]:
    """What goes with an issue's submission: its opinion table, as proposed or as it stands before."""
    if not isinstance(record, Issue):
        return ()
    item = record.proposed_item()
    table = opinion_table(item.opinions if item else record.opinion_table())
    return (table,) if table else ()


def opinion_table(rows: Sequence[Row]) -> Table | None:
    """Đơn vị, ý kiến, mức tiếp thu, giải trình; None where nobody was asked.

    ``rows`` are those of ``Issue.opinion_table`` or of a submission that was proposed.
    """
    if not rows:
        return None
    return Table(
        title=_("Opinions, how far they were taken up, and why"),
        head=(
            pgettext("opinion table", "Body"),
            pgettext("opinion table", "Opinion"),
            _("Uptake"),
            _("Explanation"),
        ),
        rows=tuple(
            (body_of(row), opinion_of(row), uptake_of(row) or "–", str(row["explanation"]) or "–")
            for row in rows
        ),
    )


def body_of(row: Row) -> str:
    """The body's name, as it was when the row was made."""
    return str(row["body_en"] if get_language() == "en" else row["body"])


def opinion_of(row: Row) -> str:
    """What the body said; what its silence meant; both where it answered late."""
    said = []
    if row["silence"]:
        said.append(str(Silence(row["silence"]).label))
    if row["stance"]:
        opinion = f"{Stance(row['stance']).label}. {row['content']}"
        late = row["state"] == Opinion.State.ANSWERED_LATE
        said.append(f"{Opinion.State.ANSWERED_LATE.label}: {opinion}" if late else opinion)
    return "\n".join(said) or str(Opinion.State(row["state"]).label)


def uptake_of(row: Row) -> str:
    """How far it was taken up; "" where nobody has said yet."""
    return str(Uptake(row["uptake"]).label) if row["uptake"] else ""


def table_changes(old: Sequence[Row] | None, new: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """What an amendment changed, body by body: (body, old → new)."""
    before = {row["opinion"]: row for row in old or ()}
    for row in new:
        was, now = _words(before.get(row["opinion"])), _words(row)
        if was != now:
            yield body_of(row), f"{was or '–'} → {now or '–'}"


def _words(row: Row | None) -> str:
    return ". ".join(part for part in (uptake_of(row), row["explanation"]) if part) if row else ""


def may_write_table(issue: Issue, person: Person, at: datetime) -> bool:
    """Whether this person may say now how far the opinions were taken up (the machine's amend table)."""
    assert registry.roles is not None
    fields = permissions.amendable(issue, registry.roles.capacities(person, issue, at))[1]
    return "opinion_table" in fields


def reads_drafts(opinion: Opinion, person: Person, at: datetime) -> bool:
    """Whether this person may read what the body writes before it answers: its own people, auditors.

    The home side never does (rulebook §5): it reads the answer, once it is given.
    """
    sight = Sight(person, at)
    return sight.auditor or opinion.body_id in sight.bodies
