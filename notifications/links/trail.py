"""What a decision link leaves in the chain of its records (design: decision-links.md §11).

Issued, delivered, proof used, refused, reported; the decision itself is the step's own event. What
happens before identity is proved is counted and stands in the access log, nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from notifications.models import DecisionLink, DecisionPart, OutboxMessage
from workflows import engine
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.refusals import Refusal
from workflows.registry import registry
from workflows.roles import SYSTEM_CAPACITY


def record_of(part: DecisionPart) -> Machine:
    """The record a part is about."""
    return registry.machines[part.machine]._base_manager.get(pk=part.record_id)


def issued(record: Machine, link: DecisionLink, *, at: datetime) -> None:
    """A link was made for this record and this person."""
    _trail(record, "link_issued", link, at)


def delivered(message: OutboxMessage, *, at: datetime) -> None:
    """The mail server took the mail with the link. Of a link replaced meanwhile nothing is said."""
    for link in message.links.filter(revoked_at=None).select_related("person"):
        for part in link.parts.order_by("pk"):
            _trail(record_of(part), "link_delivered", link, at)


def proof_used(record: Machine, link: DecisionLink, method: str, digest: str, *, at: datetime) -> None:
    """By what the person had shown who they are when they decided, and the digest of what they had read."""
    _trail(record, "proof_used", link, at, method=method, digest=digest)


def refused(
    link: DecisionLink, part: DecisionPart | None, *, by: Any, step: str, refusal: Refusal, at: datetime
) -> None:
    """A known person pressed, and was refused: who, what and why (the refusal's code)."""
    found = part or link.parts.order_by("pk").first()
    if found is not None:
        said = {"by": by.pk, "by_name": str(by), "step": step[:40], "why": refusal.code}
        _trail(record_of(found), "link_refused", link, at, **said)


def reported(link: DecisionLink, *, by: Any, at: datetime) -> None:
    """Somebody who held the link said that it was not for them; ``by`` is None where nobody was signed in."""
    said = {"by": by.pk, "by_name": str(by)} if by is not None else {}
    for part in link.parts.order_by("pk"):
        _trail(record_of(part), "link_reported", link, at, **said)


def was_reported(link: DecisionLink) -> bool:
    """Whether somebody reported this link before."""
    parts = link.parts.values_list("machine", "record_id")
    return any(
        Event.objects.filter(
            machine=machine, record_id=pk, name="link_reported", data__selector=link.selector
        ).exists()
        for machine, pk in parts
    )


def _trail(record: Machine, name: str, link: DecisionLink, at: datetime, **said: Any) -> None:
    data = {"selector": link.selector, "person": link.person_id, "name": str(link.person), **said}
    engine.trail(record, name, capacity=SYSTEM_CAPACITY, at=at, data=data)
