"""Officers at their browsers: signed in, and taking steps through the pages as they are rendered."""

from __future__ import annotations

from collections.abc import Callable
from http.cookiejar import Cookie
from typing import Any

from coordination.walkthrough.browser import Browser
from coordination.walkthrough.pages import Page
from tests.services.serving import HERE


def signed_in(ask: Callable[..., Any], username: str, port: int) -> Browser:
    """A browser with a session of that person; ``ask`` has a process do the job ``session_of``."""
    browser = Browser(f"http://{HERE}:{port}")
    value = ask("session_of", username=username)
    rest: dict[str, Any] = {"port_specified": False, "domain_specified": False, "domain_initial_dot": False}
    browser.cookies.set_cookie(
        Cookie(
            0,
            "sessionid",
            value,
            None,
            domain=HERE,
            path="/",
            path_specified=True,
            secure=False,
            expires=None,
            discard=True,
            comment=None,
            comment_url=None,
            rest={},
            **rest,
        )
    )
    return browser


def press(browser: Browser, page: Page, step: str) -> Page:
    """Send the form of a step that stands on a page, as it was rendered."""
    form = page.form(rf"/issues/[^/]+/steps/{step}/$")
    assert form is not None, page.text
    return browser.send(form, seen_on=page.url)
