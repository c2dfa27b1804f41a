"""A web process as in service: every line it writes is JSON with its request, and no line holds a secret."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.services.databases import Shelf
from tests.services.serving import HERE, ServedDatabase, free_port, web

pytestmark = [pytest.mark.services, pytest.mark.slow]

SECRET = "a-secret-that-nobody-else-has"
TOKEN = "a-token-that-monitoring-alone-has-0123456789"
SERVICE = {
    "TRIAL": "0",
    "SECRET_KEY": "k" * 50,
    "LINK_PEPPERS": "p" * 50,
    "AUDIT_ANCHOR_KEY": "a" * 50,
    "ALLOWED_HOSTS": HERE,
    "EMAIL_URL": f"smtp://{HERE}:1",
    "METRICS_TOKEN": TOKEN,
    "SLOW_QUERY_MS": "500",
}


def test_lines_are_json_and_no_access_log_shows_a_link(
    postgres_shelf: Shelf, redis_url, tmp_path, monkeypatch
):
    copy = postgres_shelf.copy(postgres_shelf.people())
    for name, value in SERVICE.items():
        monkeypatch.setenv(name, value)
    (copy.var_dir / "static").mkdir()
    port = free_port()
    with web(ServedDatabase(copy.url, copy.var_dir, redis_url), tmp_path / "web.log", port=port) as server:
        with httpx.Client(base_url=f"http://{HERE}:{port}") as browser:
            answer = browser.get(f"/d/abcdefgh/{SECRET}", headers={"X-Request-ID": "the-one-with-a-link"})
            assert answer.headers["X-Request-ID"] == "the-one-with-a-link"
            # Behind a proxy on the same machine everybody seems to come from here.
            assert browser.get("/metrics").status_code == 403
            told = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert told.status_code == 200
        assert SECRET not in told.text
        assert 'lien_tinh_unanswered{part="broker"} 0.0' in told.text
    written = server.log.read_text()
    assert SECRET not in written
    assert TOKEN not in written
    # uvicorn says that it starts before anything of ours is there.
    lines = [json.loads(line) for line in written.splitlines() if not line.startswith("INFO:  ")]
    [asked] = [line for line in lines if line.get("request_id") == "the-one-with-a-link" and "page" in line]
    assert (asked["level"], asked["status"]) == ("INFO", answer.status_code)
    assert not [line for line in lines if not {"level", "logger", "message", "at"} <= set(line)]
