"""What a page offers a person to do on a record: steps, acts, and steps recorded for others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from coordination.counterparts import recorded_acts, recorded_info
from coordination.models import Attachment, Commitment, Dossier, Issue, Meeting, Opinion, Person
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine, StepInfo
from workflows.models import PendingStep
from workflows.needs import need_for
from workflows.permissions import amendable, check_act, open_steps
from workflows.refusals import NotYours, SeparationOfDuties, WrongState
from workflows.registry import registry

PLURALS = {
    "issue": "issues",
    "meeting": "meetings",
    "dossier": "dossiers",
    "commitment": "commitments",
    "opinion": "opinions",
}
# Steps that let others see something new: a person reads first what is about to be shared.
SHARING = frozenset(
    {
        ("issue", "approve_bilateral"),
        ("issue", "approve_council"),
        ("issue", "direct"),
        ("issue", "settle"),
        ("issue", "central_concluded"),
        ("issue", "consult"),
        ("dossier", "file"),
        ("dossier", "record_conclusion"),
        ("meeting", "invite"),
        ("meeting", "reschedule"),
        ("meeting", "share_minutes"),
    }
)
# Steps that turn something back or end it: shown after the others, and quieter.
TURNING_BACK = frozenset(
    {
        "send_back_to_author",
        "withdraw",
        "request_supplement",
        "merge",
        "recall_proposal",
        "send_back",
        "decline",
        "return_file",
        "recall_file",
        "return_to_focal",
        "central_returned",
        "reopen",
        "discontinue",
        "discontinue_decided",
        "decline_invitation",
        "no_answer",
        "ask_reschedule",
        "reschedule",
        "dispute_minutes",
        "close_unconfirmed",
        "cancel_meeting",
        "return_dossier",
        "reject_dossier",
        "defer",
        "withdraw_dossier",
        "dispute",
        "reject_report",
        "declare_unmet",
        "cancel_commitment",
        "conclude_consultation",
    }
)
# Whose step a home officer may record by document, and what that side is called.
BY_DOCUMENT = frozenset(
    {
        "other.focal",
        "each.head",
        "any.head",
        "council.officer",
        "consulted.head",
        "lead.head",
        "lead.officer",
        "giver.head",
    }
)


@dataclass(frozen=True)
class StepButton:
    """A step open to the reader. ``quiet`` steps turn back; the first other one is the main one."""

    name: str
    label: str | Promise
    path: str
    quiet: bool
    own_page: bool
    needs_digest: bool


@dataclass(frozen=True)
class RecordedStep:
    """A counterpart's step that can be recorded by document."""

    label: str | Promise
    side: str
    path: str


def step_path(record: Machine, step: str) -> str:
    """Where a step of a record is taken."""
    return reverse("step", args=[PLURALS[record.machine], record.key, step])


def act_path(record: Machine, act: str) -> str:
    """Where an act on a record is done."""
    return reverse("act", args=[PLURALS[record.machine], record.key, act])


def has_own_page(record: Machine, info: StepInfo) -> bool:
    """Whether the step opens a page first: it asks for something, or shares something."""
    kinds = {need_for(word).kind for word in info.needs if not word.startswith("route:")}
    return bool(kinds - {"condition", "digest", "countersign"}) or ((record.machine, info.name) in SHARING)


def step_buttons(record: Machine, person: Person, at: datetime) -> list[StepButton]:
    """The steps open to this person, those that go forward first."""
    buttons = [
        StepButton(
            name=found.info.name,
            label=found.info.label,
            path=step_path(record, found.info.name),
            quiet=_is_quiet(record, found.info.name),
            own_page=has_own_page(record, found.info),
            needs_digest="same_digest" in found.info.needs,
        )
        for found in open_steps(record, person, at)
    ]
    return sorted(buttons, key=lambda button: button.quiet)


