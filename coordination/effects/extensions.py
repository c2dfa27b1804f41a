"""More time for a commitment, asked and answered (rulebook §3, acts.csv)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy

from coordination.models import Commitment, Extension
from workflows.machines.acts import ACTS
from workflows.machines.base import Move
from workflows.preconditions import clean
from workflows.refusals import Forbidden, WrongState
from workflows.registry import applies


@applies("commitment", "ask_extension")
def asked(move: Move) -> None:
    """One at a time, while the work is still to be done; to a day after the present one and ahead."""
    commitment: Commitment = move.record
    if not commitment.may_be_extended:
        raise WrongState(step=ACTS[move.name].label, state=commitment.get_state_display())
    if commitment.asked_extension is not None:
        raise Forbidden(
            "extension_asked",
            gettext_lazy("An extension has been asked for already: wait for the answer to it."),
        )
    given = clean(move, ("until", "reason"))
    extension = Extension.objects.create(
        commitment=commitment,
        due_before=commitment.due_on,
        until=date.fromisoformat(given["until"]),
        reason=given["reason"],
        asked_by_id=move.by.seat_id,
        asked_at=move.at,
    )
    move.data = {"extension": extension.pk, "due_on": commitment.due_on.isoformat(), **given}


@applies("commitment", "grant_extension")
def granted(move: Move) -> None:
    """The date moves; its clock starts anew, for the date is part of the clock's key."""
    commitment: Commitment = move.record
    extension = _answered(move, Extension.Status.GRANTED)
    commitment.due_on = extension.until
    move.data["due_on"] = [extension.due_before.isoformat(), extension.until.isoformat()]


@applies("commitment", "refuse_extension")
def refused(move: Move) -> None:
    """The date stays, and the refusal says why."""
    clean(move, ("answer",))
    extension = _answered(move, Extension.Status.REFUSED)
    move.data["until"] = extension.until.isoformat()


def _answered(move: Move, status: str) -> Extension:
    """Close the request that was read; raises ``Forbidden`` where it no longer waits.

    A paper from outside answers the request that waits when it takes effect.
    """
    extension = move.record.asked_extension
    read = move.data.get("extension")
    if extension is None or (extension.pk != read and move.channel != "document"):
        raise Forbidden(
            "extension_not_asked",
            gettext_lazy("This request for an extension no longer waits for an answer."),
        )
    answer = str(move.data.get("answer") or "").strip()
    _close(extension, move, status=status, answer=answer)
    move.data = {"extension": extension.pk, "answer": answer}
    return extension


def _close(extension: Extension, move: Move, *, status: str, answer: str = "") -> None:
    extension.status, extension.answer = status, answer
    extension.answered_by_id, extension.answered_at = move.by.seat_id, move.at
    extension.save(update_fields=["status", "answer", "answered_by", "answered_at"])


@applies("commitment", "dispute", "reassign", "report", "declare_unmet", "cancel_commitment")
def lapsed(move: Move) -> None:
    """What has been reported, has settled or is somebody else's no longer needs the time asked for."""
    extension = move.record.asked_extension
    if extension is not None:
        _close(extension, move, status=Extension.Status.LAPSED)
