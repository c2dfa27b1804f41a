"""The pages of substitutions: drafted, confirmed, ended, read by those whom they concern."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coordination.actions.substitutions import end_substitution
from coordination.models import Seat, Substitution
from tests.people import person, seat
from tests.substitutes import CLERK, DECISION, DIRECTOR, HEAD, LEADER, OFFICER, SECOND, drafted, substituted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_officer"), pytest.mark.slow]

LIST, NEW = "/substitutions/", "/substitutions/new/"
STRANGERS = ("dongnai.skhdt.head", "binhduong.gtvt.clerk", "bgtvt.head", "binhduong.dian.officer")


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(person(username))
    return client


def typed(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "decision": DECISION,
        "substitute": seat(SECOND).pk,
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=5)).isoformat(),
        "kinds": ["land"],
        "scope": "Điều hành công việc trong thời gian đi công tác.",
        **changes,
    }


def page_of(row: Substitution, *rest: str) -> str:
    return reverse("-".join(["substitution", *rest]), args=[row.pk])


def test_the_clerk_drafts_the_head_confirms_and_ends_on_pages(client):
    clerk = signed_in(CLERK)
    assert NEW in clerk.get(LIST).content.decode()
    answer = clerk.post(NEW, typed())
    row = Substitution.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(row))
    assert (row.drafted_by, row.kinds, row.scope) == (seat(CLERK), ["land"], typed()["scope"])
    shown = clerk.get(page_of(row)).content.decode()
    assert page_of(row, "confirm") not in shown
    assert DECISION in shown

    head = signed_in(HEAD)
    assert page_of(row) in head.get("/").content.decode()
    assert page_of(row, "confirm") in head.get(page_of(row)).content.decode()
    assert head.post(page_of(row, "confirm")).status_code == 302
    row.refresh_from_db()
    assert row.confirmed_by == seat(HEAD)
    assert DECISION in signed_in(SECOND).get("/").content.decode()

    assert head.post(page_of(row, "end")).status_code == 302
    row.refresh_from_db()
    assert row.ended_by == seat(HEAD)
    history = head.get(page_of(row)).content.decode()
    for name in (CLERK, HEAD):
        assert str(seat(name)) in history
    assert DECISION not in signed_in(SECOND).get("/").content.decode()


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(client):
    clerk = signed_in(CLERK)
    wrong = typed(valid_to=(timezone.localdate() - timedelta(days=1)).isoformat(), decision="  ")
    answer = clerk.post(NEW, wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "invalid-feedback" in text
    assert typed()["scope"] in text
    assert not Substitution.objects.exists()
    substituted(HEAD, "binhduong.skhdt.deputy", timezone.now())
    answer = clerk.post(NEW, typed())
    assert answer.status_code == 422
    assert str(person("binhduong.skhdt.deputy")) in answer.content.decode()
    assert DECISION in answer.content.decode()


def test_an_administrator_chooses_the_head_first(client):
    admin = signed_in("admin")
    first = admin.get(NEW).content.decode()
    assert f'value="{seat(LEADER).pk}"' in first
    form = admin.get(NEW, {"replaced": seat(LEADER).pk}).content.decode()
    assert f'value="{seat(DIRECTOR).pk}"' in form
    answer = admin.post(f"{NEW}?replaced={seat(LEADER).pk}", typed(substitute=seat(DIRECTOR).pk))
    row = Substitution.objects.get()
    assert answer["Location"] == page_of(row)
    assert (row.replaced, row.drafted_by) == (seat(LEADER), seat("admin"))


@pytest.mark.parametrize("username", [OFFICER, SECOND, "auditor", "binhduong.tnmt.officer"])
def test_who_drafts_for_nobody_finds_no_form(username):
    client = signed_in(username)
    assert NEW not in client.get(LIST).content.decode()
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, typed()).status_code == 403
    assert not Substitution.objects.exists()


def test_the_clerk_is_refused_the_confirmation_with_a_reason(client):
    row = drafted(HEAD, SECOND, timezone.now())
    answer = signed_in(CLERK).post(page_of(row, "confirm"))
    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.confirmed_at is None


def test_a_confirmation_that_came_too_late_says_so_on_the_page(client):
    head = signed_in(HEAD)
    one, other = (drafted(HEAD, name, timezone.now()) for name in (SECOND, "binhduong.skhdt.deputy"))
    head.post(page_of(one, "confirm"))
    answer = head.post(page_of(other, "confirm"))
    assert answer.status_code == 422
    assert str(person(SECOND)) in answer.content.decode()
    again = head.post(page_of(one, "confirm"))
    assert again.status_code == 422
    other.refresh_from_db()
    assert other.confirmed_at is None


def test_only_those_whom_it_concerns_read_it(client):
    row = substituted(LEADER, DIRECTOR, timezone.now())
    for username in (LEADER, DIRECTOR, "binhduong.ubnd.clerk", "binhduong.ubnd.officer", "admin", "auditor"):
        reader = signed_in(username)
        assert reader.get(page_of(row)).status_code == 200, username
        assert page_of(row) in reader.get(LIST).content.decode(), username
    for username in STRANGERS:
        reader = signed_in(username)
        assert page_of(row) not in reader.get(LIST).content.decode(), username
        assert reader.get(page_of(row)).status_code == 404, username
        for word in ("confirm", "end"):
            assert reader.post(page_of(row, word)).status_code == 404, username
    assert Client().get(page_of(row)).status_code == 302


def test_looking_changes_nothing(client):
    row = drafted(HEAD, SECOND, timezone.now())
    head = signed_in(HEAD)
    for word in ("confirm", "end"):
        assert head.get(page_of(row, word)).status_code == 405
    head.get(page_of(row))
    row.refresh_from_db()
    assert (row.confirmed_at, row.ended_at) == (None, None)


def test_each_substitution_stands_under_its_heading(client):
    now = timezone.now()
    substituted(LEADER, DIRECTOR, now, decision="1/QĐ")
    drafted(
        DIRECTOR, "binhduong.tnmt.deputy", now, decision="2/QĐ", since=timezone.localdate() + timedelta(30)
    )
    over = substituted(DIRECTOR, "binhduong.tnmt.officer", now, decision="3/QĐ", days=0)
    end_substitution(over, by=person("admin"), at=now)
    text = signed_in(DIRECTOR).get(LIST).content.decode()
    places = [text.index(word) for word in ('id="own-title"', "1/QĐ", 'id="drafts-title"', "2/QĐ")]
    assert places == sorted(places)
    assert text.index('id="past-title"') < text.index("3/QĐ")


def test_my_work_and_the_menu_say_by_whose_authority(client, story):
    story.to("awaiting_focal_head")
    before = signed_in(SECOND).get("/").content.decode()
    assert str(person(HEAD)) not in before
    substituted(HEAD, SECOND, timezone.now())
    text = signed_in(SECOND).get("/").content.decode()
    assert story.issue.title in text
    assert text.count(str(person(HEAD))) >= 3  # the strip, the task, the menu


def test_before_deciding_one_reads_for_whom(client, story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, timezone.now())
    step = reverse("step", args=["issues", story.issue.key, "send_back"])
    assert DECISION in signed_in(SECOND).get(step).content.decode()
    deputys = signed_in("binhduong.skhdt.deputy").get(step).content.decode()
    assert seat(HEAD).title in deputys
    assert DECISION not in signed_in(HEAD).get(step).content.decode()


def test_the_administration_shows_them_and_changes_none(client):
    row = substituted(HEAD, SECOND, timezone.now())
    admin = signed_in("admin")
    assert admin.get("/admin/coordination/substitution/").status_code == 200
    assert admin.get("/admin/coordination/substitution/add/").status_code == 403
    changed = admin.post(f"/admin/coordination/substitution/{row.pk}/change/", {"decision": "9/QĐ"})
    assert changed.status_code == 403
    assert Seat.objects.filter(pk=row.substitute_id).exists()
    row.refresh_from_db()
    assert row.decision == DECISION
