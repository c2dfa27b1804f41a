"""A record's page begins with what happened last; a long history is there for who asks for it."""

from __future__ import annotations

import pytest

from coordination.queries import timelines
from tests.people import person

OFFICER = "binhduong.skhdt.officer"
pytestmark = pytest.mark.django_db


@pytest.fixture
def noted(story, monkeypatch):
    """A file with notes of its own, more than a page shows."""
    monkeypatch.setattr(timelines, "SHOWN", 5)
    story.to("triage")
    for number in range(4):
        story.act("note_internal", {"text": f"Ghi chú thứ {number}."}, by=OFFICER)
    return story.issue


def test_a_page_shows_the_last_events_and_how_many_came_before(noted):
    history = timelines.timeline(noted, person(OFFICER), "full")
    assert [entry.at for entry in history.newest] == [entry.at for entry in history.whole][:5]
    assert history.earlier == len(history.whole) - 5 > 0


def test_the_earlier_ones_are_one_press_away(noted, client):
    client.force_login(person(OFFICER))
    address = f"/issues/{noted.code}/"
    page = client.get(address).content.decode()
    earlier = timelines.timeline(noted, person(OFFICER), "full").earlier
    assert f"Xem {earlier} sự kiện trước đó" in page
    assert page.count("Ghi chú thứ") == 4
    whole = client.get(address, {"history": "all"}).content.decode()
    assert whole.count("data-kind=") == page.count("data-kind=") + earlier
    assert "sự kiện trước đó" not in whole
