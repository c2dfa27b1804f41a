"""A device is switched on, its service worker shows a push and reports it; what cannot be is said in words.

Chromium under test reaches no push service: a push is handed to the worker by the debugging protocol, and
where the browser would answer with a subscription, the page is given one.
"""

from __future__ import annotations

import json

import pytest

from notifications.delivery.web_push import shown_token
from tests.notifications.push_service import Device

pytestmark = pytest.mark.browser
SETTINGS = "/notifications/settings/"
WHO = "binhduong.gtvt.officer"

_SUBSCRIBED = """
const said = %s;
const plain = (word) => atob(word.replaceAll("-", "+").replaceAll("_", "/"));
const bytes = (word) => Uint8Array.from(plain(word), (one) => one.charCodeAt(0));
const made = {endpoint: said.endpoint, options: {}, getKey: (name) => bytes(said[name]).buffer};
let now = sessionStorage.getItem("on") ? made : null;
PushManager.prototype.getSubscription = async () => now;
PushManager.prototype.subscribe = async (options) => {
  if (new Uint8Array(options.applicationServerKey).length !== 65) throw new Error("not a key");
  sessionStorage.setItem("on", "1");
  return (now = made);
};
"""


def may_notify(one, server) -> None:
    one.context.grant_permissions(["notifications"], origin=server.address)


def test_the_worker_shows_a_push_and_reports_it_without_a_session(screen, server):
    one = screen(WHO)
    may_notify(one, server)
    page = one.open(SETTINGS)
    page.click("#this-device button")
    # No push service can be reached from here: the page says so, and the button may be pressed again.
    page.wait_for_selector("[data-device-state=failed]:visible")
    page.wait_for_function("navigator.serviceWorker.ready.then((found) => found.active !== null)")
    protocol = one.context.new_cdp_session(page)
    found: list[dict[str, str]] = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(said["registrations"]))
    protocol.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    [registration] = {row["registrationId"]: row for row in found}.values()
    assert registration["scopeURL"] == f"{server.address}/"
    push = {
        "title": "1 việc cần xử lý",
        "body": "BDG-2026-0001",
        "path": "/issues/",
        "lang": "vi",
        "tag": "m1",
        "token": shown_token([1], 1),
    }
    with one.context.expect_event("response", lambda answer: answer.url.endswith("/push/shown/")) as reported:
        protocol.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": server.address,
                "registrationId": registration["registrationId"],
                "data": json.dumps(push),
            },
        )
    answer = reported.value
    assert answer.status == 204
    assert "cookie" not in answer.request.headers
    shown = page.evaluate(
        "navigator.serviceWorker.getRegistration('/').then((one) => one.getNotifications())"
        ".then((all) => all.map((note) => [note.title, note.body, note.tag, note.data.path]))"
    )
    assert shown == [[push["title"], push["body"], push["tag"], push["path"]]]
    assert page.evaluate("caches.keys()") == []


def test_a_device_is_switched_on_recognised_and_switched_off(screen, server):
    one = screen(WHO, phone=True)
    may_notify(one, server)
    keys = Device("https://fcm.googleapis.com/fcm/send", "test").subscription
    one.context.add_init_script(_SUBSCRIBED % json.dumps(keys))
    page = one.open(SETTINGS)
    assert one.width_overflow() <= 0
    page.click("#this-device button")
    page.wait_for_selector(".device-list [data-this]:visible")
    assert page.is_visible("[data-device-state=on]")
    assert not page.is_visible("#this-device button")
    assert one.width_overflow() <= 0
    page.click(".device-list button")
    page.wait_for_selector("#this-device button:visible")
    assert page.locator(".device-list").count() == 0
    assert one.faults == []


def test_who_has_refused_notices_is_told_where_to_allow_them(screen):
    one = screen(WHO)
    page = one.open(SETTINGS)
    page.click("#this-device button")
    page.wait_for_selector("[data-device-state=denied]:visible")
    assert one.faults == []
