"""The chain of events proves itself: whoever writes past the product is found and named.

The triggers are taken off first, as somebody with the database's password would do.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from coordination.demo.cases import CASES
from coordination.demo.playing import Player
from coordination.models import Issue
from workflows import anchors, audit
from workflows.models import Anchor, Event

pytestmark = pytest.mark.slow


@dataclass
class Verdict:
    """What ``verify_audit --json`` said."""

    exit_code: int
    error: str
    ok: bool
    events: int
    faults: list[dict[str, Any]]

    def names(self) -> list[tuple[str, str, int]]:
        """Each fault as (code, record, event)."""
        return [(fault["code"], fault["record_ref"], fault["seq"]) for fault in self.faults]


def verify() -> Verdict:
    """Run the command as an operator does."""
    said, code, sentence = io.StringIO(), 0, ""
    try:
        call_command("verify_audit", "--json", stdout=said)
    except CommandError as error:
        code, sentence = error.returncode, str(error)
    return Verdict(code, sentence, **json.loads(said.getvalue()))


def without_triggers() -> None:
    """Until the end of the test, for it runs in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER workflows_event_no_update")
        cursor.execute("DROP TRIGGER workflows_event_no_delete")


def reseal(issue: Issue, first: int, **changes: Any) -> None:
    """Forge an event and compute every hash from there on anew, the record's head too."""
    events = list(Event.objects.filter(machine="issue", record_id=issue.pk, seq__gte=first).order_by("seq"))
    for name, value in changes.items():
        setattr(events[0], name, value)
    previous = events[0].previous_hash
    for event in events:
        event.previous_hash = previous
        event.hash = previous = audit.seal(event)
        event.save()
    put_head(issue, events[-1])


def put_head(issue: Issue, last: Event) -> None:
    """Make the record's own row agree with the chain as it is now."""
    Issue.objects.filter(pk=issue.pk).update(
        event_count=last.seq, head_hash=last.hash, state=last.target, version=last.version
    )


@pytest.fixture
def issue(story) -> Issue:
    """An issue before the leader, in a database whose chains were anchored."""
    found = story.to("awaiting_committee")
    anchors.make_anchor(at=timezone.now())
    return found


@pytest.fixture
def forged(issue) -> Issue:
    """The same, in the hands of somebody who took the triggers off."""
    without_triggers()
    return issue


def chain(issue: Issue) -> list[Event]:
    return list(Event.objects.filter(machine="issue", record_id=issue.pk).order_by("seq"))


def test_the_demo_holds(db):
    """Cases with a meeting, a dossier, an outside document and a merger."""
    wanted = ("closed", "council", "central", "implementing")
    cases = [next(case for case in CASES if case.ends_in == state) for state in wanted]
    played: dict[str, Issue] = {}
    for case in cases:
        played[case.key] = Player(case, today=timezone.localdate(), issues=played).play()
    anchors.make_anchor(at=timezone.now())
    verdict = verify()
    assert (verdict.exit_code, verdict.ok, verdict.faults) == (0, True, [])
    assert verdict.events == Event.objects.count() > 60
    said = io.StringIO()
    call_command("verify_audit", stdout=said)
    assert str(verdict.events) in said.getvalue()


@pytest.mark.parametrize("verb", ["UPDATE workflows_event SET name = 'x'", "DELETE FROM workflows_event"])
def test_the_database_refuses_to_forget(issue, verb):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(verb)
    assert verify().ok


@pytest.mark.parametrize(
    "column, value",
    [
        ("person_name", "Người khác"),
        ("at", timezone.now()),
        ("data", {"reason": "Lý do khác"}),
        ("told", ""),
        ("recorded_at", timezone.now()),
    ],
)
def test_an_altered_event_in_the_middle_is_named(forged, column, value):
    Event.objects.filter(pk=chain(forged)[3].pk).update(**{column: value})
    verdict = verify()
    assert verdict.names() == [("altered_event", forged.ref, 4)]
    assert verdict.exit_code == 1
    assert f"altered_event: issue {forged.ref} event 4" in verdict.error


def test_an_event_altered_and_sealed_anew_breaks_the_next_link(forged):
    event = chain(forged)[3]
    event.person_name = "Người khác"
    event.hash = audit.seal(event)
    event.save()
    assert verify().names() == [("broken_link", forged.ref, 5)]


def test_an_event_missing_in_the_middle_is_named(forged):
    Event.objects.filter(pk=chain(forged)[3].pk).delete()
    verdict = verify()
    assert verdict.names() == [("missing_event", forged.ref, 4)]
    assert verdict.exit_code == 1


