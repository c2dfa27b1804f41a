"""The words for who may do what (rulebook, legend of ``who``).

A *role* is what a person is towards one record: ``focal.head`` of this issue's home locality. A
*seat* is what a person is in an organisation. Which seat is which role is answered upward,
through ``registry.roles``; here are only the words and what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
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
    "coordinator.officer": _("an officer of a coordinating body"),
    "coordinator.head": _("the head of a coordinating body"),
    "giver.head": _("the focal point's head of the side that gave it"),
    "accountable": _("the accountable officer"),
    "decider": _("the deciding leader"),
    SYSTEM: _("the system"),
}


# The one key of an event's data under which stands for whom somebody acted.
BEHALF = "behalf"


@dataclass(frozen=True)
class Behalf:
    """For which head somebody acts who is not the head (rulebook §1, papers say KT. or TUQ.).

    ``KT``: a deputy in charge of the matter; the head is named by the title alone, for the deputy acts
    with authority of their own. ``TUQ``: a substitute; ``person_id`` and ``seat_id`` are the replaced
    head's, ``decision`` the number of the decision.
    """

    form: str
    title: str
    name: str = ""
    person_id: int | None = None
    seat_id: int | None = None
    organisation_id: int | None = None
    decision: str = ""

    def as_data(self) -> dict[str, Any]:
        """As an event keeps it, under ``BEHALF``."""
        return {key: value for key, value in vars(self).items() if value}

    @property
    def words(self) -> str:
        """As papers say it, in the language active now."""
        return behalf_in_words({BEHALF: self.as_data()})


def behalf_in_words(data: Mapping[str, Any]) -> str:
    """For whom the person of an event acted, from its data; "" where they acted for themselves."""
    said = data.get(BEHALF)
    if not said:
        return ""
    if said["form"] == "KT":
        return gettext("for %(title)s") % {"title": said.get("title") or gettext("the head")}
    return gettext("by authority of %(head)s, decision no. %(number)s") % {
        "head": ", ".join(part for part in (said.get("name"), said.get("title")) if part),
        "number": said.get("decision", ""),
    }


@dataclass(frozen=True)
class Capacity:
    """A person acting in one seat, in one role towards one record.

    ``locality_id`` is the side the seat acts for; it matters where each side acts once. ``behalf``
    says for which head a deputy or a substitute acts (rulebook §1); seat, title and organisation
    are the person's own all the same.
    """

    role: str
    person_id: int | None
    person_name: str
    seat_id: int | None
    title: str
    organisation_id: int | None
    organisation_name: str
    locality_id: int | None = None
    behalf: Behalf | None = None

    @property
    def on_behalf_of(self) -> str:
        """The replaced head and the decision, as the event's own column keeps them; else ""."""
        if self.behalf is None or self.behalf.form != "TUQ":
            return ""
        return f"{self.behalf.name}, {self.behalf.title}, {self.behalf.decision}"[:300]

    @property
    def people(self) -> frozenset[int]:
        """Whose duties meet in it: the person's own, and those of the head they replace."""
        behalf_of = self.behalf.person_id if self.behalf else None
        return frozenset(pk for pk in (self.person_id, behalf_of) if pk is not None)

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
