"""A browser without a window: cookies, redirects, forms sent as they were rendered."""

from __future__ import annotations

import secrets
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from coordination.walkthrough.pages import Form, Page, read_page

DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
_SECONDS = 60


class Browser:
    """One browser of one person."""

    def __init__(self, address: str, *, agent: str = DESKTOP) -> None:
        self.address, self.agent = address, agent
        self.cookies = CookieJar()
        # No proxy stands between a browser here and the server beside it.
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> Page:
        """Open an address, following redirects; a refusal is a page, too."""
        return self._open(Request(urljoin(self.address, path)))  # noqa: S310 (our own server)

    def send(self, form: Form, *, button: tuple[str, str] | None = None, seen_on: str = "") -> Page:
        """Send a form, with the button that was pressed."""
        pairs = [pair for control in form.controls.values() for pair in control.sent()]
        if button is not None:
            pairs.append(button)
        if form.enctype == "multipart/form-data":
            body, content_type = _multipart(form, pairs)
        else:
            body, content_type = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        headers = {
            "Content-Type": content_type,
            "Origin": self.address,
            "Referer": seen_on or form.action,
        }
        return self._open(Request(form.action, body, headers, method="POST"))  # noqa: S310

    def cookie_header(self) -> str:
        """The cookies as the WebSocket's opening request carries them."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)

    def _open(self, request: Request) -> Page:
        request.add_header("User-Agent", self.agent)
        request.add_header("Accept", "text/html")
        try:
            answer = self._opener.open(request, timeout=_SECONDS)
        except HTTPError as refused:
            answer = refused
        with answer:
            html = answer.read().decode("utf-8", "replace")
            return read_page(answer.status, answer.url, html)


def path_of(page: Page) -> str:
    """The path of the address a page came from in the end."""
    return urlsplit(page.url).path


def _multipart(form: Form, pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
    boundary = f"----lientinh{secrets.token_hex(16)}"
    parts: list[bytes] = []
    for name, value in pairs:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(f"{head}{value}\r\n".encode())
    for control in form.controls.values():
        if control.kind != "file":
            continue
        filename, content_type, content = control.upload or ("", "application/octet-stream", b"")
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{control.name}"; '
            f'filename="{filename}"\r\nContent-Type: {content_type}\r\n\r\n'
        )
        parts.append(head.encode() + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
