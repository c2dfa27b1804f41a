"""Who has which standing towards a record: its own unit, its home, the other sides (rulebook).

One small value per record, from which roles, turns, visibility and audience are all read, so that
no two of them can disagree about who is who.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch

from coordination.models import Commitment, Dossier, Issue, Meeting, Opinion
from workflows.machines.base import Machine


@dataclass(frozen=True)
class Standing:
    """Ids of localities, bodies, seats and people, by what they are to the record.

    ``others`` are the counterpart localities that may act now; ``unit_ids`` the record's own units.
    """

    home_id: int
    unit_ids: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()
    consulted_id: int | None = None
    lead_id: int | None = None
    coordinator_ids: frozenset[int] = frozenset()
    council_id: int | None = None
    giver_id: int | None = None
    proposer_id: int | None = None
    accountable_id: int | None = None
    decider_id: int | None = None
    kinds: frozenset[str] = field(default_factory=frozenset)
    issues: tuple[Issue, ...] = ()


def _of_issue(issue: Issue) -> Standing:
    return Standing(
        home_id=issue.home_id,
        unit_ids=frozenset({issue.unit_id}),
        others=frozenset(issue.brought_in()),
        proposer_id=issue.proposer_id,
        accountable_id=issue.accountable_id,
        decider_id=issue.decider_id,
        kinds=frozenset(issue.material_kinds),
        issues=(issue,),
    )


@singledispatch
def standing_of(record: Machine) -> Standing:
    """The standing of a record; the home is its issue's, for a meeting that of who called it."""
    raise TypeError(f"no standing for {type(record).__name__}")


@standing_of.register
def _(record: Issue) -> Standing:
    return _of_issue(record)


@standing_of.register
def _(record: Opinion) -> Standing:
    base = _of_issue(record.consultation.issue)
    return Standing(**{**base.__dict__, "consulted_id": record.body_id})


@standing_of.register
def _(record: Meeting) -> Standing:
    issues = tuple(item.issue for item in record.agenda_items.select_related("issue").filter(left_at=None))
    sides = record.sides.filter(is_home=False).exclude(answer="declined")
    return Standing(
        home_id=record.home_id,
        unit_ids=frozenset(issue.unit_id for issue in issues),
        others=frozenset(sides.values_list("locality_id", flat=True)),
        # Of its first issue, so that an officer who takes over the issue takes over its meeting.
        accountable_id=(issues[0].accountable_id if issues else None) or record.accountable_id,
        kinds=frozenset(kind for issue in issues for kind in issue.material_kinds),
        issues=issues,
    )


@standing_of.register
def _(record: Dossier) -> Standing:
    base = _of_issue(record.issue)
    return Standing(
        **{
            **base.__dict__,
            "council_id": record.council_id,
            "accountable_id": record.issue.accountable_id or record.accountable_id,
        }
    )


@standing_of.register
def _(record: Commitment) -> Standing:
    base = _of_issue(record.issue)
    coordinators = frozenset(record.coordinators.values_list("pk", flat=True))
    return Standing(
        **{
            **base.__dict__,
            "lead_id": record.lead_id,
            "coordinator_ids": coordinators,
            "giver_id": record.locality_id,
        }
    )
