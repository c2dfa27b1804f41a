"""The best bare SQL we know for what each page answers, hand-written, on the product's own tables.

What a reader sees through is known beforehand (the product remembers it, too); everything else that the
page tells of the records is in the statement: localities, whose turn in words, due date, events. A list
has several plans; ``measuring`` takes for each reader the one that is fastest there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg

PAGE, SHOWN = 25, 30
ENDED = ("closed", "declined", "withdrawn", "merged")
Values = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """One statement with its values, and the name of its plan."""

    plan: str
    text: str
    values: Values


@dataclass
class Sight:
    """What a reader's seats of today are: the ids with which everything is compared."""

    person: int
    auditor: bool = False
    bodies: list[int] = field(default_factory=list)
    core: list[int] = field(default_factory=list)
    councils: list[int] = field(default_factory=list)
    seats: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def values(self) -> Values:
        """As the statements take them."""
        return {**vars(self), "size": PAGE + 1, "shown": SHOWN, "ended": list(ENDED)}


def sight_of(connection: psycopg.Connection[Any], person: int) -> Sight:
    """Read a reader's seats; theirs are officers' and heads', and nobody has lent them one."""
    sight = Sight(person)
    for seat, level, body, parent, functions in connection.execute(_SEATS, [person]).fetchall():
        sight.seats.append(seat)
        sight.keys.append(f"seat:{seat}")
        if level == "auditor":
            sight.auditor = True
            continue
        sight.bodies.append(body)
        sight.keys += [f"body:{body}:{level}", f"body:{body}:officer+head"]
        for kind, locality in functions or ():
            if kind in {"focal", "committee"}:
                sight.core.append(locality)
                sight.keys += [f"{kind}:{locality}:{level}", f"{kind}:{locality}:officer+head"]
                sight.keys += [f"side:{locality}:head"] if level == "head" else []
            elif kind == "council":
                sight.councils += [body, parent]
                sight.keys += [f"council:{body}:{level}", f"council:{parent}:{level}"]
    return sight


_SEATS = """
SELECT s.id, s.level, s.organisation_id, o.parent_id,
  (SELECT jsonb_agg(jsonb_build_array(f.kind, f.locality_id)) FROM coordination_function f
   WHERE f.organisation_id = o.id AND current_date BETWEEN f.valid_from AND coalesce(f.valid_to, 'infinity'))
FROM coordination_seat s LEFT JOIN coordination_organisation o ON o.id = s.organisation_id
WHERE s.person_id = %s AND current_date BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')"""

# Each way to an issue: what the reader must have for it, the ids it leads to, and the probe of one issue.
_WAYS = (
    (
        "bodies",
        "SELECT id FROM coordination_issue WHERE unit_id = ANY (%(bodies)s)",
        "i.unit_id = ANY (%(bodies)s)",
    ),
    (
        "core",
        "SELECT id FROM coordination_issue WHERE home_id = ANY (%(core)s) AND code IS NOT NULL",
        "i.home_id = ANY (%(core)s) AND i.code IS NOT NULL",
    ),
    (
        "core",
        "SELECT issue_id FROM coordination_issuelocality s WHERE locality_id = ANY (%(core)s)"
        " AND brought_in_at IS NOT NULL",
        "s.issue_id",
    ),
    (
        "councils",
        "SELECT issue_id FROM coordination_dossier s WHERE council_id = ANY (%(councils)s)"
        " AND filed_at IS NOT NULL",
        "s.issue_id",
    ),
    (
        "bodies",
        "SELECT issue_id FROM coordination_commitment s WHERE lead_id = ANY (%(bodies)s)",
        "s.issue_id",
    ),
    (
        "bodies",
        "SELECT s.issue_id FROM coordination_commitment s JOIN coordination_commitment_coordinators m"
        " ON m.commitment_id = s.id WHERE m.organisation_id = ANY (%(bodies)s)",
        "s.issue_id",
    ),
    (
        "bodies",
        "SELECT issue_id FROM coordination_share s WHERE organisation_id = ANY (%(bodies)s)",
        "s.issue_id",
    ),
    (
        "bodies",
        "SELECT merged_into_id FROM coordination_issue s WHERE merged_into_id IS NOT NULL"
        " AND unit_id = ANY (%(bodies)s)",
        "s.merged_into_id",
    ),
    (
        "bodies",
        "SELECT q.issue_id FROM coordination_opinion s"
        " JOIN coordination_consultation q ON q.id = s.consultation_id"
        " JOIN coordination_organisation b ON b.id = s.body_id JOIN coordination_issue h ON h.id = q.issue_id"
        " WHERE s.body_id = ANY (%(bodies)s) AND b.locality_id = h.home_id",
        "q.issue_id",
    ),
)


