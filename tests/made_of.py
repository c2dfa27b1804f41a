"""What the prepared test databases are made of: a name for the state of the code that fills them.

Nothing of Django may be imported here: processes are started before the settings are read.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "var" / "cache"
_FILES = (
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "coordination/demo/**/*",
    "coordination/management/commands/seed_demo.py",
    "workflows/stamping.py",
    "requirements.lock",
)


def kept(name: str, ending: str) -> Path:
    """The file under which something made of the present code is kept; older ones are thrown away."""
    made = hashlib.sha256()
    for path in sorted({path for pattern in _FILES for path in ROOT.glob(pattern) if path.is_file()}):
        if "__pycache__" not in path.parts:
            made.update(path.read_bytes())
    path = CACHE / f"{name}-{made.hexdigest()[:16]}.{ending}"
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.glob(f"{name}-*.{ending}"):
        if old != path:
            old.unlink(missing_ok=True)
    return path


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let the other test processes wait: what one of them makes the others find."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
