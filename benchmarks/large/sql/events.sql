-- Three events of an issue that got so far: begun, submitted, brought into its state; a thousand of one issue; the
-- beginning of each record beside. And notices of some.

INSERT INTO workflows_event (machine, record_id, record_ref, seq, kind, name, source, target, version, told, person_id,
  person_name, role, seat_id, title, organisation_id, organisation_name, locality_id, on_behalf_of, channel, data,
  digest, policy_version, at, recorded_at, previous_hash, hash)
SELECT 'issue', i, ref, seq, sort, name, source, target, seq, told,
  CASE who WHEN 'author' THEN author_person WHEN 'boss' THEN boss_person WHEN 'officer' THEN officer_person
    WHEN 'head' THEN head_person ELSE decider_person END,
  CASE who WHEN 'author' THEN author_name WHEN 'boss' THEN boss_name WHEN 'officer' THEN officer_name
    WHEN 'head' THEN head_name ELSE 'Lãnh đạo UBND' END, role,
  CASE who WHEN 'author' THEN author_seat WHEN 'boss' THEN boss_seat WHEN 'officer' THEN officer_seat
    WHEN 'head' THEN head_seat ELSE decider_seat END,
  CASE WHEN who IN ('author', 'officer') THEN 'Chuyên viên' ELSE 'Người đứng đầu' END,
  CASE WHEN who IN ('author', 'boss') THEN unit WHEN who = 'decider' THEN committee ELSE focal END,
  CASE WHEN who IN ('author', 'boss') THEN unit_name WHEN who = 'decider' THEN committee_name ELSE focal_name END,
  home, '', 'web', '{}'::jsonb, dummy, 0, at, at, CASE seq WHEN 1 THEN '' ELSE dummy END, dummy
FROM (
  SELECT p.*, 1 AS seq, 'begin' AS sort, 'begin' AS name, 'draft' AS source, 'draft' AS target, '' AS told,
    'author' AS who, 'reporting.officer' AS role, created_at AS at FROM plan p
  UNION ALL
  SELECT p.*, 2, 'step', 'submit', 'draft', 'submitted', 'home', 'boss', 'reporting.head',
    created_at + interval '2 hours' FROM plan p WHERE state NOT IN ('draft', 'awaiting_unit_head', 'submitted')
  UNION ALL
  SELECT p.*, CASE WHEN p.state IN ('awaiting_unit_head', 'submitted') THEN 2 ELSE 3 END, 'step', s.step, s.before,
    p.state, s.told, s.who, s.role, moved_at FROM plan p JOIN bench_state s ON s.state = p.state AND s.step <> ''
) happened ORDER BY at;

INSERT INTO workflows_event (machine, record_id, record_ref, seq, kind, name, source, target, version, told, person_id,
  person_name, role, seat_id, title, organisation_id, organisation_name, locality_id, on_behalf_of, channel, data,
  digest, policy_version, at, recorded_at, previous_hash, hash)
SELECT 'issue', i, ref, seq, 'act', 'note_shared', 'triage', 'triage', 3, 'parties', people[who], names[who],
  'reporting.officer', seats[who], 'Chuyên viên', unit, unit_name, home, '', 'web',
  jsonb_build_object('text', 'Ngày làm việc thứ ' || seq || ': đã trao đổi qua điện thoại, chờ số liệu đo đạc.'),
  dummy, 0, moved_at + seq * interval '1 second', moved_at + seq * interval '1 second', dummy, dummy
FROM (
  SELECT p.i, p.ref, p.unit, p.unit_name, p.home, p.moved_at, p.dummy, u.people, u.names, u.seats, seq,
    1 + seq %% cardinality(u.people) AS who
  FROM plan p JOIN bench_unit u ON u.n = %(narrow)s CROSS JOIN generate_series(4, %(long_events)s::int) AS seq
  WHERE i = %(long)s
) said;

INSERT INTO workflows_event (machine, record_id, record_ref, seq, kind, name, source, target, version, told,
  person_name, role, title, organisation_name, on_behalf_of, channel, data, digest, policy_version, at, recorded_at,
  previous_hash, hash)
SELECT machine, record, ref, 1, 'begin', 'begin', state, state, 1, '', '', 'system', '', '', '', 'system',
  '{}'::jsonb, dummy, 0, at, at, '', dummy
FROM (
  SELECT 'commitment' AS machine, pk AS record, own_ref AS ref, own_state AS state, dummy, moved_at AS at FROM promises
  UNION ALL SELECT 'meeting', i, ref, own_state, dummy, moved_at FROM met
  UNION ALL SELECT 'dossier', i, ref, own_state, dummy, moved_at FROM before_council
  UNION ALL SELECT 'opinion', pk, own_ref, 'requested', dummy, moved_at FROM asked
) begun;

INSERT INTO notifications_notice (person_id, seq, event_id, machine, record_id, record_ref, code, why, requires_action,
  dedupe_key, created_at, read_at)
SELECT author_person, i, i, 'issue', i, ref, 'submit', 'home', false, 'event:' || i, moved_at,
  CASE WHEN NOT open OR d < 0.9 THEN moved_at END
FROM plan WHERE i %% 5 = 0;
