"""What really happened: read back from the database, laid beside what arrived at the sockets."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from sqlite3 import Row
from typing import Any

from coordination.models import Issue, Person
from coordination.walkthrough.errors import FAILURES
from coordination.walkthrough.live import Arrival
from coordination.walkthrough.people import Cast, people_of
from coordination.walkthrough.routes.model import Route
from coordination.walkthrough.server import Server
from coordination.walkthrough.story import Story
from notifications.models import Notice, OutboxMessage
from workflows.models import Event
from workflows.registry import registry

ARRIVAL_SECONDS = 40.0
_PAUSE = 0.2


@dataclass
class Outcome:
    """How one route went: the events of its story in order, and everything that is wrong."""

    route: Route
    events: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    issue: str = ""
    state: str = ""
    lasted: float = 0.0

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps alone: a record's beginning, acts and trails are not steps."""
        return [event for event in self.events if event["kind"] == Event.Kind.STEP]

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def notices(self) -> list[dict[str, Any]]:
        """Every notice of the story."""
        return [notice for event in self.events for notice in event["notices"]]


def last_event(server: Server) -> int:
    """The id of the newest event, 0 where there is none."""
    with server.read() as database:
        found = database.execute(f"SELECT MAX(id) FROM {_table(Event)}").fetchone()[0]  # noqa: S608
    return int(found or 0)


def wait_for_arrivals(server: Server, cast: Cast, *, since: int) -> None:
    """Let everything arrive that is written; who has notices and never came, comes now.

    Raises nothing: what did not arrive is found by ``look_back``.
    """
    until = time.monotonic() + ARRIVAL_SECONDS
    while time.monotonic() < until:
        rows = _notices(server, since)
        cast.come({row["username"] for row in rows if not cast[row["username"]].live.connected})
        if all(_arrival(cast, row) for row in rows):
            return
        time.sleep(_PAUSE)


def look_back(server: Server, cast: Cast, story: Story, outcome: Outcome) -> None:
    """Fill the outcome from the event rows, and say what is not as it should be."""
    notices: dict[int, list[Row]] = {}
    for row in _notices(server, story.since):
        notices.setdefault(row["event_id"], []).append(row)
    names = _record_names(server)
    for row in _events(server, story.since):
        told = [_told(cast, notice, row, outcome) for notice in notices.pop(row["id"], [])]
        if row["kind"] != Event.Kind.TRAIL or told:
            outcome.events.append(_event(row, names, told, outcome.route.name))
    for event_id in notices:
        outcome.problems.append(f"notices speak of event {event_id}, which is not there")
    outcome.problems += [fault for person in cast.people.values() for fault in person.live.faults]
    outcome.checks += story.checks
    _check_steps(outcome, story)
    _check_inboxes(server, cast, outcome)
    _check_outbox(server, outcome)
    _check_end(server, outcome)


