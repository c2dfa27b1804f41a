"""What is asked: which pages, by whom, and the bare SQL of each."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.urls import NoReverseMatch, reverse

from benchmarks.large import bare, bare_pages, words
from benchmarks.large.directory import HOME
from benchmarks.large.rows import LONG
from coordination.queries.search import fold

DEEP = 1_000
READERS = ("narrow", "wide", "focal", "leader", "auditor")
_FOCAL_STATES = ("submitted", "awaiting_focal_head", "triage", "central", "resolved")


@dataclass
class Page:
    """One page as one reader asks for it; ``bare`` holds, for each of its statements, the plans to try.

    ``compared`` is how many records of the first statement the page must name, at most; 0 where they are
    not compared. A list is compared in its order.
    """

    name: str
    reader: str
    person: int
    path: str
    bare: list[list[bare.Query]] = field(default_factory=list)
    compared: int = 0
    in_order: bool = True


def pages(connection: psycopg.Connection[Any]) -> list[Page]:
    """Every page that is measured, on a database that ``loading`` filled."""
    found = []
    people = dict(connection.execute("SELECT username, id FROM coordination_person ORDER BY id").fetchall())
    long = connection.execute("SELECT code FROM coordination_issue WHERE id = %s", [LONG]).fetchone()
    assert long is not None
    for reader, person in _readers(connection, people).items():
        sight = bare.sight_of(connection, person)
        if reader != "auditor":
            found.append(_my_work(reader, sight))
        for name, narrowed, query in _lists(connection, sight):
            if reader in {"narrow", "wide"} or name in {"issues", "issues: open"}:
                found.append(_list(name, reader, sight, narrowed, query))
        found.append(_deep(connection, reader, sight))
        if reader in {"narrow", "wide", "focal"}:
            record = [[query] for query in bare_pages.record(sight, long[0])]
            found.append(Page("1,000 events", reader, person, reverse("issue", args=[long[0]]), record))
        found += _overview(reader, person)
    return found


def _readers(connection: psycopg.Connection[Any], people: dict[str, int]) -> dict[str, int]:
    home = connection.execute(
        "SELECT people[1], (SELECT person_id FROM coordination_seat WHERE id = deciders[1]) FROM bench_home"
        " WHERE id = %s",
        [HOME],
    ).fetchone()
    assert home is not None
    named = {name: people[name] for name in ("narrow", "wide", "auditor")}
    made = {**named, "focal": home[0], "leader": home[1]}
    return {reader: made[reader] for reader in READERS}


def _lists(
    connection: psycopg.Connection[Any], sight: bare.Sight
) -> list[tuple[str, bare.Narrowed, dict[str, Any]]]:
    """Name, what narrows the list, and the same as the page is asked."""
    open_states = bare.Narrowed("i.state <> ALL (%(ended)s)", states=tuple(bare_pages.open_states()))
    near = HOME + 1
    rare = fold(words.RARE.split()[1])
    return [
        ("issues", bare.Narrowed(), {}),
        ("issues: open", open_states, {"state": "open"}),
        ("issues: in triage", bare.in_states(("triage",)), {"state": "triage"}),
        ("issues: closed", bare.in_states(("closed",)), {"state": "closed"}),
        ("issues: of a locality", bare.with_side(near), {"locality": near}),
        ("issues: of a kind", bare.of_kind("mechanism"), {"kind": "mechanism"}),
        ("issues: overdue", bare.overdue(sight), {"overdue": "on"}),
        ("issues: my turn", bare.my_turn(), {"turn": "me"}),
        ("issues: focal point's turn", bare.in_states(_FOCAL_STATES), {"turn": "focal"}),
        (
            "issues: open, kind, locality",
            bare.both(open_states, bare.of_kind("funding"), bare.with_side(near)),
            {"state": "open", "kind": "funding", "locality": near},
        ),
        ("search: a rare word", bare.saying([rare]), {"q": rare}),
        ("search: a common word", bare.saying(["cau"]), {"q": "cau"}),
        ("search: two words", bare.saying(["vanh", "dai"]), {"q": "vanh dai"}),
        ("search: common and rare", bare.saying(["nguon", rare]), {"q": f"nguon {rare}"}),
        ("search: a code", bare.saying(["vm-dni-2022-0002"]), {"q": "VM-DNI-2022-0002"}),
        ("search: no such word", bare.saying(["khongco"]), {"q": "khongco"}),
    ]


def _list(name: str, reader: str, sight: bare.Sight, narrowed: bare.Narrowed, query: dict[str, Any]) -> Page:
    path = reverse("issue-list") + (f"?{urlencode(query)}" if query else "")
    return Page(name, reader, sight.person, path, [bare.lists(sight, narrowed)], bare.PAGE)


def _deep(connection: psycopg.Connection[Any], reader: str, sight: bare.Sight) -> Page:
    """Page 1,000, or the last full one of who sees less; reached by its cursor."""
    text = bare.every(sight)
    total = connection.execute(f"SELECT count(*) FROM ({text}) i".encode(), sight.values).fetchone()
    assert total is not None
    number = max(2, min(DEEP, total[0] // bare.PAGE))
    before = connection.execute(
        f"SELECT i.moved_at, i.id FROM coordination_issue i WHERE i.id IN ({text})"
        " ORDER BY i.moved_at DESC, i.id DESC OFFSET %(skip)s LIMIT 1".encode(),
        {**sight.values, "skip": (number - 1) * bare.PAGE - 1},
    ).fetchone()
    assert before is not None, f"{reader} sees {total[0]} issues"
    cursor = urlsafe_b64encode(f"{before[0].isoformat()} {before[1]}".encode()).decode().rstrip("=")
    path = f"{reverse('issue-list')}?cursor={cursor}"
    queries = bare.lists(sight, bare.Narrowed(), after=(before[0], before[1]))
    return Page(
        f"issues: page {number:,} of {total[0] // bare.PAGE + 1:,}",
        reader,
        sight.person,
        path,
        [queries],
        bare.PAGE,
    )


def _my_work(reader: str, sight: bare.Sight) -> Page:
    queries = [[bare_pages.tasks(sight)], bare_pages.waiting(sight), [bare_pages.following(sight)]]
    path = reverse("my-work")
    return Page("my work", reader, sight.person, path, queries, bare_pages.TASKS, in_order=False)


def _overview(reader: str, person: int) -> list[Page]:
    """The committee's dashboard, where the product has it."""
    if reader not in {"focal", "leader"}:
        return []
    try:
        path = reverse("overview")
    except NoReverseMatch:
        return []
    return [
        Page("overview", reader, person, path, [bare_pages.overview(HOME, words.LOCALITIES[HOME - 1][0])])
    ]
