"""What is unsafe in service is refused before anything is served, with what to set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import UserSettingsHolder
from django.conf import settings as own_settings

from coordination.checks import service_settings

SAFE = {
    "TRIAL": "0",
    "SECRET_KEY": "s" * 50,
    "LINK_PEPPERS": "p" * 40,
    "AUDIT_ANCHOR_KEY": "a" * 40,
    "BASE_URL": "https://lientinh.example.vn",
    "ALLOWED_HOSTS": "lientinh.example.vn",
    # Never asked: the settings are judged without a database.
    "DATABASE_URL": "postgres://lientinh@127.0.0.1:1/lientinh",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}
PROGRAMS = {"web": "import coordination.asgi", "worker": "import coordination.celery"}
SECOND_PROCESS = """
import multiprocessing
if __name__ == "__main__":
    process = multiprocessing.get_context("spawn").Process(target=__import__, args=("coordination.asgi",))
    process.start()
    process.join()
    raise SystemExit(process.exitcode)
"""

pytestmark = pytest.mark.slow


def started(program: str, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Start a program in safe settings but for ``changes``; "" leaves one out."""
    environment = {**SAFE, **changes, "PATH": os.environ["PATH"], "VAR_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=own_settings.BASE_DIR,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("what", PROGRAMS)
def test_safe_settings_start(what, tmp_path):
    done = started(PROGRAMS[what], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "what, changes, words",
    [
        ("web", {"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ("web", {"EMAIL_URL": ""}, "Set EMAIL_URL"),
        ("worker", {"DATABASE_URL": "", "TRIAL": "1"}, "Set DATABASE_URL"),
        ("worker", {"EMAIL_URL": ""}, "Set EMAIL_URL"),
    ],
)
def test_what_is_unsafe_does_not_start(what, changes, words, tmp_path):
    done = started(PROGRAMS[what], tmp_path, **changes)
    assert done.returncode != 0
    assert words in done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "changes, code",
    [
        ({}, ""),
        ({"DEBUG": True}, "E008"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, "E009"),
        ({"CHANNEL_LAYERS": {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}}, "E001"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}, "E002"),
        ({"ALLOWED_HOSTS": []}, "E003"),
        ({"LINK_PEPPERS": ["short"]}, "E004"),
        ({"AUDIT_ANCHOR_KEY": "trial-only-anchor-key-made-longer-0123456789"}, "E010"),
    ],
)
def test_each_unsafe_setting_is_named_alone(monkeypatch, changes, code):
    safe = {
        "TRIAL": False,
        **{name: SAFE[name] for name in ("SECRET_KEY", "AUDIT_ANCHOR_KEY")},
        "LINK_PEPPERS": [SAFE["LINK_PEPPERS"]],
        "ALLOWED_HOSTS": [SAFE["ALLOWED_HOSTS"]],
        "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
        "CHANNEL_LAYERS": {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}},
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "VAPID_PRIVATE_KEY": "",
    }
    given = UserSettingsHolder(own_settings._wrapped)
    for name, value in (safe | changes).items():
        setattr(given, name, value)
    monkeypatch.setattr("coordination.checks.settings", given)
    assert [one.id for one in service_settings(None)] == ([f"coordination.{code}"] if code else [])


def test_several_web_processes_without_redis_are_refused_in_the_trial_too(tmp_path):
    program = tmp_path / "two.py"
    program.write_text(SECOND_PROCESS)
    run = f"import runpy; runpy.run_path({str(program)!r}, run_name='__main__')"
    changes = {"TRIAL": "1", "DATABASE_URL": "", "REDIS_URL": ""}
    done = started(run, tmp_path, **changes)
    assert done.returncode == 1
    assert "Set REDIS_URL: several web processes" in done.stderr
    assert started(PROGRAMS["web"], tmp_path, **changes).returncode == 0, "one is the trial"


def test_the_limits_of_the_address_come_last(tmp_path):
    url = SAFE["DATABASE_URL"] + "?options=-c%20lock_timeout%3D3s"
    said = "from coordination.settings import DATABASES; print(DATABASES['default']['OPTIONS']['options'])"
    done = started(said, tmp_path, DATABASE_URL=url, DATABASE_STATEMENT_TIMEOUT="0")
    assert done.stdout.split(" -c ")[0] == "-c statement_timeout=0s"
    assert done.stdout.strip().endswith("-c lock_timeout=3s")
