"""Substitution by decision (ủy quyền, TUQ.): drafted, confirmed, ended.

A clerk drafts, the replaced head or an administrator confirms; until then nothing follows. From the
confirmation on, within the dates, the substitute acts with the head's authority (rulebook §1); what
that brings about stands in ``handovers``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.actions.handovers import hand_over, take_back
from coordination.directory import day_of
from coordination.models import Kind, Person, Seat, Substitution
from coordination.queries.substitution_seats import (
    by_own_hand,
    confirming_seat,
    drafting_seat,
    eligible,
    ending_seat,
)
from workflows.refusals import Forbidden, Incomplete, NotYours

DRAFTERS = gettext_lazy(
    "A substitution is drafted by the clerk of the head's body, by the head, or by an administrator."
)
CONFIRMERS = gettext_lazy("A substitution is confirmed and ended by the replaced head or an administrator.")


def draft_substitution(
    *,
    by: Person,
    at: datetime,
    replaced: Seat,
    substitute: Seat,
    decision: str,
    valid_from: date,
    valid_to: date,
    scope: str = "",
    kinds: Iterable[str] = (),
) -> Substitution:
    """Write down a substitution; nothing follows until it is confirmed.

    ``kinds`` are the kinds of matter it covers, none meaning every matter. Raises ``NotYours``, or
    ``Incomplete`` with a sentence for each field.
    """
    seat = drafting_seat(by, replaced, at)
    if seat is None:
        raise NotYours(text=DRAFTERS)
    row = Substitution(
        replaced=replaced,
        substitute=substitute,
        decision=decision.strip(),
        scope=scope.strip(),
        kinds=sorted(set(kinds)),
        valid_from=valid_from,
        valid_to=valid_to,
        drafted_by=seat,
        drafted_at=at,
    )
    _check(row, at)
    row.save()
    return row


def confirm_substitution(row: Substitution, *, by: Person, at: datetime) -> None:
    """It takes effect, at once where its dates have begun.

    Raises ``NotYours``, ``Forbidden`` where it was confirmed or ended before, or ``Incomplete`` where
    the facts have changed since it was drafted.
    """
    with transaction.atomic():
        row = _locked(row)
        seat = confirming_seat(by, row, at)
        if seat is None:
            raise NotYours(text=CONFIRMERS)
        if by_own_hand(by, row):
            raise NotYours(
                text=_("Somebody else has to confirm it: not the clerk who drafted it, nor the substitute.")
            )
        if row.ended_at or row.confirmed_at:
            raise Forbidden("substitution_settled", _("It was confirmed or ended before."))
        _check(row, at)
        row.confirmed_by, row.confirmed_at = seat, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    if Substitution.objects.in_force(at).filter(pk=row.pk).exists():
        hand_over(row, at)


def end_substitution(row: Substitution, *, by: Person, at: datetime) -> None:
    """It ends early; a draft is put aside. Raises ``NotYours``, or ``Forbidden`` where it ended before."""
    with transaction.atomic():
        row = _locked(row)
        seat = ending_seat(by, row, at)
        if seat is None:
            raise NotYours(text=CONFIRMERS)
        if row.ended_at or (row.valid_to and row.valid_to < day_of(at)):
            raise Forbidden("substitution_settled", _("It has ended already."))
        row.ended_by, row.ended_at = seat, at
        row.save(update_fields=["ended_by", "ended_at"])
    if row.confirmed_at:
        take_back(row.substitute.person_id, at)


def _locked(row: Substitution) -> Substitution:
    """The row as it stands; its head's seat is locked, so that two confirmations cannot cross."""
    list(Seat.objects.select_for_update().filter(pk=row.replaced_id).values_list("pk"))
    rows = Substitution.objects.select_for_update(of=("self",)).select_related(
        "replaced__person", "replaced__organisation", "substitute__person", "drafted_by"
    )
    return rows.get(pk=row.pk)


def _check(row: Substitution, at: datetime) -> None:
    """What the decision must say, and what else must not stand against it."""
    problems: dict[str, str] = {}
    since, until = row.valid_from, row.valid_to
    if not row.decision:
        problems["decision"] = _("Give the number of the decision.")
    if not set(row.kinds) <= set(Kind.values):
        problems["kinds"] = _("Choose kinds of matter from the list.")
    if until is None or until < since:
        problems["valid_to"] = _("The last day is the first day or a later one.")
        raise Incomplete(problems)
    if until < day_of(at):
        problems["valid_to"] = _("These days have passed. A substitution is not entered afterwards.")
    if row.replaced.level != Seat.Level.HEAD or not row.replaced.holds_on(since):
        problems["replaced"] = _("Only a head whose seat holds on these days is replaced by decision.")
    elif row.substitute.person_id == row.replaced.person_id:
        problems["substitute"] = _("Nobody replaces themselves. Choose somebody else.")
    elif row.substitute not in eligible(row.replaced, since, until):
        problems["substitute"] = _(
            "Choose a deputy or an officer of the same body, whose seat holds on all these days. The head "
            "of a People's Committee may also be replaced by a head or deputy of a body of the locality."
        )
    _check_others(row, until, problems)
    if problems:
        raise Incomplete(problems)


def _check_others(row: Substitution, until: date, problems: dict[str, str]) -> None:
    """Nobody is replaced twice for one matter, and no authority is passed on."""
    others = Substitution.objects.standing().exclude(pk=row.pk).filter(valid_from__lte=until)
    others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=row.valid_from))
    others = others.select_related("replaced__person", "substitute__person").order_by("id")
    for other in others.filter(replaced=row.replaced):
        if not row.kinds or not other.kinds or set(row.kinds) & set(other.kinds):
            problems.setdefault(
                "valid_from",
                _(
                    "On these days %(substitute)s already replaces this head for the same matters (decision "
                    "no. %(number)s). End that first, or choose other days or kinds of matter."
                )
                % {"substitute": other.substitute.person, "number": other.decision},
            )
    for other in others.filter(replaced__person=row.substitute.person_id):
        problems.setdefault(
            "substitute",
            _(
                "%(name)s is replaced by %(substitute)s on these days, and authority is not passed on. "
                "Choose somebody else."
            )
            % {"name": other.replaced.person, "substitute": other.substitute.person},
        )
