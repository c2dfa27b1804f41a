"""Decision links: made when a mail is rendered, bound to what was read, used once.

The secret exists only in the message being sent; at rest there is HMAC-SHA256(pepper, secret).
Opening a link never changes the workflow: deciding is ``decide``, by the person themself, inside
the engine's one door (design: decision-links.md).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.holders import holders_of
from notifications.links import trail as decision_trail
from notifications.links.trail import record_of
from notifications.models import DecisionLink, DecisionPart, OutboxMessage
from workflows import audit, engine, permissions
from workflows.clocks import load_calendar
from workflows.deadlines import due_in_days
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.refusals import Refusal
from workflows.registry import registry

LIFE_IN_WORKING_DAYS = 3
_SECRET_BYTES = 32
# Of a part's link: it lives, or the content changed and its page asks again (``DecisionLink.asks``).
STILL_ASKS = Q(link__used_at=None) & (
    Q(link__revoked_at=None) | Q(link__revoked_why=DecisionLink.Why.CHANGED)
)


class LinkSpent(Refusal):
    """This part of the link was used or closed before: the page says by whom."""

    code = "link_spent"
    status = 409
    text = _("Nothing is left to decide here by this link.")


class ContentChanged(Refusal):
    """The content is no longer what the page showed: it is shown anew, and asked again."""

    code = "content_changed"
    status = 409
    text = _("The content changed after this page was shown to you. Read the new content, then decide.")


# Minting


def mint(message: OutboxMessage, record: Machine, *, at: datetime) -> str | None:
    """A fresh link for the message's person to decide on ``record``'s subject, as an address.

    None where the person has no step to take by link. An earlier live link of the same person and
    subject is revoked, for a retry and a reminder carry a new one. The plain secret is in the
    returned address and nowhere else.
    """
    person = message.notice.person
    assert registry.subject_of is not None
    assert registry.records_of is not None
    kind, pk = registry.subject_of(person, record)
    records = [subject for subject in registry.records_of(kind, pk) if may_decide(subject, person, at)]
    if not records:
        return None
    selector, secret = secrets.token_urlsafe(12), secrets.token_urlsafe(_SECRET_BYTES)
    pepper = settings.LINK_PEPPERS[0]
    with transaction.atomic():
        _replace(person.pk, kind, pk, at=at)
        link = DecisionLink.objects.create(
            selector=selector,
            person=person,
            subject_kind=kind,
            subject_id=pk,
            secret_hmac=seal(pepper, secret),
            pepper_id=pepper_id(pepper),
            outbox=message,
            minted_at=at,
            expires_at=expires_at(record, at=at),
        )
        DecisionPart.objects.bulk_create(
            DecisionPart(
                link=link,
                machine=subject.machine,
                record_id=subject.pk,
                version=subject.version,
                digest=audit.digest(subject.material()),
            )
            for subject in records
        )
    for subject in records:
        decision_trail.issued(subject, link, at=at)
    return settings.BASE_URL + reverse("decision-open", args=[selector, secret])


def steps_by_link(record: Machine, person: Any, at: datetime) -> list[permissions.OpenStep]:
    """The steps that this person may take on the record now, from a link."""
    return [step for step in permissions.open_steps(record, person, at) if step.info.by_link]


def may_decide(record: Machine, person: Any, at: datetime) -> bool:
    """Whether the record waits for this person, who can decide by link.

    The turn counts beside the seat: of several leaders only the named one gets the link.
    """
    return bool(steps_by_link(record, person, at)) and person.pk in holders_of(record, at)


def expires_at(record: Machine, *, at: datetime) -> datetime:
    """Three working days from the sending, by the record's own calendar."""
    assert registry.scope is not None
    calendar = load_calendar(registry.scope(record))
    return due_in_days(calendar, at=at, days=LIFE_IN_WORKING_DAYS, shortened=False).due_at


def _replace(person_id: int, kind: str, pk: int, *, at: datetime) -> None:
    """One link per person and subject: the earlier ones end, those too whose content changed."""
    standing = Q(revoked_at=None) | Q(revoked_why=DecisionLink.Why.CHANGED)
    earlier = DecisionLink.objects.filter(
        standing, person_id=person_id, subject_kind=kind, subject_id=pk, used_at=None
    )
    earlier.update(revoked_at=at, revoked_why=DecisionLink.Why.REPLACED)


