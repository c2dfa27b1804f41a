"""Meetings in people's calendars: valid iCalendar, one entry that is moved and called off, never a leak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from coordination.documents.calendar_entries import Appointment, Attendee, entry
from coordination.models import Meeting
from coordination.queries.appointments import calendar_entry
from tests.coordination.meeting_stories import (
    HOME_HEAD,
    HOME_OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    THIRD_OFFICER,
    MeetingStory,
    three_localities,
    two_localities,
)
from tests.people import locality, person
from tests.story import Story
from workflows.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def two() -> MeetingStory:
    return two_localities()


def at(meeting: Meeting) -> str:
    return f"/meetings/{meeting.key}/calendar.ics"


def fetched(client, username: str, path: str) -> bytes:
    client.force_login(person(username))
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    return answer.content


def parsed(content: bytes) -> Calendar:
    """The calendar, once the bytes are what RFC 5545 §3.1 asks: UTF-8, CRLF, at most 75 octets a line."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    for line in lines:
        assert b"\n" not in line
        assert b"\r" not in line
        assert len(line) <= 75, line
        line.decode("utf-8")
    calendar = Calendar.from_ical(content)
    assert (calendar["version"], calendar["calscale"]) == ("2.0", "GREGORIAN")
    assert calendar["prodid"]
    for event in calendar.walk("VEVENT"):
        assert {"uid", "dtstamp", "dtstart", "dtend", "sequence", "organizer", "status"} <= {
            name.lower() for name in event
        }
        assert event["dtstamp"].to_ical().endswith(b"Z")
        assert event["dtstart"].params["TZID"] == "Asia/Ho_Chi_Minh"
    return calendar


def only_event(content: bytes):
    [event] = parsed(content).walk("VEVENT")
    return event


# What is in it


def test_a_settled_meeting_is_an_invitation_in_the_country_s_own_time(client, two):
    two.invited()
    two.amend({"participants": [{"name": "Nguyễn An", "title": "", "body": ""}]}, by=HOME_OFFICER)
    two.do("accept_slot", by=OTHER_OFFICER)
    content = fetched(client, OTHER_OFFICER, at(two.meeting))
    calendar, event = parsed(content), only_event(content)

    assert calendar["method"] == "REQUEST"
    [zone] = calendar.walk("VTIMEZONE")
    [offset] = zone.walk("STANDARD")
    assert (zone["tzid"], offset["tzoffsetto"].to_ical()) == ("Asia/Ho_Chi_Minh", "+0700")
    assert event.decoded("dtstart") == two.meeting.starts_at
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(hours=2)
    assert (event["status"], int(event["sequence"])) == ("CONFIRMED", 0)
    assert str(event["summary"]) == f"{two.meeting.key} – {two.meeting.title}"
    assert str(event["location"]) == two.meeting.place
    assert "Bình Dương, Đồng Nai" in str(event["description"])
    assert two.meeting.agenda in str(event["description"])
    assert str(event["url"]).endswith(f"/meetings/{two.meeting.key}/")
    assert event["attendee"] == f"mailto:{person(OTHER_OFFICER).email}"
    # Nobody else's address, and nothing that only the home knows.
    assert content.count(b"mailto:") == 2
    for hidden in (two.issues[0].tried, two.issues[0].legal_bases, "Nguyễn An"):
        assert hidden not in str(event["description"])


def test_one_uid_for_ever_and_a_higher_number_with_each_word_about_it(client, two):
    seen = []

    def look() -> None:
        content = fetched(client, OTHER_OFFICER, at(two.meeting))
        event = only_event(content)
        stands = (parsed(content)["method"], str(event["status"]))
        seen.append((str(event["uid"]), int(event["sequence"]), stands, event.decoded("dtstart")))

    two.scheduled()
    look()
    two.do("reschedule", {"slots": [two.slot(20)]}, by=HOME_OFFICER)
    look()
    two.do("accept_slot", by=OTHER_OFFICER)
    look()
    two.do("ask_reschedule", {"slots": [two.slot(30)]}, by=OTHER_OFFICER)
    look()
    two.do("accept_counter", by=HOME_OFFICER)
    look()
    two.do("cancel_meeting", by=HOME_HEAD)
    look()

    requested, cancelled = ("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED")
    assert len({uid for uid, *_rest in seen}) == 1
    assert [number for _uid, number, *_rest in seen] == [0, 1, 2, 3, 4, 5]
    assert [stands for _uid, _number, stands, _when in seen] == [requested, cancelled] * 3
    moments = [when for *_rest, when in seen]
    assert moments[0] == moments[1] != moments[2] == moments[3] != moments[4] == moments[5]


def test_two_calls_give_the_same_bytes(client, two):
    two.scheduled()
    assert fetched(client, HOME_OFFICER, at(two.meeting)) == fetched(client, HOME_OFFICER, at(two.meeting))


def test_long_words_with_every_mark_are_folded_and_come_back_whole():
    title = "Thống nhất phương án, tiến độ; “đường nối” \\ cầu Bạch Đằng 2 " * 6
    appointment = Appointment(
        reference="abc",
        sequence=0,
        stamp=datetime(2026, 11, 11, 9, tzinfo=UTC),
        starts_at=datetime(2026, 11, 20, 1, tzinfo=UTC),
        place="Hội trường A, UBND tỉnh; tầng 2",
        title=title,
        description="Một\nHai: “ba”,\n\nbốn",
        path="/meetings/x/",
        called_by='Tỉnh "Bình Dương", Việt Nam',
        stands=True,
    )
    event = only_event(entry(appointment, Attendee('Nguyễn "An"; Sở', "an@binhduong.test")))
    assert str(event["summary"]) == title
    assert str(event["description"]) == "Một\nHai: “ba”,\n\nbốn"
    assert str(event["location"]) == "Hội trường A, UBND tỉnh; tầng 2"
    assert event["attendee"] == "mailto:an@binhduong.test"


