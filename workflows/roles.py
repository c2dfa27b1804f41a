"""The words for who may do what (rulebook, legend of ``who``).

A *role* is what a person is towards one record: ``focal.head`` of this issue's home locality. A
*seat* is what a person is in an organisation. Which seat is which role is answered upward,
through ``registry.roles``; here are only the words and what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

SYSTEM = "system"
AUDITOR = "auditor"

ROLE_LABELS: dict[str, str | Promise] = {
    "reporting.officer": _("an officer of the reporting unit"),
    "reporting.head": _("the head of the reporting unit"),
    "focal.officer": _("an officer of the focal point"),
    "focal.head": _("the head of the focal point"),
    "committee.officer": _("an officer of the committee's office"),
    "committee.head": _("the leader of the People's Committee"),
    "council.officer": _("an officer of the Council's office"),
    "proposer": _("the officer who proposed it"),
    "other.focal": _("the other locality's focal point"),
    "each.head": _("the head of each side"),
    "any.head": _("the head of one of the sides"),
    "consulted.officer": _("an officer of the consulted body"),
    "consulted.head": _("the head of the consulted body"),
    "lead.officer": _("an officer of the lead body"),
    "lead.head": _("the head of the lead body"),
    "giver.head": _("the focal point's head of the side that gave it"),
    "accountable": _("the accountable officer"),
    "decider": _("the deciding leader"),
    SYSTEM: _("the system"),
}


@dataclass(frozen=True)
class Capacity:
    """A person acting in one seat, in one role towards one record.

    ``locality_id`` is the side the seat belongs to; it matters where each side acts once.
    ``on_behalf_of`` names the substituted head (rulebook §1, substitution), else "".
    """

    role: str
    person_id: int | None
    person_name: str
    seat_id: int | None
    title: str
    organisation_id: int | None
    organisation_name: str
    locality_id: int | None = None
    on_behalf_of: str = ""

    def as_role(self, role: str) -> Capacity:
        """The same person and seat in another role."""
        return Capacity(**{**self.__dict__, "role": role})


SYSTEM_CAPACITY = Capacity(
    role=SYSTEM,
    person_id=None,
    person_name="",
    seat_id=None,
    title="",
    organisation_id=None,
    organisation_name="",
)


def split_who(who: str) -> tuple[tuple[str, bool], ...]:
    """``reporting.head|policy:reporting.officer`` → ((role, needs the policy flag), …)."""
    return tuple((part.removeprefix("policy:"), part.startswith("policy:")) for part in who.split("|"))


def _who_in_words(who: str) -> str:
    return str(_(" or ")).join(str(ROLE_LABELS[role]) for role, _flag in split_who(who))


# The ``who`` of a step as words for a refusal, in the language of whoever reads it.
who_label = lazy(_who_in_words, str)
