"""Jobs of a process for backup and upgrade: work without a pause, and say what is there."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from coordination.actions.issues import attach_file
from coordination.models import Attachment
from tests.people import person
from tests.story import Story
from workflows.anchors import make_anchor
from workflows.models import Anchor, Event


def keep_working(until: str, *, signs: bool = False, pause: float = 0.0) -> int:
    """New issues with a file each, by real steps, until a file of that name is there; returns how many.

    ``signs``: an anchor after each of them, as often as that can ever happen; ``pause``: seconds
    between two.
    """
    done = 0
    while not Path(until).exists():
        story = Story(at=timezone.now() - timedelta(hours=9), title=f"Việc thứ {done}")
        paper = SimpleUploadedFile("bien-ban.pdf", b"%PDF-1.4 " + str(done).encode() * 20_000)
        attach_file(story.issue, paper, by=person("binhduong.gtvt.officer"), at=story.at)
        story.to("submitted")
        if signs:
            make_anchor(at=timezone.now())
        time.sleep(pause)
        done += 1
    return done


def size() -> dict[str, int]:
    """How many events, files and anchors there are."""
    return {
        "events": Event.objects.count(),
        "files": Attachment.objects.count(),
        "anchors": Anchor.objects.count(),
    }


def spoilt_files() -> list[str]:
    """Files that are not what was received."""
    rows = Attachment.objects.all()
    return [row.file.name for row in rows if hashlib.sha256(row.file.read()).hexdigest() != row.sha256]


def refs_of(records: list[tuple[str, int]]) -> list[str]:
    """The references under which the pages of issues are found."""
    found = dict(Event.objects.filter(machine="issue").values_list("record_id", "record_ref"))
    return [found[pk] for _machine, pk in records]


def columns(table: str) -> list[str]:
    """The columns of a table, as the database has them."""
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]
