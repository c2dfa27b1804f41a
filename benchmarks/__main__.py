"""``make bench``: one step through the engine, against raw SQL that writes the same rows.

Both run interleaved on one throw-away database, so the ratio holds where the machine's speed drifts.
The floor writes what the step leaves behind and nothing else: no lock, no check, no audience. With
``--full`` more rounds are taken. The figures go to standard output and benchmarks/results/latest.json.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import django

FOLDER = tempfile.TemporaryDirectory(prefix="lien-tinh-bench-")
os.environ |= {"VAR_DIR": FOLDER.name, "DJANGO_SETTINGS_MODULE": "coordination.settings"}
django.setup()

from django.core.management import call_command  # noqa: E402 (needs the settings, as all below)
from django.db import connection, connections, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from notifications.models import Notice, OutboxMessage  # noqa: E402
from tests.people import person  # noqa: E402
from tests.story import Story  # noqa: E402
from workflows import engine  # noqa: E402
from workflows.models import Clock, Event, WorkItem  # noqa: E402

STEP = "endorse"


def prepare() -> None:
    """A migrated throw-away database with the demo's organisations and people."""
    call_command("migrate", verbosity=0)
    call_command("seed_demo", "--without-cases", verbosity=0, stdout=io.StringIO())


def copy_row(cursor: Any, table: str, pk: int, changes: dict[str, Any]) -> None:
    """Write a row like one that is there: the floor's INSERT."""
    cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [pk])
    row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    row |= changes
    del row["id"]
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(["%s"] * len(row))
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


def rows_of(record: Any) -> dict[str, list[int]]:
    """What the last step of a record left behind: table → ids, to be written again by the floor."""

    event = Event.objects.filter(machine=record.machine, record_id=record.pk).latest("id")
    notices = list(Notice.objects.filter(event_id=event.pk).values_list("pk", flat=True))
    items = WorkItem.objects.filter(machine=record.machine, record_id=record.pk, finished=None)
    clocks = Clock.objects.filter(machine=record.machine, record_id=record.pk, stopped_at=None)
    return {
        "workflows_event": [event.pk],
        "workflows_workitem": list(items.values_list("pk", flat=True)),
        "workflows_clock": list(clocks.values_list("pk", flat=True)),
        "notifications_notice": notices,
        "notifications_outboxmessage": list(
            OutboxMessage.objects.filter(notice_id__in=notices).values_list("pk", flat=True)
        ),
    }


def floor(record: Any, rows: dict[str, list[int]], number: int) -> None:
    """The same rows by raw SQL in one transaction."""

    far = 100_000 + number * 100
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE coordination_issue SET version = version + 1 WHERE id = %s", [record.pk])
        cursor.execute("UPDATE workflows_workitem SET status = status WHERE record_id = %s", [record.pk])
        changes = {
            "workflows_event": {"seq": far},
            "workflows_clock": {"record_id": far, "stopped_at": None},
            "workflows_workitem": {"record_id": far},
        }
        for table, ids in rows.items():
            for place, pk in enumerate(ids):
                if table == "notifications_notice":
                    changes[table] = {"seq": far + place, "dedupe_key": f"floor:{far + place}"}
                if table == "notifications_outboxmessage":
                    changes[table] = {"way": f"floor{far + place}"[:12]}
                copy_row(cursor, table, pk, changes.get(table, {}))


def measure(rounds: int) -> dict[str, Any]:
    """Seconds of each, round by round, and the statements of one step."""

    head = person("binhduong.skhdt.head")
    ours, raw, statements = [], [], 0
    for number in range(rounds + 1):
        story = Story()
        record = story.to("awaiting_focal_head")
        # Counting the statements costs time, so only the round that warms up is counted.
        with CaptureQueriesContext(connection) if number == 0 else nullcontext([]) as seen:
            began = time.perf_counter()
            engine.perform(record, STEP, by=head, at=story.at)
            spent = time.perf_counter() - began
        rows = rows_of(record)
        began = time.perf_counter()
        floor(record, rows, number)
        if number == 0:
            statements = len(seen)
            continue  # the first round warms up
        ours.append(spent)
        raw.append(time.perf_counter() - began)
    ratios = [one / other for one, other in zip(ours, raw, strict=True)]
    return {
        "step": STEP,
        "database": connection.vendor,
        "rounds": rounds,
        "statements": statements,
        "rows written": sum(len(ids) for ids in rows.values()) + 2,
        "ours, median ms": round(statistics.median(ours) * 1000, 2),
        "floor, median ms": round(statistics.median(raw) * 1000, 2),
        "ratio, median": round(statistics.median(ratios), 1),
        "ratio, from": round(min(ratios), 1),
        "ratio, to": round(max(ratios), 1),
    }


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="ten times the rounds")
    rounds = 200 if parser.parse_args().full else 20
    with FOLDER:
        prepare()
        figures = measure(rounds)
        connections.close_all()
    for name, figure in figures.items():
        print(f"{name:18} {figure}")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "latest.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
