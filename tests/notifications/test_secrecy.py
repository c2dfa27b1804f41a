"""The secret of a link is masked wherever a path is written."""

from __future__ import annotations

import io
import logging

from notifications.secrecy import MaskSecrets, mask, scrub

PATH = "/d/2MDlFJQZtYcc06n4/9iHgXqk-secret_secret~secretsecretsecret"
SECRET = PATH.rsplit("/", 1)[1]


def logged(log) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskSecrets())
    logger = logging.getLogger("a.logger.of.this.test")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        log(logger)
    finally:
        logger.removeHandler(handler)
    return stream.getvalue()


def test_the_address_without_a_secret_stays():
    assert mask("/d/2MDlFJQZtYcc06n4/") == "/d/2MDlFJQZtYcc06n4/"
    assert mask("/dossiers/HS-1/") == "/dossiers/HS-1/"


def test_messages_arguments_and_objects_are_masked():
    class Request:
        def __str__(self):
            return f"<WSGIRequest: GET '{PATH}'>"

    for log in (
        lambda logger: logger.error("GET %s" % PATH),  # noqa: UP031
        lambda logger: logger.error("GET %s", PATH),
        lambda logger: logger.error("%(path)s", {"path": PATH}),
        lambda logger: logger.error("%s", Request()),
        # uvicorn's access log
        lambda logger: logger.error('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", PATH, "1.1", 303),
    ):
        text = logged(log)
        assert SECRET not in text
        assert "***" in text


def test_an_address_put_together_from_message_and_arguments_is_masked():
    selector = PATH.split("/")[2]
    for log in (
        lambda logger: logger.error(f"GET /d/{selector}/%s", SECRET),
        lambda logger: logger.error("GET /d/%s/%s", selector, SECRET),
        lambda logger: logger.error("GET /d/%(one)s/%(two)s", {"one": selector, "two": SECRET}),
        lambda logger: logger.error("next=%s", f"%2Fd%2F{selector}%2F{SECRET}"),
    ):
        text = logged(log)
        assert SECRET not in text
        assert "***" in text


def test_a_line_keeps_its_parts_where_they_are_enough():
    kept = []
    handler = logging.StreamHandler(io.StringIO())
    handler.emit = kept.append  # type: ignore[method-assign]
    handler.addFilter(MaskSecrets())
    logger = logging.getLogger("another.logger.of.this.test")
    logger.propagate = False
    logger.addHandler(handler)
    logger.error('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", PATH, "1.1", 303)
    # uvicorn's access log reads them one by one.
    assert kept[0].args == ("127.0.0.1:1", "GET", mask(PATH), "1.1", 303)


def test_addresses_that_hold_a_key_are_masked_and_pages_are_not():
    for address in (
        "tgram://123456:AAF-key/4711",
        "postgres://liaison:pass@db/liaison",
        "https://fcm.googleapis.com/fcm/send/dGhpcyBpcyBhIGtleQ:APA91b",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABkey",
    ):
        assert mask(f"sending to {address} failed").startswith(f"sending to {address.split('://')[0]}://")
        assert address.rsplit("/", 1)[1] not in mask(f"sending to {address} failed")
    for address in ("https://lientinh.test/issues/VM-BDG-2026-0001/", "/d/2MDlFJQZtYcc06n4/report/"):
        assert mask(address) == address


def test_a_traceback_is_masked():
    def fail(logger):
        try:
            raise ValueError(f"cannot read {PATH}")
        except ValueError:
            logger.exception("it failed")

    text = logged(fail)
    assert "ValueError" in text
    assert SECRET not in text


def test_what_goes_to_sentry_is_scrubbed_however_deep():
    event = {
        "request": {"url": f"https://x{PATH}", "headers": {"Referer": f"https://x{PATH}"}},
        "transaction": PATH,
        "exception": {"values": [{"value": PATH, "stacktrace": {"frames": [{"vars": {"secret": SECRET}}]}}]},
        "breadcrumbs": [{"message": f"GET {PATH}"}],
        "spans": ({"description": PATH},),
    }
    assert SECRET not in repr(scrub(event))
