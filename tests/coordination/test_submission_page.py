"""One submission on one page: its issues are decided there one by one, and nobody else reads it."""

from __future__ import annotations

from typing import Any

import pytest

from coordination.models import Submission
from tests.page_forms import forms_in
from tests.people import locality, person, seat
from tests.story import Story
from workflows.models import AccessEntry, Event

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OFFICER, HEAD = "binhduong.skhdt.officer", "binhduong.skhdt.head"
OFFICE, LEADER = "binhduong.ubnd.officer", "binhduong.ubnd.head"


@pytest.fixture
def three(db) -> list[Story]:
    """Three issues on one submission, before the focal head."""
    stories = [Story(title=f"Hồ sơ {number}") for number in range(3)]
    for one in stories:
        one.to("triage")
    first, *others = stories
    first.at = max(one.at for one in stories)
    along = [{"issue": one.issue.ref, "route": "bilateral", "ground": ""} for one in others]
    first.do(
        "propose", {"submission": {"subject": "Tờ trình chung", "content": "Kính trình.", "with": along}}
    )
    for one in others:
        one.at = first.at
        one.refreshed()
    return stories


def paper() -> Submission:
    return Submission.objects.get()


def form_of(client, story: Story, step: str) -> dict[str, str]:
    """The form of a step on the submission's page, with nothing typed."""
    page = client.get(f"/submissions/{paper().code}/").content.decode()
    wanted = {"issue": story.issue.ref, "step": step}
    return next(form.fields for form in forms_in(page) if wanted.items() <= form.fields.items())


def send(client, story: Story, step: str, **typed: Any) -> Any:
    """Take a step on the page; ``typed`` are fields of that issue's form, without their prefix."""
    fields = form_of(client, story, step)
    given = {f"{story.issue.ref}-{step}-{name}": value for name, value in typed.items()}
    return client.post(f"/submissions/{paper().code}/", fields | given)


def test_three_issues_are_decided_without_leaving_the_page(client, three):
    address = f"/submissions/{paper().code}/"
    client.force_login(person(HEAD))
    for story in three:
        answer = send(client, story, "endorse")
        assert answer["Location"].startswith(address)
    client.force_login(person(OFFICE))
    for story in three:
        assert send(client, story, "pass_to_leader", decider=seat(LEADER).pk)["Location"].startswith(address)
    client.force_login(person(LEADER))
    send(client, three[0], "approve_bilateral")
    send(client, three[1], "return_to_focal", reason="Nói rõ phần vốn.")
    send(client, three[2], "approve_council", council=_council(client, three[2]), ground="no_consensus")

    assert [one.refreshed().state for one in three] == ["bilateral", "triage", "council"]
    assert paper().state == "decided"
    page = client.get(address).content.decode()
    assert page.count(str(person(LEADER))) >= 3
    assert not [form for form in forms_in(page) if "step" in form.fields]


def _council(client, story: Story) -> str:
    fields = form_of(client, story, "approve_council")
    name = f"{story.issue.ref}-approve_council-council"
    page = client.get(f"/submissions/{paper().code}/").content.decode()
    options = page.partition(f'name="{name}"')[2].split("</fieldset>")[0].split("</select>")[0]
    values = [part.split('"')[0] for part in options.split('value="')[1:]]
    return fields.get(name) or next(value for value in values if value)


def test_what_a_step_lacks_is_said_beside_it_and_nothing_typed_is_lost(client, three):
    client.force_login(person(HEAD))
    refused = send(client, three[1], "send_back", reason="")
    assert refused.status_code == 422
    assert three[1].refreshed().state == "awaiting_focal_head"
    opened = [step for card in refused.context["cards"] for step in card.steps if step.open]
    assert [step.info.name for step in opened] == ["send_back"]


def test_who_was_second_is_told_who_was_first_and_keeps_what_they_typed(client, three):
    client.force_login(person(HEAD))
    fields = form_of(client, three[0], "send_back")
    fields |= {f"{three[0].issue.ref}-send_back-reason": "Bổ sung hiện trạng phía bên kia."}
    three[0].do("recall_proposal", by=OFFICER)

    refused = client.post(f"/submissions/{paper().code}/", fields)
    assert refused.status_code == 409
    card = next(card for card in refused.context["cards"] if card.refusal)
    assert card.place.issue == three[0].issue
    assert card.refusal.sentence in refused.content.decode().replace("&quot;", '"')


def test_content_that_changed_since_it_was_shown_is_not_decided_on(client, three):
    client.force_login(person(HEAD))
    fields = form_of(client, three[0], "endorse")
    three[0].act("confirm_urgency", {"urgency": "urgent"}, by=OFFICER)
    refused = client.post(f"/submissions/{paper().code}/", fields)
    assert refused.status_code == 409
    assert three[0].refreshed().state == "awaiting_focal_head"
    assert str(person(OFFICER)) in refused.content.decode()


def test_who_proposed_finds_no_endorsement_there(client, three):
    client.force_login(person(OFFICER))
    page = client.get(f"/submissions/{paper().code}/").content.decode()
    offered = {form.fields["step"] for form in forms_in(page) if "step" in form.fields}
    assert offered == {"recall_proposal"}


def test_a_step_cannot_be_sent_by_somebody_it_is_not_for(client, three):
    client.force_login(person(HEAD))
    fields = form_of(client, three[0], "endorse")
    client.force_login(person(OFFICE))
    refused = client.post(f"/submissions/{paper().code}/", fields)
    assert refused.status_code == 403
    assert three[0].refreshed().state == "awaiting_focal_head"


