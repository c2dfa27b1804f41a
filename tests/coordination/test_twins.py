"""Twin files of two localities: named blindly, shown on both once each has been shared (rulebook §2)."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.utils import timezone

from coordination.models import Issue, Twin
from coordination.queries.twins import twin_offers, twins_of
from notifications.models import Notice
from tests.people import NOW, person
from tests.story import Story
from workflows.models import Event
from workflows.refusals import Incomplete, NotVisible

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OFFICER, HEAD = "binhduong.skhdt.officer", "binhduong.skhdt.head"
OTHER_OFFICER = "dongnai.skhdt.officer"


def theirs(**keywords) -> Story:
    """Đồng Nai's own file of the same matter."""
    return Story(home="dongnai", other="binhduong", unit="dongnai.gtvt", title="Hồ sơ bên kia", **keywords)


@pytest.fixture
def ours(db) -> Story:
    story = Story()
    story.to("triage")
    return story


def shared(story: Story) -> Story:
    """The story's issue with the other locality brought in."""
    if story.issue.state == "triage":
        for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
            story.do(step)
    else:
        story.to("bilateral")
    return story


def name(story: Story, code: str, by: str = OFFICER) -> Event:
    return story.act("name_twin", {"code": code}, by=by)


def shown(story: Story, username: str) -> list[tuple[str, Issue | None, bool]]:
    """The twins on a page, as one person reads it."""
    reader, issue = person(username), story.refreshed()
    level = "full" if issue.home_id == _home(username) else "shared"
    return [(row.code, row.issue, row.own) for row in twins_of(issue, reader, level, story.at)]


def _home(username: str) -> int:
    return person(username).seats.get().organisation.locality_id


def bare(answer) -> tuple[int, str, str]:
    """An answer without the token against forgery, which differs from one request to the next."""
    text = re.sub(r'(value|"X-CSRFToken"):?=? ?"[A-Za-z0-9]{64}"', "", answer.content.decode())
    return answer.status_code, answer.get("Location", ""), text


def named_and_taken_back(client, story: Story, code: str) -> list[tuple[int, str, str]]:
    """All that the naming side is answered: to the naming, a second one, the taking back, and its pages."""
    path = f"/issues/{story.issue.code}/"
    answers = [client.post(f"{path}acts/name_twin/", {"code": code}), client.get(path)]
    answers += [client.post(f"{path}acts/{act}/", {"code": code}) for act in ("name_twin", "forget_twin")]
    answers.append(client.get(path))
    return [bare(answer) for answer in answers]


def test_naming_says_the_same_whether_there_is_such_a_file_or_not(client, ours, monkeypatch):
    """The canary: status, address and every byte of the pages; and nobody over there is told."""
    code = "VM-DNI-2026-0001"
    monkeypatch.setattr(timezone, "now", lambda: NOW.replace(hour=17))
    client.force_login(person(OFFICER))
    before = transaction.savepoint()
    without = named_and_taken_back(client, ours, code)
    transaction.savepoint_rollback(before)
    assert theirs().to("triage").code == code
    told = Notice.objects.filter(person__username__startswith="dongnai.").count()
    with_one = named_and_taken_back(client, ours, code)

    assert with_one == without
    assert code in without[1][2]
    assert [status for status, _address, _page in without] == [302, 200, 422, 302, 200]
    assert Notice.objects.filter(person__username__startswith="dongnai.").count() == told


@pytest.mark.parametrize("given", ["VM-DNI-2026-0001", " vm-dni-2026-0001 ", "vm - DNI-2026-0001"])
def test_the_code_is_kept_in_its_one_spelling(ours, given):
    event = name(ours, given)
    assert event.data == {"twin": "VM-DNI-2026-0001"}
    assert Twin.objects.get().other_code == "VM-DNI-2026-0001"


@pytest.mark.parametrize(
    "given",
    ["", "Cầu Bạch Đằng", "LV-DNI-2026-0001", "VM-DNI-26-0001", "VM-DNI-2026-01", "VM-DNI-2026-" + "1" * 20],
)
def test_what_has_not_the_shape_of_a_code_is_refused(ours, given):
    with pytest.raises(Incomplete, match="VM-BPC"):
        name(ours, given)
    assert not Twin.objects.exists()


