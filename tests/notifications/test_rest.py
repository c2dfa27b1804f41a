"""The live notices over plain HTTP: the same rows as the socket's, in order, and the same counts."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from notifications.inbox import counts
from notifications.live import rest
from tests.notifications.conftest import signed_in
from tests.people import person

pytestmark = pytest.mark.slow

READER = "binhduong.gtvt.officer"
INBOX = "/api/v1/inbox"


def test_what_was_missed_comes_in_order_with_the_counts(story):
    story.to("awaiting_committee")
    client = signed_in(READER)

    everything = client.get(INBOX).json()
    since = client.get(INBOX, {"after": 3}).json()

    assert [one["seq"] for one in everything["notices"]] == [1, 2, 3, 4, 5]
    assert [one["seq"] for one in since["notices"]] == [4, 5]
    assert since["notices"][0] == everything["notices"][3]
    now = counts(person(READER))
    assert (since["cursor"], since["more"], since["reset"]) == (5, False, False)
    assert (since["unread"], since["actions"], since["version"]) == (now.unread, now.actions, now.version)
    assert since["person"] == person(READER).pk
    first = everything["notices"][0]
    assert first["type"] == "notice"
    assert story.issue.title in first["sentence"]
    assert first["url"] == f"/issues/{story.issue.code}/"


def test_a_long_absence_comes_batch_by_batch(story, monkeypatch):
    monkeypatch.setattr(rest, "BATCH", 2)
    story.to("awaiting_committee")
    client, seen, after, more = signed_in(READER), [], 0, True
    while more:
        said = client.get(INBOX, {"after": after}).json()
        seen += [one["seq"] for one in said["notices"]]
        after, more = said["cursor"], said["more"]
    assert seen == [1, 2, 3, 4, 5]


# A number that no inbox reaches is no number: it is read as 0, which is too far behind here.
@pytest.mark.parametrize("after", ["0", "99", "9999999999999999999", "-1", "abc"])
def test_too_far_away_starts_anew(story, monkeypatch, after):
    monkeypatch.setattr(rest, "MAX_BEHIND", 3)
    story.to("awaiting_committee")
    said = signed_in(READER).get(INBOX, {"after": after}).json()
    assert (said["reset"], said["notices"], said["cursor"]) == (True, [], 5)


def test_only_ones_own(story):
    story.do("hand_up")
    assert signed_in("longan.gtvt.head").get(INBOX).json()["notices"] == []


def test_reading_marks_up_to_what_was_seen(story):
    story.to("awaiting_committee")
    client = signed_in(READER)
    said = client.post(f"{INBOX}/read", {"up_to": 3}).json()
    again = client.post(f"{INBOX}/read", {"up_to": 3}).json()
    assert (said["marked"], said["unread"]) == (3, 2)
    assert (again["marked"], again["version"]) == (0, said["version"])
    assert client.get(INBOX, {"after": 5}).json()["unread"] == 2


@pytest.mark.parametrize("method, path", [("get", INBOX), ("post", f"{INBOX}/read")])
def test_nobody_in_particular_gets_a_401_that_a_program_reads(db, client, method, path):
    answer = getattr(client, method)(path)
    assert answer.status_code == 401
    assert json.loads(answer.content)["code"] == "not_signed_in"
    assert "no-store" in answer["Cache-Control"]


def test_reading_takes_a_post_with_its_token(story):
    story.do("hand_up")
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("binhduong.gtvt.head"))
    assert client.get(f"{INBOX}/read").status_code == 405
    assert client.post(f"{INBOX}/read", {"up_to": 1}).status_code == 403
    assert counts(person("binhduong.gtvt.head")).unread == 1
