"""The shape of a demo case, and the openings that most plots share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Legal bases that several cases cite.
PLAN_1067 = "Kế hoạch số 1067/KH-UBND ngày 18/3/2021 của UBND tỉnh Bình Dương"
RESOLUTION_128 = "Nghị quyết số 128/NQ-CP ngày 11/9/2020 của Chính phủ"
PUBLIC_INVESTMENT = "Luật Đầu tư công số 58/2024/QH15"
LAND = "Luật Đất đai số 31/2024/QH15"
ENVIRONMENT = "Luật Bảo vệ môi trường số 72/2020/QH14"


@dataclass(frozen=True, slots=True)
class Side:
    """One locality in a case: where the works are, or who is affected; how things stand there."""

    locality: str
    role: str  # works | affected
    situation: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step (or act, or ``amend``) of the engine, by one person, so many days before seeding.

    The step ``amend`` changes content: its data are the fields; ``draft`` saves a draft submission;
    `present` names who came of those named.
    `on` says which record beside the issue: for an opinion the body's slug; for a commitment its
    place (0-based) among the issue's commitments in order of birth; otherwise unused, the issue's
    newest meeting or dossier is meant. Days in `slots`, `due`, `due_in_days` and `in_days` count
    from the day of the step.
    """

    machine: str
    step: str
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)
    days_ago: int = 0
    hour: str = "09:00"
    on: str | int | None = None
    act: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One issue. `<reporter>.officer` writes the draft `drafted_days_ago`, then the plot runs."""

    key: str
    number: int  # of the real case in the domain facts
    title: str
    project: str  # empty only for kind `mechanism`
    sides: tuple[Side, ...]
    reporter: str
    kinds: tuple[str, ...]
    tried: str
    proposal: str
    timeline: tuple[str, ...]  # true events, true dates
    ends_in: str  # the state after the plot
    drafted_days_ago: int
    amended_text: str = ""  # for kind `mechanism`: the text to amend
    urgency: str = "thường"  # thường | khẩn | thượng khẩn | hỏa tốc
    legal_bases: tuple[str, ...] = ()
    drafted_hour: str = "08:10"
    plot: tuple[Step, ...] = ()


def in_order(*steps: Step) -> tuple[Step, ...]:
    """By time: for plots whose commitments run side by side."""
    return tuple(sorted(steps, key=lambda step: (-step.days_ago, step.hour)))


def opening(reporter: str, *, days: tuple[int, int, int]) -> tuple[Step, ...]:
    """Handed up, submitted, accepted by the focal point."""
    handed_up, submitted, accepted = days
    focal = f"{reporter.partition('.')[0]}.skhdt.officer"
    return (
        Step("issue", "hand_up", f"{reporter}.officer", {}, handed_up, "09:15"),
        Step("issue", "submit", f"{reporter}.head", {}, submitted, "14:20"),
        Step("issue", "accept", focal, {"accountable": focal}, accepted, "10:05"),
    )


def to_the_leader(
    decider: str,
    *,
    days: tuple[int, int, int],
    route: str,
    subject: str,
    content: str,
    ground: str | None = None,
) -> tuple[Step, ...]:
    """Proposed by the focal officer, endorsed by their head, passed to the leader who decides."""
    proposed, endorsed, passed = days
    locality = decider.partition(".")[0]
    data: dict[str, Any] = {"route": route, "submission": {"subject": subject, "content": content}}
    if ground:
        data["ground"] = ground
    return (
        Step("issue", "propose", f"{locality}.skhdt.officer", data, proposed, "15:40"),
        Step("issue", "endorse", f"{locality}.skhdt.head", {}, endorsed, "16:10"),
        Step(
            "issue",
            "pass_to_leader",
            f"{locality}.ubnd.officer",
            {"decider": decider},
            passed,
            "08:45",
        ),
    )


def carried_out(
    lead: str,
    verifier: str,
    *,
    on: int,
    days: tuple[int, int, int],
    evidence: str,
) -> tuple[Step, ...]:
    """A commitment taken on, reported and verified."""
    taken_on, reported, verified = days
    return (
        Step("commitment", "take_on", f"{lead}.officer", {}, taken_on, "08:30", on),
        Step(
            "commitment",
            "report",
            f"{lead}.head",
            {"evidence": evidence},
            reported,
            "10:30",
            on,
        ),
        Step("commitment", "verify", verifier, {}, verified, "15:15", on),
    )


def resolved(reporter: str, *, days: tuple[int, int]) -> tuple[Step, ...]:
    """The unit agrees, the focal head confirms."""
    agreed, confirmed = days
    focal = f"{reporter.partition('.')[0]}.skhdt.head"
    return (
        Step("issue", "unit_agrees", f"{reporter}.head", {}, agreed, "09:20", act=True),
        Step("issue", "confirm_resolved", focal, {}, confirmed, "14:45"),
    )
