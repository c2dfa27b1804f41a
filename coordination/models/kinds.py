"""Words that several models share: kinds of difficulty, urgency, routes and grounds."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What the difficulty is about (rulebook §2)."""

    LAND = "land", _("Site clearance")
    ALIGNMENT = "alignment", _("Alignment, connection points")
    FUNDING = "funding", _("Funding")
    AUTHORITY = "authority", _("Authority, managing body")
    ENVIRONMENT = "environment", _("Environment")
    PLANNING = "planning", _("Planning")
    SCHEDULE = "schedule", _("Schedules out of step")
    MECHANISM = "mechanism", _("Mechanism, policy")
    OTHER = "other", pgettext_lazy("kind", "Other")


class Urgency(models.TextChoices):
    """The marks of Nghị định 30/2020/NĐ-CP; what each shortens is in rulebook §4."""

    NORMAL = "normal", pgettext_lazy("urgency", "Normal")
    URGENT = "urgent", pgettext_lazy("urgency", "Urgent")
    VERY_URGENT = "very_urgent", pgettext_lazy("urgency", "Very urgent")
    EXPRESS = "express", pgettext_lazy("urgency", "Express")


class Secrecy(models.TextChoices):
    """The secrecy gate: everything but ``NONE`` is turned away and nothing of it is kept."""

    NONE = "none", _("Not secret")
    SECRET = "secret", _("Secret (Mật)")
    TOP_SECRET = "top_secret", _("Top secret (Tối mật)")
    ABSOLUTE_SECRET = "absolute_secret", _("Absolute secret (Tuyệt mật)")


class Route(models.TextChoices):
    """Where a submission proposes to take an issue."""

    BILATERAL = "bilateral", _("Meeting of the localities")
    COUNCIL = "council", _("Regional Council")
    CENTRAL = "central", _("Recommendation to the competent authority")
    DIRECTIVE = "directive", _("Directive of the People's Committee")
    SETTLE = "settle", _("Settle within the focal point's authority")
    DECLINE = "decline", _("Out of scope")


class Ground(models.TextChoices):
    """The legal test for going above (rulebook §2)."""

    NO_CONSENSUS = "no_consensus", _("No consensus was reached")
    BEYOND_AUTHORITY = "beyond_authority", _("Beyond the localities' authority")
    POLICY = "policy", _("A mechanism or policy is needed")


class Stance(models.TextChoices):
    """How a consulted body stands to the position put to it."""

    AGREE = "agree", _("Agrees")
    AGREE_WITH_COMMENTS = "agree_with_comments", _("Agrees, with comments")
    DISAGREE = "disagree", _("Disagrees")


class Silence(models.TextChoices):
    """What it means that a body did not answer in time (rulebook §3): fixed when the opinion lapses."""

    AGREEMENT = "agreement", _("No answer: taken as agreement")
    NO_ANSWER = "no_answer", _("No answer")


class Uptake(models.TextChoices):
    """How far an opinion was taken up (mức tiếp thu), in the opinion table."""

    ACCEPTED = "accepted", _("Accepted")
    PARTLY = "partly", _("Accepted in part")
    NOT_ACCEPTED = "not_accepted", _("Not accepted")
    NOTED = "noted", _("Noted")