def seconds_of(notices: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """p50, p95 and the slowest of what arrived live; replays waited for their person instead."""
    live = sorted(
        notice["seconds"] for notice in notices if notice["seconds"] is not None and not notice["caught_up"]
    )
    return {
        "p50": _percentile(live, 0.50),
        "p95": _percentile(live, 0.95),
        "max": live[-1] if live else None,
    }


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _events(server: Server, since: int) -> list[Row]:
    query = f"""
        SELECT event.*, person.username FROM {_table(Event)} event
        LEFT JOIN {_table(Person)} person ON person.id = event.person_id
        WHERE event.id > ? ORDER BY event.id
    """  # noqa: S608 (names of our own tables)
    with server.read() as database:
        return database.execute(query, [since]).fetchall()


def _notices(server: Server, since: int) -> list[Row]:
    query = f"""
        SELECT notice.*, person.username FROM {_table(Notice)} notice
        JOIN {_table(Person)} person ON person.id = notice.person_id
        WHERE notice.event_id > ? ORDER BY notice.id
    """  # noqa: S608
    with server.read() as database:
        return database.execute(query, [since]).fetchall()


def _record_names(server: Server) -> dict[tuple[str, int], str]:
    names = {}
    with server.read() as database:
        for machine, model in registry.machines.items():
            query = f"SELECT id, ref, code FROM {_table(model)}"  # noqa: S608
            for row in database.execute(query):
                names[machine, row["id"]] = row["code"] or row["ref"]
    return names


def _arrival(cast: Cast, notice: Row) -> Arrival | None:
    arrivals = list(cast[notice["username"]].live.arrivals)
    return next((one for one in arrivals if one.seq == notice["seq"]), None)


def _told(cast: Cast, notice: Row, event: Row, outcome: Outcome) -> dict[str, Any]:
    """One notice, with how long it took from the step's commit to the person's socket."""
    arrival = _arrival(cast, notice)
    if arrival is None:
        outcome.problems.append(
            f"{notice['username']} was never brought notice {notice['seq']} ({event['name']})"
        )
    elif arrival.event_id != event["id"]:
        outcome.problems.append(f"{notice['username']}: notice {notice['seq']} came as another event's")
    seconds = (arrival.at - _moment(event["recorded_at"])).total_seconds() if arrival else None
    return {
        "to": notice["username"],
        "seq": notice["seq"],
        "seconds": round(seconds, 3) if seconds is not None else None,
        "caught_up": arrival.caught_up if arrival else None,
        "why": notice["why"],
        "requires_action": bool(notice["requires_action"]),
    }


def _event(
    row: Row, names: dict[tuple[str, int], str], told: list[dict[str, Any]], route: str
) -> dict[str, Any]:
    return {
        "route": route,
        "kind": row["kind"],
        "step": row["name"],
        "machine": row["machine"],
        "record": names.get((row["machine"], row["record_id"]), row["record_ref"]),
        "from": row["source"],
        "to": row["target"],
        "by": row["username"] or "system",
        "name": row["person_name"],
        "as": ", ".join(part for part in (row["title"], row["organisation_name"]) if part),
        "channel": row["channel"],
        "at": _moment(row["recorded_at"]).isoformat(),
        "notices": told,
    }


def _moment(text: str) -> datetime:
    """SQLite holds moments as UTC without saying so."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _check_steps(outcome: Outcome, story: Story) -> None:
    """What people did is what stands in the events, in this order and no more."""
    happened = [
        (event["machine"], event["step"], event["by"], event["channel"])
        for event in outcome.events
        if event["by"] != "system"
        and event["kind"] in (Event.Kind.STEP, Event.Kind.ACT, Event.Kind.AMEND)
        and event["step"] != "attach"
    ]
    for batch in story.expected:
        wanted = Counter((one.machine, one.step, one.by, one.channel) for one in batch)
        found = Counter(happened[: len(batch)])
        del happened[: len(batch)]
        if wanted != found:
            outcome.problems.append(f"taken: {list(wanted)}; recorded: {list(found)}")
            return
    if happened:
        outcome.problems.append(f"recorded, but nobody took it: {happened}")
    if story.plot:
        outcome.problems.append(f"not played: {[beat.step for beat in story.plot]}")


def _check_inboxes(server: Server, cast: Cast, outcome: Outcome) -> None:
    """Each person was brought 1, 2, 3 … to the end, each notice once."""
    last: dict[str, int] = {}
    for row in _notices(server, 0):
        last[row["username"]] = max(last.get(row["username"], 0), row["seq"])
    for username, seq in sorted(last.items()):
        brought = [one.seq for one in list(cast[username].live.arrivals)]
        if brought != list(range(1, seq + 1)):
            outcome.problems.append(f"{username} was brought {brought}, not 1 to {seq}")


def _check_outbox(server: Server, outcome: Outcome) -> None:
    query = f"SELECT status, COUNT(*) FROM {_table(OutboxMessage)} GROUP BY status"  # noqa: S608
    with server.read() as database:
        counts = dict(database.execute(query).fetchall())
    bad = {status: counts[status] for status in ("failed", "dead") if counts.get(status)}
    if bad:
        outcome.problems.append(f"mails did not go out: {bad}")


def _check_end(server: Server, outcome: Outcome) -> None:
    query = f"SELECT code, ref, state FROM {_table(Issue)} WHERE title = ?"  # noqa: S608
    with server.read() as database:
        row = database.execute(query, [outcome.route.case.title]).fetchone()
    if row is None:
        outcome.problems.append("there is no issue")
        return
    outcome.issue, outcome.state = row["code"] or row["ref"], row["state"]
    if row["state"] != outcome.route.case.ends_in:
        outcome.problems.append(f"it ended in {row['state']}, not in {outcome.route.case.ends_in}")


def _table(model: Any) -> str:
    return str(model._meta.db_table)


def play_route(route: Route, server: Server, cast: Cast, story: Story) -> Outcome:
    """Play one route and look back at it; whatever goes wrong is a problem of the outcome."""
    outcome = Outcome(route)
    started = time.monotonic()
    try:
        cast.come(people_of(route.bodies, away=route.late))
        route.play(story)
        wait_for_arrivals(server, cast, since=story.since)
    except FAILURES as failure:
        outcome.problems.append(str(failure) or type(failure).__name__)
    look_back(server, cast, story, outcome)
    outcome.lasted = round(time.monotonic() - started, 1)
    return outcome
