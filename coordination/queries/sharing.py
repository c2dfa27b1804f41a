"""What a step is about to let others see: the person reads it before (rulebook §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coordination.models import Attachment, Dossier, Issue, Meeting
from workflows.machines.base import Machine


@dataclass(frozen=True)
class Sharing:
    """Who is about to see what: the shared part of ``issues``, or only what ``note`` says."""

    who: tuple[str, ...]
    note: str | Promise
    issues: tuple[Issue, ...] = ()
    files: tuple[Attachment, ...] = ()


_BY_COMMITMENTS = _("the sides and the lead bodies of the commitments you give below")


def about_to_share(record: Machine, name: str) -> Sharing | None:
    """What the step or act ``name`` shares; None where it shares nothing new."""
    if isinstance(record, Issue):
        return _by_issue(record, name)
    if isinstance(record, Meeting) and name in {"invite", "reschedule", "share_minutes"}:
        who = tuple(
            str(side.locality)
            for side in record.other_sides().exclude(answer="declined").select_related("locality")
        )
        notes = {
            "invite": _("They read the agenda and the times you propose."),
            "reschedule": _("They read your reason and the times you propose."),
            "share_minutes": _("They read who attended, each point, and the commitments in it."),
        }
        return Sharing(who, notes[name])
    if isinstance(record, Dossier) and name == "file":
        files = Attachment.objects.filter(machine="issue", record_id=record.issue_id, shared=True)
        return Sharing(
            (str(record.council),),
            _("The Council's office reads the dossier below and the shared part of the issue."),
            (record.issue,),
            tuple(files),
        )
    if isinstance(record, Dossier) and name == "record_conclusion":
        return Sharing(
            (str(_BY_COMMITMENTS),),
            _("They read the conclusion and the commitments."),
            (record.issue,),
        )
    return None


def _by_issue(issue: Issue, name: str) -> Sharing | None:
    files: Any = Attachment.objects.filter(machine="issue", record_id=issue.pk, shared=True)
    others = tuple(str(place) for place in issue.others)
    if name in {"approve_bilateral", "approve_council"}:
        note = (
            _("From now on their focal points and leaders read this part; nothing else.")
            if name == "approve_bilateral"
            else _(
                "From now on their focal points and leaders read this part, and the Council's "
                "office once the dossier is filed; nothing else."
            )
        )
        return Sharing(others, note, (issue,), tuple(files))
    if name in {"direct", "settle", "central_concluded"}:
        return Sharing(
            (str(_BY_COMMITMENTS),),
            _("They read this part and their own commitments; nothing else."),
            (issue,),
            tuple(files),
        )
    if name == "consult":
        return Sharing(
            (str(_("the bodies you choose below")),),
            _(
                "They read the question and our position. Bodies of other localities and ministries "
                "read nothing else."
            ),
        )
    if name == "share":
        return Sharing(
            (str(_("the bodies you choose below")),),
            _("They read this part; nothing else."),
            (issue,),
            tuple(files),
        )
    if name == "note_shared":
        return Sharing(
            tuple(str(side.locality) for side in issue.sides.all() if side.brought_in_at),
            _("They read the note and who wrote it."),
        )
    return None
