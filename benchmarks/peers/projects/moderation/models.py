"""What is moderated."""

from __future__ import annotations

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import DraftStateMixin, RevisionMixin, WorkflowMixin
from wagtail.snippets.models import register_snippet


@register_snippet
class Issue(WorkflowMixin, DraftStateMixin, RevisionMixin, models.Model):
    """A snippet with drafts, revisions and a workflow."""

    title = models.CharField(max_length=300)
    proposal = models.TextField(blank=True)

    panels = [FieldPanel("title"), FieldPanel("proposal")]

    def __str__(self) -> str:
        return self.title
