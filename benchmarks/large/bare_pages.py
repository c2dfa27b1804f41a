"""The best bare SQL for the pages that are no list of issues: my work, one record, how things stand."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.large.bare import BESIDE, HOLDER, Query, Sight, my_turn, probes, told

# So many tasks the page shows; of the others it says how many there are.
TASKS = 100
_OPEN = "i.state <> ALL (%(ended)s)"


def tasks(sight: Sight) -> Query:
    """What waits for the reader and is due first, with all the page says of it; and how much there is."""
    return Query(
        "by holder",
        """
WITH held AS MATERIALIZED (
  SELECT w.machine, w.record_id, w.holder, w.purpose, w.created, k.due_at, k.explanation,
    count(*) OVER () AS every
  FROM workflows_workitem w
  LEFT JOIN LATERAL (SELECT due_at, explanation FROM workflows_clock k WHERE k.machine = w.machine
    AND k.record_id = w.record_id AND k.stopped_at IS NULL AND k.due_at IS NOT NULL OFFSET 0) k ON true
  WHERE w.holder = ANY (%(keys)s) AND w.finished IS NULL AND w.holder <> ''
  ORDER BY k.due_at NULLS LAST, w.created LIMIT %(tasks)s)
SELECT coalesce(x.code, x.ref), w.*, x.title, x.state, l.name AS home, i.urgency
FROM held w
CROSS JOIN LATERAL (
  SELECT i.id AS issue_id, i.code, i.ref, i.title, i.state FROM coordination_issue i
    WHERE w.machine = 'issue' AND i.id = w.record_id
  UNION ALL SELECT c.issue_id, c.code, c.ref, c.work, c.state FROM coordination_commitment c
    WHERE w.machine = 'commitment' AND c.id = w.record_id
  UNION ALL SELECT d.issue_id, d.code, d.ref, '', d.state FROM coordination_dossier d
    WHERE w.machine = 'dossier' AND d.id = w.record_id
  UNION ALL (SELECT a.issue_id, m.code, m.ref, '', m.state FROM coordination_meeting m
    JOIN coordination_agendaitem a ON a.meeting_id = m.id
    WHERE w.machine = 'meeting' AND m.id = w.record_id ORDER BY a.id LIMIT 1)
  UNION ALL SELECT q.issue_id, o.code, o.ref, q.question, o.state FROM coordination_opinion o
    JOIN coordination_consultation q ON q.id = o.consultation_id
    WHERE w.machine = 'opinion' AND o.id = w.record_id
) x
JOIN coordination_issue i ON i.id = x.issue_id JOIN coordination_locality l ON l.id = i.home_id
ORDER BY w.due_at NULLS LAST, w.created""",
        {**sight.values, "tasks": TASKS},
    )


def waiting(sight: Sight) -> list[Query]:
    """The last moved open issues in which the reader has had a hand and on which they hold no turn."""
    newest = "ORDER BY i.moved_at DESC, i.id DESC LIMIT %(shown)s"
    named = [f"i.{name} = ANY (%(seats)s)" for name in ("author_id", "accountable_id", "decider_id")]
    mine = " OR ".join(
        (
            *named,
            "i.proposer_id = %(person)s",
            "(SELECT true FROM workflows_event e WHERE e.machine = 'issue' AND e.record_id = i.id"
            " AND e.person_id = %(person)s AND e.name NOT IN ('follow', 'unfollow') LIMIT 1)",
        )
    )
    where = f"{_OPEN} AND NOT ({my_turn().condition}) AND {probes(sight)}"
    events = (
        "SELECT record_id FROM workflows_event WHERE person_id = %(person)s AND machine = 'issue'"
        " AND name NOT IN ('follow', 'unfollow')"
    )
    each = (
        "SELECT o.id FROM unnest({keys}) AS one CROSS JOIN LATERAL (SELECT i.id FROM coordination_issue i"
        f" WHERE i.{{name}} = one AND {where} {newest}) o"
    )
    hands = " UNION ".join(
        (
            *(
                each.format(keys="%(seats)s::bigint[]", name=name)
                for name in ("author_id", "accountable_id", "decider_id")
            ),
            each.format(keys="ARRAY[%(person)s::bigint]", name="proposer_id"),
            events,
        )
    )
    rows = f"({hands} OFFSET 0) own (id) JOIN coordination_issue i USING (id)"
    walk = f"SELECT i.id FROM coordination_issue i WHERE ({mine}) AND {where} {newest}"
    gather = f"SELECT i.id FROM {rows} WHERE {where} {newest}"
    return [
        Query(plan, told(sight, text), sight.values) for plan, text in (("walk", walk), ("gather", gather))
    ]


def following(sight: Sight) -> Query:
    """The last moved of the issues that the reader follows."""
    text = f"""SELECT i.id FROM coordination_follower f JOIN coordination_issue i ON i.id = f.issue_id
