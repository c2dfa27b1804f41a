"""More time for a commitment: asked by its lead, answered by the focal head whose it is (rulebook §3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from coordination.models import Extension, Seat
from coordination.queries.commitments import extended_words
from coordination.queries.work import tasks_of
from notifications.models import Notice
from tests.coordination.extensions import (
    GIVER,
    HOME_HEAD,
    HOME_OFFICER,
    LEAD,
    LEAD_OFFICER,
    answer,
    ask,
    begin,
    clocks,
    commitment_of,
    days_after,
    giver_key,
    purposes,
)
from tests.page_forms import forms_in
from tests.people import body, person, seat
from tests.story import Story
from workflows import engine
from workflows.deadlines import explanation_from_json, render_explanation
from workflows.refusals import Forbidden, Incomplete, NotVisible, NotYours, SeparationOfDuties, WrongState

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def running(story) -> Story:
    return begin(story)


def test_the_lead_asks_and_the_head_whose_commitment_it_is_gets_the_item(running):
    due, version = commitment_of(running).due_on, commitment_of(running).version
    event = ask(running)
    commitment = commitment_of(running)

    assert (commitment.state, commitment.due_on, commitment.version) == ("accepted", due, version)
    assert event.data["due_on"] == due.isoformat()
    assert event.data["until"] == days_after(commitment, 30).isoformat()
    extension = Extension.objects.get()
    assert (extension.status, extension.asked_by, extension.due_before) == ("asked", seat(LEAD), due)
    assert purposes(commitment)[giver_key()] == "extension"
    notice = Notice.objects.get(event_id=event.pk, person=person(GIVER))
    assert (notice.why, notice.requires_action) == ("extension", True)
    told = set(Notice.objects.filter(event_id=event.pk).values_list("person__username", flat=True))
    assert {HOME_OFFICER, LEAD_OFFICER, "dongnai.skhdt.officer"} <= told


def test_my_work_names_what_the_giver_is_asked_for(running):
    ask(running)
    with translation.override("en"):
        (task,) = [one for one in tasks_of(person(GIVER), running.at) if one.record == commitment_of(running)]
        assert task.asked == ("Grant the extension", "Refuse the extension")


@pytest.mark.parametrize("state", ["assigned", "accepted"])
def test_more_time_is_asked_for_while_the_work_is_still_to_be_done(story, state):
    story.to("implementing")
    if state == "accepted":
        story.do("take_on", on=commitment_of(story), by=LEAD_OFFICER)
    ask(story)

    assert commitment_of(story).asked_extension is not None


@pytest.mark.parametrize("steps", [("dispute",), ("take_on", "report"), ("declare_unmet",)])
def test_no_more_time_is_asked_for_in_another_state(story, steps):
    story.to("implementing")
    for step in steps:
        story.do(step, on=commitment_of(story), by=HOME_HEAD if step == "declare_unmet" else LEAD)
    with pytest.raises(WrongState):
        ask(story)


@pytest.mark.parametrize("days", [0, -5])
def test_the_new_date_is_later_than_the_present_one(running, days):
    with pytest.raises(Incomplete) as refused:
        ask(running, days)
    assert set(refused.value.problems) == {"until"}
    assert f"{commitment_of(running).due_on:%d/%m/%Y}" in str(refused.value.problems["until"])


def test_an_overdue_one_is_extended_to_a_day_that_lies_ahead(running):
    running.at += timedelta(days=100)
    with pytest.raises(Incomplete) as refused:
        ask(running, days=10)
    assert set(refused.value.problems) == {"until"}
    ask(running, days=60)

    assert Extension.objects.get().status == "asked"


@pytest.mark.parametrize("missing", [{"reason": " "}, {"until": "mai"}, {"until": None}])
def test_a_request_names_a_day_and_a_reason(running, missing):
    with pytest.raises(Incomplete) as refused:
        ask(running, **missing)
    assert set(refused.value.problems) == set(missing)
    assert not Extension.objects.exists()


@pytest.mark.parametrize("username", [LEAD_OFFICER, GIVER, HOME_HEAD, HOME_OFFICER])
def test_only_the_head_of_the_lead_body_asks(running, username):
    with pytest.raises(NotYours):
        ask(running, by=username)
    with pytest.raises(NotVisible):
        ask(running, by="tayninh.skhdt.head")


def test_one_request_at_a_time(running):
    ask(running)
    with pytest.raises(Forbidden, match="extension_asked"):
        ask(running, days=40)
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(
            commitment=commitment_of(running), due_before=date(2026, 1, 1), until=date(2026, 2, 1),
            reason="Trùng", asked_at=running.at,
        )  # fmt: skip


def test_a_grant_moves_the_date_and_starts_a_clock_that_says_so(running):
    before = commitment_of(running)
    ask(running)
    event = answer(running, "grant_extension")
    after = commitment_of(running)

    assert after.due_on == days_after(before, 30)
    assert event.data["due_on"] == [before.due_on.isoformat(), after.due_on.isoformat()]
    assert after.version == before.version + 1
    assert purposes(after) == {f"body:{after.lead_id}:officer+head": "turn"}
    old, new = clocks(after)[-2:]
    assert old.stopped_at == running.at == new.started_at
    assert timezone.localtime(new.due_at).date() >= after.due_on
    with translation.override("en"):
        lines = render_explanation(explanation_from_json(new.explanation))
    assert lines[:2] == [
        f"The date set: {after.due_on:%d/%m/%Y}.",
        f"Extension 1: from {before.due_on:%d/%m/%Y} to {after.due_on:%d/%m/%Y}.",
    ]
    assert Notice.objects.filter(person=person(GIVER), done_at=None, requires_action=True).count() == 0, (
        "the request no longer waits for its answer"
    )


def test_a_refusal_keeps_the_date_and_its_clock_and_says_why(running):
    before = commitment_of(running)
    ask(running)
    with pytest.raises(Incomplete):
        answer(running, "refuse_extension", answer=" ")
    event = answer(running, "refuse_extension", answer="Chưa đủ căn cứ.")
    after = commitment_of(running)

    assert (after.due_on, after.version) == (before.due_on, before.version + 1)
    assert clocks(after) == clocks(before)
    assert event.data["answer"] == "Chưa đủ căn cứ."
    extension = Extension.objects.get()
    assert (extension.status, extension.answered_by) == ("refused", seat(GIVER))
    assert giver_key() not in purposes(after)
    assert {LEAD, LEAD_OFFICER} <= set(
        Notice.objects.filter(event_id=event.pk).values_list("person__username", flat=True)
    )
    ask(running, days=45)


@pytest.mark.parametrize("username", [LEAD, HOME_HEAD, "dongnai.skhdt.officer", "dongnai.ubnd.head"])
def test_only_the_focal_head_of_the_side_that_gave_it_answers(running, username):
    ask(running)
    for name in ("grant_extension", "refuse_extension"):
        with pytest.raises(NotYours):
            answer(running, name, by=username)


@pytest.mark.parametrize("name", ["grant_extension", "refuse_extension"])
def test_who_asked_does_not_answer_in_another_seat(running, name):
    Seat.objects.create(
        person=person(LEAD), organisation=body("dongnai.skhdt"), level=Seat.Level.HEAD, title="Q. Giám đốc"
    )
    ask(running)
    with pytest.raises(SeparationOfDuties):
        answer(running, name, by=LEAD)


def test_a_request_is_answered_once(running):
    """Two heads read the same request; the second is told, and nothing moves twice."""
    ask(running)
    extension = Extension.objects.get()
    answer(running, "grant_extension")
    due = commitment_of(running).due_on
    for name in ("grant_extension", "refuse_extension"):
        with pytest.raises(Forbidden, match="extension_not_asked"):
            answer(running, name)
    ask(running, days=15)
    with pytest.raises(Forbidden, match="extension_not_asked"):
        answer(running, "grant_extension", extension=extension.pk)

    assert commitment_of(running).due_on == due


@pytest.mark.parametrize(
    "step, by, data",
    [
        ("report", LEAD, {}),
        ("dispute", LEAD, {}),
        ("reassign", GIVER, {"lead": "dongnai.tnmt"}),
        ("declare_unmet", HOME_HEAD, {}),
        ("cancel_commitment", GIVER, {}),
    ],
)
def test_a_request_lapses_with_what_it_was_asked_for(story, step, by, data):
    story.to("implementing")
    if step == "report":
        story.do("take_on", on=commitment_of(story), by=LEAD_OFFICER)
    ask(story)
    given = {"lead": body(data["lead"]).pk} if data else {}
    story.do(step, given, on=commitment_of(story), by=by)
    extension = Extension.objects.get()

    assert (extension.status, extension.answered_by, extension.answered_at) == ("lapsed", seat(by), story.at)
    assert "extension" not in purposes(commitment_of(story)).values()
    assert not Notice.objects.filter(
        person=person(GIVER), requires_action=True, done_at=None, code="ask_extension"
    ).exists()


def test_taking_the_work_on_leaves_the_request_open(story):
    story.to("implementing")
    ask(story)
    story.do("take_on", on=commitment_of(story), by=LEAD_OFFICER)

    assert purposes(commitment_of(story))[giver_key()] == "extension"


def test_the_system_lapses_a_request_when_its_issue_is_discontinued(running):
    ask(running)
    running.do("discontinue_decided")

    assert Extension.objects.get().status == "lapsed"
    assert Extension.objects.get().answered_by is None


def test_every_extension_shows_so_that_years_of_slipping_do(client, running):
    first = commitment_of(running).due_on
    for _time in range(3):
        ask(running)
        answer(running, "grant_extension")
    commitment = commitment_of(running)

    assert commitment.due_on == first + timedelta(days=90)
    assert commitment.earlier_due_dates() == [first, first + timedelta(days=30), first + timedelta(days=60)]
    with translation.override(person(LEAD).language):
        words = extended_words(3, first)
    for username in (LEAD, GIVER, HOME_OFFICER):
        client.force_login(person(username))
        for path in (f"/commitments/{commitment.code}/", "/commitments/", f"/issues/{running.issue.code}/"):
            page = client.get(path).content.decode()
            assert words in page, (username, path)
    with translation.override("en"):
        lines = render_explanation(explanation_from_json(clocks(commitment)[-1].explanation))
    assert [line for line in lines if line.startswith("Extension ")] == [
        f"Extension {number + 1}: from {day:%d/%m/%Y} to {day + timedelta(days=30):%d/%m/%Y}."
        for number, day in enumerate(commitment.earlier_due_dates())
    ]


def test_it_stays_overdue_while_more_time_is_asked_for(client, running):
    commitment = commitment_of(running)
    now = timezone.now()
    past = now - timedelta(days=80)
    story = Story(title="Quá hạn", at=past)
    story.to("implementing")
    late = commitment_of(story)
    engine.act(
        late, "ask_extension", by=person(LEAD), at=now,
        data={"until": (now.date() + timedelta(days=30)).isoformat(), "reason": "Vướng mặt bằng."},
    )  # fmt: skip
    client.force_login(person(HOME_OFFICER))
    rows = {row.commitment.pk: row for row in client.get("/commitments/").context["rows"]}

    assert rows[late.pk].late
    assert rows[late.pk].asked is not None
    assert not rows[commitment.pk].late


def test_the_request_and_its_answer_are_made_on_the_page(client, running):
    client.force_login(person(LEAD))
    address = f"/commitments/{commitment_of(running).code}/"
    assert f"{address}acts/ask_extension/" in client.get(address).content.decode()
    forms = forms_in(client.get(f"{address}acts/ask_extension/").content.decode())
    form = next(one for one in forms if "until" in one.fields)
    typed = {**form.fields, "until": "2026-12-01", "reason": ""}
    refused = client.post(f"{address}acts/ask_extension/", typed)
    assert refused.status_code == 422
    assert "2026-12-01" in refused.content.decode()
    typed |= {"until": days_after(commitment_of(running), 400).isoformat(), "reason": "Chờ bố trí vốn."}
    assert client.post(f"{address}acts/ask_extension/", typed).status_code == 302
    page = client.get(address).content.decode()
    assert "Chờ bố trí vốn." in page
    assert "acts/grant_extension" not in page
    assert "acts/ask_extension" not in page

    client.force_login(person(GIVER))
    forms = {one.action: one for one in forms_in(client.get(address).content.decode())}
    refuse, grant = forms[f"{address}acts/refuse_extension/"], forms[f"{address}acts/grant_extension/"]
    again = client.post(refuse.action, {**refuse.fields, "answer": ""})
    assert again.status_code == 422
    assert "Chờ bố trí vốn." in again.content.decode(), "what is decided on stands above the form"
    assert client.post(grant.action, grant.fields).status_code == 302
    assert client.post(grant.action, grant.fields).status_code == 422
    assert Extension.objects.get().status == "granted"


def test_the_history_tells_of_the_old_and_the_new_date_on_both_sides(client, running):
    before = commitment_of(running).due_on
    ask(running)
    answer(running, "grant_extension")
    after = commitment_of(running).due_on
    for username in (HOME_OFFICER, "dongnai.skhdt.officer"):
        client.force_login(person(username))
        page = client.get(f"/commitments/{commitment_of(running).code}/").content.decode()
        assert f"{before:%d/%m/%Y} → {after:%d/%m/%Y}" in page
        assert "Vướng kiểm đếm 12 hộ." in page