# Proof


def seal(pepper: str, secret: str) -> str:
    """HMAC-SHA256(pepper, secret): the only trace of a secret at rest."""
    return hmac.new(pepper.encode(), secret.encode(), hashlib.sha256).hexdigest()


def pepper_id(pepper: str) -> str:
    """Which pepper sealed a link, without saying anything about the pepper."""
    return seal(pepper, "pepper id")[:16]


def prove(selector: str, secret: str) -> DecisionLink | None:
    """The link, if the secret is its own. A wrong secret and an unknown selector cost the same."""
    link = find(selector)
    peppers = {pepper_id(pepper): pepper for pepper in settings.LINK_PEPPERS}
    known = peppers.get(link.pepper_id) if link else None
    expected = link.secret_hmac if link else seal(settings.LINK_PEPPERS[0], "")
    given = seal(known or settings.LINK_PEPPERS[0], secret)
    same = hmac.compare_digest(expected, given)
    return link if same and known else None


def find(selector: str) -> DecisionLink | None:
    """The link of a selector, with its person."""
    return DecisionLink.objects.select_related("person").filter(selector=selector).first()


def count_opening(link: DecisionLink, *, at: datetime) -> None:
    """Count that somebody opened it: before identity is proved this is all that is kept."""
    DecisionLink.objects.filter(pk=link.pk).update(opened_count=F("opened_count") + 1, last_opened_at=at)


# Deciding


@dataclass(frozen=True)
class Shown:
    """What a rendered page showed of one record: the decision is bound to it."""

    part_id: int
    version: int
    digest: str


def decide(
    part: DecisionPart,
    step: str,
    *,
    by: Any,
    at: datetime,
    shown: Shown,
    data: dict[str, Any],
    proof: str,
) -> Event:
    """Take the step and use up the link's part for this record, both or neither.

    The record is locked first (as every step does), then the part is consumed by a conditional
    UPDATE that must hit one row. ``proof`` is by what the person had shown who they are. Raises a
    ``Refusal``: ``LinkSpent``, ``ContentChanged``, or what the engine says.
    """

    def work(record: Machine) -> Event:
        _consume(part, step, at=at)
        if audit.digest(record.material()) != shown.digest:
            raise ContentChanged
        decision_trail.proof_used(record, part.link, proof, shown.digest, at=at)
        event = engine.perform(
            record,
            step,
            by=by,
            at=at,
            data=data,
            expected_version=shown.version,
            expected_digest=shown.digest,
            channel="link",
        )
        DecisionPart.objects.filter(pk=part.pk).update(event_id=event.pk)
        _use_up(part.link_id, at=at)
        return event

    return engine.through_door(record_of(part), data, work, by=by, at=at)


def was_used(part: DecisionPart) -> bool:
    """Whether the part is used up, after a decision that may be under way just now."""
    with transaction.atomic():
        locked = DecisionPart.objects.select_for_update().filter(pk=part.pk)
        return locked.exclude(used_at=None).exists()


def _consume(part: DecisionPart, step: str, *, at: datetime) -> None:
    hit = DecisionPart.objects.filter(
        STILL_ASKS, pk=part.pk, used_at=None, closed_at=None, link__expires_at__gt=at
    ).update(used_at=at, used_step=step)
    if hit != 1:
        raise LinkSpent


def _use_up(link_id: int, *, at: datetime) -> None:
    """The link is used up once no part of it is left open."""
    left = DecisionPart.objects.filter(link_id=link_id, used_at=None, closed_at=None)
    if not left.exists():
        DecisionLink.objects.filter(pk=link_id, used_at=None).update(
            used_at=at, revoked_at=None, revoked_why=""
        )


# What happened meanwhile


def moved_on(record: Machine, version: int) -> Event | None:
    """The first step taken after the record stood at ``version``: who was first."""
    return (
        Event.objects.filter(
            machine=record.machine,
            record_id=record.pk,
            kind=Event.Kind.STEP,
            version__gt=version,
        )
        .order_by("seq")
        .first()
    )


def when(moment: datetime) -> str:
    """A moment as the page says it: 14:02 22/11/2026, in the site's time zone."""
    return timezone.localtime(moment).strftime("%H:%M %d/%m/%Y")
