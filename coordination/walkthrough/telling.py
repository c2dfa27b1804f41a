"""The outcome as JSON for a machine, and as a story for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from coordination.walkthrough.report import Outcome, seconds_of
from workflows.machines.acts import ACTS
from workflows.models import Event
from workflows.registry import registry


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The contract's JSON; with several routes each step says which one it belongs to."""
    notices = [notice for outcome in outcomes for notice in outcome.notices]
    return {
        "ok": all(outcome.ok for outcome in outcomes),
        "problems": [problem for outcome in outcomes for problem in outcome.problems],
        "seconds": seconds_of(notices),
        "notices": len(notices),
        "caught_up": sum(bool(notice["caught_up"]) for notice in notices),
        "routes": [
            {
                "route": outcome.route.name,
                "issue": outcome.issue,
                "title": outcome.route.case.title,
                "state": outcome.state,
                "ok": outcome.ok,
                "problems": outcome.problems,
                "checks": outcome.checks,
                "steps": len(outcome.steps),
                "notices": len(outcome.notices),
                "seconds": seconds_of(outcome.notices),
                "lasted": outcome.lasted,
            }
            for outcome in outcomes
        ],
        "steps": [step for outcome in outcomes for step in outcome.steps],
        "other_events": [
            event for outcome in outcomes for event in outcome.events if event["kind"] != Event.Kind.STEP
        ],
    }


def as_story(outcome: Outcome) -> Iterator[str]:
    """One paragraph per event, in the language active now."""
    yield ""
    yield f"{outcome.issue}  {outcome.route.case.title}"
    for event in outcome.events:
        yield from _told(event)
    yield ""
    for check in outcome.checks:
        yield f"  + {check}"
    for problem in outcome.problems:
        yield f"  ! {problem}"
    yield _figures(outcome)


def _told(event: dict[str, Any]) -> Iterator[str]:
    at = timezone.localtime(datetime.fromisoformat(event["at"]))
    who = event["name"] or _("The system")
    if event["name"] and event["as"]:
        who = f"{who}, {event['as']}"
    yield f"{at:%H:%M:%S}  {who}"
    way = _WAYS.get(event["channel"], lambda: "")()
    yield f"          {_label(event)}{way} – {event['record']}{_move(event)}"
    if event["notices"]:
        yield f"          {_heard(event['notices'])}"


_WAYS = {
    "link": lambda: " " + _("(from the link in the mail)"),
    "document": lambda: " " + _("(by document)"),
}


def _label(event: dict[str, Any]) -> str:
    steps = registry.machines[event["machine"]].steps()
    if event["step"] in steps:
        return str(steps[event["step"]].label)
    if event["step"] in ACTS:
        return str(ACTS[event["step"]].label)
    return pgettext("record", "Opened") if event["kind"] == Event.Kind.BEGIN else event["step"]


def _move(event: dict[str, Any]) -> str:
    states = registry.machines[event["machine"]].State
    if event["kind"] == Event.Kind.BEGIN:
        return f": {states(event['to']).label}"
    if event["kind"] != Event.Kind.STEP:
        return ""
    return f": {states(event['from']).label} → {states(event['to']).label}"


def _heard(notices: Sequence[dict[str, Any]]) -> str:
    live = [one["seconds"] for one in notices if one["seconds"] is not None and not one["caught_up"]]
    said = ngettext("%(count)d person was told", "%(count)d people were told", len(notices)) % {
        "count": len(notices)
    }
    if live:
        said += _(", the last one after %(seconds).2f s") % {"seconds": max(live)}
    later = sum(bool(one["caught_up"]) for one in notices)
    if later:
        said += ngettext("; %(count)d caught up later", "; %(count)d caught up later", later) % {
            "count": later
        }
    return said


def _figures(outcome: Outcome) -> str:
    found = seconds_of(outcome.notices)
    if found["p95"] is None:
        return _("No notice arrived.")
    return _(
        "%(steps)d steps, %(notices)d notices; from the step to the socket: p50 %(p50).2f s, "
        "p95 %(p95).2f s, at most %(max).2f s."
    ) % {"steps": len(outcome.steps), "notices": len(outcome.notices), **found}
