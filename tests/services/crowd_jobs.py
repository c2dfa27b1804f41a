"""Jobs of a process for the benchmark of sockets: many people, and a step that many of them hear of."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from coordination.models import Organisation, Person, Seat
from notifications.inbox import sink
from tests.people import person
from tests.services.live_jobs import session_of
from tests.story import Story
from workflows import engine
from workflows.models import Event
from workflows.registry import Hearing, Telling

NAME = "crowd.{:04}"


def many_people(count: int, told: int) -> None:
    """So many officers: ``told`` of them at the focal point, the others where nobody hears of the issue."""
    focal = Organisation.objects.get(slug="binhduong.skhdt")
    elsewhere = Organisation.objects.get(slug="tphcm.gtvt")
    for number in range(count):
        name = NAME.format(number)
        person = Person.objects.create(username=name, full_name=f"Cán bộ {number}", email="")
        body = focal if number < told else elsewhere
        Seat.objects.create(person=person, organisation=body, level="officer", title="Chuyên viên")


def many_sessions(count: int) -> list[str]:
    """A session of each of them."""
    return [session_of(NAME.format(number)) for number in range(count)]


def tell_many() -> float:
    """Submit a new issue to the focal point: all its officers hear of it. Returns when it was committed."""
    story = Story(at=timezone.now() - timedelta(hours=9))
    story.do("hand_up")
    issue = story.refreshed()
    data = story.data_for("submit", issue)
    head = person(story.who("reporting.head"))
    moments: list[float] = []
    with transaction.atomic():
        # Before the step's own: the first thing that happens once it is committed.
        transaction.on_commit(lambda: moments.append(time.time()))
        engine.perform(issue, "submit", by=head, at=story.at + timedelta(hours=1), data=data)
    return moments[0]


def tell_often(told: int, count: int, name: str) -> float:
    """Tell the first ``told`` people so many things, each in a transaction of its own, without a pause.

    ``name`` keeps apart what several processes tell. Returns when the last one was committed.
    """
    story = Story(at=timezone.now() - timedelta(hours=9))
    record = story.refreshed()
    event = Event.objects.filter(machine=record.machine, record_id=record.pk).latest("seq")
    names = [NAME.format(number) for number in range(told)]
    people = list(Person.objects.filter(username__in=names).values_list("pk", flat=True))
    for number in range(count):
        hearings = tuple(Hearing(pk, "follower", key=f"often:{name}:{number}") for pk in people)
        with transaction.atomic():
            sink([Telling(event, record, hearings, timezone.now())])
    return time.time()
