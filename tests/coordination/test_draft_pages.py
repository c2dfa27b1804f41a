"""The pages of a draft submission: begun, shared with a colleague, kept whatever goes wrong."""

from __future__ import annotations

import pytest

from coordination.models import Issue, Person, Submission
from tests.coordination.drafting import COLLEAGUE, OFFICER, a_colleague, again, in_triage, rows, save
from tests.page_forms import forms_in
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def colleague(db) -> Person:
    return a_colleague()


def typed(client, path: str) -> dict[str, str]:
    """The draft's form as it stands when nothing is typed."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return next(form.fields for form in forms_in(answer.content.decode()) if "content" in form.fields)


def test_a_draft_is_begun_from_several_issues_and_seen_by_a_colleague(client, colleague):
    first, second = in_triage(2)
    client.force_login(person(OFFICER))
    path = f"/submissions/new/?issue={first.issue.code}&issue={second.issue.code}"
    fields = typed(client, path)
    assert all(one.issue.title in fields["content"] for one in (first, second))
    assert fields[f"with_{second.issue.ref}"] == "on"
    answer = client.post(path, fields | {f"with_{first.issue.ref}_route": "council", "then": "keep"})

    draft = Submission.objects.get()
    assert answer["Location"] == f"/submissions/{draft.ref}/"
    assert [item.route for item in draft.drafted()] == ["council", ""]
    client.force_login(colleague)
    page = client.get(f"/submissions/{draft.ref}/").content.decode()
    assert str(person(OFFICER)) in page
    assert first.issue.title in page
    assert str(person(OFFICER)) in client.get(f"/issues/{first.issue.code}/").content.decode()


def test_the_second_of_two_officers_is_told_and_loses_nothing(client, colleague):
    stories = in_triage(2)
    draft = save(stories)
    client.force_login(person(OFFICER))
    path = f"/submissions/{draft.ref}/edit/"
    mine = typed(client, path) | {
        "content": "Bản tôi vừa gõ.",
        f"with_{stories[1].issue.ref}_route": "central",
    }
    again(draft, stories, by=COLLEAGUE, content="Bản của đồng nghiệp.")

    refused = client.post(path, mine)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert str(colleague) in page
    assert "Bản tôi vừa gõ." in page
    assert "Bản của đồng nghiệp." in page
    draft.refresh_from_db()
    assert draft.content == "Bản của đồng nghiệp."

    kept = next(form.fields for form in forms_in(page) if "content" in form.fields)
    assert kept["content"] == "Bản tôi vừa gõ."
    assert kept[f"with_{stories[1].issue.ref}_route"] == "central"
    assert client.post(path, kept).status_code == 302
    draft.refresh_from_db()
    assert draft.content == "Bản tôi vừa gõ."


def test_who_begins_second_on_the_same_issue_keeps_what_they_typed(client, colleague):
    (story,) = in_triage(1)
    client.force_login(colleague)
    path = f"/submissions/new/?issue={story.issue.code}"
    mine = typed(client, path) | {"content": "Gõ mất công."}
    save([story])

    refused = client.post(path, mine)
    assert refused.status_code == 422
    assert "Gõ mất công." in refused.content.decode()
    assert Submission.objects.count() == 1


def test_who_saves_a_draft_that_was_proposed_meanwhile_can_copy_what_they_typed(client, colleague):
    stories = in_triage(1)
    draft = save(stories)
    client.force_login(colleague)
    path = f"/submissions/{draft.ref}/edit/"
    mine = typed(client, path) | {"content": "Chưa kịp lưu."}
    stories[0].do("propose")

    refused = client.post(path, mine)
    assert refused.status_code == 409
    assert "Chưa kịp lưu." in refused.content.decode()


def test_an_incomplete_form_keeps_what_was_typed(client):
    stories = in_triage(1)
    draft = save(stories)
    client.force_login(person(OFFICER))
    path = f"/submissions/{draft.ref}/edit/"
    refused = client.post(path, typed(client, path) | {"subject": "", "content": "Còn đây."})
    assert refused.status_code == 422
    assert "Còn đây." in refused.content.decode()


def test_a_draft_is_withdrawn_from_its_page(client):
    stories = in_triage(2)
    draft = save(stories)
    client.force_login(person(OFFICER))
    read = typed(client, f"/submissions/{draft.ref}/edit/")["read"]
    client.post(f"/submissions/{draft.ref}/edit/", {"then": "discard", "read": read})
    assert draft.state == "recalled"
    assert Issue.objects.filter(state="triage").count() == 2


def test_the_step_is_filled_in_from_the_draft(client):
    stories = in_triage(2)
    draft = save(stories, items=rows(stories, _0="directive"))
    client.force_login(person(OFFICER))
    path = f"/issues/{stories[0].issue.code}/steps/propose/"
    forms = forms_in(client.get(path).content.decode())
    fields = next(form.fields for form in forms if "submission_subject" in form.fields)
    assert (fields["route"], fields["submission_content"]) == ("directive", "Kính trình.")
    assert fields[f"with_{stories[1].issue.ref}_route"] == "bilateral"
    assert client.post(path, fields).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "proposed"
    assert stories[1].refreshed().state == "awaiting_focal_head"


def test_adding_issues_to_one_that_is_drafted_leads_to_its_draft(client):
    first, second = in_triage(2)
    draft = save([first])
    client.force_login(person(OFFICER))
    answer = client.get(f"/submissions/new/?issue={first.issue.code}&issue={second.issue.code}")
    assert answer["Location"] == f"/submissions/{draft.ref}/edit/?issue={second.issue.code}"
    assert typed(client, answer["Location"])[f"with_{second.issue.ref}"] == "on"


@pytest.mark.parametrize("username", ["dongnai.skhdt.officer", "binhduong.gtvt.officer", "bgtvt.head"])
def test_nobody_else_reads_a_draft_or_begins_one(client, username):
    (story,) = in_triage(1)
    draft = save([story])
    client.force_login(person(username))
    for path in (f"/submissions/{draft.ref}/", f"/submissions/{draft.ref}/edit/"):
        assert client.get(path).status_code == 404
    assert client.get(f"/submissions/new/?issue={story.issue.code}").status_code in {403, 404}


def test_the_unit_does_not_read_the_draft_on_its_own_issue(client):
    (story,) = in_triage(1)
    save([story], subject="Dự thảo nội bộ")
    client.force_login(person("binhduong.gtvt.officer"))
    page = client.get(f"/issues/{story.issue.code}/")
    assert page.status_code == 200
    assert page.context["item"] is None
    assert "Dự thảo nội bộ" not in page.content.decode()
