"""The environment that Wagtail runs in: made on first use, apart from the product's own packages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.made_of import CACHE, one_at_a_time

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
FOLDER = CACHE / "peers"
LOG = CACHE / "peers.log"
PATIENCE_SECONDS = 600


class NotInstalled(Exception):
    """Says why there is no such environment, in one sentence."""


def wagtail_python() -> str:
    """The interpreter of that environment; raises ``NotInstalled`` where it cannot be made."""
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / ".requirements"
    wanted = f"{sys.version}\n{REQUIREMENTS.read_text()}"
    with one_at_a_time("peers"):
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(FOLDER, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(FOLDER)])
            _run([str(python), "-m", "pip", "install", "--no-deps", "-r", str(REQUIREMENTS)])
            stamp.write_text(wanted)
    return str(python)


def _run(command: list[str]) -> None:
    try:
        with LOG.open("w") as log:
            subprocess.run(command, stdout=log, stderr=log, timeout=PATIENCE_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(FOLDER, ignore_errors=True)
        raise NotInstalled(
            f"Wagtail could not be installed ({type(error).__name__}); var/cache/{LOG.name} says more"
        ) from error
