"""The kinds of notice that people choose for, and the pace at which each leaves by default.

A handful, in people's words; every notice is of exactly one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.models import Notice, OutboxMessage, Preference

Way = OutboxMessage.Way
Pace = Preference.Pace

ACTION = "action"
MEETINGS = "meetings"
REMINDERS = "reminders"
FOLLOWED = "followed"
OWN = "own"
CONCERNED = "concerned"


@dataclass(frozen=True)
class Kind:
    """One kind of notice; ``paces`` are the defaults by way, what is not named is off."""

    name: str
    label: str | Promise
    hint: str | Promise
    paces: Mapping[str, str]

    def default(self, way: str) -> str:
        """The pace where the person has chosen none."""
        return self.paces.get(way, Pace.OFF)


_MORNING: Mapping[str, str] = {Way.EMAIL: Pace.DIGEST}
_AT_ONCE: Mapping[str, str] = {Way.EMAIL: Pace.NOW, Way.PUSH: Pace.NOW, Way.CHAT: Pace.NOW}
_BY_MAIL: Mapping[str, str] = {Way.EMAIL: Pace.NOW}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            ACTION,
            _("What requires my action"),
            _("Always in the list of notices; at least one other way stays switched on."),
            _AT_ONCE,
        ),
        Kind(
            MEETINGS,
            _("Meetings"),
            _("Calendar entries come with mails that are sent at once."),
            _BY_MAIL,
        ),
        Kind(REMINDERS, _("Reminders that others get, too"), _("For whose unit or file is late."), _MORNING),
        Kind(OWN, _("Files of mine or of my unit"), _("Reported or handled by you or your unit."), _MORNING),
        Kind(FOLLOWED, _("Files I follow"), "", _MORNING),
        Kind(
            CONCERNED,
            _("Other files that concern my locality or organisation"),
            _("As a party, consulted, leading or coordinating."),
            _MORNING,
        ),
    )
}

_OWN_REASONS = frozenset({"unit", "home", "reopen", "extension"})


def kind_of(notice: Notice) -> str:
    """Of which kind a notice is, by what it asks, what happened and why this person hears of it."""
    if notice.requires_action:
        return ACTION
    if notice.code == "remind":
        return REMINDERS
    if notice.machine == "meeting":
        return MEETINGS
    if notice.why == "follower":
        return FOLLOWED
    return OWN if notice.why in _OWN_REASONS else CONCERNED
