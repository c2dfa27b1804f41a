"""A new version of a locality's policy (rulebook §2), entered by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.actions.clocks import AT_ONCE, recount_locality
from coordination.models import Locality, Person, Seat
from coordination.queries.seats import administrator_seat
from workflows.models import Policy
from workflows.policies import clean_values, newest_policy
from workflows.refusals import Incomplete, NotYours, Stale

BASIS_LENGTH = 300


def administering_seat(person: Person, at: datetime) -> Seat:
    """The seat from which policies and calendars are changed; raises ``NotYours``."""
    seat = administrator_seat(person, at)
    if seat is None:
        raise NotYours(text=_("Policies and calendars are changed by an administrator."))
    return seat


def set_policy(
    locality: Locality,
    values: Mapping[str, Any],
    *,
    basis: str,
    begins_on: date | None,
    expected_version: int,
    by: Person,
    at: datetime,
) -> tuple[Policy, int]:
    """Keep a new version, by a decision's number; returns it and how many due dates moved at once.

    It holds from now, or from the beginning of a later day. ``expected_version`` is the newest
    version that the administrator had read. Raises ``NotYours``, ``Incomplete``, or ``Stale`` where
    another administrator was first.
    """
    seat = administering_seat(by, at)
    cleaned = clean_policy(values, basis=basis, begins_on=begins_on, at=at)
    newest = newest_policy(locality.mnemonic)
    _refuse_overtaken(newest, expected_version)
    if cleaned == (newest.values if newest else {}):
        raise Incomplete({"values": _("Nothing differs from the newest version.")})
    try:
        with transaction.atomic():
            policy = Policy.objects.create(
                scope=locality.mnemonic,
                version=expected_version + 1,
                valid_from=begins_at(begins_on, at),
                values=cleaned,
                basis=basis.strip(),
                made_by=made_by(seat),
                made_at=at,
            )
    except IntegrityError:
        _refuse_overtaken(newest_policy(locality.mnemonic), expected_version)
        raise
    if policy.valid_from > at:
        return policy, 0
    return policy, recount_locality(locality.mnemonic, at, most=AT_ONCE)


def clean_policy(
    values: Mapping[str, Any], *, basis: str, begins_on: date | None, at: datetime
) -> dict[str, Any]:
    """The values as they are stored; raises ``Incomplete`` with everything that is missing or wrong."""
    problems: dict[str, Any] = {}
    cleaned: dict[str, Any] = {}
    try:
        cleaned = clean_values(values)
    except Incomplete as refusal:
        problems |= refusal.problems
    problems |= basis_problems(basis)
    if begins_on is not None and begins_on < timezone.localtime(at).date():
        problems["begins_on"] = _("A policy begins today or later: what has passed does not change.")
    if problems:
        raise Incomplete(problems)
    return cleaned


def basis_problems(basis: str) -> dict[str, str]:
    """What is wrong with the decision on which a policy or a calendar rests."""
    if not basis.strip():
        return {"basis": _("Give the number and date of the decision.")}
    if len(basis.strip()) > BASIS_LENGTH:
        return {"basis": _("At most %(most)d characters.") % {"most": BASIS_LENGTH}}
    return {}


def begins_at(begins_on: date | None, at: datetime) -> datetime:
    """From when a version holds: from now, or from midnight of a later day."""
    if begins_on is None or begins_on <= timezone.localtime(at).date():
        return at
    return datetime.combine(begins_on, time.min, timezone.get_current_timezone())


def made_by(seat: Seat) -> dict[str, Any]:
    """Who entered it, as they were."""
    return {
        "person_id": seat.person_id,
        "person_name": str(seat.person),
        "seat_id": seat.pk,
        "title": seat.title,
    }


def _refuse_overtaken(newest: Policy | None, expected_version: int) -> None:
    if (newest.version if newest else 0) == expected_version:
        return
    raise Stale(
        by=newest.made_by.get("person_name", "") if newest else "",
        step="policy",
        label=gettext_lazy("a new policy"),
        at=newest.made_at if newest else None,
    )
