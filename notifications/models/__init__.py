"""The tables of notices: inbox, outbox, decision links, and how people want to be told."""

from notifications.models.choices import ChatAddress, Preference, PushSubscription, QuietHours, ReachTask
from notifications.models.inbox import InboxCounter, Notice, NoticeQuerySet
from notifications.models.links import DecisionLink, DecisionPart
from notifications.models.outbox import Alert, Heartbeat, OutboxMessage, TrialMail

__all__ = [
    "Alert",
    "ChatAddress",
    "DecisionLink",
    "DecisionPart",
    "Heartbeat",
    "InboxCounter",
    "Notice",
    "NoticeQuerySet",
    "OutboxMessage",
    "Preference",
    "PushSubscription",
    "QuietHours",
    "ReachTask",
    "TrialMail",
]
