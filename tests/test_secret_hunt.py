"""The hunt would notice: a run in which a secret stands where it could be read fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
CASE = """
import io, logging, zipfile
import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone
from notifications.models import Alert
from notifications.alerts import raise_alert
from tests.secret_hunt import hunt

SECRET = "s3cret-" + "x" * 30


def archive(_request):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", f"<c>{SECRET}</c>")
    return HttpResponse(content.getvalue())


urlpatterns = [path("export/", archive)]


@pytest.fixture(autouse=True)
def _made(db):
    hunt.remember(SECRET, link=True)


def test_database():
    Alert.objects.create(code="x", about=SECRET, raised_at=timezone.now())


def test_log():
    logging.getLogger("some").warning("got %s", SECRET)


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
def test_export():
    assert Client().get("/export/").status_code == 200


def test_masked_log():
    logging.getLogger("some").warning("GET /d/abcdefgh/%s", SECRET)
    logging.getLogger("some").warning("GET %s", f"/d/abcdefgh/{SECRET}")


def test_nothing():
    pass
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_each_place_is_found_and_fails_the_run(tmp_path, workers):
    case = ROOT / "tests" / f"hunted_case_{tmp_path.name}.py"
    case.write_text(CASE)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", workers, str(case)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        case.unlink()
    said = ran.stdout
    assert ran.returncode == 1, said[-3000:]
    for name in ("test_database", "test_log", "test_export"):
        assert f"ERROR at teardown of {name} _" in said, said[-3000:]
    for name in ("test_masked_log", "test_nothing"):
        assert f"of {name} _" not in said, said[-3000:]
    assert "secret hunt: " in said
    assert "FOUND" in said
    assert "s3cret" not in said.split("secret hunt: ")[-1]
