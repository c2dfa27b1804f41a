"""Links as tests hold them: the leader's browser on the page, and the buttons pressed."""

from __future__ import annotations

from typing import Any

from django.test import Client

from notifications.models import DecisionLink
from tests.notifications.conftest import link_of, signed_in
from tests.notifications.test_decision_pages import clean, nonce_on
from workflows.models import Event

LEADER = "binhduong.ubnd.head"


def link(username: str = LEADER) -> DecisionLink:
    """The newest link of a person."""
    return DecisionLink.objects.filter(person__username=username).latest("pk")


def opened(username: str = LEADER, client: Client | None = None) -> tuple[Client, str, Any]:
    """The link of the newest mail, followed by its own person: browser, clean address, page."""
    browser = client or signed_in(username)
    path = link_of(username)
    assert browser.get(path).status_code == 303
    return browser, clean(path), browser.get(clean(path))


def press(browser: Client, path: str, page: Any, step: str, **typed: str) -> Any:
    """Press a button of the page as it was shown."""
    part = DecisionLink.objects.get(selector=path.strip("/").split("/")[1]).parts.earliest("pk")
    fields = {f"{part.pk}-{step}-{name}": value for name, value in typed.items()}
    return browser.post(path, {"nonce": nonce_on(page), "step": step, **fields})


def trail(name: str, selector: str) -> list[Event]:
    """The events of the chain that name this link, oldest first."""
    return list(Event.objects.filter(name=name, data__selector=selector).order_by("pk"))
