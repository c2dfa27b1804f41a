"""Substitutions as people read them: which ones, how they stand, who wrote what when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coordination.directory import day_of
from coordination.models import Person, Seat, Substitution
from coordination.queries.seats import seat_words
from coordination.queries.substitution_seats import ending_seat, may_confirm
from coordination.roles import held_seats
from workflows.refusals import NotVisible

PAST_SHOWN = 50

# How it stands → the status pill that looks like it (app.css), and the words.
STANDINGS: dict[str, tuple[str, str | Promise]] = {
    "draft": ("proposed", pgettext_lazy("substitution", "Awaiting confirmation")),
    "in_force": ("accepted", pgettext_lazy("substitution", "In force")),
    "ahead": ("scheduled", pgettext_lazy("substitution", "Confirmed, not begun")),
    "over": ("closed", pgettext_lazy("substitution", "Over")),
    "ended": ("closed", pgettext_lazy("substitution", "Ended early")),
    "put_aside": ("withdrawn", pgettext_lazy("substitution", "Put aside")),
}


@dataclass(frozen=True)
class SubstitutionRow:
    """One substitution, and how it stands at this moment."""

    row: Substitution
    standing: str

    @property
    def pill(self) -> str:
        return STANDINGS[self.standing][0]

    @property
    def label(self) -> str:
        return str(STANDINGS[self.standing][1])

    @property
    def replaced(self) -> str:
        """The head, with title and body."""
        return in_words(self.row.replaced)

    @property
    def substitute(self) -> str:
        """Who replaces them, with title and body."""
        return in_words(self.row.substitute)


@dataclass(frozen=True)
class SubstitutionList:
    """What a person may read: what they act by, what waits for a confirmation, the rest."""

    own: list[SubstitutionRow]
    drafts: list[SubstitutionRow]
    current: list[SubstitutionRow]
    past: list[SubstitutionRow]

    @property
    def is_empty(self) -> bool:
        return not (self.own or self.drafts or self.current or self.past)


@dataclass(frozen=True)
class SubstitutionPage:
    """One substitution with its history and what this reader may do about it."""

    shown: SubstitutionRow
    history: list[tuple[str | Promise, str, datetime]]
    may_confirm: bool
    may_end: bool


def in_words(seat: Seat) -> str:
    """A person and the seat meant."""
    return f"{seat.person}, {seat_words(seat)}"


def substitutions_for(person: Person, at: datetime) -> QuerySet[Substitution]:
    """Those of one's own body and one's own; administrators and auditors read all."""
    seats = [held.seat for held in held_seats(person, at)]
    rows = Substitution.objects.select_related(
        "replaced__person",
        "replaced__organisation__locality",
        "substitute__person",
        "substitute__organisation__locality",
        "drafted_by__person",
        "confirmed_by__person",
        "ended_by__person",
    )
    if any(seat.level in {Seat.Level.ADMINISTRATOR, Seat.Level.AUDITOR} for seat in seats):
        return rows
    bodies = {seat.organisation_id for seat in seats if seat.organisation_id}
    return rows.filter(Q(replaced__organisation__in=bodies) | Q(substitute__in=seats) | Q(replaced__in=seats))


def get_substitution_for(person: Person, pk: int, at: datetime) -> Substitution:
    """The substitution; raises ``NotVisible`` where there is none or it is not this person's to read."""
    row = substitutions_for(person, at).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def standing_of_row(row: Substitution, in_force: bool, at: datetime) -> str:
    """How it stands: one of ``STANDINGS``."""
    if row.confirmed_at is None:
        return "put_aside" if row.ended_at else "draft"
    if row.ended_at is not None:
        return "ended"
    if in_force:
        return "in_force"
    return "ahead" if row.valid_from > day_of(at) else "over"


def as_rows(rows: Iterable[Substitution], at: datetime) -> list[SubstitutionRow]:
    """Rows with how they stand; one query for all."""
    rows = list(rows)
    ids = [row.pk for row in rows]
    in_force = set(Substitution.objects.in_force(at).filter(pk__in=ids).values_list("pk", flat=True))
    return [SubstitutionRow(row, standing_of_row(row, row.pk in in_force, at)) for row in rows]


def substitution_list(person: Person, at: datetime) -> SubstitutionList:
    """The list page of this person."""
    day = day_of(at)
    rows = substitutions_for(person, at).order_by("valid_from", "id")
    open_ones = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), ended_at__isnull=True)
    shown = as_rows(open_ones, at)
    past = as_rows(rows.exclude(pk__in=open_ones.values("pk")).order_by("-valid_to", "-id")[:PAST_SHOWN], at)
    own = [row for row in shown if row.row.substitute.person_id == person.pk and row.row.confirmed_at]
    rest = [row for row in shown if row not in own]
    return SubstitutionList(
        own=own,
        drafts=[row for row in rest if row.standing == "draft"],
        current=[row for row in rest if row.standing != "draft"],
        past=past,
    )


def substitution_page(row: Substitution, person: Person, at: datetime) -> SubstitutionPage:
    """The page of one substitution."""
    (shown,) = as_rows([row], at)
    open_still = shown.standing in {"draft", "ahead", "in_force"}
    return SubstitutionPage(
        shown=shown,
        history=list(_history(row)),
        may_confirm=shown.standing == "draft" and may_confirm(person, row, at),
        may_end=open_still and ending_seat(person, row, at) is not None,
    )


def _history(row: Substitution) -> Iterator[tuple[str | Promise, str, datetime]]:
    if row.drafted_by and row.drafted_at:
        yield _("Drafted"), str(row.drafted_by), row.drafted_at
    if row.confirmed_by and row.confirmed_at:
        yield _("Confirmed"), str(row.confirmed_by), row.confirmed_at
    if row.ended_by and row.ended_at:
        words = _("Ended early") if row.confirmed_at else _("Put aside")
        yield words, str(row.ended_by), row.ended_at


def heads_to_replace(person: Person, at: datetime) -> list[Seat]:
    """The heads for whom this person may draft: of a clerk's body, oneself, or any for an administrator."""
    own = [held.seat for held in held_seats(person, at)]
    rows = Seat.objects.at(day_of(at)).filter(level=Seat.Level.HEAD)
    if not any(seat.level == Seat.Level.ADMINISTRATOR for seat in own):
        clerks = [seat.organisation_id for seat in own if seat.level == Seat.Level.CLERK]
        rows = rows.filter(Q(organisation__in=clerks) | Q(pk__in=[seat.pk for seat in own]))
    rows = rows.select_related("person", "organisation__locality")
    return list(rows.order_by("organisation__locality__mnemonic", "organisation__name", "id"))


@dataclass(frozen=True)
class AtHand:
    """What "My work" says of substitutions: those one acts by now, and drafts that wait for oneself."""

    acting: list[SubstitutionRow]
    to_confirm: list[SubstitutionRow]


def substitutions_at_hand(person: Person, at: datetime) -> AtHand:
    """The substitutions this person acts by, and the drafts of which they are the replaced head."""
    rows = Substitution.objects.select_related(
        "replaced__person",
        "replaced__organisation__locality",
        "substitute__person",
        "substitute__organisation__locality",
    )
    seats = [held.seat.pk for held in held_seats(person, at)]
    acting = rows.in_force(at).filter(substitute__in=seats).order_by("id")
    drafts = rows.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day_of(at)),
        replaced__in=seats,
        confirmed_at__isnull=True,
        ended_at__isnull=True,
    )
    return AtHand(
        acting=[SubstitutionRow(row, "in_force") for row in acting],
        to_confirm=[SubstitutionRow(row, "draft") for row in drafts.order_by("id")],
    )
