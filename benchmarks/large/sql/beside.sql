-- The records beside an issue: commitments, meetings, dossiers, consultations with their opinions.

INSERT INTO coordination_commitment (id, ref, code, version, event_count, head_hash, created_at, moved_at, state,
  origin, round, work, due_on, money, product, evidence, reason, issue_id, home_id, locality_id, lead_id)
SELECT pk, own_ref, 'NV' || series || pk, 1, 1, dummy, moved_at, moved_at, own_state, 'meeting.confirm_minutes', 1,
  'Bàn giao mặt bằng và hồ sơ nghiệm thu: ' || work, (CASE WHEN over THEN moved_at ELSE due_at END)::date, '',
  'Biên bản bàn giao', '', '', i, home, side, body FROM promises;

INSERT INTO coordination_commitment_coordinators (commitment_id, organisation_id)
SELECT pk, coordinator FROM promises WHERE g < 0.2;

INSERT INTO coordination_meeting (id, ref, code, version, event_count, head_hash, created_at, moved_at, state, agenda,
  place, starts_at, attendance, reason, home_id, accountable_id, calendar_sequence)
SELECT i, ref, 'LV' || series || i, 1, 1, dummy, moved_at, moved_at, own_state, 'Thống nhất phương án', home_name,
  CASE WHEN open THEN due_at ELSE moved_at END, '', '', home, officer_seat, 0 FROM met;

INSERT INTO coordination_meetingside (meeting_id, locality_id, is_home, answer, confirmed_digest)
SELECT i, place, place = home, CASE WHEN place = home OR own_state = 'invited' THEN '' ELSE 'accepted' END, ''
FROM (SELECT *, unnest(ARRAY[home, other]) AS place FROM met) p;

INSERT INTO coordination_agendaitem (meeting_id, issue_id) SELECT i, i FROM met;

INSERT INTO coordination_dossier (id, ref, code, version, event_count, head_hash, created_at, moved_at, state, ground,
  content, authority, reason, issue_id, home_id, council_id, accountable_id, filed_at)
SELECT i, ref, 'HS' || series || i, 1, 1, dummy, moved_at, moved_at, own_state, 'no_consensus',
  'Trình Hội đồng xem xét.', '', '', i, home, council, officer_seat, moved_at FROM before_council;

INSERT INTO coordination_consultation (id, question, position, due_on, asked_at, concluded_at, issue_id)
SELECT i, 'Đề nghị cho ý kiến về phương án ' || work, 'Thống nhất về nguyên tắc.',
  (CASE WHEN open THEN due_at ELSE moved_at END)::date, created_at, CASE WHEN NOT open THEN moved_at END, i
FROM asked WHERE n = 0;

INSERT INTO coordination_opinion (id, ref, code, version, event_count, head_hash, created_at, moved_at, state,
  consultation_id, body_id, stance, content, silence, uptake, explanation)
SELECT pk, own_ref, 'YK' || series || pk, 1, 1, dummy, created_at, moved_at,
  CASE WHEN open THEN 'requested' ELSE 'answered' END, i, body, CASE WHEN open THEN '' ELSE 'agree' END,
  CASE WHEN open THEN '' ELSE 'Thống nhất.' END, '', '', '' FROM asked;
