"""What the system will do tonight: for administrators and focal points, each as far as they see."""

from __future__ import annotations

import io

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coordination.queries.tonight import tonight_for
from tests.people import body, person
from tests.story import Story
from tests.workflows.test_calendar import at
from workflows import sweeps
from workflows.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFICER, HEAD, ADMIN = "binhduong.skhdt.officer", "binhduong.skhdt.head", "admin"
OTHER = "dongnai.skhdt.officer"
PATH = reverse("tonight")
# A Thursday; the next working day is Friday 27/11.
THURSDAY = at("26/11/2026 16:00")


@pytest.fixture
def afternoon():
    """Thursday 26/11/2026, 16:00."""
    with time_machine.travel(THURSDAY, tick=False):
        yield


@pytest.fixture
def asked(story) -> Story:
    """One body of Bình Dương asked for Thursday 26/11/2026."""
    story.to("triage")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk], "due": "2026-11-26"})
    return story


def page(client, username: str) -> str:
    client.force_login(person(username))
    answer = client.get(PATH)
    assert answer.status_code == 200
    return answer.content.decode()


def planned(username: str, moment=THURSDAY) -> list[tuple[str, str, str]]:
    """(record, what, when) of each line."""
    shown = tonight_for(person(username), moment)
    return [
        (line.record.key, line.what, f"{line.at.astimezone(THURSDAY.tzinfo):%d/%m %H:%M}")
        for day in shown.days
        for line in day.lines
    ]


def test_it_shows_what_will_happen_until_the_next_working_day_is_over(asked, client, afternoon):
    opinion = asked.opinion("binhduong.tnmt")
    assert [(key, when) for key, _what, when in planned(OFFICER)] == [
        (asked.issue.code, "26/11 16:00"),  # both missed their reminders of this morning
        (opinion.code, "26/11 16:00"),
        (opinion.code, "26/11 17:00"),
        (asked.issue.code, "26/11 17:00"),
    ]
    text = page(client, OFFICER)
    assert asked.issue.code in text
    assert opinion.code in text
    assert reverse("opinion", args=[opinion.key]) in text
    assert "17:00 27/11/2026" in text


def test_what_it_shows_is_what_then_happens(asked, afternoon):
    shown = {(key, what) for key, what, _when in planned(OFFICER)}
    last = Event.objects.latest("id").pk
    for moment in ("26/11/2026 16:00", "26/11/2026 17:01", "27/11/2026 07:30", "27/11/2026 17:00"):
        assert sweeps.run(at(moment)).failed == []
    done = Event.objects.filter(id__gt=last, cause_id=None).exclude(kind=Event.Kind.TRAIL)
    assert {event.record_ref for event in done} <= {
        asked.issue.ref,
        asked.opinion("binhduong.tnmt").ref,
    }
    assert len(shown) == 4
    assert done.count() == 3, "the lapse of the only opinion has concluded the consultation"


def test_looking_changes_nothing(asked, client, afternoon):
    client.force_login(person(OFFICER))

    def dump() -> str:
        out = io.StringIO()
        call_command("dumpdata", "--exclude", "sessions", stdout=out, verbosity=0)
        return out.getvalue()

    before = dump()
    assert client.get(PATH).status_code == 200
    assert client.head(PATH).status_code == 200
    assert client.post(PATH).status_code == 405
    assert dump() == before


def test_another_locality_learns_nothing_and_the_administrator_only_how_much(asked, client, afternoon):
    assert planned(OTHER) == []
    text = page(client, OTHER)
    assert asked.issue.code not in text
    assert asked.issue.title not in text
    text = page(client, ADMIN)
    assert asked.issue.code not in text
    assert asked.issue.title not in text
    shown = tonight_for(person(ADMIN), THURSDAY)
    assert {str(label): number for label, number in shown.totals}.keys() == {
        str(sweep.label) for sweep in sweeps.registry.sweeps or ()
    }
    assert sum(number for _label, number in shown.totals) == 4
    assert tonight_for(person(OFFICER), THURSDAY).totals == ()


def test_the_other_side_sees_what_asks_them_and_not_the_home_s_own_clocks(story, client):
    story.to("bilateral")
    story.do("invite", on=story.meeting, by=HEAD)
    evening = at("12/11/2026 18:00")
    assert [key for key, _what, _when in planned(OTHER, evening)] == []
    # Invited on Wednesday: half of five days, the day before, the day itself come to the invited side.
    assert [key for key, _what, _when in planned(OTHER, at("13/11/2026 08:00"))] == [story.meeting.key]
    story.do("accept_slot", on=story.meeting, by=OTHER)
    assert planned(OTHER, at("17/11/2026 16:00")) == [], "from now on it is the home's to prepare"
    assert {key for key, _what, _when in planned(OFFICER, at("17/11/2026 16:00"))} == {story.meeting.key}


@pytest.mark.parametrize(
    "username, status",
    [
        (OFFICER, 200),
        (HEAD, 200),
        ("binhduong.skhdt.deputy", 200),
        (ADMIN, 200),
        ("binhduong.gtvt.officer", 404),
        ("binhduong.ubnd.head", 404),
        ("bgtvt.head", 404),
        ("auditor", 404),
    ],
)
def test_it_is_for_focal_points_and_administrators(client, username, status):
    client.force_login(person(username))
    assert client.get(PATH).status_code == status
    menu = client.get(reverse("my-work")).content.decode()
    assert (f'href="{PATH}"' in menu) == (status == 200)


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get(PATH).status_code == 302


def test_a_quiet_night_says_so(client, afternoon):
    text = page(client, "tayninh.skhdt.officer")
    assert "empty-state" in text


def test_it_asks_no_more_for_many_records_than_a_page_may(asked, client, afternoon):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            tonight_for(person(OFFICER), THURSDAY)
        return len(seen)

    few = queries()
    for number in range(5):
        other = Story(title=f"Cầu số {number}")
        other.to("triage")
    assert len(planned(OFFICER)) == 9
    assert queries() - few <= 5 * 10
