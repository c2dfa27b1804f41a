"""What was merged into a file, read from it by those at home who read it in full (effects.csv)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coordination.models import Attachment, Issue, Person
from coordination.queries.records import files_of
from coordination.visibility import FULL
from workflows.models import Event
from workflows.registry import registry

# Of a merged file's history: what was noted and attached, and the merging itself.
READ_FROM_TARGET = frozenset({"note_internal", "note_shared", "attach", "merge"})


@dataclass(frozen=True)
class MergedFile:
    """One merged file with its attachments."""

    issue: Issue
    files: list[Attachment]


def merged_for(issue: Issue, person: Person, at: datetime) -> list[Issue]:
    """The files merged into this one, at once or over another, that the reader sees in full."""
    assert registry.visible is not None
    return [one for one in issue.merged_before() if registry.visible(person, one, at) == FULL]


def merged_files(issue: Issue, person: Person, at: datetime) -> list[MergedFile]:
    """``merged_for`` with what was attached to each."""
    return [MergedFile(one, files_of(one, FULL, person, at)) for one in merged_for(issue, person, at)]


def read_from_target(event: Event) -> bool:
    """Whether an event of a merged file is read from the file it was merged into."""
    return event.name in READ_FROM_TARGET
