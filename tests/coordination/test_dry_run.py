"""The plan of a sweep: what a run would do, said beforehand, with nothing written."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from tests.people import body, person
from tests.story import Story
from tests.sweeping import mails_leave, reminded
from tests.workflows.test_calendar import at
from workflows import sweeps
from workflows.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFICER, HEAD, DEPUTY = "binhduong.skhdt.officer", "binhduong.skhdt.head", "binhduong.skhdt.deputy"
UNIT_HEAD = "binhduong.gtvt.head"
LATER = timedelta(seconds=1)


def dump() -> str:
    out = io.StringIO()
    call_command("dumpdata", stdout=out, verbosity=0)
    return out.getvalue()


def rows(*words: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("sweep_deadlines", "--dry-run", "--json", *words, stdout=out)
    return json.loads(out.getvalue())


def test_a_dry_run_says_what_a_run_then_does_and_writes_nothing(story):
    story.to("triage")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk], "due": "2026-11-26"})
    Story(title="Cầu Mã Đà").to("triage")
    other = Story(title="Suối Siệp")
    other.to("implementing")
    other.settle_commitments()
    mails_leave()
    before, moment = dump(), "2026-11-27T08:00"
    planned = rows("--at", moment)
    assert dump() == before

    last = Event.objects.latest("id").pk
    report = sweeps.run(datetime.fromisoformat(f"{moment}+07:00"))
    done = Event.objects.filter(id__gt=last, person_id=None, kind__in=["step", "act"])
    did = {(event.machine, event.name) for event in done}
    assert {(row["machine"], row["what"]) for row in planned} == did
    # The lapse of the last opinion concluded the consultation: planned too, done once.
    assert report.total == len(planned) - 1
    lapse = next(row for row in planned if row["what"] == "lapse")
    assert lapse["when"] == "2026-11-26T17:00+07:00"
    assert {str(person(f"binhduong.tnmt.{level}")) for level in ("officer", "head")} <= set(lapse["whom"])


def test_a_dry_run_reads_well(story):
    story.to("triage")
    out = io.StringIO()
    call_command("sweep_deadlines", "--dry-run", "--at", "2026-11-19T08:00", stdout=out)
    line, count = out.getvalue().splitlines()
    assert story.issue.code in line
    assert str(person(OFFICER)) in line
    assert "1" in count
    with pytest.raises(CommandError, match="2026-11-25T08:00"):
        call_command("sweep_deadlines", "--dry-run", "--at", "mai")


def test_what_is_to_come_is_only_looked_at_in_service(story, settings):
    story.to("triage")
    settings.TRIAL = False
    with pytest.raises(CommandError, match="--dry-run"):
        call_command("sweep_deadlines", "--at", "2099-01-01T08:00")
    assert reminded(story.issue) == []


def test_what_a_record_does_first_keeps_its_reminder_away(story):
    """By the next morning the opinion has lapsed: nobody is reminded of it."""
    story.to("triage")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk], "due": "2026-11-26"})
    found = sweeps.plan(at("26/11/2026 16:00"), at("27/11/2026 17:00"), among=Q(machine="opinion"))
    assert [(planned.what, planned.when) for _sweep, planned in found] == [
        ("remind", at("26/11/2026 16:00")),
        ("lapse", at("26/11/2026 17:00")),
    ]
