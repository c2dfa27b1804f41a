"""The submission (tờ trình) and the road it proposes, issue by issue (rulebook §2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Ground, Issue, Route, Submission
from workflows.machines.acts import ACTS
from workflows.machines.base import Move
from workflows.models import Event
from workflows.refusals import Forbidden, Incomplete, Stale
from workflows.registry import need

ABOVE = frozenset({Route.COUNCIL, Route.CENTRAL})


@need("route")
def route(move: Move, word: str) -> str | None:
    """``route``: chosen now, else as drafted. ``route:a|b``: the one proposed must be one of these."""
    if word == "route":
        value = move.data.get("route") or _drafted(move.record, "route")
        if value not in Route.values:
            raise Incomplete({"route": _("Choose a route.")})
        return str(value)
    allowed = word.partition(":")[2].split("|")
    if move.record.route not in allowed:
        proposed = Route(move.record.route).label if move.record.route else "–"
        raise Forbidden(
            "route",
            gettext_lazy("The route proposed is “%(route)s”; this step does not go with it."),
            route=proposed,
        )
    return None


@need("ground")
def ground(move: Move, word: str) -> str | None:
    """The legal test for going above; as drafted or proposed, where nobody names one now."""
    asked = move.results["cleaned"].get("route") or move.data.get("route")
    if word != "ground" and asked not in ABOVE:
        return None
    named = move.data.get("ground") or (_drafted(move.record, "ground") if word != "ground" else "")
    value = named or getattr(move.record, "ground", "")
    if value not in Ground.values:
        raise Incomplete({"ground": _("Name the ground for going above.")})
    return str(value)


def _drafted(issue: Issue, name: str) -> str:
    return getattr(issue.open_item(), name, "") if issue.draft() else ""


@need("submission")
def submission(move: Move, _word: str) -> dict[str, Any]:
    """Subject and content of the tờ trình; other issues on it, each with route and ground.

    Where nothing is given, what stands on the issue's draft. ``read`` is the digest of the draft
    that the person had before them: raises ``Stale`` where somebody saved another since.
    """
    issue: Issue = move.record
    draft = issue.draft()
    given = move.data.get("submission") or (_as_drafted(draft, issue) if draft else {})
    if draft is not None and given.get("read"):
        check_draft_read(draft, given["read"])
    cleaned = {name: str(given.get(name) or "").strip() for name in ("subject", "content")}
    if not all(cleaned.values()):
        raise Incomplete({"submission": _("Write the submission: its subject and its content.")})
    others: dict[str, dict[str, str]] = {}
    for row in given.get("with") or []:
        other = Issue.objects.filter(ref=row.get("issue"), home=issue.home).exclude(pk=issue.pk).first()
        if other is None or other.state != Issue.State.TRIAGE or row.get("route") not in Route.values:
            raise Incomplete({"submission": _("Each issue added needs a route, and must be in triage.")})
        if row["route"] in ABOVE and row.get("ground") not in Ground.values:
            raise Incomplete({"submission": _("Name the ground for going above.")})
        others[other.ref] = {"issue": other.ref, "route": row["route"], "ground": row.get("ground") or ""}
    return {**cleaned, "with": list(others.values()), **({"ref": given["ref"]} if given.get("ref") else {})}


def _as_drafted(draft: Submission, issue: Issue) -> dict[str, Any]:
    """A draft as somebody would give it with the step; who is out for opinions stays behind."""
    return {
        "subject": draft.subject,
        "content": draft.content,
        "with": [
            {"issue": item.issue.ref, "route": item.route, "ground": item.ground}
            for item in draft.drafted()
            if item.issue_id != issue.pk and item.issue.state == Issue.State.TRIAGE
        ],
    }


def check_draft_read(draft: Submission, read: str) -> None:
    """Refuse to write over what somebody saved after it was read; raises ``Stale``, which names them."""
    if read == draft.digest():
        return
    moved = Event.objects.filter(machine=Issue.machine, record_id__in=draft.items.values("issue_id"))
    last = moved.filter(kind__in=[Event.Kind.STEP, Event.Kind.AMEND]).latest("id")
    info = Issue.steps().get(last.name)
    label = info.label if info else ACTS[last.name].label
    raise Stale(by=last.person_name, step=last.name, label=label, at=last.at)