# Who gets it


def test_who_does_not_see_the_meeting_is_told_there_is_none(client, two):
    two.scheduled()
    for username in (THIRD_OFFICER, "dongnai.gtvt.officer", "bgtvt.officer"):
        client.force_login(person(username))
        assert client.get(at(two.meeting)).status_code == 404
    client.logout()
    assert client.get(at(two.meeting)).status_code == 302
    assert client.get("/meetings/calendar.ics").status_code == 302


def test_before_a_time_is_settled_there_is_nothing_for_a_calendar(client, two):
    two.invited()
    client.force_login(person(OTHER_OFFICER))
    answer = client.get(at(two.meeting))
    assert answer.status_code == 404
    assert "calendar.ics" not in client.get(f"/meetings/{two.meeting.key}/").content.decode()
    two.do("accept_slot", by=OTHER_OFFICER)
    assert at(two.meeting) in client.get(f"/meetings/{two.meeting.key}/").content.decode()


def test_the_feed_holds_every_appointment_of_the_reader_s_side_and_no_other(client, two):
    two.scheduled()
    three = three_localities()
    three.invited()
    three.do("decline_invitation", by=THIRD_OFFICER)
    three.do("accept_slot", by=OTHER_OFFICER)
    keys = [two.meeting.key, three.meeting.key]

    def held(username: str) -> list[str]:
        calendar = parsed(fetched(client, username, "/meetings/calendar.ics"))
        assert calendar["method"] == "PUBLISH"
        return [str(event["summary"]).split(" – ")[0] for event in calendar.walk("VEVENT")]

    assert held(OTHER_OFFICER) == keys
    assert held(HOME_HEAD) == keys
    assert held(THIRD_OFFICER) == []
    assert held("tayninh.skhdt.officer") == []
    assert held("auditor") == keys


def test_a_called_off_meeting_stays_in_the_feed_as_cancelled(client, two):
    two.scheduled()
    two.do("cancel_meeting", by=HOME_HEAD)
    event = only_event(fetched(client, OTHER_OFFICER, "/meetings/calendar.ics"))
    assert event["status"] == "CANCELLED"


# With which events


def test_only_the_events_that_settle_or_call_off_bring_an_entry(two):
    two.scheduled()
    two.do("reschedule", {"slots": [two.slot(20)]}, by=HOME_OFFICER)
    two.do("accept_slot", by=OTHER_OFFICER)
    two.do("record_held", by=HOME_OFFICER)
    two.do("cancel_meeting", by=HOME_HEAD)
    brought = [
        (event.name, event.data["appointment"]["stands"])
        for event in Event.objects.filter(machine="meeting").order_by("seq")
        if "appointment" in event.data
    ]
    # A meeting that was held stays in the calendars, whatever becomes of its minutes.
    assert brought == [("accept_slot", True), ("reschedule", False), ("accept_slot", True)]
    methods = [
        found.method
        for event in Event.objects.filter(machine="meeting")
        if (found := calendar_entry(event, two.meeting, person(OTHER_HEAD))) is not None
    ]
    assert methods == ["REQUEST"]


def test_an_entry_is_the_same_however_late_it_is_sent_until_it_is_overtaken(two):
    two.scheduled()
    settled = Event.objects.get(name="accept_slot")
    before = calendar_entry(settled, two.meeting, person(OTHER_HEAD))
    assert before is not None
    second = Story(title="Suối Siệp", at=two.story.at)
    second.to("awaiting_committee")
    second.do("approve_bilateral", {"meeting": two.meeting.code})
    assert "Suối Siệp" in two.meeting.title
    assert calendar_entry(settled, two.meeting, person(OTHER_HEAD)) == before

    two.story.at = second.at
    off = two.do("reschedule", {"slots": [two.slot(20)]}, by=HOME_OFFICER)
    # Sent now, it would bring a meeting that is off into a calendar that has never heard of it.
    assert calendar_entry(settled, two.meeting, person(OTHER_HEAD)) is None
    overtaking = calendar_entry(off, two.meeting, person(OTHER_HEAD))
    assert overtaking is not None
    assert overtaking.method == "CANCEL"


def test_who_declined_or_has_no_address_gets_no_entry(db):
    three = three_localities()
    three.invited()
    three.do("decline_invitation", by=THIRD_OFFICER)
    three.do("accept_slot", by=OTHER_OFFICER)
    event = Event.objects.get(name="accept_slot")
    assert calendar_entry(event, three.meeting, person(THIRD_OFFICER)) is None
    nobody = person(OTHER_HEAD)
    nobody.email = ""
    assert calendar_entry(event, three.meeting, nobody) is None
    assert locality("tphcm") in [side.locality for side in three.meeting.sides.filter(answer="declined")]


def test_the_mailed_entry_says_when_and_where_but_not_the_agenda(two):
    two.invited()
    two.do("accept_slot", by=OTHER_OFFICER)
    found = calendar_entry(Event.objects.get(name="accept_slot"), two.meeting, person(OTHER_HEAD))
    assert found is not None
    event = only_event(found.content)
    assert two.meeting.agenda not in str(event["description"])
    assert two.meeting.place == str(event["location"])
