"""Proof of reach: whether what requires a person's action has reached them, how and when.

Seen in the inbox, taken by the mail server, shown by a device, sent as a chat message. That a link was
opened is told beside it, and proves nothing: mail scanners open links, too. Whom nothing reached before
the due date is their clerk's to tell (``ReachTask``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from notifications.models import DecisionLink, Notice, NoticeQuerySet, OutboxMessage, ReachTask

Way, Status, How = OutboxMessage.Way, OutboxMessage.Status, ReachTask.How

_SUCCEEDED = Q(way__in=[Way.EMAIL, Way.CHAT], status=Status.SENT) | Q(way=Way.PUSH, shown_at__isnull=False)

_OF_TASK = {
    "person": OuterRef("notice__person"),
    "machine": OuterRef("notice__machine"),
    "record_id": OuterRef("notice__record_id"),
}


@dataclass(frozen=True)
class Reach:
    """How one notice reached its person; None where it did not on that way."""

    seen_at: datetime | None = None
    mailed_at: datetime | None = None
    shown_at: datetime | None = None
    chatted_at: datetime | None = None
    opened_at: datetime | None = None

    @property
    def has_reached(self) -> bool:
        """Whether they saw it, or a way out succeeded."""
        return any((self.seen_at, self.mailed_at, self.shown_at, self.chatted_at))


def reach_of(notices: Iterable[Notice]) -> dict[int, Reach]:
    """Notice id → how it reached its person; two queries, however many notices."""
    by_id = {notice.pk: notice for notice in notices}
    found: dict[int, dict[str, datetime | None]] = {
        pk: {"seen_at": notice.read_at} for pk, notice in by_id.items()
    }
    for message in OutboxMessage.objects.filter(_SUCCEEDED, notice__in=by_id):
        name, moment = {
            Way.EMAIL: ("mailed_at", message.sent_at),
            Way.CHAT: ("chatted_at", message.sent_at),
            Way.PUSH: ("shown_at", message.shown_at),
        }[Way(message.way)]
        found[message.notice_id][name] = moment
    opened = DecisionLink.objects.filter(outbox__notice__in=by_id, last_opened_at__isnull=False)
    for notice_id, moment in opened.order_by("last_opened_at").values_list(
        "outbox__notice_id", "last_opened_at"
    ):
        found[notice_id or 0]["opened_at"] = moment
    return {pk: Reach(**said) for pk, said in found.items()}


def merged(reaches: Iterable[Reach]) -> Reach:
    """How the several askings for one action reached their person: on each way the last time."""
    found: dict[str, datetime] = {}
    for one in reaches:
        for name, moment in vars(one).items():
            if moment is not None:
                found[name] = max(moment, found.get(name, moment))
    return Reach(**found)


def unreached() -> NoticeQuerySet:
    """What still waits for its person's action, was seen by nobody and went out on no way."""
    succeeded = OutboxMessage.objects.filter(_SUCCEEDED, notice=OuterRef("pk"))
    waiting = Notice.objects.awaiting_action().filter(read_at__isnull=True)
    return waiting.exclude(Exists(succeeded))


def askings(notice: Notice, since: datetime) -> list[Notice]:
    """The notices by which this person was asked for this action since ``since``, the first one first.

    A reminder asks again with a notice of its own, and the one before is done with.
    """
    rows = Notice.objects.filter(
        person_id=notice.person_id,
        machine=notice.machine,
        record_id=notice.record_id,
        requires_action=True,
        created_at__gte=since,
    )
    return list(rows.order_by("seq"))


def open_task(notice: Notice, *, organisation_id: int, due_at: datetime, at: datetime) -> ReachTask | None:
    """Hand the telling over to the clerks of a body; None where that was done before."""
    task, is_new = ReachTask.objects.get_or_create(
        notice=notice,
        defaults={"organisation_id": organisation_id, "due_at": due_at, "opened_at": at},
    )
    return task if is_new else None


def close_task(task: ReachTask, how: str, *, by: Any, at: datetime) -> bool:
    """Close it, once; ``by`` is None where it closes by itself. False where it was closed already."""
    rows = ReachTask.objects.filter(pk=task.pk, closed_at__isnull=True)
    return rows.update(closed_at=at, closed_by=by, how=how) == 1


def standing_tasks() -> Any:
    """Open tasks of which the person has neither been reached since nor acted."""
    return ReachTask.objects.filter(~_reached(), _waits(), closed_at__isnull=True)


def settled_tasks() -> list[tuple[ReachTask, str]]:
    """Open tasks that are over by themselves, and how."""
    rows = ReachTask.objects.filter(Q(~_waits()) | _reached(), closed_at__isnull=True)
    rows = rows.annotate(waits=_waits()).select_related("notice__person").order_by("pk")
    return [(task, How.REACHED if task.waits else How.DECIDED) for task in rows]


def _waits() -> Exists:
    """Whether the record still waits for the person of a task."""
    return Exists(Notice.objects.awaiting_action().filter(**_OF_TASK))


def _reached() -> Q:
    """Whether one of the askings since has been seen, or has gone out after all."""
    askings = Notice.objects.filter(
        **_OF_TASK, requires_action=True, created_at__gte=OuterRef("notice__created_at")
    )
    succeeded = OutboxMessage.objects.filter(_SUCCEEDED, notice=OuterRef("pk"))
    return Q(Exists(askings.filter(read_at__isnull=False))) | Q(Exists(askings.filter(Exists(succeeded))))
