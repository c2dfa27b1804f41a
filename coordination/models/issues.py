"""The issue: what is stuck between localities, and what goes with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.hanging import forget_hanging, hanging_on
from coordination.models.kinds import Ground, Kind, Route, Urgency
from coordination.models.organisations import Locality, Organisation, Person, Seat
from workflows.lean import Kept
from workflows.machines.base import DueRule
from workflows.machines.base import Move as MoveContext
from workflows.machines.issues import IssueMachine
from workflows.models import Event
from workflows.remembering import forget, once


class Issue(IssueMachine):
    """A difficulty (khó khăn, vướng mắc) that needs another locality (rulebook §2)."""

    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="issues", db_index=False)
    home = models.ForeignKey(Locality, models.PROTECT, related_name="home_issues", db_index=False)
    author = models.ForeignKey(Seat, models.PROTECT, related_name="authored_issues", db_index=False)

    title = models.CharField(_("title"), max_length=300)
    project = models.CharField(_("project"), max_length=300, blank=True)
    amended_text = models.CharField(_("text to amend"), max_length=300, blank=True)
    tried = models.TextField(_("what was tried"), blank=True)
    proposal = models.TextField(_("proposal"), blank=True)
    legal_bases = models.TextField(_("legal bases"), blank=True)
    urgency = models.CharField(_("urgency"), max_length=12, choices=Urgency.choices, default=Urgency.NORMAL)
    urgency_asked = models.CharField(
        _("urgency asked for"), max_length=12, choices=Urgency.choices, default=Urgency.NORMAL
    )
    search_text = models.TextField(editable=False, default="")

    accountable = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+", db_index=False)
    proposer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    decider = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+", db_index=False)
    handed_up_from = models.CharField(max_length=20, blank=True)
    missing = models.TextField(_("what is missing"), blank=True)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    route = models.CharField(_("route"), max_length=10, choices=Route.choices, blank=True)
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices, blank=True)
    council = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    authority = models.CharField(_("competent authority"), max_length=200, blank=True)
    directive = models.TextField(_("directive"), blank=True)
    committee_decided = models.BooleanField(default=False)
    unit_asked_at = models.DateTimeField(null=True)
    unit_answer = models.CharField(max_length=8, blank=True)
    outcome = models.TextField(_("outcome"), blank=True)
    archive = models.CharField(_("archive reference"), max_length=200, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        indexes = [
            models.Index(fields=["home", "state", "-moved_at"], name="issue_by_home"),
            models.Index(fields=["-moved_at", "-id"], name="issue_by_moved"),
            # Each way to an issue in the order of the lists (``queries.latest``). Words are found by an
            # index over ``search_text`` that only PostgreSQL has (migration 0007).
            models.Index(fields=["unit", "-moved_at", "-id"], name="issue_of_unit"),
            models.Index(
                fields=["home", "-moved_at", "-id"],
                name="issue_of_home",
                condition=Q(code__isnull=False),
            ),
            models.Index(fields=["author", "-moved_at", "-id"], name="issue_of_author"),
            models.Index(fields=["accountable", "-moved_at", "-id"], name="issue_of_accountable"),
            models.Index(fields=["decider", "-moved_at", "-id"], name="issue_of_decider"),
            models.Index(fields=["proposer", "-moved_at", "-id"], name="issue_of_proposer"),
            models.Index(
                fields=["unit", "merged_into"], name="issue_merged", condition=Q(merged_into__isnull=False)
            ),
        ]

    @property
    def material_kinds(self) -> list[str]:
        """The kinds of difficulty, sorted."""
        # A list page has fetched them for all its rows.
        if "kinds" in getattr(self, "_prefetched_objects_cache", ()):
            return sorted(row.kind for row in self.kinds.all())
        return hanging_on([self.pk])[self.pk].kinds

    @property
    def known_sides(self) -> list[IssueLocality]:
        """The sides with their localities, the first named first."""
        # A list page has fetched them for all its rows.
        fetched = "sides" in getattr(self, "_prefetched_objects_cache", ())
        if fetched:
            return list(self.sides.all())
        return once(("sides", self.pk), lambda: _sides_of(self.pk))

    def forget_sides(self) -> None:
        """The rows that hang on the issue have been written anew."""
        forget(("sides", self.pk))
        forget_hanging(self.pk)

    def material(self) -> dict[str, Any]:
        """What a leader decides on: the issue as reported, the submission, the files."""
        item = self.open_item()
        hanging = hanging_on([self.pk])[self.pk]
        return {
            "title": self.title,
            "project": self.project,
            "amended_text": self.amended_text,
            "kinds": hanging.kinds,
            "tried": self.tried,
            "proposal": self.proposal,
            "legal_bases": self.legal_bases,
            "urgency": self.urgency,
            "urgency_asked": self.urgency_asked,
            "localities": [
                [side.locality.mnemonic, side.role, side.situation]
                for side in sorted(self.known_sides, key=lambda side: side.locality.mnemonic)
            ],
            "route": item.route if item else "",
            "ground": item.ground if item else "",
            "submission": [item.submission.subject, item.submission.content] if item else [],
            "opinion_table": item.opinions if item and item.status == "open" else self.opinion_table(),
            "files": hanging.files,
        }

    def open_item(self) -> Any:
        """The issue's place in a submission that is still to be decided, if any."""
        return next(iter(_open_items_of(self.pk)), None)

    def proposed_item(self) -> Any:
        """The issue's place in a submission that lies before a head or a leader, if any."""
        item = self.open_item()
        return item if item is not None and item.status == "open" else None

    def draft(self) -> Any:
        """The submission that is being drafted for the issue, if any: not proposed yet."""
        item = self.open_item()
        return item.submission if item is not None and item.status == "drafting" else None

    def consultations_of_round(self) -> Any:
        """The consultations of the present round, the oldest first: reopening begins another round."""
        rows = self.consultations.order_by("id")
        if self.round == 1:
            return rows
        reopened = Event.objects.filter(machine=self.machine, record_id=self.pk, name="reopen")
        moments = list(reopened.order_by("seq").values_list("at", flat=True))
        if len(moments) < self.round - 1:
            return rows.none()  # it is being reopened at this moment: nobody was asked yet
        return rows.filter(asked_at__gte=moments[-1])

    def opinion_table(self) -> list[dict[str, Any]]:
        """The opinion table of the present round as it stands: a row per body that is asked no more."""
        asked = self.consultations_of_round().prefetch_related("opinions__body")
        return [
            opinion.as_row()
            for consultation in asked
            for opinion in consultation.opinions.all()
            if opinion.state != opinion.State.REQUESTED
        ]

    def open_consultation(self) -> Any:
        """The consultation that still runs, if any."""
        return self.consultations.filter(concluded_at__isnull=True).order_by("-id").first()

    @property
    def outside_is_undecided(self) -> bool:
        """Whether outside bodies wait for the focal head to let the request go out to them."""
        return (
            self.state == self.State.CONSULTING
            and self.consultations.filter(concluded_at__isnull=True, withheld__isnull=False).exists()
        )

    def merged_before(self) -> list[Issue]:
        """Every issue that was merged into this one, or into one that was, the nearest first."""
        found, layer = [], [self.pk]
        while rows := list(Issue.objects.filter(merged_into__in=layer).order_by("pk")):
            found += rows
            layer = [issue.pk for issue in rows]
        return found

    @property
    def others(self) -> list[Locality]:
        """The localities concerned besides the home one."""
        return [side.locality for side in self.known_sides if side.locality_id != self.home_id]

    def brought_in(self) -> set[int]:
        """The ids of the localities that have been brought in (rulebook §5), home excluded."""
        return {
            side.locality_id
            for side in self.known_sides
            if side.brought_in_at and side.locality_id != self.home_id
        }

    def running_commitments(self) -> Any:
        """Commitments that have not settled."""
        return self.commitments.running()

    def left_unmet(self) -> Any:
        """What this round left unmet and no other commitment took the place of (effects.csv)."""
        return self.commitments.left_unmet().filter(round=self.round)

    def may_be_resolved(self) -> bool:
        """Whether this round has a verified commitment and left none unmet (effects.csv)."""
        verified = self.commitments.filter(round=self.round, state="verified")
        return verified.exists() and not self.left_unmet().exists()

    def settled(self) -> bool:
        """Whether this issue is implementing and none of its commitments runs any more.

        The conclusion that brought it here must have given its commitments: while it is being
        recorded, those of an earlier round alone do not make it settled.
        """
        return (
            self.state == self.State.IMPLEMENTING
            and self.commitments.filter(created_at__gte=self.moved_at).exists()
            and not self.running_commitments().exists()
        )

    @property
    def unit_is_asked(self) -> bool:
        """Whether the unit still owes its word on whether the issue is resolved."""
        return bool(self.state == self.State.IMPLEMENTING and self.unit_asked_at and not self.unit_answer)

    @property
    def unit_has_answered(self) -> bool:
        """Whether the unit has said if the issue is resolved, and the focal head decides on it."""
        return bool(self.state == self.State.IMPLEMENTING and self.unit_answer)

    def send_back_to_author_leads_to(self, _move: MoveContext) -> str:
        return self.handed_up_from or self.State.DRAFT

    def due_date(self) -> date | None:
        if self.state == self.State.CONSULTING:
            consultation = self.consultations.order_by("-id").first()
            return consultation.due_on if consultation else None
        return None

    def clock_rule(self) -> tuple[str, DueRule] | None:
        if self.state == self.State.IMPLEMENTING:
            rule = self.CLOCKS[self.State.IMPLEMENTING]
            return (f"{self.state}:settled:{self.round}", rule) if self.settled() else None
        return super().clock_rule()


