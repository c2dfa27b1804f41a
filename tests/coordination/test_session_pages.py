"""The pages around a Council's sessions, as a browser without scripts uses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from coordination.models import Conclusion, CouncilSession
from coordination.queries.offered import act_path, step_path
from tests.council import NAME, OFFICE, OTHER_OFFICE, scheduled, screened, session_data, the_session, together
from tests.people import body, locality, person
from tests.story import Story
from workflows.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOME = "binhduong.skhdt.officer"


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.fixture
def now(db) -> Story:
    """A story of some days ago: its pages are opened now."""
    return recent("Cầu Bạch Đằng 2")


def recent(title: str, **more: Any) -> Story:
    return Story(title=title, at=timezone.now() - timedelta(days=4), **more)


def on_agenda(*stories: Story) -> list[Any]:
    """Dossiers on the agenda of one session that lies ahead of today."""
    rows = together(*stories)
    CouncilSession.objects.update(held_on=timezone.localdate() + timedelta(days=20))
    return rows


def commitments(prefix: str, side: str = "binhduong") -> dict[str, Any]:
    """One commitment as the page names its fields."""
    row = {
        "work": "Bàn giao mặt bằng",
        "locality": locality(side).pk,
        "lead": body(f"{side}.gtvt").pk,
        "due_on": in_days(60),
    }
    return {f"{prefix}-TOTAL_FORMS": 1, **{f"{prefix}-0-{name}": value for name, value in row.items()}}


def paper(number: str = "05/TB-HĐV") -> dict[str, Any]:
    return {
        "conclusion_number": number,
        "conclusion_dated": in_days(0),
        "conclusion_content": "Hội đồng thống nhất.",
    }


def at(client: Any, username: str, path: str) -> Any:
    client.force_login(person(username))
    return client.get(path)


def page_of(session: CouncilSession) -> str:
    return reverse("session", args=[session.pk])


def test_the_office_plans_a_session_and_finds_it_on_its_list(client):
    page = at(client, OFFICE, reverse("session-new"))
    assert page.context["form"]["name"].value()
    given = {"name": NAME, "held_on": in_days(30), "place": "Bình Dương"}
    answer = client.post(reverse("session-new"), given, follow=True)
    session = the_session()
    assert answer.redirect_chain[0][0] == page_of(session)
    assert session.name in client.get(reverse("session-list")).content.decode()
    assert session.opened_by is not None

    again = client.post(reverse("session-new"), given)
    assert again.status_code == 422
    assert again.context["form"]["name"].errors
    assert again.context["form"]["place"].value() == "Bình Dương"
    past = client.post(reverse("session-new"), {**given, "held_on": in_days(-1)})
    assert (past.status_code, bool(past.context["form"]["held_on"].errors)) == (422, True)
    assert CouncilSession.objects.count() == 1


@pytest.mark.parametrize("username", [HOME, "binhduong.ubnd.head", "auditor", "dongnambo.vanphong.head"])
def test_only_an_officer_of_a_councils_office_plans_a_session(client, username):
    assert at(client, username, reverse("session-new")).status_code == 403
    given = {"name": NAME, "held_on": in_days(30)}
    assert client.post(reverse("session-new"), given).status_code == 403
    assert not CouncilSession.objects.exists()


def test_a_session_reads_differently_for_the_office_and_for_each_locality(client, now):
    foreign = recent("Đường liên cảng", home="dongnai", other="brvt", unit="dongnai.gtvt")
    own, other = on_agenda(now, foreign)
    path = page_of(the_session())
    for username, seen, unseen in (
        (OFFICE, (own, other), ()),
        (HOME, (own,), (other,)),
        ("brvt.skhdt.officer", (other,), (own,)),
    ):
        for address in (path, reverse("session-list")):
            text = at(client, username, address).content.decode()
            assert all(row.code in text for row in seen)
            for row in unseen:
                assert row.code not in text
                assert row.title not in text
                assert row.issue.code not in text
    for username in (OTHER_OFFICE, "tayninh.skhdt.officer", "bgtvt.head"):
        assert at(client, username, path).status_code == 404
        assert the_session().name not in client.get(reverse("session-list")).content.decode()


def test_visitors_are_asked_to_sign_in(client, now):
    on_agenda(now)
    for name in ("session", "session-move"):
        assert client.get(reverse(name, args=[the_session().pk])).status_code == 302
    for name in ("session-list", "session-new"):
        assert client.get(reverse(name)).status_code == 302


def test_reading_changes_nothing(client, now):
    on_agenda(now)
    before = (Event.objects.count(), the_session().as_data())
    for path in (page_of(the_session()), reverse("session-move", args=[the_session().pk])):
        assert at(client, OFFICE, path).status_code == 200
    assert client.post(page_of(the_session())).status_code == 405
    assert (Event.objects.count(), the_session().as_data()) == before


def test_the_office_moves_a_session_from_its_page(client, now):
    (dossier,) = on_agenda(now)
    session = the_session()
    path = reverse("session-move", args=[session.pk])
    page = at(client, OFFICE, path)
    assert dossier.code in page.content.decode()
    given = {"was": session.held_on.isoformat(), "held_on": in_days(40), "place": "Đồng Nai"}
    assert client.post(path, given).status_code == 302
    assert (the_session().held_on.isoformat(), the_session().place) == (in_days(40), "Đồng Nai")
    event = Event.objects.get(kind=Event.Kind.AMEND)

    stale = client.post(path, {**given, "held_on": in_days(50)})
    assert stale.status_code == 422
    assert stale.context["form"]["held_on"].value() == in_days(50)
    past = client.post(path, {**given, "was": in_days(40), "held_on": in_days(-3)})
    assert (past.status_code, bool(past.context["form"]["held_on"].errors)) == (422, True)
    assert Event.objects.filter(kind=Event.Kind.AMEND).get() == event


@pytest.mark.parametrize(
    "username, status", [(HOME, 403), ("dongnai.skhdt.head", 403), ("tayninh.skhdt.officer", 404)]
)
def test_nobody_else_moves_it(client, now, username, status):
    on_agenda(now)
    path = reverse("session-move", args=[the_session().pk])
    given = {"was": the_session().held_on.isoformat(), "held_on": in_days(40)}
    assert at(client, username, path).status_code == status
    assert client.post(path, given).status_code == status
    assert not Event.objects.filter(kind=Event.Kind.AMEND).exists()


def test_both_days_stand_in_the_history_for_the_parties_too(client, now):
    (dossier,) = on_agenda(now)
    old = the_session()
    client.force_login(person(OFFICE))
    given = {"was": old.held_on.isoformat(), "held_on": in_days(40), "place": old.place}
    client.post(reverse("session-move", args=[old.pk]), given)
    for username in (HOME, "dongnai.skhdt.officer", OFFICE):
        text = at(client, username, reverse("dossier", args=[dossier.code])).content.decode()
        assert f"{old.held_on:%d/%m/%Y}" in text
        assert f"{the_session().held_on:%d/%m/%Y}" in text


def test_a_scheduled_dossier_leads_to_its_session_and_has_no_form_of_its_own(client, now):
    (dossier,) = on_agenda(now)
    page = at(client, OFFICE, reverse("dossier", args=[dossier.code])).content.decode()
    assert reverse("session-move", args=[the_session().pk]) in page
    amend = act_path(dossier, "amend")
    assert client.get(amend).status_code == 403
    assert client.post(amend, {"content": "Khác"}).status_code == 403


def test_a_dossier_is_put_on_a_planned_session_or_a_new_one(client, now):
    on_agenda(now)
    second, third = recent("Suối Siệp"), recent("Rạch Cái Cầu")
    planned = the_session()
    first_path = step_path(screened(second), "schedule")
    page = at(client, OFFICE, f"{first_path}?session_existing={planned.pk}")
    assert str(page.context["form"]["session_existing"].value()) == str(planned.pk)
    both = {"session_existing": planned.pk, "session_name": "Phiên khác", "session_on": in_days(9)}
    assert client.post(first_path, both).status_code == 422
    assert client.post(first_path, {"session_existing": planned.pk}).status_code == 302
    assert second.dossier.session == planned

    other_path = step_path(screened(third), "schedule")
    nothing = client.post(other_path, {"session_existing": "", "session_place": "Bình Dương"})
    assert nothing.status_code == 422
    assert nothing.context["form"]["session_place"].value() == "Bình Dương"
    new = {"session_existing": "", "session_name": "Phiên bất thường", "session_on": in_days(9)}
    assert client.post(other_path, new).status_code == 302
    assert third.dossier.session == CouncilSession.objects.get(name="Phiên bất thường")


def test_one_page_concludes_several_dossiers(client, now):
    second = recent("Suối Siệp")
    first, other = on_agenda(now, second)
    path, box = step_path(first, "record_conclusion"), f"with_{other.ref}"
    text = at(client, OFFICE, path).content.decode()
    assert box in text
    typed = {**paper(), **commitments("commitments"), box: "on", f"{box}_version": other.version}

    lacking = client.post(path, typed)
    assert lacking.status_code == 422
    assert lacking.context["form"]["conclusion_number"].value() == "05/TB-HĐV"
    assert not Conclusion.objects.exists()
    whole = {**typed, **commitments(f"{box}_commitments")}
    assert client.post(path, whole).status_code == 302
    assert {now.refreshed(row).state for row in (first, other)} == {"decided"}
    assert Conclusion.objects.get().number == "05/TB-HĐV"
    for row in (first, other):
        for address in (reverse("dossier", args=[row.code]), reverse("issue", args=[row.issue.code])):
            assert "05/TB-HĐV" in at(client, HOME, address).content.decode()


def test_a_number_used_already_is_refused_beside_its_field_and_can_be_chosen(client, now):
    first, other = on_agenda(now, recent("Suối Siệp"))
    client.force_login(person(OFFICE))
    assert client.post(step_path(first, "record_conclusion"), {**paper(), **commitments("commitments")})
    path = step_path(other, "refer")
    again = client.post(path, {**paper(), "authority": "Thủ tướng Chính phủ"})
    assert again.status_code == 422
    assert "05/TB-HĐV" in again.content.decode()
    assert again.context["form"]["authority"].value() == "Thủ tướng Chính phủ"
    chosen = {"conclusion_existing": Conclusion.objects.get().pk, "authority": "Thủ tướng Chính phủ"}
    assert client.post(path, chosen).status_code == 302
    assert now.refreshed(other).concluded_by == Conclusion.objects.get()


@pytest.mark.parametrize("missing", ["number", "dated", "content"])
def test_what_a_conclusion_lacks_is_told_beside_the_field(client, now, missing):
    (dossier,) = on_agenda(now)
    client.force_login(person(OFFICE))
    typed = {**paper(), **commitments("commitments"), f"conclusion_{missing}": ""}
    answer = client.post(step_path(dossier, "record_conclusion"), typed)
    assert answer.status_code == 422
    assert answer.context["form"][f"conclusion_{missing}"].errors


def test_the_leader_sees_the_members_of_each_council_and_who_is_none(client):
    story = recent("Vận tải thủy", other="longan")
    story.propose_to_leader(route="council", ground="policy")
    path = step_path(story.issue, "approve_council")
    page = at(client, "binhduong.ubnd.head", path)
    part, _ground = page.context["form"].parts
    assert [offer.outside for offer, _chosen in part.shown()] == [(str(locality("longan")),), ()]
    text = page.content.decode()
    assert str(locality("tiengiang")) in text
    elsewhere = client.post(path, {"council": body("bgtvt").pk, "ground": "policy"})
    assert elsewhere.status_code == 422
    assert client.post(path, {"council": body("ktdtphianam").pk, "ground": "policy"}).status_code == 302


@pytest.mark.parametrize("username, reads", [(HOME, True), (OFFICE, True), ("dongnai.skhdt.officer", False)])
def test_a_supplement_is_asked_for_at_the_top_of_the_page(client, now, username, reads):
    now.do("return_dossier", {"reason": "Bổ sung bản đồ ranh giới."}, on=scheduled(now))
    page = at(client, username, reverse("dossier", args=[now.dossier.code]))
    assert ("Bổ sung bản đồ ranh giới." in page.content.decode()) == reads


def test_the_dossier_page_says_the_legal_test_in_words_and_names_the_evidence(client, now):
    dossier = scheduled(now, **session_data(on=in_days(9)))
    page = at(client, HOME, reverse("dossier", args=[dossier.code]))
    assert page.context["ground"] in page.content.decode()
    assert page.context["evidence"] == []


def test_a_conclusion_by_document_takes_the_papers_number(client, now):
    (dossier,) = on_agenda(now)
    path = f"{act_path(dossier, 'record_document')}?step=record_conclusion&side="
    client.force_login(person(HOME))
    typed = {
        "step": "record_conclusion",
        "conclusion_content": "Hội đồng thống nhất.",
        **commitments("commitments"),
        "document_number": "21/TB-VPHĐ",
        "document_dated": in_days(-1),
        "document_issuer": "Văn phòng Hội đồng",
        "document_file": SimpleUploadedFile("thong-bao.pdf", b"%PDF-1.4 trial"),
    }
    assert client.post(path, typed).status_code == 302
    pending = Event.objects.filter(name="record_document").latest("id").data["pending"]
    client.force_login(person("binhduong.skhdt.head"))
    assert client.post(act_path(dossier, "countersign"), {"pending": pending}).status_code == 302
    concluded = now.refreshed(dossier).concluded_by
    assert (concluded.number, concluded.dated.isoformat()) == ("21/TB-VPHĐ", in_days(-1))