WHERE f.person_id = %(person)s AND {probes(sight)} ORDER BY i.moved_at DESC, i.id DESC LIMIT %(shown)s"""
    return Query("by person", told(sight, text), sight.values)


def record(sight: Sight, key: str) -> list[Query]:
    """One issue as its home sees it: two statements, the record with all beside it, and its history."""
    page = """WITH page AS MATERIALIZED (SELECT i.*, true AS is_full FROM coordination_issue i
  WHERE (i.ref = %(key)s OR i.code = %(key)s) AND {probes} LIMIT 1)"""
    page = page.format(probes=probes(sight))
    beside = BESIDE.replace("i.id", "page.id")
    whole = f"""{page}
SELECT to_jsonb(page),
  (SELECT jsonb_agg(jsonb_build_array(l.name, s.role, s.situation, s.brought_in_at) ORDER BY s.id)
   FROM coordination_issuelocality s JOIN coordination_locality l ON l.id = s.locality_id WHERE
     s.issue_id = page.id),
  (SELECT array_agg(kind) FROM coordination_issuekind WHERE issue_id = page.id),
  (SELECT jsonb_agg(to_jsonb(c) || jsonb_build_object('lead', o.label)) FROM coordination_commitment c
   JOIN coordination_organisation o ON o.id = c.lead_id WHERE c.issue_id = page.id),
  (SELECT jsonb_agg(to_jsonb(d)) FROM coordination_dossier d WHERE d.issue_id = page.id),
  (SELECT jsonb_agg(to_jsonb(m)) FROM coordination_agendaitem a JOIN coordination_meeting m ON m.id =
    a.meeting_id
   WHERE a.issue_id = page.id),
  (SELECT jsonb_agg(to_jsonb(o) || jsonb_build_object('question', q.question, 'body', b.label))
   FROM coordination_consultation q JOIN coordination_opinion o ON o.consultation_id = q.id
   JOIN coordination_organisation b ON b.id = o.body_id WHERE q.issue_id = page.id),
  (SELECT jsonb_agg(jsonb_build_array({HOLDER}, w.purpose)) FROM ({beside}) k JOIN workflows_workitem w
   ON w.machine = k.machine AND w.record_id = k.record AND w.finished IS NULL AND w.holder <> ''),
  (SELECT jsonb_agg(to_jsonb(c)) FROM ({beside}) k JOIN workflows_clock c
   ON c.machine = k.machine AND c.record_id = k.record),
  (SELECT array_agg(o.label) FROM coordination_share s JOIN coordination_organisation o ON o.id =
    s.organisation_id
   WHERE s.issue_id = page.id),
  (SELECT jsonb_agg(to_jsonb(a)) FROM coordination_attachment a WHERE a.machine = 'issue' AND
    a.record_id = page.id)
FROM page"""
    history = f"""{page}