class IssueKind(models.Model):
    """One kind of difficulty of an issue."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="kinds")
    kind = models.CharField(max_length=12, choices=Kind.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "kind"], name="issue_kind_once")]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class IssueLocality(models.Model):
    """One side of an issue: its role, how things stand there, and since when it knows."""

    class Role(models.TextChoices):
        WORKS = "works", _("works take place here")
        AFFECTED = "affected", _("affected")

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="sides")
    locality = models.ForeignKey(Locality, models.PROTECT, related_name="sides")
    role = models.CharField(_("role"), max_length=8, choices=Role.choices)
    situation = models.TextField(_("state of things on this side"), blank=True)
    brought_in_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["issue", "locality"], name="side_once")]
        indexes = [
            models.Index(
                fields=["locality", "issue"],
                name="side_brought_in",
                condition=Q(brought_in_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.locality)


class Follower(models.Model):
    """Somebody who follows an issue without having a part in it."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="followers")
    person = models.ForeignKey(Person, models.CASCADE, related_name="following")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "person"], name="follow_once")]

    def __str__(self) -> str:
        return str(self.person)


class Twin(models.Model):
    """Another locality's report of the same matter, named by its code (twin reports, rulebook §2).

    Only the code is kept, as it was given: whether such a file exists shows to nobody before both
    files have been shared with both localities.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="twins")
    other_code = models.CharField(_("code of the other file"), max_length=24)
    named_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "other_code"], name="twin_once")]
        indexes = [models.Index(fields=["other_code"], name="twin_by_code")]

    def __str__(self) -> str:
        return f"{self.issue} = {self.other_code}"


class Share(models.Model):
    """A body of the home locality with which the focal point shared the issue."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "organisation"], name="share_once")]

    def __str__(self) -> str:
        return str(self.organisation)


class Attachment(models.Model):
    """A file of a record: kept outside the web root, served through the visibility rule."""

    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    file = models.FileField(upload_to="attachments/%Y/%m")
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    shared = models.BooleanField(default=False)
    material = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["machine", "record_id"], name="attachment_by_record")]

    def __str__(self) -> str:
        return self.name


class CodeCounter(models.Model):
    """The last number given in one series (VM-BPC-2026): gap-free, for it moves with the step."""

    series = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}-{self.last:04d}"


_sides_of = Kept(lambda pk: IssueLocality.objects.filter(issue_id=pk).select_related("locality"))
_open_items_of = Kept(
    lambda pk: (
        apps.get_model("coordination", "SubmissionItem")
        .objects.filter(issue_id=pk, status__in=["drafting", "open"])
        .select_related("submission")
        .order_by("-id")
    )
)
