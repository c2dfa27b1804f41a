"""A counterpart's step recorded "theo văn bản số …" and countersigned (rulebook §1)."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.counterparts import recorded_info
from coordination.models import Locality, Organisation
from coordination.needs.given import clean_document, hold_for_countersignature
from coordination.standing import standing_of
from workflows import engine
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine, Move
from workflows.models import PendingStep
from workflows.pending import forget_pending, pending_step
from workflows.permissions import check_separation
from workflows.refusals import Forbidden, Incomplete, SeparationOfDuties, WrongState
from workflows.registry import applies, effect
from workflows.roles import Capacity

MACHINES = ("issue", "meeting", "dossier", "commitment", "opinion")
COUNTERPART_ROLES = {
    "other.focal",
    "each.head",
    "any.head",
    "council.officer",
    "consulted.head",
    "lead.officer",
    "lead.head",
    "giver.head",
}


def counterpart(record: Machine, step: str, side: str, issuer: str) -> Capacity:
    """The capacity in which a counterpart without an account takes the step; no person, no seat."""
    info = recorded_info(record, step)
    roles = [role for role in info.who.split("|") if role in COUNTERPART_ROLES]
    if not roles:
        raise Forbidden(
            "not_a_counterpart_step", gettext_lazy("Only a counterpart's step is recorded by document.")
        )
    standing = standing_of(record)
    locality = Locality.objects.filter(pk=int(side)).first() if side.isdigit() else None
    if roles[0] == "giver.head":
        locality = Locality.objects.filter(pk=standing.giver_id or 0).first()
    body: Organisation | None = None
    if roles[0] == "council.officer":
        body = Organisation.objects.filter(pk=standing.council_id or 0).first()
    elif roles[0].startswith("lead."):
        body = Organisation.objects.filter(pk=standing.lead_id or 0).first()
    elif roles[0] == "consulted.head":
        body = Organisation.objects.filter(pk=standing.consulted_id or 0).first()
    if body is None and (locality is None or locality.pk not in standing.others):
        raise Incomplete({"side": _("Say which locality's step this is.")})
    if body is not None and body.locality_id == standing.home_id:
        raise Forbidden("not_a_counterpart_step", gettext_lazy("Your own side takes its steps itself."))
    return Capacity(
        role=roles[0],
        person_id=None,
        person_name=issuer,
        seat_id=None,
        title="",
        organisation_id=body.pk if body else None,
        organisation_name=body.name if body else (locality.full_name if locality else ""),
        locality_id=locality.pk if locality else (body.locality_id if body else None),
    )


def _recorded(move: Move) -> None:
    record, step = move.record, str(move.data.get("step") or "")
    side = str(move.data.get("side") or "")
    info = recorded_info(record, step)
    if record.state not in info.source:
        raise WrongState(step=info.label, state=record.State(record.state).label)
    paper = clean_document(record, move.data, at=move.at)
    capacity = counterpart(record, step, side, paper["issuer"])
    # By the day of the letter, as when it is countersigned: what is refused then must not wait till then.
    at = _effective(paper["dated"], record, move.at)
    probe = Move(record, step, capacity, at, dict(move.data.get("data") or {}), "document", info=info)
    data = engine.clean(probe, info.needs)
    pending = hold_for_countersignature(move, step, data, paper, side=side)
    move.data = {
        "step": step,
        "number": paper["number"],
        "dated": paper["dated"],
        "issuer": paper["issuer"],
        "attachment": paper["attachment"],
        "pending": pending.pk,
    }
    move.results["told"] = "nobody"


def _waiting(move: Move) -> PendingStep:
    pending = PendingStep.objects.filter(
        pk=move.data.get("pending") or 0,
        machine=move.record.machine,
        record_id=move.record.pk,
        status=PendingStep.Status.WAITING,
    ).first()
    if pending is None:
        raise Forbidden("not_pending", gettext_lazy("This document no longer waits for a countersignature."))
    return pending


def _countersigned(move: Move) -> None:
    pending = _waiting(move)
    if pending.recorded_by.get("person_id") in move.by.people:
        raise SeparationOfDuties(text=gettext_lazy("Whoever recorded the document may not countersign it."))
    # Countersigning is taking the step for the other side: who shared the minutes may not do both.
    check_separation(move.record, pending.step, move.by)
    _settle(pending, PendingStep.Status.COUNTERSIGNED)
    move.results["pending"] = pending
    move.data = {"pending": pending.pk, "step": pending.step, "number": pending.number}


def _effective(dated: date | str, record: Machine, now: datetime) -> datetime:
    """When a step by document was taken: on the day of the letter, but after the record's last step."""
    day = dated if isinstance(dated, date) else date.fromisoformat(dated)
    at = timezone.make_aware(datetime.combine(day, time(17, 0)))
    return min(max(at, record.moved_at), now)


def _performed(move: Move) -> None:
    """The step happens, dated as in the document, channel ``document``."""
    pending: PendingStep = move.results["pending"]
    record = move.record
    at = _effective(pending.dated, record, move.at)
    info = recorded_info(record, pending.step)
    recorder = pending.recorded_by
    if any(role in COUNTERPART_ROLES for role in info.who.split("|")):
        capacity = counterpart(record, pending.step, pending.side, pending.issuer)
    else:
        capacity = Capacity(role=info.who, locality_id=record.home_id, **recorder)
    take = engine.act if pending.step in ACTS else engine.perform
    take(
        record,
        pending.step,
        by=None,
        at=at,
        data=pending.data,
        channel="document",
        capacity=capacity,
        cause=move.event,
    )


def _refused(move: Move) -> None:
    pending = _waiting(move)
    reason = str(move.data.get("reason") or "").strip()
    if not reason:
        raise Incomplete({"reason": _("Give the reason.")})
    _settle(pending, PendingStep.Status.REFUSED)
    move.data = {"pending": pending.pk, "step": pending.step, "reason": reason}


def _overtaken(move: Move) -> None:
    """The counterpart did it themselves first, or the record went elsewhere."""
    pending = pending_step(move.record)
    if pending is None:
        return
    gone = move.record.state not in recorded_info(move.record, pending.step).source
    same = (
        pending.step == move.name
        and move.by.locality_id is not None
        and (not pending.side or pending.side == str(move.by.locality_id))
    )
    if gone or same:
        _settle(pending, PendingStep.Status.OVERTAKEN)


def _settle(pending: PendingStep, status: str) -> None:
    pending.status = status
    pending.save(update_fields=["status"])
    forget_pending(pending)


for _machine in MACHINES:
    applies(_machine, "record_document")(_recorded)
    applies(_machine, "countersign")(_countersigned)
    applies(_machine, "refuse_record")(_refused)
    applies(_machine, "*")(_overtaken)
    effect(_machine, "countersign")(_performed)
