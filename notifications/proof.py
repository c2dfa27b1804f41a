"""Recent proof: a link is enough to decide only for who showed lately that they are who they are.

For how many hours a sign-in of this session counts is the policy of the record's locality (rulebook
§2). After that the password is given with the decision, so that nothing of what was typed is lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workflows.machines.base import Machine
from workflows.policies import policy_for
from workflows.refusals import Refusal
from workflows.registry import registry

PROVED_AT = "proved_at"


class ProofTooOld(Refusal):
    """The sign-in is too long ago to decide by a link, and no right password came with the decision."""

    code = "proof_too_old"
    status = 403
    text = _("You signed in more than %(hours)d hours ago: give your password with the decision.")


@receiver(user_logged_in)
def remember(request: HttpRequest, **_signal: Any) -> None:
    """Note in the session that the person has just proved who they are."""
    request.session[PROVED_AT] = timezone.now().timestamp()


def is_old(request: HttpRequest, record: Machine, *, at: datetime) -> bool:
    """Whether the last proof of this session is older than the locality of the record allows."""
    return at.timestamp() - request.session.get(PROVED_AT, 0) > _lasts(record, at).total_seconds()


def check(request: HttpRequest, record: Machine, *, at: datetime) -> None:
    """Let a recent proof or the person's own password pass; raises ``ProofTooOld``."""
    if not is_old(request, record, at=at):
        return
    person: Any = request.user
    if not person.check_password(request.POST.get("password", "")):
        raise ProofTooOld(hours=_lasts(record, at) // timedelta(hours=1))
    remember(request)


def _lasts(record: Machine, at: datetime) -> timedelta:
    assert registry.scope is not None
    return timedelta(hours=policy_for(registry.scope(record), at)[1]["recent_proof_hours"])