def test_a_cut_tail_is_named(forged):
    events = chain(forged)
    Event.objects.filter(pk__in=[event.pk for event in events[-2:]]).delete()
    verdict = verify()
    assert verdict.names() == [
        ("cut_tail", forged.ref, len(events) - 1),
        ("cut_tail", forged.ref, len(events)),
    ]
    assert verdict.exit_code == 1


def test_a_cut_tail_is_named_though_the_record_was_put_back(forged):
    events = chain(forged)
    Event.objects.filter(pk__in=[event.pk for event in events[-2:]]).delete()
    put_head(forged, events[-3])
    verdict = verify()
    assert verdict.names() == [("cut_tail", forged.ref, len(events))]
    assert verdict.exit_code == 1


def test_a_chain_rewritten_from_one_event_on_is_named(forged):
    """Every hash is right and the record agrees: only the anchor knows better."""
    reseal(forged, 3, data={"accountable": 1})
    verdict = verify()
    assert verdict.names() == [("rewritten_chain", forged.ref, len(chain(forged)))]
    assert verdict.exit_code == 1


def test_a_chain_rewritten_and_gone_on_with_is_named(forged, story):
    anchored = len(chain(forged))
    reseal(forged, 3, person_name="Người khác")
    story.do("approve_bilateral")
    assert len(chain(forged)) > anchored
    assert verify().names() == [("rewritten_chain", forged.ref, anchored)]


def test_a_whole_record_removed_is_named(forged):
    """Its events and its row: the anchor still lists it."""
    last = len(chain(forged))
    Event.objects.filter(machine="issue", record_id=forged.pk).delete()
    assert ("cut_tail", forged.ref, last) in verify().names()


def test_a_state_nobody_entered_is_named(issue):
    Issue.objects.filter(pk=issue.pk).update(state="closed")
    verdict = verify()
    assert [fault["code"] for fault in verdict.faults] == ["state_without_event"]
    assert verdict.exit_code == 1


def test_an_event_beyond_the_head_is_named(forged):
    last = chain(forged)[-1]
    last.pk, last.seq, last.previous_hash = None, last.seq + 1, last.hash
    last.hash = audit.seal(last)
    last.save(force_insert=True)
    assert verify().names() == [("head_differs", forged.ref, last.seq)]


# Anchors


def the_anchor() -> tuple[Anchor, Path]:
    anchor = Anchor.objects.get()
    return anchor, anchors.anchor_dir() / f"{anchor.pk:08d}.json"


def test_a_forged_anchor_file_is_named(issue):
    anchor, file = the_anchor()
    said = json.loads(file.read_bytes())
    said["heads"].pop()
    file.write_text(json.dumps(said))
    verdict = verify()
    assert verdict.names() == [("anchor_forged", f"anchor-{anchor.pk}", 0)]
    assert verdict.exit_code == 1


def test_an_anchor_signed_with_another_key_is_named(issue, settings):
    """Database, file and signature all rewritten; the key is not in the database."""
    anchor, file = the_anchor()
    own_key = settings.AUDIT_ANCHOR_KEY
    file.unlink()
    Anchor.objects.all().delete()
    settings.AUDIT_ANCHOR_KEY = "a guess"
    forgery = anchors.make_anchor(at=anchor.made_at)
    assert forgery is not None
    settings.AUDIT_ANCHOR_KEY = own_key
    assert ("anchor_forged", f"anchor-{forgery.pk}", 0) in verify().names()


@pytest.mark.parametrize("suffix", [".json", ".sig"])
def test_a_missing_anchor_file_is_named(issue, suffix):
    anchor, file = the_anchor()
    file.with_suffix(suffix).unlink()
    code = {".json": "anchor_file_missing", ".sig": "anchor_forged"}[suffix]
    verdict = verify()
    assert verdict.names() == [(code, f"anchor-{anchor.pk}", 0)]
    assert verdict.exit_code == 1


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "0" * 64},
        {"signature": "0" * 64},
        {"last_event_id": 10**9},
        {"chains": 0},
        {"made_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_altered_anchor_row_is_named(issue, change):
    Anchor.objects.update(**change)
    anchor, _file = the_anchor()
    verdict = verify()
    assert verdict.names() == [("anchor_row_differs", f"anchor-{anchor.pk}", 0)]
    assert verdict.exit_code == 1


def test_a_removed_anchor_row_is_named(issue):
    anchor, _file = the_anchor()
    pk = anchor.pk
    anchor.delete()
    assert verify().names() == [("anchor_row_differs", f"anchor-{pk}", 0)]
