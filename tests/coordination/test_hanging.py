"""What hangs on an issue, read in one statement, is what the models say."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coordination import hanging
from coordination.hanging import hanging_on
from coordination.models import Attachment, Follower, IssueKind, Meeting, SubmissionItem
from tests.people import person, seat
from tests.story import Story
from workflows import engine
from workflows.models import PendingStep

pytestmark = pytest.mark.django_db


def words_after(column: str) -> list[set[str]]:
    """The values with which the statement compares a column, wherever it does."""
    lists = re.findall(rf"{column}\s+(?:NOT )?IN \(([^)]*)\)", hanging._STATEMENT)
    return [set(re.findall(r"'(\w+)'", words)) for words in lists]


def test_its_words_are_those_of_the_models():
    assert words_after(r"meeting\.state") == [set(Meeting.TERMINAL)]
    open_ones = {SubmissionItem.Status.DRAFTING.value, SubmissionItem.Status.OPEN.value}
    assert words_after(r"one\.status") == words_after(r"other\.status") == [open_ones]
    assert f"status = '{PendingStep.Status.WAITING.value}'" in hanging._STATEMENT


def test_it_finds_what_the_models_find(story):
    issue = story.to("awaiting_focal_head")
    engine.act(issue, "follow", by=person("binhduong.skhdt.officer"), at=story.at)
    Attachment.objects.create(
        machine="issue",
        record_id=issue.pk,
        name="a.pdf",
        size=1,
        content_type="application/pdf",
        sha256="f" * 64,
        material=True,
        uploaded_by=seat("binhduong.gtvt.officer"),
        uploaded_at=story.at,
    )
    other = Story(title="Cầu Mã Đà").to("triage")
    found = hanging_on([issue.pk, other.pk])
    for each in (issue, other):
        kinds = IssueKind.objects.filter(issue=each).values_list("kind", flat=True)
        files = Attachment.objects.filter(machine="issue", record_id=each.pk, material=True)
        followers = Follower.objects.filter(issue=each).values_list("person_id", flat=True)
        assert found[each.pk].kinds == sorted(kinds)
        assert found[each.pk].files == sorted(files.values_list("sha256", flat=True))
        assert found[each.pk].followers == set(followers)
    assert found[issue.pk].files
    assert found[issue.pk].followers
    assert found[issue.pk].tied == {issue.pk}, "its own submission"
    assert found[other.pk].tied == set()


def test_issues_on_one_meeting_are_tied_until_it_ends(story):
    issue = story.to("bilateral")
    second = Story(title="Cầu Mã Đà")
    second.to("awaiting_committee")
    second.do("approve_bilateral", {"meeting": story.meeting.ref})
    both = {issue.pk, second.issue.pk}
    assert hanging_on([issue.pk])[issue.pk].tied == both
    Meeting.objects.filter(pk=story.meeting.pk).update(state="cancelled")
    assert hanging_on([issue.pk])[issue.pk].tied == set()


def test_a_step_takes_few_statements(story):
    """The count that docs/adr/0017 speaks of: BEGIN and COMMIT of the test's own are not among them."""
    issue = story.to("awaiting_focal_head")
    head = person("binhduong.skhdt.head")
    with CaptureQueriesContext(connection) as seen:
        engine.perform(issue, "endorse", by=head, at=story.at)
    sent = [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sent) <= 21, sent
