"""The states of an issue: whose turn it is in each, and the default clock (rulebook §2, §4)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from workflows.machines.base import DueRule, Machine


class IssueStates(Machine):
    """An issue without its steps: those are in ``machines/issues.py``."""

    machine = "issue"

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("issue state", "Draft")
        AWAITING_UNIT_HEAD = "awaiting_unit_head", pgettext_lazy("issue state", "Awaiting the unit's head")
        SUBMITTED = "submitted", pgettext_lazy("issue state", "Submitted")
        RETURNED = "returned", pgettext_lazy("issue state", "Awaiting a supplement")
        TRIAGE = "triage", pgettext_lazy("issue state", "In triage")
        CONSULTING = "consulting", pgettext_lazy("issue state", "Consulting")
        AWAITING_FOCAL_HEAD = (
            "awaiting_focal_head",
            pgettext_lazy("issue state", "Awaiting the focal point's head"),
        )
        COMMITTEE_OFFICE = "committee_office", pgettext_lazy("issue state", "With the committee's office")
        AWAITING_COMMITTEE = (
            "awaiting_committee",
            pgettext_lazy("issue state", "Awaiting the leader's decision"),
        )
        BILATERAL = "bilateral", pgettext_lazy("issue state", "Bilateral meeting")
        COUNCIL = "council", pgettext_lazy("issue state", "Before the Regional Council")
        CENTRAL = "central", pgettext_lazy("issue state", "With the competent authority")
        IMPLEMENTING = "implementing", pgettext_lazy("issue state", "Implementing")
        RESOLVED = "resolved", pgettext_lazy("issue state", "Resolved")
        CLOSED = "closed", pgettext_lazy("issue state", "Closed")
        DECLINED = "declined", pgettext_lazy("issue state", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("issue state", "Withdrawn")
        MERGED = "merged", pgettext_lazy("issue state", "Merged")

    TURNS = {
        State.DRAFT: "reporting.officer",
        State.AWAITING_UNIT_HEAD: "reporting.head",
        State.SUBMITTED: "focal.officer",
        State.RETURNED: "reporting.officer",
        State.TRIAGE: "accountable",
        State.CONSULTING: "accountable+opinions",
        State.AWAITING_FOCAL_HEAD: "focal.head",
        State.COMMITTEE_OFFICE: "committee.officer",
        State.AWAITING_COMMITTEE: "decider",
        State.BILATERAL: "meeting",
        State.COUNCIL: "dossier",
        State.CENTRAL: "accountable",
        State.IMPLEMENTING: "commitments; focal.head when all have settled",
        State.RESOLVED: "accountable",
    }
    CLOCKS = {
        State.AWAITING_UNIT_HEAD: DueRule(side="unit", days=2),
        State.SUBMITTED: DueRule(side="focal", days=2),
        State.RETURNED: DueRule(side="unit", days=5),
        State.TRIAGE: DueRule(side="focal", days=10),
        State.CONSULTING: DueRule(side="consulted", basis="request"),
        State.AWAITING_FOCAL_HEAD: DueRule(side="focal", days=3),
        State.COMMITTEE_OFFICE: DueRule(side="committee", days=2),
        State.AWAITING_COMMITTEE: DueRule(side="committee", days=5),
        State.CENTRAL: DueRule(side="central", days=10, basis="chase"),
        State.IMPLEMENTING: DueRule(side="focal", days=5, basis="settled"),
        State.RESOLVED: DueRule(side="focal", days=10),
    }
    TERMINAL = frozenset({State.CLOSED, State.DECLINED, State.WITHDRAWN, State.MERGED})

    AMENDABLE = {
        State.DRAFT: {"reporting.officer": ("*",), "reporting.head": ("*",)},
        State.RETURNED: {"reporting.officer": ("*",), "reporting.head": ("*",)},
        State.TRIAGE: {"focal.officer": ("submission", "opinion_table")},
        State.CONSULTING: {"focal.officer": ("opinion_table",)},
    }

    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)

    class Meta:
        abstract = True
