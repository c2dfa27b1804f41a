-- Whose turn it is and until when: processes (ten numbers for those of one issue's records), work items, clocks.

INSERT INTO workflows_recordprocess (id, flow_class, status, created, finished, machine, record_id)
SELECT 10 * i + place, 'workflows/flows.' || flow, CASE WHEN over THEN 'DONE' ELSE 'NEW' END, since,
  CASE WHEN over THEN moved_at END, machine, record
FROM (
  SELECT i, 0 AS place, 'issues.IssueFlow' AS flow, NOT open AS over, created_at AS since, moved_at,
    'issue' AS machine, i AS record FROM plan
  UNION ALL SELECT i, 1 + n, 'commitments.CommitmentFlow', over, moved_at, moved_at, 'commitment', pk FROM promises
  UNION ALL SELECT i, 3, 'meetings.MeetingFlow', NOT open, moved_at, moved_at, 'meeting', i FROM met
  UNION ALL SELECT i, 4, 'dossiers.DossierFlow', NOT open, moved_at, moved_at, 'dossier', i FROM before_council
  UNION ALL SELECT i, 5, 'consultations.ConsultationFlow', NOT open, created_at, moved_at, 'consultation', i
    FROM asked WHERE n = 0
) run;

INSERT INTO workflows_workitem (flow_task, flow_task_type, status, created, token, machine, record_id, holder, purpose,
  process_id)
SELECT 'workflows/flows.' || node, 'FUNCTION', 'NEW', since, 'start', machine, record, holder,
  CASE WHEN holder = '' THEN 'wait' WHEN machine = 'opinion' THEN 'requested' ELSE 'turn' END, 10 * i + place
FROM (
  SELECT i, 0 AS place, 'issues.IssueFlow.' || state AS node, moved_at AS since, 'issue' AS machine, i AS record,
    CASE
      WHEN state IN ('draft', 'returned') THEN 'body:' || unit || ':officer'
      WHEN state = 'awaiting_unit_head' THEN 'body:' || unit || ':head'
      WHEN state = 'submitted' THEN 'focal:' || home || ':officer'
      WHEN state = 'awaiting_focal_head' OR settled THEN 'focal:' || home || ':head'
      WHEN state = 'committee_office' THEN 'committee:' || home || ':officer'
      WHEN state = 'awaiting_committee' THEN 'seat:' || decider_seat
      WHEN state IN ('bilateral', 'council', 'implementing') THEN ''
      ELSE 'seat:' || officer_seat END AS holder
    FROM plan WHERE open
  UNION ALL SELECT i, 1 + n, 'commitments.CommitmentFlow.' || own_state, moved_at, 'commitment', pk,
    CASE own_state WHEN 'reported' THEN 'seat:' || officer_seat ELSE 'body:' || body || ':officer+head' END
    FROM promises WHERE NOT over
  UNION ALL SELECT i, 3, 'meetings.MeetingFlow.' || own_state, moved_at, 'meeting', i,
    CASE own_state WHEN 'invited' THEN 'focal:' || other || ':officer+head' ELSE 'seat:' || officer_seat END
    FROM met WHERE open
  UNION ALL SELECT i, 4, 'dossiers.DossierFlow.' || own_state, moved_at, 'dossier', i,
    'council:' || council || ':officer' FROM before_council WHERE open
  UNION ALL SELECT i, 5, 'consultations.ConsultationFlow.conclude', created_at, 'consultation', i, ''
    FROM asked WHERE open AND n = 0
  UNION ALL SELECT i, 5, 'consultations.ConsultationFlow.opinion', created_at, 'opinion', pk,
    'body:' || body || ':officer+head' FROM asked WHERE open
) item;

-- One of those that are long done: in service they are the most.
INSERT INTO workflows_workitem (flow_task, flow_task_type, status, created, started, finished, token, machine,
  record_id, holder, purpose, process_id)
SELECT 'workflows/flows.issues.IssueFlow.resolved', 'FUNCTION', 'DONE', created_at, moved_at, moved_at, 'start',
  'issue', i, 'seat:' || officer_seat, 'turn', 10 * i FROM plan WHERE state = 'closed';

-- Each due date explains itself; nobody's time runs where it is another record's, or nobody was asked yet.
INSERT INTO workflows_clock (machine, record_id, key, side, started_at, due_at, explanation, policy_version, reminders,
  calendar_version)
SELECT machine, record, key, side, since, due_at, jsonb_build_array(
    jsonb_build_object('code', 'period', 'params', jsonb_build_object('days', 5)),
    jsonb_build_object('code', 'limit_by_default', 'params', jsonb_build_object()),
    jsonb_build_object('code', 'event_day_not_counted', 'params', jsonb_build_object('date', since::date)),
    jsonb_build_object('code', 'due', 'params', jsonb_build_object('date', due_at::date, 'time', '17:00'))
  ), 0, 0, 0
FROM (
  SELECT 'issue' AS machine, i AS record, CASE WHEN settled THEN 'implementing:settled:1' ELSE state END AS key,
    CASE state WHEN 'awaiting_unit_head' THEN 'unit' WHEN 'returned' THEN 'unit' WHEN 'consulting' THEN 'consulted'
      WHEN 'committee_office' THEN 'committee' WHEN 'awaiting_committee' THEN 'committee'
      WHEN 'central' THEN 'central' ELSE 'focal' END AS side, moved_at AS since, due_at
    FROM plan WHERE open AND (settled OR state NOT IN ('draft', 'bilateral', 'council', 'implementing'))
  UNION ALL SELECT 'commitment', pk, own_state, 'lead', moved_at, due_at FROM promises WHERE NOT over
  UNION ALL SELECT 'meeting', i, own_state, 'home', moved_at, due_at FROM met WHERE open
  UNION ALL SELECT 'dossier', i, own_state, 'council', moved_at, due_at FROM before_council WHERE open
  UNION ALL SELECT 'opinion', pk, 'requested', 'consulted', created_at, due_at FROM asked WHERE open
) clock;

INSERT INTO workflows_clock (machine, record_id, key, side, started_at, due_at, stopped_at, explanation, policy_version,
  reminders, calendar_version)
SELECT 'issue', i, 'resolved', 'focal', created_at, moved_at, moved_at, '[]'::jsonb, 0, 0, 0
FROM plan WHERE state = 'closed';
