-- What becomes of each issue of a stretch: the dice, then temporary tables from which all rows are written.
-- Ids of records beside an issue are counted from its own, so that a stretch needs nothing from another.

CREATE TEMP TABLE draws ON COMMIT DROP AS
SELECT i, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f,
  random() AS g, random() AS h, random() AS k, random() AS l
FROM generate_series(%(first)s::int, %(last)s::int) AS i;

CREATE TEMP TABLE plan ON COMMIT DROP AS
WITH first AS (
  SELECT d.*,
    CASE WHEN i = %(long)s THEN 'triage'
      ELSE (SELECT state FROM bench_state WHERE d.a < upto ORDER BY upto LIMIT 1) END AS state,
    -- Early projects have many issues, late ones few, the last one next to none.
    CASE WHEN i %% %(rare_every)s = 2 THEN cardinality(%(projects)s::text[])
      ELSE 1 + floor((cardinality(%(projects)s::text[]) - 1) * power(d.c, 2.5))::int END AS project_no,
    u.id AS unit, u.locality AS home, u.name AS unit_name, u.head_seat AS boss_seat,
    u.head_person AS boss_person, u.head_name AS boss_name,
    1 + floor(d.d * cardinality(u.seats))::int AS author_no, u.seats, u.people, u.names
  FROM draws d
  JOIN bench_unit u ON u.n = CASE WHEN i <= 2 THEN %(narrow)s ELSE floor(d.b * %(units)s)::int END
), second AS (
  SELECT i, a, b, c, d, e, f, g, h, k, l, state, unit, home, unit_name, boss_seat, boss_person, boss_name,
    seats[author_no] AS author_seat, people[author_no] AS author_person, names[author_no] AS author_name,
    state NOT IN ('closed', 'declined', 'withdrawn', 'merged') AS open,
    (%(projects)s::text[])[project_no] AS work,
    (%(projects_folded)s::text[])[project_no] AS work_folded,
    1 + floor(e * cardinality(%(verbs)s::text[]))::int AS verb_no,
    1 + floor(f * cardinality(%(whys)s::text[]))::int AS why_no,
    (ARRAY['land', 'land', 'land', 'alignment', 'alignment', 'funding', 'funding', 'schedule', 'schedule',
      'authority', 'environment', 'planning', 'mechanism', 'other'])[1 + floor(g * 14)::int] AS kind,
    CASE WHEN h < 0.4 THEN (ARRAY['funding', 'environment', 'planning', 'schedule', 'authority'])
      [1 + floor(h * 12.5)::int] END AS second_kind,
    -- Neighbours have numbers near by: one side on this, the other on that.
    CASE WHEN k < 0.95 THEN 1 + (home - 1 + 1 + floor(k * 5 / 0.95)::int) %% 34 END AS other,
    CASE WHEN l < 0.25 THEN 1 + (home - 1 + 34 - 1 - floor(l * 16)::int) %% 34 END AS other2
  FROM first
), third AS (
  SELECT s.*, NULLIF(second_kind, kind) AS kind2,
    (%(verbs)s::text[])[verb_no] || ' ' || work || ' ' || (%(whys)s::text[])[why_no] AS title,
    (%(verbs_folded)s::text[])[verb_no] || ' ' || work_folded || ' ' || (%(whys_folded)s::text[])[why_no]
      AS title_folded,
    state IN ('bilateral', 'council') OR state IN ('implementing', 'resolved', 'closed') AND d < 0.52
      OR i = %(long)s AS brought,
    CASE WHEN open THEN %(now)s::timestamptz - (0.05 + 45 * power(c, 1.6)) * interval '1 day'
      ELSE %(now)s::timestamptz - (20 + 1800 * f) * interval '1 day' END AS moved_at,
    1 + floor(h * cardinality(o.seats))::int AS officer_no, o.seats, o.people, o.names,
    o.focal, o.focal_name, o.head_seat, o.head_person, o.head_name,
    1 + floor(l * cardinality(o.deciders))::int AS decider_no, o.deciders, o.decider_people,
    o.committee, o.committee_name, o.council, o.mnemonic, o.units AS home_units, o.name AS home_name,
    o.folded AS home_folded,
    state NOT IN ('draft', 'awaiting_unit_head') AS submitted,
    state NOT IN ('draft', 'awaiting_unit_head', 'submitted', 'withdrawn') AS taken_up
  FROM second s JOIN bench_home o ON o.id = s.home
), fourth AS (
  SELECT *, moved_at - (2 + 120 * g) * interval '1 day' AS created_at,
    seats[officer_no] AS officer_seat, people[officer_no] AS officer_person, names[officer_no] AS officer_name,
    deciders[decider_no] AS decider_seat, decider_people[decider_no] AS decider_person
  FROM third
)
SELECT t.*,
  -- A reference is twelve letters of an alphabet without 0 and 1.
  translate(substr(md5('issue' || i), 1, 12), '01', 'gh') AS ref,
  CASE WHEN submitted THEN 'VM-' || mnemonic || '-' || extract(year FROM created_at) || '-'
    || lpad(i::text, greatest(4, length(i::text)), '0') END AS code,
  '-' || mnemonic || '-' || extract(year FROM moved_at) || '-' AS series,
  (SELECT folded FROM bench_home WHERE id = t.other) AS other_folded,
  (SELECT folded FROM bench_home WHERE id = t.other2) AS other2_folded,
  %(now)s::timestamptz + (l - 0.25) * 40 * interval '1 day' AS due_at,
  CASE state WHEN 'closed' THEN d < 0.5 ELSE state IN ('implementing', 'resolved') END AS promised,
  -- All its commitments have settled: the focal point's head decides.
  state = 'implementing' AND f >= 0.85 AS settled,
  -- No chain of events is verified here.
  repeat(md5(i::text), 2) AS dummy
