"""Every state of every machine as a story brings it about, with what is true of it, said by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from coordination.models import Commitment
from tests.people import seat
from tests.story import Story
from tests.workflows import seats
from tests.workflows.rulebook import Step
from workflows.machines.base import Machine

Roles = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Variant:
    """A state, how a story comes there, who is who then, and which conditions hold.

    ``build`` goes on from an issue in the state ``base``, which several variants share. ``holds`` names
    the conditions of the column ``needs`` that are true; ``route`` the route proposed.
    """

    machine: str
    state: str
    base: str
    build: Callable[[Story], Machine | None]
    roles: Roles
    route: str = ""
    holds: frozenset[str] = frozenset()
    name: str = ""

    def __str__(self) -> str:
        return f"{self.machine}-{self.state}" + (f"-{self.name}" if self.name else "")

    def refused(self, step: Step) -> str:
        """The code of the refusal that a condition of the step brings about; "" where all hold."""
        if step.routes and self.route not in step.routes:
            return "route"
        for condition in ("nobody_brought_in", "no_committee_decision", "commitments_settled", "unit_heard"):
            if condition in step.need_names and condition not in self.holds:
                return condition
        return (
            "after_reminders" if "after_reminders" in step.need_names and "reminded" not in self.holds else ""
        )


FREE = frozenset({"nobody_brought_in", "no_committee_decision"})
SETTLED = frozenset({"commitments_settled", "unit_heard"})
ALONE = seats.together(seats.EVERYBODY, seats.HOME_SIDE, seats.SYSTEM)
PROPOSED = seats.together(ALONE, seats.PROPOSED)
TOGETHER = seats.together(PROPOSED, seats.PARTY)


def _as_it_is(_story: Story) -> None:
    """The base is the state that is wanted."""


def _proposed(route: str, *steps: str) -> Callable[[Story], None]:
    def build(story: Story) -> None:
        story.do("propose", {"route": route})
        for step in steps:
            story.do(step)

    return build


def _named_deputy(story: Story) -> None:
    story.do("pass_to_leader", {"decider": seat("binhduong.ubnd.idle").pk})


def _settled(story: Story) -> None:
    story.settle_commitments()
    story.act("unit_agrees", by="binhduong.gtvt.head")


def _party_in_triage(story: Story) -> None:
    story.do("cancel_meeting", on=story.meeting, by="binhduong.skhdt.head")


def _issue(
    state: str,
    roles: Roles,
    holds: frozenset[str] = FREE,
    build: Any = _as_it_is,
    name: str = "",
    *,
    route: str = "",
    base: str = "",
) -> Variant:
    return Variant("issue", state, base or state, build, roles, route, holds, name)


ISSUE = (
    *(_issue(state, ALONE) for state in ("draft", "awaiting_unit_head", "submitted", "returned", "triage")),
    _issue("triage", TOGETHER, frozenset(), _party_in_triage, "party", base="bilateral"),
    _issue("consulting", ALONE),
    _issue("awaiting_focal_head", PROPOSED, route="bilateral"),
    _issue(
        "awaiting_focal_head", PROPOSED, FREE, _proposed("settle"), "settle", route="settle", base="triage"
    ),
    _issue(
        "awaiting_focal_head", PROPOSED, FREE, _proposed("decline"), "decline", route="decline", base="triage"
    ),
    _issue("committee_office", PROPOSED, route="bilateral"),
    _issue("awaiting_committee", PROPOSED, route="bilateral"),
    _issue(
        "awaiting_committee",
        seats.together(PROPOSED, seats.IDLE_DECIDER),
        FREE,
        _named_deputy,
        "deputy",
        base="committee_office",
    ),
    _issue("bilateral", TOGETHER, frozenset()),
    _issue("council", TOGETHER, frozenset()),
    _issue("central", PROPOSED, frozenset({"nobody_brought_in"})),
    # A directive whose commitments name Đồng Nai brings it in.
    _issue("implementing", TOGETHER, frozenset()),
    _issue("implementing", TOGETHER, SETTLED, _settled, "settled"),
    _issue(
        "implementing",
        TOGETHER,
        frozenset({"no_committee_decision"}),
        _proposed("settle", "settle"),
        "by-focal",
        base="triage",
    ),
    _issue("resolved", TOGETHER, frozenset()),
    _issue("closed", TOGETHER, frozenset()),
    _issue("declined", PROPOSED),
    _issue("withdrawn", ALONE),
    _issue("merged", ALONE),
)


def _opinion(slug: str, *ends: str) -> Callable[[Story], Machine]:
    def build(story: Story) -> Machine:
        opinion = story.opinion(slug)
        if ends == ("answer",):
            story.do("answer", on=opinion, by=f"{slug}.head")
        elif ends:
            if "lapse" in ends:
                story.at += timedelta(days=30)
            story.do("conclude_consultation")
        if "answer_late" in ends:
            story.do("answer_late", on=story.refreshed(opinion), by=f"{slug}.head")
        return story.refreshed(opinion)

    return build


OPINION = tuple(
    Variant("opinion", state, "consulting", _opinion(slug, *ends), seats.together(ALONE, who), name=slug)
    for state, ends in (
        ("requested", ()),
        ("answered", ("answer",)),
        ("lapsed", ("lapse",)),
        ("answered_late", ("lapse", "answer_late")),
        ("cancelled", ("cancel",)),
    )
    for slug, who in (("bgtvt", seats.MINISTRY_ASKED), ("binhduong.ubnd", seats.COMMITTEE_ASKED))
)

MEETING_PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "proposed": (),
    "invited": (("invite", ""),),
    "countered": (("invite", ""), ("counter_propose", "")),
    "scheduled": (("invite", ""), ("accept_slot", "")),
    "held": (("invite", ""), ("accept_slot", ""), ("record_held", "")),
    "minutes_shared": (("invite", ""), ("accept_slot", ""), ("record_held", ""), ("share_minutes", "")),
    "concluded": (
        ("invite", ""),
        ("accept_slot", ""),
        ("record_held", ""),
        ("share_minutes", ""),
        ("confirm_minutes", "binhduong.skhdt.head"),
        ("confirm_minutes", "dongnai.skhdt.head"),
    ),
    "declined": (("invite", ""), ("decline_invitation", "")),
    "cancelled": (("cancel_meeting", ""),),
}


def _reminded(story: Story, meeting: Machine) -> None:
    for _ in range(2):
        story.act("remind", on=story.refreshed(meeting), by="binhduong.skhdt.officer")
    story.at += timedelta(days=30)


def meeting_in(*path: tuple[str, str], reminded: bool = False) -> Callable[[Story], Machine]:
    """A meeting after these (step, by) of an approved issue."""

    def build(story: Story) -> Machine:
        meeting = story.meeting
        for step, by in path:
            # Far enough ahead that the times proposed outlast two reminders.
            times = {"slots": [story.slot(days=60)]} if step == "invite" else {}
            story.do(step, times, on=story.refreshed(meeting), by=by or by_plainly(step))
        if reminded:
            _reminded(story, meeting)
        return story.refreshed(meeting)

    return build


def _given_up(step: str, *path: tuple[str, str]) -> Callable[[Story], Machine]:
    def build(story: Story) -> Machine:
        meeting = meeting_in(*path, reminded=True)(story)
        story.do(step, on=meeting)
        return story.refreshed(meeting)

    return build


def by_plainly(step: str) -> str:
    """Who takes a step of the meeting when nothing else is said."""
    theirs = {"accept_slot", "counter_propose", "decline_invitation", "ask_reschedule"}
    if step in theirs:
        return "dongnai.skhdt.officer"
    heads = {"invite", "cancel_meeting", "no_answer", "close_unconfirmed"}
    return "binhduong.skhdt.head" if step in heads else "binhduong.skhdt.officer"


# A meeting's own home has no proposer: it stands for several issues.
AT_TABLE = seats.together(ALONE, seats.PARTY)
MEETING = (
    *(
        Variant("meeting", state, "bilateral", meeting_in(*path), AT_TABLE)
        for state, path in MEETING_PATHS.items()
        if state != "declined"
    ),
    # A side that declined has no part in the meeting any more.
    Variant("meeting", "declined", "bilateral", meeting_in(*MEETING_PATHS["declined"]), ALONE),
    *(
        Variant(
            "meeting",
            state,
            "bilateral",
            meeting_in(*MEETING_PATHS[state], reminded=True),
            AT_TABLE,
            holds=frozenset({"reminded"}),
            name="reminded",
        )
        for state in ("invited", "held", "minutes_shared")
    ),
    Variant("meeting", "unanswered", "bilateral", _given_up("no_answer", ("invite", "")), AT_TABLE),
    Variant(
        "meeting",
        "unconfirmed",
        "bilateral",
        _given_up("close_unconfirmed", *MEETING_PATHS["held"]),
        AT_TABLE,
    ),
)

DOSSIER_PATHS: dict[str, tuple[str, ...]] = {
    "drafting": (),
    "filed": ("file",),
    "returned": ("file", "return_dossier"),
    "screened": ("file", "screen"),
    "scheduled": ("file", "screen", "schedule"),
    "deferred": ("file", "screen", "schedule", "defer"),
    "decided": ("file", "screen", "schedule", "record_conclusion"),
    "referred": ("file", "screen", "schedule", "refer"),
    "rejected": ("file", "reject_dossier"),
    "withdrawn": ("withdraw_dossier",),
}


def dossier_in(state: str) -> Callable[[Story], Machine]:
    """A dossier of an issue before the Council."""

    def build(story: Story) -> Machine:
        dossier = story.dossier
        for step in DOSSIER_PATHS[state]:
            story.do(step, on=story.refreshed(dossier))
        return story.refreshed(dossier)

    return build


BEFORE_COUNCIL = seats.together(TOGETHER, seats.COUNCIL_ASKED)
DOSSIER = tuple(
    Variant("dossier", state, "council", dossier_in(state), BEFORE_COUNCIL) for state in DOSSIER_PATHS
)

COMMITMENT_PATHS: dict[str, tuple[str, ...]] = {
    "assigned": (),
    "accepted": ("take_on",),
    "disputed": ("dispute",),
    "reported": ("take_on", "report"),
    "verified": ("take_on", "report", "verify"),
    "unmet": ("declare_unmet",),
    "cancelled": ("cancel_commitment",),
}


def commitment_in(state: str, side: str) -> Callable[[Story], Commitment]:
    """A commitment of one side, given by a directive."""

    def build(story: Story) -> Commitment:
        commitment = story.issue.commitments.get(locality__slug=side)
        by = {
            "take_on": f"{side}.gtvt.officer",
            "dispute": f"{side}.gtvt.head",
            "report": f"{side}.gtvt.head",
            "cancel_commitment": f"{side}.skhdt.head",
        }
        for step in COMMITMENT_PATHS[state]:
            story.do(step, on=story.refreshed(commitment), by=by.get(step, ""))
        return story.refreshed(commitment)

    return build


COMMITMENT = tuple(
    Variant(
        "commitment",
        state,
        "implementing",
        commitment_in(state, side),
        seats.together(TOGETHER, who),
        name=side,
    )
    for state in COMMITMENT_PATHS
    for side, who in (("binhduong", seats.HOME_LEADS), ("dongnai", seats.OTHER_LEADS))
)

VARIANTS = (*ISSUE, *OPINION, *MEETING, *DOSSIER, *COMMITMENT)