def _is_quiet(record: Machine, step: str) -> bool:
    """Whether the step turns back.

    With a commitment left unmet reopening is the way on, and so is reassigning one that is disputed.
    """
    if step == "reopen" and isinstance(record, Issue) and record.settled():
        return record.may_be_resolved()
    if step == "reassign":
        return record.state != Commitment.State.DISPUTED
    return step in TURNING_BACK


def acts_open(record: Machine, person: Person, at: datetime) -> set[str]:
    """The names of the acts this person may do on this record."""
    assert registry.roles is not None
    capacities = registry.roles.capacities(person, record, at)
    found = set()
    for name in ACTS:
        try:
            check_act(record, name, capacities)
        except (NotYours, SeparationOfDuties, WrongState):
            continue
        found.add(name)
    found.discard("amend")
    capacity, fields = amendable(record, capacities)
    # An issue's opinion table and its submission have pages of their own.
    if capacity is not None and (record.machine != "issue" or "*" in fields):
        found.add("amend")
    return found & _timely(record)


_ANSWERS = {"grant_extension", "refuse_extension"}


def _timely(record: Any) -> set[str]:
    """The acts that make sense in the record's state."""
    names = set(ACTS)
    if record.is_terminal:
        names -= {"assign", "reassign", "remind", "raise_urgency", "confirm_urgency", "share"}
    if not record.steps_from(record.state):
        # A body's late answer comes by document too.
        names -= {"record_document"}
    if record.machine == "commitment":
        names -= _ANSWERS if record.asked_extension is None else {"ask_extension"}
        names -= set() if record.may_be_extended else {"ask_extension"}
    if record.machine == "issue":
        if not record.outside_is_undecided:
            names -= {"send_outside", "keep_inside"}
        if record.code is None or record.accountable_id is None:
            names -= {"assign", "reassign", "share", "confirm_urgency"}
        if record.code is None or record.is_terminal:
            names -= {"name_twin"}
        if not record.brought_in():
            names -= {"note_shared"}
        if record.unit_asked_at is None or record.unit_answer or record.state != "implementing":
            names -= {"unit_agrees", "unit_objects"}
        if record.urgency == record.urgency_asked:
            names -= {"confirm_urgency"}
    return names


def recordable_steps(record: Machine, person: Person, at: datetime) -> list[RecordedStep]:
    """Steps of counterparts without an account that this officer may record by document."""
    if "record_document" not in acts_open(record, person, at):
        return []
    found = []
    timely = _timely(record)
    acts = {name: info for name, info in recorded_acts(record).items() if name in timely}
    for name, info in {**record.steps_from(record.state), **acts}.items():
        roles = set(info.who.split("|"))
        if not roles & BY_DOCUMENT or "focal.officer" in roles:
            continue
        for pk, side in _counterparts(record, roles):
            path = f"{act_path(record, 'record_document')}?step={name}&side={pk}"
            found.append(RecordedStep(info.label, side, path))
    return found


def _counterparts(record: Any, roles: set[str]) -> list[tuple[str, str]]:
    if isinstance(record, Meeting):
        rows = record.other_sides().exclude(answer="declined").select_related("locality")
        if "each.head" in roles:
            rows = rows.filter(confirmed_at__isnull=True)
        return [(str(side.locality_id), str(side.locality)) for side in rows]
    if isinstance(record, Dossier):
        return [("", str(record.council))]
    if isinstance(record, Commitment):
        if "giver.head" in roles:
            return [] if record.locality_id == record.home_id else [("", str(record.locality))]
        return [] if record.lead.locality_id == record.home_id else [("", str(record.lead))]
    if isinstance(record, Opinion):
        body = record.body
        return [] if body.locality_id == record.home.pk else [("", str(body))]
    return []


def pending_words(record: Machine, pending: PendingStep) -> dict[str, Any]:
    """The recorded document: which step, of whom, with which file."""
    return {
        "row": pending,
        "label": recorded_info(record, pending.step).label,
        "file": Attachment.objects.filter(pk=pending.attachment_id).first(),
        "by": pending.recorded_by.get("person_name", ""),
    }
