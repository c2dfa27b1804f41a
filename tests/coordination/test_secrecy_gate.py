"""The secrecy gate: Mật and above stores nothing at all, not even the title (rulebook §2)."""

import logging

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.coordination.test_issue_form import AUTHOR, filled
from tests.people import person

WORDS = "Chiều rộng luồng tại kho K860"


def dump() -> dict[str, list[tuple]]:
    """Every row of every table but the sessions."""
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "django_session":
                cursor.execute(f'SELECT * FROM "{table}"')
                rows[table] = sorted(cursor.fetchall(), key=repr)
    return rows


@pytest.mark.parametrize("level", ["secret", "top_secret", "absolute_secret"])
@pytest.mark.parametrize("then", ["draft", "onward"])
def test_nothing_of_a_secret_issue_is_kept(client, db, caplog, level, then):
    client.force_login(person(AUTHOR))
    client.get("/issues/new/")
    before, session = dump(), dict(client.session)
    paper = SimpleUploadedFile("mat.pdf", b"%PDF-1.7 " + WORDS.encode())
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/issues/new/", filled(secrecy=level, title=WORDS, then=then, attachments=paper))
    assert answer.status_code == 422
    assert dump() == before
    assert dict(client.session) == session
    assert not settings.MEDIA_ROOT.exists()
    assert WORDS not in caplog.text
    assert WORDS not in answer.content.decode()
    assert "117/2025/QH15" in answer.content.decode()


def test_nothing_secret_slips_into_a_draft_that_exists(client, story):
    client.force_login(person("binhduong.gtvt.officer"))
    before = dump()
    answer = client.post(f"/issues/{story.issue.ref}/edit/", filled(secrecy="secret", title=WORDS, version=1))
    assert answer.status_code == 422
    assert dump() == before


@pytest.mark.parametrize("given", [None, "", "public"])
def test_without_a_clear_answer_nothing_is_stored_either(client, db, given):
    client.force_login(person(AUTHOR))
    before = dump()
    answer = client.post("/issues/new/", filled(secrecy=given, title=WORDS))
    assert answer.status_code == 422
    assert dump() == before
    # The person may correct the answer: what they typed is on the page, and only there.
    assert WORDS in answer.content.decode()