def test_a_file_of_ones_own_locality_is_no_twin_and_the_refusal_says_why(ours):
    with pytest.raises(Incomplete) as refusal:
        name(ours, "VM-BDG-2026-0009")
    assert "VM-BDG-2026-0009" in refusal.value.sentence


def test_before_both_are_shared_only_the_naming_side_sees_the_code(ours):
    other = theirs()
    other.to("triage")
    name(ours, other.issue.code)
    assert shown(ours, OFFICER) == [(other.issue.code, None, True)]
    assert shown(other, OTHER_OFFICER) == []

    shared(ours)
    assert shown(ours, OFFICER) == [(other.issue.code, None, True)]
    assert shown(ours, OTHER_OFFICER) == []
    assert shown(other, OTHER_OFFICER) == []


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_once_each_has_been_shared_both_files_show_the_other(ours, first):
    other = theirs()
    other.to("triage")
    name(ours, other.issue.code)
    one, two = (ours, other) if first == "ours" else (other, ours)
    shared(one)
    assert shown(ours, OFFICER) == [(other.issue.code, None, True)]
    shared(two)

    assert shown(ours, OFFICER) == [(other.issue.code, other.issue, True)]
    assert shown(other, OTHER_OFFICER) == [(ours.issue.code, ours.issue, False)]
    # Each side reads the shared part of the other's file, and the link there too.
    assert shown(ours, OTHER_OFFICER) == [(other.issue.code, other.issue, True)]
    assert shown(other, OFFICER) == [(ours.issue.code, ours.issue, False)]


def test_who_may_not_see_the_other_file_is_not_led_to_it(client, ours):
    other = theirs()
    name(ours, other.to("triage").code)
    shared(ours)
    shared(other)
    client.force_login(person("binhduong.gtvt.officer"))
    page = client.get(f"/issues/{ours.issue.code}/").content.decode()
    assert other.issue.code in page
    assert f"/issues/{other.issue.code}/" not in page
    assert other.issue.title not in page


def test_a_twin_is_taken_back_and_the_history_keeps_that_it_was_named(ours):
    code = "VM-DNI-2026-0001"
    name(ours, code)
    with pytest.raises(Incomplete):
        name(ours, code)
    ours.act("forget_twin", {"code": code}, by=OFFICER)
    assert shown(ours, OFFICER) == []
    with pytest.raises(Incomplete):
        ours.act("forget_twin", {"code": code}, by=OFFICER)
    assert list(Event.objects.filter(name__endswith="_twin").values_list("name", flat=True)) == [
        "name_twin",
        "forget_twin",
    ]


def test_naming_a_twin_makes_no_link_stale(ours):
    ours.do("propose")
    version = ours.issue.version
    name(ours, "VM-DNI-2026-0001")
    assert ours.issue.version == version


def test_another_locality_names_nothing_on_ours(ours):
    with pytest.raises(NotVisible):
        name(ours, "VM-DNI-2026-0001", by=OTHER_OFFICER)


def test_a_twin_is_suggested_once_both_see_both(client, ours):
    other = theirs()
    other.to("triage")
    officer = person(OFFICER)
    assert twin_offers(ours.issue, officer, ours.at) == []
    shared(other)
    assert twin_offers(ours.refreshed(), officer, ours.at) == []
    shared(ours)
    assert [offer.issue for offer in twin_offers(ours.refreshed(), officer, ours.at)] == [other.issue]
    assert twin_offers(ours.issue, person("binhduong.gtvt.officer"), ours.at) == []

    client.force_login(officer)
    page = client.get(f"/issues/{ours.issue.code}/").content.decode()
    assert f'name="code" value="{other.issue.code}"' in page
    client.post(f"/issues/{ours.issue.code}/acts/name_twin/", {"code": other.issue.code})
    assert twin_offers(ours.refreshed(), officer, ours.at) == []
    assert twin_offers(other.refreshed(), person(OTHER_OFFICER), ours.at) == []


def test_a_form_that_fails_keeps_what_was_typed(client, ours):
    client.force_login(person(OFFICER))
    refused = client.post(f"/issues/{ours.issue.code}/acts/name_twin/", {"code": "số 12/UBND"})
    assert refused.status_code == 422
    assert "số 12/UBND" in refused.content.decode()
    assert client.get(f"/issues/{ours.issue.code}/acts/name_twin/").status_code == 200