FROM fourth t;

ANALYZE plan;

-- One commitment of each issue that promised something, a second one of every fifth.
CREATE TEMP TABLE promises ON COMMIT DROP AS
SELECT p.*, n, 2 * i + n AS pk, side, h.units[1 + (floor(b * 100000)::int + 37 * n) %% cardinality(h.units)] AS body,
  h.units[1 + (floor(c * 1000)::int) %% cardinality(h.units)] AS coordinator,
  translate(substr(md5('commitment' || i || n), 1, 12), '01', 'gh') AS own_ref,
  CASE WHEN NOT open OR state = 'resolved' THEN CASE WHEN g < 0.98 THEN 'verified' ELSE 'unmet' END
    WHEN f < 0.2 THEN 'assigned' WHEN f < 0.7 THEN 'accepted' WHEN f < 0.85 THEN 'reported' ELSE 'verified' END
    AS own_state,
  NOT open OR state = 'resolved' OR f >= 0.85 AS over
FROM plan p CROSS JOIN generate_series(0, 1) AS n
CROSS JOIN LATERAL (
  SELECT CASE WHEN brought AND (e + n * 0.5)::numeric %% 1 < 0.5 AND other IS NOT NULL THEN other ELSE home END AS side
) s JOIN bench_home h ON h.id = side
WHERE promised AND (n = 0 OR a * 7919 - floor(a * 7919) < 0.2);

-- Two bodies of each issue that consults, or did.
CREATE TEMP TABLE asked ON COMMIT DROP AS
SELECT p.*, n, 2 * i + n AS pk, h.units[1 + (floor(b * 100000)::int + 37 * n) %% cardinality(h.units)] AS body,
  translate(substr(md5('opinion' || i || n), 1, 12), '01', 'gh') AS own_ref
FROM plan p CROSS JOIN generate_series(0, 1) AS n
JOIN bench_home h ON h.id = CASE WHEN n = 0 OR other IS NULL THEN home ELSE other END
WHERE state = 'consulting' OR state = 'closed' AND c < 0.04;

CREATE TEMP TABLE met ON COMMIT DROP AS
SELECT *, CASE WHEN NOT open THEN 'concluded' WHEN f < 0.4 THEN 'invited' WHEN f < 0.8 THEN 'scheduled'
  ELSE 'held' END AS own_state
FROM plan WHERE other IS NOT NULL AND (state = 'bilateral' OR state = 'closed' AND brought AND g < 0.08);

CREATE TEMP TABLE before_council ON COMMIT DROP AS
SELECT *, CASE WHEN NOT open THEN 'decided' WHEN f < 0.5 THEN 'filed' ELSE 'screened' END AS own_state
FROM plan WHERE state = 'council' OR state = 'closed' AND brought AND h < 0.02;