def probes(sight: Sight) -> str:
    """Whether the reader sees ``i``: asked of one issue at a time, the cheap ways first."""
    if sight.auditor:
        return "true"
    found = []
    for needed, ids, probe in _WAYS:
        if getattr(sight, needed):
            # A scalar subquery: the planner cannot make one big hash of it.
            asked = f"(SELECT true {ids[ids.index('FROM') :]} AND {probe} = i.id LIMIT 1)"
            found.append(f"({asked if probe.endswith('_id') else probe})")
    return f"({' OR '.join(found)})"


def every(sight: Sight) -> str:
    """The ids of all that the reader sees."""
    if sight.auditor:
        return "SELECT id FROM coordination_issue"
    return " UNION ".join(ids for needed, ids, _probe in _WAYS if getattr(sight, needed))


def _full(sight: Sight) -> str:
    """Whether the reader sees ``i`` as its home does."""
    return "true" if sight.auditor else "(i.unit_id = ANY (%(bodies)s) OR i.home_id = ANY (%(core)s))"


@dataclass(frozen=True)
class Narrowed:
    """What narrows a list: a condition on ``i``, and a way to begin with it, where there is one.

    ``found`` selects ids of issues that may satisfy it; ``states`` are the states it leaves, if it says.
    """

    condition: str = "true"
    values: Values = field(default_factory=dict)
    found: str = ""
    states: tuple[str, ...] = ()


def lists(sight: Sight, narrowed: Narrowed, after: tuple[Any, int] | None = None) -> list[Query]:
    """The statements that answer one page of the issues' list, a plan each."""
    where = narrowed.condition
    values = {**sight.values, **narrowed.values}
    if after:
        where += " AND (i.moved_at, i.id) < (%(moved_at)s, %(after)s)"
        values |= {"moved_at": after[0], "after": after[1]}
    newest = "ORDER BY i.moved_at DESC, i.id DESC LIMIT %(size)s"
    walk = f"SELECT i.id FROM coordination_issue i WHERE {where} AND {probes(sight)} {newest}"
    plans = {"walk": walk}
    if not sight.auditor:
        rows = f"({every(sight)} OFFSET 0) own (id) JOIN coordination_issue i USING (id)"
        plans["gather"] = f"SELECT i.id FROM {rows} WHERE {where} {newest}"
        plans["branches"] = _branches(sight, narrowed, where)
    if narrowed.found:
        plans["found first"] = (
            f"SELECT i.id FROM (SELECT DISTINCT id FROM ({narrowed.found}) f (id) OFFSET 0) f"
            f" JOIN coordination_issue i USING (id) WHERE {where} AND {probes(sight)} {newest}"
        )
    return [Query(name, told(sight, text), values) for name, text in plans.items()]


def _branches(sight: Sight, narrowed: Narrowed, where: str) -> str:
    """Of each body and home its own first ones, of the other ways all; then the first of all those."""
    newest = "ORDER BY i.moved_at DESC, i.id DESC LIMIT %(size)s"
    rows = "SELECT i.id, i.moved_at FROM coordination_issue i WHERE"
    found = []
    for place, (needed, ids, _probe) in enumerate(_WAYS):
        if not getattr(sight, needed):
            continue
        if place == 0:
            each = f"{rows} i.unit_id = b AND {where} {newest}"
            found.append(f"SELECT o.* FROM unnest(%(bodies)s::bigint[]) AS b CROSS JOIN LATERAL ({each}) o")
        elif place == 1:
            states = ", ".join(f"'{state}'" for state in narrowed.states)
            by_state = f" CROSS JOIN unnest(ARRAY[{states}]) AS st" if states else ""
            own = "i.home_id = b AND i.code IS NOT NULL" + (" AND i.state = st" if states else "")
            each = f"{rows} {own} AND {where} {newest}"
            found.append(
                f"SELECT o.* FROM unnest(%(core)s::bigint[]) AS b{by_state} CROSS JOIN LATERAL ({each}) o"
            )
        elif place == 2:
            probe = f"(SELECT true {ids[ids.index('FROM') :]} AND s.issue_id = i.id LIMIT 1)"
            found.append(
                f"SELECT i.id, i.moved_at FROM coordination_issue i WHERE {where} AND {probe} {newest}"
            )
        else:
            own = f"({ids} OFFSET 0) own (id) JOIN coordination_issue i USING (id)"
            found.append(f"SELECT i.id, i.moved_at FROM {own} WHERE {where} {newest}")
    union = " UNION ".join(f"({one})" for one in found)
    return f"SELECT i.id FROM ({union}) i {newest}"


