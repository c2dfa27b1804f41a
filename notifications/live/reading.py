"""What there is to read for many people at once: a few statements, however many people and sockets.

Beside the ORM because it has no join with rows that are given with the statement: a condition for each
person, each with a cursor of its own, took longer to build than the answer took to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from notifications.inbox import BATCH, Counts, counts_of
from notifications.live.frames import Frame, Writer
from notifications.messages import read
from notifications.models import Notice
from workflows.remembering import reading

# Who is further behind is not replayed to: reading thousands of notices helps nobody.
MAX_BEHIND = 2000
# Read and worded in one go; whoever has no room any more is asked for again.
MOST_ROWS = 4000
_TABLE = Notice._meta.db_table


@dataclass(frozen=True)
class News:
    """One person's counts, and their notices that follow ``after``: all there are up to ``reached``."""

    counts: Counts
    after: int = 0
    reached: int = 0
    frames: tuple[Frame, ...] = ()


def look(cursors: Mapping[int, Iterable[int]]) -> dict[int, News]:
    """The news of these people, for each of whom it is said where their sockets stand.

    At most a batch per person, and ``MOST_ROWS`` together: who is not in the answer has to be asked for
    again. Only ranges of ``seq`` decide which rows are read, so that a gap is never skipped.
    """
    with reading():
        counts = counts_of(cursors)
        found: dict[int, News] = {}
        after: dict[int, int] = {}
        room = MOST_ROWS
        for person, theirs in cursors.items():
            now = counts.get(person, Counts())
            behind = [cursor for cursor in theirs if 0 < now.cursor - cursor <= MAX_BEHIND]
            if not behind:
                found[person] = News(now)
                continue
            first = min(behind)
            reached = min(first + BATCH, now.cursor)
            room -= reached - first
            if room < 0 and after:
                break
            after[person] = first
            found[person] = News(now, first, reached)
        return found | _with_frames(found, after)


def _with_frames(found: Mapping[int, News], after: Mapping[int, int]) -> dict[int, News]:
    frames: dict[int, list[Frame]] = {person: [] for person in after}
    writer = Writer()
    for seen in read(_rows(after), at=timezone.now()):
        person = seen.notice.person_id
        frames[person].append(writer.frame(seen, found[person].counts))
    return {
        person: News(news.counts, news.after, news.reached, tuple(frames[person]))
        for person, news in found.items()
        if person in after
    }


def _rows(after: Mapping[int, int]) -> list[Notice]:
    """A batch of notices after each person's cursor."""
    if not after:
        return []
    # Numbers of our own, written out: taking hundreds of parameters to pieces costs the driver more.
    rows = ", ".join(f"({int(person)}, {int(cursor)})" for person, cursor in after.items())
    return list(
        Notice.objects.raw(
            f"WITH asked (person, after) AS (VALUES {rows}) "  # noqa: S608 (our own table)
            f"SELECT told.* FROM asked JOIN {_TABLE} AS told ON told.person_id = asked.person "
            f"AND told.seq > asked.after AND told.seq <= asked.after + {BATCH:d} "
            "ORDER BY told.person_id, told.seq"
        )
    )
