"""Log lines say for whom and at what they were written, and nothing that somebody else could use."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as product
from django.db import connection
from django.test import AsyncClient, Client, RequestFactory
from django.utils import timezone
from django.utils.module_loading import import_string

from tests.page_forms import forms_in
from tests.people import person
from tests.story import Story
from workflows import tracing
from workflows.models import Event

OFFICER = "binhduong.gtvt.officer"
LINK = "https://lientinh.test/d/abcdefgh/a-secret-that-nobody-else-has"
COUNT = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < %s) SELECT count(*) FROM n"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged, as the handler of service writes it."""
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Kept()
    how = dict(product.LOGGING["formatters"]["json"])
    handler.setFormatter(import_string(how.pop("()"))(**how))
    for name in product.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(product.LOGGING["filters"][name]["()"])())
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in written]
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize("given", ["a-proxys-own-id.1", "0123456789abcdef0123456789abcdef"])
def test_a_well_formed_id_is_kept(given):
    assert Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "short", "with a space", "line\nbreak-12345", "<b>bold</b>", "x" * 65])
def test_any_other_id_is_made_here(given):
    made = Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert made != given
    assert len(made) == 32
    assert made != Client().get("/healthz")["X-Request-ID"]


async def test_it_holds_on_the_way_of_service_too():
    answer = await AsyncClient().get("/healthz", headers={"X-Request-ID": "a-proxys-own-id.1"})
    assert answer["X-Request-ID"] == "a-proxys-own-id.1"


@pytest.mark.django_db
def test_every_line_of_a_step_says_who_asked_and_what_was_done(lines, django_capture_on_commit_callbacks):
    story = Story(at=timezone.now() - timedelta(hours=30))
    client = Client(headers={"X-Request-ID": "the-request-of-this-step"})
    client.force_login(person(OFFICER))
    path = f"/issues/{story.issue.ref}/"
    page = client.get(path).content.decode()
    [form] = [one for one in forms_in(page) if one.action.endswith("/steps/hand_up/")]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(form.action, form.fields)
    assert answer.status_code == 302, answer.content.decode()
    event = Event.objects.filter(name="hand_up").latest("pk")
    [taken] = [line for line in lines() if line.get("event_id") == event.pk]
    assert (taken["machine"], taken["step"]) == ("issue", "hand_up")
    assert (taken["request_id"], taken["person_id"]) == ("the-request-of-this-step", person(OFFICER).pk)
    asked = [line for line in lines() if line["logger"] == "coordination.measuring"]
    assert [(line["page"], line["status"]) for line in asked] == [("issue", 200), ("step", 302)]
    assert story.issue.ref not in json.dumps(asked)
    assert all(line["request_id"] and "at" in line for line in lines())


@pytest.mark.django_db
def test_the_next_request_is_not_said_to_be_the_last_persons(client, lines):
    client.force_login(person(OFFICER))
    client.get("/")
    Client().get("/accounts/sign-in/")
    first, second = (line for line in lines() if line["logger"] == "coordination.measuring")
    assert first["person_id"] == person(OFFICER).pk
    assert "person_id" not in second


def test_nothing_secret_is_written_in_words_extras_or_tracebacks(lines):
    log = logging.getLogger("coordination.test")
    request = RequestFactory().get(urlsplit(LINK).path)
    deep = [{"x": LINK, "y": {request}}]
    extra = {"where": LINK, "password": "hunter2-hunter2", "deep": deep, "request": request}
    log.info("to %s", LINK, extra=extra)
    try:
        raise ValueError(LINK)
    except ValueError:
        log.exception("no: %s", LINK)
    written = json.dumps(lines())
    assert len(lines()) == 2
    assert "a-secret" not in written
    assert "hunter2" not in written
    assert "/d/abcdefgh/***" in written


@pytest.mark.django_db
def test_a_slow_statement_is_named_without_what_was_in_it(settings, lines):
    tracing.begin("the-slow-request")
    settings.SLOW_QUERY_MS = 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [424242])
        cursor.execute(COUNT, [424242])
    slow = [line for line in lines() if line["logger"] == "coordination.logs"]
    assert len(slow) == 1
    assert slow[0]["message"].endswith(COUNT)
    assert slow[0]["ms"] >= 10
    assert slow[0]["request_id"] == "the-slow-request"
    assert "424242" not in json.dumps(slow)


def test_for_people_a_line_begins_with_time_level_and_request(capsys):
    how = dict(product.LOGGING["formatters"]["line"])
    formatter = import_string(how.pop("()"))(**how)
    record = logging.LogRecord("a.name", logging.INFO, "", 0, "words", None, None)
    assert formatter.format(record).endswith("INFO a.name [-] words")
