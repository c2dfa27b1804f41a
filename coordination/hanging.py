"""What hangs on an issue and every step asks for, read in one statement.

Beside the ORM: five queries of a dozen rows took a fifth of a step's time, most of it to build them
(docs/adr/0017). Read under the lock of the issues, it holds until the step ends; whoever writes one of
these rows says ``forget_hanging``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import connection

from workflows.pending import nothing_pends
from workflows.remembering import STAMP, assume_stamp, forget, once_each

_STATEMENT = f"""
SELECT 0, 'stamp', token FROM ({STAMP}) stamp
UNION ALL
SELECT issue_id, 'kind', kind FROM coordination_issuekind WHERE issue_id IN ({{issues}})
UNION ALL
SELECT record_id, 'file', sha256 FROM coordination_attachment
 WHERE machine = 'issue' AND material AND record_id IN ({{issues}})
UNION ALL
SELECT record_id, 'pending', step FROM workflows_pendingstep
 WHERE machine = 'issue' AND status = 'waiting' AND record_id IN ({{issues}})
UNION ALL
SELECT issue_id, 'follower', CAST(person_id AS varchar) FROM coordination_follower
 WHERE issue_id IN ({{issues}})
UNION ALL
SELECT one.issue_id, 'tied', CAST(other.issue_id AS varchar)
  FROM coordination_submissionitem one
  JOIN coordination_submissionitem other ON other.submission_id = one.submission_id
 WHERE one.status IN ('drafting', 'open') AND other.status IN ('drafting', 'open')
   AND one.issue_id IN ({{issues}})
UNION ALL
SELECT one.issue_id, 'tied', CAST(other.issue_id AS varchar)
  FROM coordination_agendaitem one
  JOIN coordination_meeting meeting ON meeting.id = one.meeting_id
  JOIN coordination_agendaitem other ON other.meeting_id = one.meeting_id
 WHERE one.left_at IS NULL AND other.left_at IS NULL AND one.issue_id IN ({{issues}})
   AND meeting.state NOT IN ('concluded', 'unconfirmed', 'declined', 'unanswered', 'cancelled')
"""  # noqa: S608 (our own table names, no value)
_PARTS = _STATEMENT.count("{issues}")


@dataclass
class Hanging:
    """Of one issue: its kinds of difficulty, the digests of its material files, who follows it.

    ``tied`` are the issues on the same open submission or the agenda of the same open meeting.
    """

    kinds: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    followers: set[int] = field(default_factory=set)
    tied: set[int] = field(default_factory=set)


def hanging_on(issue_ids: Collection[int]) -> dict[int, Hanging]:
    """Issue id → what hangs on it; read once per passage through the door, each time outside it."""
    return once_each("hanging", issue_ids, _read)


def forget_hanging(*issue_ids: int) -> None:
    """What hangs on these issues has been written."""
    forget(*(("hanging", issue_id) for issue_id in issue_ids))


def _read(issue_ids: set[int]) -> dict[int, Hanging]:
    ids = sorted(issue_ids)
    found = {pk: Hanging() for pk in ids}
    waiting: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(issues=", ".join(["%s"] * len(ids))), ids * _PARTS)
        for pk, what, value in cursor.fetchall():
            if what == "stamp":
                assume_stamp(value)
            elif what == "kind":
                found[pk].kinds.append(value)
            elif what == "file":
                found[pk].files.append(value)
            elif what == "follower":
                found[pk].followers.add(int(value))
            elif what == "tied":
                found[pk].tied.add(int(value))
            else:
                waiting.add(pk)
    for pk in found.keys() - waiting:
        nothing_pends("issue", pk)
    for hanging in found.values():
        hanging.kinds.sort()
        hanging.files.sort()
    return found