# Of an issue ``i`` and the records beside it as far as the reader may know them: (machine, record).
BESIDE = """
SELECT 'issue' AS machine, i.id AS record WHERE page.is_full
UNION ALL SELECT 'commitment', c.id FROM coordination_commitment c WHERE c.issue_id = page.id
UNION ALL SELECT 'dossier', d.id FROM coordination_dossier d WHERE d.issue_id = page.id
UNION ALL SELECT 'meeting', a.meeting_id FROM coordination_agendaitem a
  WHERE a.issue_id = page.id AND a.left_at IS NULL
UNION ALL SELECT 'opinion', o.id FROM coordination_opinion o JOIN coordination_consultation q
  ON q.id = o.consultation_id WHERE q.issue_id = page.id AND page.is_full"""

HOLDER = """CASE split_part(w.holder, ':', 1)
  WHEN 'seat' THEN (SELECT p.full_name || ', ' || s.title FROM coordination_seat s
    JOIN coordination_person p ON p.id = s.person_id WHERE s.id = split_part(w.holder, ':', 2)::bigint)
  WHEN 'body' THEN (SELECT label FROM coordination_organisation WHERE id = split_part(w.holder, ':',
    2)::bigint)
  WHEN 'council' THEN (SELECT label FROM coordination_organisation WHERE id = split_part(w.holder, ':',
    2)::bigint)
  ELSE (SELECT o.label FROM coordination_function f JOIN coordination_organisation o ON o.id =
    f.organisation_id
    WHERE f.kind = split_part(w.holder, ':', 1) AND f.locality_id = split_part(w.holder, ':',
      2)::bigint LIMIT 1)
  END"""


def told(sight: Sight, text: str) -> str:
    """The rows of a page, with all that a list says of an issue; ``text`` selects the ids."""
    return f"""
WITH page AS MATERIALIZED (
  SELECT i.id, i.ref, i.code, i.title, i.state, i.urgency, i.moved_at, i.home_id, {_full(sight)} AS is_full
  FROM ({text}) first JOIN coordination_issue i USING (id))
SELECT page.code, page.ref, page.*,
  (SELECT array_agg(l.name ORDER BY s.id) FROM coordination_issuelocality s
   JOIN coordination_locality l ON l.id = s.locality_id WHERE s.issue_id = page.id) AS localities,
  turn.holders, turn.mine, turn.due_at, turn.explanation
FROM page LEFT JOIN LATERAL (
  SELECT array_agg({HOLDER}) FILTER (WHERE w.holder <> '') AS holders, bool_or(w.holder = ANY
    (%(keys)s)) AS mine,
    min(k.due_at) AS due_at, (array_agg(k.explanation ORDER BY k.due_at))[1] AS explanation
  FROM ({BESIDE.replace("i.id", "page.id")}) beside
  LEFT JOIN LATERAL (SELECT holder FROM workflows_workitem w WHERE w.machine = beside.machine
    AND w.record_id = beside.record AND w.finished IS NULL AND w.holder <> '' OFFSET 0) w ON true
  LEFT JOIN LATERAL (SELECT due_at, explanation FROM workflows_clock k WHERE k.machine = beside.machine
    AND k.record_id = beside.record AND k.stopped_at IS NULL AND k.due_at IS NOT NULL OFFSET 0) k ON true
) turn ON true
ORDER BY page.moved_at DESC, page.id DESC"""


def in_states(states: tuple[str, ...]) -> Narrowed:
    """Issues in one of some states."""
    return Narrowed("i.state = ANY (%(states)s)", {"states": list(states)}, states=states)


def with_side(locality: int) -> Narrowed:
    """Issues that concern a locality."""
    rows = "FROM coordination_issuelocality s WHERE s.locality_id = %(locality)s"
    return Narrowed(
        f"(SELECT true {rows} AND s.issue_id = i.id LIMIT 1)",
        {"locality": locality},
        found=f"SELECT s.issue_id {rows}",
    )


