"""A refusal becomes a page with its own status, its sentence and a way on."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from coordination.middleware import RefusalMiddleware
from tests.people import NOW, person
from workflows.refusals import AlreadyDone, Incomplete, NotVisible, NotYours, Refusal, Stale

WHO = "Trần Phú Cường"


def answer(refusal: Exception, referer: str = "http://testserver/issues/VM-BDG-2026-0001/"):
    request = RequestFactory().post("/issues/x/steps/submit/", headers={"referer": referer})
    request.user = person("binhduong.gtvt.head")
    with translation.override("en"):
        return RefusalMiddleware(lambda _request: None).process_exception(request, refusal)


@pytest.mark.parametrize(
    "refusal, status, words",
    [
        (NotYours(who="somebody else"), 403, "somebody else"),
        (Stale(by=WHO, step="submit", label="Submit", at=NOW), 409, WHO),
        (AlreadyDone(by=WHO, step="submit", label="Submit", at=NOW), 409, WHO),
        (Incomplete({"reason": "Give a reason."}), 422, "Give a reason."),
        (Refusal(), 400, "cannot be done"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_refusal_says_why_with_its_own_status(db, refusal, status, words):
    page = answer(refusal)
    assert page.status_code == status
    assert words in page.content.decode()
    assert 'href="http://testserver/issues/VM-BDG-2026-0001/"' in page.content.decode()


def test_what_is_not_visible_is_answered_like_what_does_not_exist(db, client):
    client.force_login(person("binhduong.gtvt.head"))
    client.post("/i18n/setlang/", {"language": "en"})
    page = answer(NotVisible()).content.decode()
    missing = client.get("/issues/nothing-here/")
    assert missing.status_code == 404
    main = page.partition("<main")[2].partition("</main>")[0]
    assert main == missing.content.decode().partition("<main")[2].partition("</main>")[0]


def test_the_way_back_is_never_elsewhere(db):
    page = answer(NotYours(who="somebody"), referer="https://evil.example/x").content.decode()
    assert "evil.example" not in page


def test_any_other_exception_stays_an_exception(db):
    assert answer(ValueError("a bug")) is None
