"""Substitution (ủy quyền, TUQ.): a head is replaced by somebody else, by decision (rulebook §1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.models.kinds import Kind
from coordination.models.organisations import Dated, DatedQuerySet, Seat


class SubstitutionQuerySet(DatedQuerySet):
    """The questions asked of substitutions."""

    def in_force(self, at: datetime) -> Self:
        """Those by which somebody acts at this moment: from the confirmation on, within the dates."""
        not_ended = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
        return self.on(timezone.localtime(at).date()).filter(not_ended, confirmed_at__lte=at)

    def on(self, day: date) -> Self:
        """Those whose dates hold on a local day (both ends included), confirmed and ended or not.

        A seat that has ended carries no authority.
        """
        held = Q()
        for seat in ("replaced", "substitute"):
            held &= Q(**{f"{seat}__valid_from__lte": day}) & (
                Q(**{f"{seat}__valid_to__isnull": True}) | Q(**{f"{seat}__valid_to__gte": day})
            )
        return self.at(day).filter(held)

    def standing(self) -> Self:
        """The confirmed ones that nobody ended, whatever their dates."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)


class Substitution(Dated):
    """Head A is replaced by B, from-to, by decision number, for a scope (ủy quyền, TUQ.).

    ``kinds`` are the codes of the kinds of matter it covers, none meaning every matter; ``scope`` says
    it in the decision's own words. It holds from its confirmation on, within its dates, until ended.
    Nothing of it is ever deleted: the row is the trace of who drafted, confirmed and ended it, and when.
    """

    replaced = models.ForeignKey(
        Seat, models.PROTECT, related_name="substituted_by", verbose_name=_("replaced head")
    )
    substitute = models.ForeignKey(
        Seat, models.PROTECT, related_name="substitutes_for", verbose_name=_("substitute")
    )
    decision = models.CharField(_("decision number"), max_length=60)
    scope = models.CharField(_("scope"), max_length=200, blank=True)
    kinds = models.JSONField(_("kinds of matter"), default=list, blank=True)
    drafted_by = models.ForeignKey(
        Seat,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="drafted_substitutions",
        verbose_name=_("drafted by"),
    )
    drafted_at = models.DateTimeField(_("drafted at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Seat,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmed_substitutions",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        Seat,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ended_substitutions",
        verbose_name=_("ended by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = SubstitutionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="substitution_dates",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="substitution_confirmed_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="substitution_ended_who_and_when",
            ),
            models.CheckConstraint(condition=~Q(replaced=F("substitute")), name="substitution_of_another"),
        ]

    def __str__(self) -> str:
        return f"TUQ. {self.replaced} → {self.substitute}"

    def holds_at(self, at: datetime) -> bool:
        """Of one that is in its dates: whether it was confirmed by then, and not ended."""
        confirmed = self.confirmed_at is not None and self.confirmed_at <= at
        return confirmed and (self.ended_at is None or self.ended_at > at)

    @property
    def covered_kinds(self) -> list[str]:
        """The kinds of matter it covers as words, none where it covers every matter."""
        labels = dict(Kind.choices)
        return [str(labels[kind]) for kind in self.kinds if kind in labels]
