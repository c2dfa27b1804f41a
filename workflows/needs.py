"""The vocabulary of what a step needs (column ``needs`` of the step table).

A need is either something a person gives (a reason, a date, a list of commitments) or a condition
on the record itself. Here stand their names, shapes and labels; whether a value is right (does that
body exist, may this seat decide) is answered upward, through ``registry.needs``.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Need:
    """One thing a step needs. ``kind`` is the shape of the value; ``condition`` takes no value.

    Kinds: text, long_text, date, choice, seat, organisation, organisations, issue, document,
    submission, commitments, slots, slot, agenda, attendance, points, council, session, conclusion, digest.
    """

    name: str
    kind: str
    label: str | Promise
    help: str | Promise = ""

    @property
    def is_condition(self) -> bool:
        return self.kind == "condition"


NEEDS: dict[str, Need] = {
    need.name: need
    for need in (
        Need("complete", "condition", _("the form is complete")),
        Need("nobody_brought_in", "condition", _("no other locality has been brought in")),
        Need("commitments_settled", "condition", _("all commitments have settled")),
        Need("unit_heard", "condition", _("the unit has been heard")),
        Need("no_committee_decision", "condition", _("the committee has not decided yet")),
        Need("after_reminders", "condition", _("two reminders were sent and the time has run out")),
        Need("route", "choice", _("Route")),
        Need("ground", "choice", _("Ground for going above")),
        Need("reason", "long_text", _("Reason")),
        Need("missing", "long_text", _("What is missing")),
        Need("accountable", "seat", _("Accountable officer")),
        Need("target", "issue", _("Merge into")),
        Need("bodies", "organisations", _("Bodies to consult")),
        Need("question", "long_text", _("Question")),
        Need("position", "long_text", _("Our position")),
        Need("due", "date", _("Answer by")),
        Need("submission", "submission", _("Submission")),
        Need("decider", "seat", _("Deciding leader")),
        Need("council", "council", _("Regional Council")),
        Need("authority", "text", _("Competent authority")),
        Need("directive", "long_text", _("Directive")),
        Need("commitments", "commitments", _("Commitments")),
        Need("outcome", "long_text", _("Outcome")),
        Need("document", "document", _("Document")),
        Need("countersign", "countersign", _("takes effect when the focal head countersigns")),
        Need("archive", "text", _("Archive reference")),
        Need("opinion", "opinion", _("Opinion")),
        Need("slots", "slots", _("Proposed times")),
        Need("agenda", "agenda", _("Agenda")),
        Need("slot", "slot", _("Chosen time")),
        Need("attendance", "attendance", _("Who attended")),
        Need("points", "points", _("Minutes, point by point")),
        Need("same_digest", "digest", _("the minutes as they were read")),
        Need("session", "session", _("Session")),
        Need("conclusion", "conclusion", _("Conclusion")),
        Need("lead", "organisation", _("Lead body")),
        Need("evidence", "long_text", _("Result and evidence")),
        Need("until", "date", _("New date asked for")),
        Need("answer", "long_text", _("Answer")),
    )
}


def base_name(need: str) -> str:
    """``route:bilateral|…`` and ``ground if council or central`` name the needs route and ground."""
    return need.split(":")[0].split(" ")[0]


def need_for(need: str) -> Need:
    """The vocabulary's entry for one word of the column ``needs``."""
    return NEEDS[base_name(need)]
