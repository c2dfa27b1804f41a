-- The issues themselves, and what has no turn of its own.

INSERT INTO coordination_issue (id, ref, code, version, event_count, head_hash, created_at, moved_at, state, title,
  project, amended_text, tried, proposal, legal_bases, urgency, urgency_asked, search_text, handed_up_from, missing,
  round, route, ground, authority, directive, committee_decided, unit_answer, outcome, archive, home_id, unit_id,
  author_id, accountable_id, decider_id, proposer_id, council_id)
SELECT i, ref, code, events, CASE WHEN i = %(long)s THEN %(long_events)s ELSE events END, dummy, created_at, moved_at,
  state, title, 'Dự án ' || work, '',
  'Đã có 02 văn bản trao đổi và một buổi làm việc cấp sở, chưa thống nhất được nội dung.',
  'Đề nghị chủ trì làm việc với địa phương liên quan để thống nhất phương án và thời hạn.',
  'Luật Đầu tư công số 58/2024/QH15', urgency, urgency,
  concat_ws(' ', lower(code), ref, title_folded, 'du an ' || work_folded, home_folded, other_folded, other2_folded),
  '', '', 1, CASE WHEN taken_up THEN 'bilateral' ELSE '' END, '', '', '', brought, '', '', '', home, unit, author_seat,
  CASE WHEN taken_up THEN officer_seat END,
  CASE WHEN brought OR state = 'awaiting_committee' THEN decider_seat END,
  CASE WHEN brought THEN officer_person END, CASE WHEN state = 'council' THEN council END
FROM (SELECT *,
  CASE WHEN state = 'draft' THEN 1 WHEN state IN ('awaiting_unit_head', 'submitted') THEN 2 ELSE 3 END AS events,
  CASE WHEN e < 0.9 THEN 'normal' WHEN e < 0.97 THEN 'urgent' WHEN e < 0.995 THEN 'very_urgent' ELSE 'express' END
    AS urgency FROM plan) p;

-- Into another issue of the same home.
UPDATE coordination_issue t SET merged_into_id = found.target FROM (
  SELECT m.i, (SELECT min(o.i) FROM plan o WHERE o.home = m.home AND o.state <> 'merged') AS target
  FROM plan m WHERE m.state = 'merged') found
WHERE t.id = found.i AND found.target IS NOT NULL;

INSERT INTO coordination_issuekind (issue_id, kind)
SELECT i, unnest(array_remove(ARRAY[kind, kind2], NULL)) FROM plan;

INSERT INTO coordination_issuelocality (issue_id, locality_id, role, situation, brought_in_at)
SELECT i, place, role, 'Đang rà soát hiện trạng và nguồn vốn trên địa bàn.', since FROM plan CROSS JOIN LATERAL (
  VALUES (1, home, 'works', NULL::timestamptz),
    (2, other, 'works', CASE WHEN brought THEN moved_at - interval '1 hour' END),
    (3, other2, 'affected', CASE WHEN brought AND g < 0.7 THEN moved_at - interval '1 hour' END)
) AS side (place_no, place, role, since)
WHERE place IS NOT NULL ORDER BY i, place_no;

INSERT INTO coordination_submission (id, ref, code, subject, content, created_at, proposed_at, drafted_by_id, home_id)
SELECT i, ref, 'TT' || series || i, title, 'Kính trình.', created_at, moved_at, officer_seat, home
FROM plan WHERE state IN ('awaiting_focal_head', 'committee_office', 'awaiting_committee');

INSERT INTO coordination_submissionitem (submission_id, issue_id, route, ground, status, decision, opinions)
SELECT i, i, 'bilateral', '', 'open', '', '[]'::jsonb
FROM plan WHERE state IN ('awaiting_focal_head', 'committee_office', 'awaiting_committee');

INSERT INTO coordination_share (issue_id, organisation_id)
SELECT i, home_units[1 + floor(c * cardinality(home_units))::int] FROM plan WHERE submitted AND l < 0.03;

INSERT INTO coordination_follower (issue_id, person_id)
SELECT i, boss_person FROM plan WHERE submitted AND (f < 0.02 OR i <= 2);

-- The readers follow some of what they see.
INSERT INTO coordination_follower (issue_id, person_id)
SELECT i, reader FROM plan CROSS JOIN unnest(%(followers)s::bigint[]) AS reader
WHERE submitted AND unit = %(narrow_unit)s AND e < 0.1 AND reader <> boss_person;
