"""What can be done that is not a step (docs/rulebook/acts.csv): the same door, no change of state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ActInfo:
    """One row of the table of acts.

    ``who`` lists roles (``home`` and ``parties`` mean anyone of them on the record); ``told`` is a
    word of rulebook §5, ``choice`` where the person chooses, ``nobody`` where nobody hears.
    """

    name: str
    label: str | Promise
    machines: tuple[str, ...]
    who: tuple[str, ...]
    told: str
    bumps: bool = False


_EVERY = ("issue", "opinion", "meeting", "dossier", "commitment")
_HOME = (
    "reporting.officer",
    "reporting.head",
    "focal.officer",
    "focal.head",
    "committee.officer",
    "committee.head",
)
# The bodies that carry out a commitment.
_AT_WORK = ("lead.officer", "lead.head", "coordinator.officer", "coordinator.head")

ACTS: dict[str, ActInfo] = {
    info.name: info
    for info in (
        ActInfo("assign", _("Assign"), ("issue",), ("focal.head", "focal.officer"), "home"),
        ActInfo("reassign", _("Reassign"), ("issue",), ("focal.head", "focal.officer"), "home"),
        ActInfo(
            "remind",
            _("Remind the holders"),
            _EVERY,
            ("focal.officer", "focal.head", "committee.officer", "system"),
            "holders",
        ),
        ActInfo("note_internal", _("Internal note"), _EVERY, _HOME, "home"),
        ActInfo(
            "note_shared",
            _("Note to the parties"),
            ("issue", "meeting", "dossier", "commitment"),
            (
                "focal.officer",
                "focal.head",
                "committee.officer",
                "committee.head",
                "reporting.officer",
                "reporting.head",
                "other.focal",
                *_AT_WORK,
            ),
            "parties",
        ),
        ActInfo(
            "attach",
            _("Attach a file"),
            _EVERY,
            (
                *_HOME,
                *_AT_WORK,
                "council.officer",
                "consulted.officer",
                "consulted.head",
                "other.focal",
            ),
            "home",
        ),
        ActInfo("amend", _("Amend"), _EVERY, ("amend table",), "home", bumps=True),
        ActInfo("share", _("Share"), ("issue",), ("focal.officer",), "parties"),
        ActInfo("follow", _("Follow"), ("issue",), ("anyone",), "nobody"),
        ActInfo("unfollow", _("Unfollow"), ("issue",), ("anyone",), "nobody"),
        ActInfo("name_twin", _("Name a twin file"), ("issue",), ("focal.officer",), "home"),
        ActInfo("forget_twin", _("Take back a twin file"), ("issue",), ("focal.officer",), "home"),
        ActInfo(
            "send_outside",
            _("Send the request to the outside bodies"),
            ("issue",),
            ("focal.head",),
            "home",
        ),
        ActInfo(
            "keep_inside",
            _("Do not ask the outside bodies"),
            ("issue",),
            ("focal.head",),
            "home",
        ),
        ActInfo("ask_extension", _("Ask for an extension"), ("commitment",), ("lead.head",), "parties"),
        ActInfo(
            "grant_extension",
            _("Grant the extension"),
            ("commitment",),
            ("giver.head",),
            "parties",
            bumps=True,
        ),
        ActInfo(
            "refuse_extension",
            _("Refuse the extension"),
            ("commitment",),
            ("giver.head",),
            "parties",
            bumps=True,
        ),
        ActInfo("unit_agrees", _("Agree that it is resolved"), ("issue",), ("reporting.head",), "home"),
        ActInfo(
            "unit_objects",
            _("Object: it is not resolved"),
            ("issue",),
            ("reporting.head",),
            "home",
        ),
        ActInfo(
            "record_document",
            _("Record by document"),
            _EVERY,
            ("focal.officer",),
            "nobody",
        ),
        ActInfo(
            "countersign",
            _("Countersign the outside document"),
            _EVERY,
            ("focal.head",),
            "nobody",
        ),
        ActInfo(
            "refuse_record",
            _("Refuse the outside document"),
            _EVERY,
            ("focal.head",),
            "nobody",
        ),
        ActInfo("ask_unit", _("Ask the unit whether it is resolved"), ("issue",), ("system",), "home"),
        ActInfo("move_due_date", _("New due date"), _EVERY, ("system",), "holders"),
        ActInfo("raise_urgency", _("Ask for urgency"), ("issue",), ("reporting.head",), "home", True),
        ActInfo("confirm_urgency", _("Confirm the urgency"), ("issue",), ("focal.officer",), "home", True),
    )
}

# An amendment of one field that people know by a name of its own.
_AMENDMENTS: dict[str, str | Promise] = {
    "session": _("Move the session"),
    "participants": _("Name who comes"),
}


def amendment_label(changed: Iterable[str]) -> str | Promise:
    """What an amendment of these fields is called."""
    fields = list(changed)
    return _AMENDMENTS.get(fields[0], ACTS["amend"].label) if len(fields) == 1 else ACTS["amend"].label