def test_a_step_on_an_issue_of_another_submission_is_not_taken_here(client, three):
    other = Story(title="Hồ sơ khác")
    other.to("awaiting_focal_head")
    client.force_login(person(HEAD))
    first = Submission.objects.order_by("id")[0]
    sent = {"issue": other.issue.ref, "step": "endorse"}
    assert client.post(f"/submissions/{first.code}/", sent).status_code == 404
    assert other.refreshed().state == "awaiting_focal_head"


def test_each_issue_says_what_became_of_it_by_whom_and_when(client, three):
    three[0].do("send_back")
    client.force_login(person(OFFICE))
    places = {card.place.issue.title: card.place for card in _cards(client)}
    event = Event.objects.get(name="send_back")
    assert (places["Hồ sơ 0"].item.status, places["Hồ sơ 0"].at) == ("recalled", event.at)
    assert str(person(HEAD)) in places["Hồ sơ 0"].who
    assert places["Hồ sơ 1"].decision == ""


def _cards(client) -> list[Any]:
    return client.get(f"/submissions/{paper().code}/").context["cards"]


def test_an_issue_that_left_while_it_was_drafted_was_never_proposed_there(client, db):
    stories = [Story(title=f"Hồ sơ {number}") for number in range(2)]
    for one in stories:
        one.to("triage")
    first, second = stories
    first.at = second.at
    along = [{"issue": second.issue.ref, "route": "bilateral", "ground": ""}]
    first.do("propose", {"submission": {"subject": "Tờ trình", "content": "Kính trình.", "with": along}})
    second.at = first.at
    second.do("send_back")
    second.do("request_supplement")
    client.force_login(person(HEAD))
    assert [card.place.issue.title for card in _cards(client)] == ["Hồ sơ 0", "Hồ sơ 1"]


@pytest.mark.parametrize("username", [OFFICER, HEAD, OFFICE, LEADER, "binhduong.skhdt.clerk", "auditor"])
def test_the_homes_focal_point_and_committee_read_it(client, three, username):
    client.force_login(person(username))
    assert client.get(f"/submissions/{paper().code}/").status_code == 200
    assert client.get(f"/submissions/{paper().ref}/").status_code == 200
    logged = AccessEntry.objects.filter(machine="submission", record_id=paper().pk)
    assert logged.count() == (2 if username == "auditor" else 0)


@pytest.mark.parametrize(
    "username",
    [
        "binhduong.gtvt.officer",
        "binhduong.tnmt.head",
        "dongnai.skhdt.officer",
        "dongnai.ubnd.head",
        "tphcm.skhdt.head",
        "bgtvt.head",
        "dongnambo.vanphong.officer",
        "admin",
    ],
)
def test_nobody_else_does_even_when_an_issue_of_it_is_shared(client, three, username):
    for step in ("endorse", "pass_to_leader", "approve_bilateral"):
        three[0].do(step)
    assert three[0].issue.brought_in() == {locality("dongnai").pk}
    client.force_login(person(username))
    answers = [client.get(f"/submissions/{key}/") for key in (paper().code, paper().ref, "TT-BDG-2026-9999")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert client.post(f"/submissions/{paper().code}/", {"step": "endorse"}).status_code == 404


def test_the_address_asks_who_one_is_and_changes_nothing_by_being_read(client, three):
    address = f"/submissions/{paper().code}/"
    assert client.get(address).status_code == 302
    client.force_login(person(HEAD))
    before = Event.objects.count()
    client.get(address)
    assert Event.objects.count() == before


def test_my_work_leads_to_the_one_page_where_several_issues_wait(client, three):
    client.force_login(person(HEAD))
    answer = client.get("/")
    assert [(one.submission, one.waiting) for one in answer.context["papers"]] == [(paper(), 3)]
    assert f"/submissions/{paper().code}/" in answer.content.decode()
    for story in three[:2]:
        story.do("send_back")
    assert client.get("/").context["papers"] == []


def test_the_unit_reads_the_paper_on_its_issue_without_the_others_beside_it(client, three):
    client.force_login(person("binhduong.gtvt.officer"))
    answer = client.get(f"/issues/{three[0].issue.code}/")
    assert answer.context["item"].submission == paper()
    assert answer.context["together"] == []
    assert f"/submissions/{paper().code}/" not in answer.content.decode()
    client.force_login(person(HEAD))
    answer = client.get(f"/issues/{three[0].issue.code}/")
    assert [issue.title for issue in answer.context["together"]] == ["Hồ sơ 1", "Hồ sơ 2"]
    assert f"/submissions/{paper().code}/" in answer.content.decode()


def test_a_paper_on_other_units_issues_too_is_not_read_by_a_unit(client, db):
    own, other = Story(), Story(unit="binhduong.tnmt", title="Hồ sơ đơn vị khác")
    own.to("triage")
    other.to("triage")
    own.at = other.at
    along = [{"issue": other.issue.ref, "route": "bilateral", "ground": ""}]
    words = {"subject": "Tờ trình chung", "content": "Có nội dung của đơn vị khác.", "with": along}
    own.do("propose", {"submission": words})
    path = f"/issues/{own.issue.code}/"
    client.force_login(person("binhduong.gtvt.officer"))
    assert words["content"] not in client.get(path).content.decode()
    client.force_login(person(HEAD))
    assert words["content"] in client.get(path).content.decode()


def test_before_a_step_shares_something_the_page_says_with_whom(client, three):
    for story in three[:1]:
        story.do("endorse")
        story.do("pass_to_leader")
    client.force_login(person(LEADER))
    steps = {step.info.name: step for card in _cards(client) for step in card.steps}
    assert "Đồng Nai" in " ".join(steps["approve_bilateral"].form.sharing.who)
    assert steps["return_to_focal"].form.sharing is None
