"""The administrator's pages of policies: read, previewed, saved, and who is second (rulebook §2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination.actions.policies import set_policy
from tests.page_forms import PageForm, forms_in
from tests.people import locality, person
from tests.story import Story
from workflows.clocks import running_clock
from workflows.models import Event, Policy

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BASIS = "Quyết định 12/QĐ-UBND ngày 20/11/2026"
NEW = reverse("policy-new", args=["BDG"])
PAGE = reverse("policy", args=["BDG"])


@pytest.fixture
def admin(client):
    client.force_login(person("admin"))
    return client


@pytest.fixture
def recent() -> Story:
    """An issue that the focal point accepted yesterday: its clock still runs."""
    story = Story(at=timezone.now().replace(microsecond=0) - timedelta(days=1))
    story.to("triage")
    return story


def form_of(text: str) -> PageForm:
    [form] = [form for form in forms_in(text) if "basis" in form.fields]
    return form


def typed(client, **changes: str) -> dict[str, str]:
    return {**form_of(client.get(NEW).content.decode()).fields, "basis": BASIS, **changes}


def preview(client, fields: dict[str, str]):
    return client.post(NEW, {**fields, "do": "preview"})


@pytest.mark.parametrize(
    "username", ["auditor", "binhduong.skhdt.head", "binhduong.ubnd.head", "binhduong.skhdt.clerk"]
)
def test_the_pages_are_for_administrators(client, username):
    client.force_login(person(username))
    paths = [reverse("policy-list"), PAGE, NEW]
    assert {client.get(path).status_code for path in paths} == {403}
    assert client.post(NEW, {"basis": BASIS, "do": "save"}).status_code == 403
    client.logout()
    assert {client.get(path).status_code for path in paths} == {302}


def test_an_unknown_locality_is_not_there(admin):
    assert admin.get(reverse("policy", args=["XXX"])).status_code == 404
    assert admin.get(reverse("policy-new", args=["XXX"])).status_code == 404


def test_every_locality_stands_on_the_list_and_every_choice_on_its_page(admin):
    rows = admin.get(reverse("policy-list")).context["rows"]
    assert {"BDG", "DNI", "HCM"} <= {row.locality.mnemonic for row in rows}
    groups = admin.get(PAGE).context["groups"]
    names = {words.name for _title, rows in groups for words in rows}
    assert {
        "due_days.issue.triage",
        "reminders.every_days",
        "silence_is_agreement",
        "recent_proof_hours",
    } <= names
    assert not any(words.differs for _title, rows in groups for words in rows)
    assert set(form_of(admin.get(NEW).content.decode()).fields) >= {
        name for name in names if name.startswith("due_days.")
    }


def test_the_preview_lists_what_moves_and_writes_nothing(admin, recent):
    before = running_clock(recent.issue)
    events = Event.objects.count()

    answer = preview(admin, typed(admin, **{"due_days.issue.triage": "20"}))

    assert answer.status_code == 200
    [(move, why)] = answer.context["preview"]["moves"]
    assert (move.record, move.clock) == (recent.issue, before)
    assert move.new > before.due_at
    assert "10 → 20" in why
    text = answer.content.decode()
    assert recent.issue.code in text
    # An administrator decides on no record, and reads none.
    assert recent.issue.title not in text
    assert (Event.objects.count(), Policy.objects.exists()) == (events, False)
    assert running_clock(recent.issue).due_at == before.due_at


def test_what_was_previewed_is_saved_and_moves_what_was_shown(admin, recent):
    answer = preview(admin, typed(admin, **{"due_days.issue.triage": "20", "silence_is_agreement": "on"}))
    [(move, _why)] = answer.context["preview"]["moves"]

    saved = admin.post(NEW, {**form_of(answer.content.decode()).fields, "do": "save"})

    assert (saved.status_code, saved["Location"]) == (302, PAGE)
    policy = Policy.objects.get()
    assert policy.values == {"due_days": {"issue.triage": 20}, "silence_is_agreement": True}
    assert (policy.scope, policy.version, policy.basis) == ("BDG", 1, BASIS)
    assert running_clock(recent.issue).due_at == move.new
    assert Event.objects.filter(record_id=recent.issue.pk, name="move_due_date").count() == 1
    page = admin.get(PAGE)
    [version] = page.context["versions"]
    assert (version.standing, version.by) == ("in_force", str(person("admin")))
    assert BASIS in page.content.decode()


def test_nothing_is_saved_that_was_not_previewed(admin):
    fields = typed(admin, **{"due_days.issue.triage": "20"})
    assert admin.post(NEW, {**fields, "do": "save"}).status_code == 200
    seen = form_of(preview(admin, fields).content.decode()).fields
    assert admin.post(NEW, {**seen, "due_days.issue.triage": "30", "do": "save"}).status_code == 200
    assert not Policy.objects.exists()


def test_a_clock_that_would_be_late_at_once_says_so(admin):
    story = Story(at=timezone.now().replace(microsecond=0) - timedelta(days=9))
    story.to("triage")
    answer = preview(admin, typed(admin, **{"due_days.issue.triage": "1"}))
    [(move, _why)] = answer.context["preview"]["moves"]
    assert move.late


def test_a_version_for_later_moves_nothing_when_it_is_saved(admin, recent):
    due_at = running_clock(recent.issue).due_at
    day = timezone.localdate() + timedelta(days=30)
    answer = preview(admin, typed(admin, **{"due_days.issue.triage": "20", "begins_on": day.isoformat()}))
    assert answer.context["preview"]["later"]
    admin.post(NEW, {**form_of(answer.content.decode()).fields, "do": "save"})
    assert running_clock(recent.issue).due_at == due_at
    page = admin.get(PAGE)
    assert [version.standing for version in page.context["versions"]] == ["later"]
    assert page.context["version"] == 0
    [row] = [row for row in admin.get(reverse("policy-list")).context["rows"] if row.next]
    assert (row.locality.mnemonic, row.in_force) == ("BDG", None)


@pytest.mark.parametrize(
    "name,value",
    [
        ("due_days.issue.triage", "0"),
        ("due_days.issue.triage", "61"),
        ("due_days.issue.triage", "mười"),
        ("due_days.issue.triage", ""),
        ("reminders.every_days", "0"),
        ("recent_proof_hours", "100"),
        ("basis", ""),
        ("begins_on", "2020-01-01"),
    ],
)
def test_a_wrong_value_is_shown_beside_its_field_and_the_rest_is_kept(admin, name, value):
    answer = preview(admin, typed(admin, **{"due_days.meeting.held": "9", name: value}))
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    fields = form_of(answer.content.decode()).fields
    assert (fields["due_days.meeting.held"], fields[name]) == ("9", value)
    assert not Policy.objects.exists()


def test_a_version_that_changes_nothing_is_refused(admin):
    seen = form_of(preview(admin, typed(admin)).content.decode()).fields
    answer = admin.post(NEW, {**seen, "do": "save"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_of_two_administrators_the_second_is_told_and_keeps_what_they_typed(admin):
    seen = form_of(preview(admin, typed(admin, **{"due_days.issue.triage": "20"})).content.decode()).fields
    set_policy(
        locality("binhduong"),
        {"due_days": {"issue.returned": 9}},
        basis="Quyết định 11/QĐ-UBND",
        begins_on=None,
        expected_version=0,
        by=person("admin"),
        at=timezone.now(),
    )

    answer = admin.post(NEW, {**seen, "do": "save"})

    assert answer.status_code == 409
    assert str(person("admin")) in answer.context["refusal"].sentence
    fields = form_of(answer.content.decode()).fields
    assert (fields["due_days.issue.triage"], fields["expected_version"]) == ("20", "1")
    seen = form_of(preview(admin, fields).content.decode()).fields
    assert admin.post(NEW, {**seen, "do": "save"}).status_code == 302
    assert list(Policy.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_a_version_that_a_newer_one_replaced_before_it_began_says_so(admin):
    def save(days: int, version: int, begins_on=None):
        set_policy(
            locality("binhduong"),
            {"due_days": {"issue.triage": days}},
            basis=BASIS,
            begins_on=begins_on,
            expected_version=version,
            by=person("admin"),
            at=timezone.now(),
        )

    save(7, 0)
    save(8, 1, timezone.localdate() + timedelta(days=10))
    save(9, 2)
    assert [row.standing for row in admin.get(PAGE).context["versions"]] == ["in_force", "never", "past"]


def test_looking_writes_nothing(admin, recent):
    events = Event.objects.count()
    for path in (reverse("policy-list"), PAGE, NEW, reverse("calendar-list"), "/calendars/country/"):
        assert admin.get(path).status_code == 200
    assert (Event.objects.count(), Policy.objects.count()) == (events, 0)