def of_kind(kind: str) -> Narrowed:
    """Issues of one kind of matter."""
    return Narrowed(
        "(SELECT true FROM coordination_issuekind k WHERE k.issue_id = i.id AND k.kind = %(kind)s LIMIT 1)",
        {"kind": kind},
    )


def both(one: Narrowed, other: Narrowed, *others: Narrowed) -> Narrowed:
    """What satisfies all of them."""
    made = Narrowed(
        f"{one.condition} AND {other.condition}",
        {**one.values, **other.values},
        found=one.found or other.found,
        states=one.states or other.states,
    )
    return both(made, *others) if others else made


# Records with a clock that is late; what only comes again is never late.
_LATE = """WITH late AS MATERIALIZED (SELECT machine, record_id FROM workflows_clock WHERE stopped_at IS NULL
  AND due_at < now() AND NOT (machine = 'issue' AND key = 'central' OR machine = 'dossier' AND key =
    'deferred'))"""
_ISSUES_OF = """SELECT record_id FROM {rows} WHERE machine = 'issue' AND {full}
UNION ALL SELECT c.issue_id FROM {rows} r JOIN coordination_commitment c ON c.id = r.record_id
  WHERE r.machine = 'commitment'
UNION ALL SELECT d.issue_id FROM {rows} r JOIN coordination_dossier d ON d.id = r.record_id
  WHERE r.machine = 'dossier'
UNION ALL SELECT a.issue_id FROM {rows} r JOIN coordination_agendaitem a ON a.meeting_id = r.record_id
  AND a.left_at IS NULL WHERE r.machine = 'meeting'
UNION ALL SELECT q.issue_id FROM {rows} r JOIN coordination_opinion o ON o.id = r.record_id
  JOIN coordination_consultation q ON q.id = o.consultation_id WHERE r.machine = 'opinion' AND {full}"""


def overdue(sight: Sight) -> Narrowed:
    """Issues with a late clock that the reader may know of."""
    clock = (
        "SELECT true FROM workflows_clock k WHERE k.machine = '{machine}' AND k.record_id = {record}"
        " AND k.stopped_at IS NULL AND k.due_at < now()"
    )
    own = f"({clock.format(machine='issue', record='i.id')} AND k.key <> 'central' LIMIT 1)"
    beside = [
        f"(SELECT true FROM {rows} AND EXISTS ({clock.format(machine=machine, record=record)}) LIMIT 1)"
        for machine, rows, record in (
            ("commitment", "coordination_commitment c WHERE c.issue_id = i.id", "c.id"),
            ("dossier", "coordination_dossier d WHERE d.issue_id = i.id AND d.state <> 'deferred'", "d.id"),
            (
                "meeting",
                "coordination_agendaitem a WHERE a.issue_id = i.id AND a.left_at IS NULL",
                "a.meeting_id",
            ),
        )
    ]
    asked = (
        "(SELECT true FROM coordination_consultation q"
        " JOIN coordination_opinion o ON o.consultation_id = q.id"
        f" WHERE q.issue_id = i.id AND EXISTS ({clock.format(machine='opinion', record='o.id')}) LIMIT 1)"
    )
    shared = " OR ".join(beside)
    return Narrowed(
        f"({shared} OR {_full(sight)} AND ({own} OR {asked}))",
        found=f"{_LATE} {_ISSUES_OF.format(rows='late', full='true')}",
    )


def my_turn() -> Narrowed:
    """Issues on which the reader holds an item, on the issue or beside it."""
    held = (
        "WITH held AS MATERIALIZED (SELECT machine, record_id FROM workflows_workitem"
        " WHERE holder = ANY (%(keys)s) AND finished IS NULL AND holder <> '')"
    )
    ids = f"{held} {_ISSUES_OF.format(rows='held', full='true')}"
    return Narrowed(f"i.id IN ({ids})", found=ids)


def saying(words: list[str]) -> Narrowed:
    """Issues whose search text holds every word; the words are folded."""
    names = [f"word{place}" for place in range(len(words))]
    condition = " AND ".join(f"i.search_text LIKE %({name})s" for name in names)
    values = {name: f"%{word}%" for name, word in zip(names, words, strict=True)}
    found = f"SELECT i.id FROM coordination_issue i WHERE {condition}"
    return Narrowed(condition, values, found=found)