SELECT e.at, e.machine, e.record_id, e.kind, e.name, e.told, e.person_name, e.title,
  e.organisation_name, e.data,
  e.channel FROM page CROSS JOIN LATERAL ({beside}) k JOIN workflows_event e
  ON e.machine = k.machine AND e.record_id = k.record WHERE e.kind <> 'trail' ORDER BY e.at, e.id"""
    values = {**sight.values, "key": key}
    return [Query("record", whole, values), Query("history", history, values)]


_LATE_CLOCK = (
    "SELECT true FROM workflows_clock k WHERE k.machine = '{machine}' AND k.record_id = {record}"
    " AND k.stopped_at IS NULL AND k.due_at < now()"
)


def overview(home: int, mnemonic: str) -> list[Query]:
    """How the issues of one home stand, for who sees all of them: tables of figures, as JSON."""
    own = _LATE_CLOCK.format(machine="issue", record="i.id") + " AND k.key <> 'central'"
    beside = (
        ("commitment", "coordination_commitment c WHERE c.issue_id = i.id", "c.id"),
        ("dossier", "coordination_dossier d WHERE d.issue_id = i.id AND d.state <> 'deferred'", "d.id"),
        (
            "meeting",
            "coordination_agendaitem a WHERE a.issue_id = i.id AND a.left_at IS NULL",
            "a.meeting_id",
        ),
        (
            "opinion",
            "coordination_consultation q JOIN coordination_opinion o ON o.consultation_id = q.id"
            " WHERE q.issue_id = i.id",
            "o.id",
        ),
    )
    late = " OR ".join(
        (
            f"EXISTS ({own} OFFSET 0)",
            *(
                f"EXISTS (SELECT FROM {rows} AND EXISTS"
                f" ({_LATE_CLOCK.format(machine=machine, record=record)}) OFFSET 0)"
                for machine, rows, record in beside
            ),
        )
    )
    counts = "count(*), count(*) FILTER (WHERE late)"
    text = f"""
WITH open AS MATERIALIZED (
  SELECT i.id, i.state, i.moved_at, i.code, i.accountable_id, ({late}) AS late FROM coordination_issue i
  WHERE i.home_id = %(home)s AND i.state = ANY (%(open)s) AND i.code IS NOT NULL)
SELECT
  (SELECT jsonb_agg(to_jsonb(s)) FROM (SELECT state, {counts}, min(moved_at),
    (array_agg(code ORDER BY moved_at))[1] FROM open GROUP BY state) s),
  (SELECT jsonb_agg(to_jsonb(s)) FROM (SELECT l.name, {counts} FROM open JOIN coordination_issuelocality s
    ON s.issue_id = open.id AND s.locality_id <> %(home)s JOIN coordination_locality l ON l.id = s.locality_id
    GROUP BY l.name ORDER BY 2 DESC LIMIT 10) s),
  (SELECT jsonb_agg(to_jsonb(s)) FROM (SELECT p.full_name, t.title, o.* FROM (SELECT accountable_id,
    {counts} FROM open
    GROUP BY accountable_id ORDER BY 2 DESC LIMIT 21) o LEFT JOIN coordination_seat t ON t.id =
      o.accountable_id
    LEFT JOIN coordination_person p ON p.id = t.person_id) s),
  (SELECT jsonb_agg(to_jsonb(s)) FROM (SELECT l.mnemonic, count(*) FILTER (WHERE c.state <> 'unmet'),
    count(*) FILTER (WHERE c.due_on < current_date AND c.state IN ('assigned', 'accepted', 'disputed')),
    count(*) FILTER (WHERE c.state = 'unmet' AND NOT EXISTS (SELECT FROM coordination_commitment r
      WHERE r.replaces_id = c.id AND r.state <> 'cancelled'))
    FROM coordination_commitment c JOIN coordination_locality l ON l.id = c.locality_id
    WHERE (c.home_id = %(home)s OR c.locality_id = %(home)s) AND c.state NOT IN ('verified', 'cancelled')
    AND (c.home_id = %(home)s OR EXISTS (SELECT FROM coordination_issuelocality b WHERE b.issue_id =
      c.issue_id
      AND b.locality_id = %(home)s AND b.brought_in_at IS NOT NULL)) GROUP BY l.mnemonic) s),
  (SELECT jsonb_object_agg(state, number) FROM (SELECT state, count(*) AS number FROM coordination_issue
    WHERE code LIKE %(series)s GROUP BY state) s)"""
    values = {"home": home, "open": open_states(), "series": f"VM-{mnemonic}-{datetime.now(UTC).year}-%"}
    return [Query("one pass", text, values)]


def open_states() -> list[str]:
    """All states but the ended ones."""
    return [
        "draft",
        "awaiting_unit_head",
        "submitted",
        "returned",
        "triage",
        "consulting",
        "awaiting_focal_head",
        "committee_office",
        "awaiting_committee",
        "bilateral",
        "council",
        "central",
        "implementing",
        "resolved",
    ]
