"""Jobs of a process for the benchmark of one step: bring issues there, take the step, write its floor."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.floor import Floor, Left
from coordination.models import Issue
from tests.people import person
from tests.story import Story
from workflows import engine

BARRIER: Any = None
STEP, BEFORE, HEAD = "endorse", "awaiting_focal_head", "binhduong.skhdt.head"


def issues_before(count: int) -> list[int]:
    """Issues that wait for the step."""
    return [Story(at=timezone.now() - timedelta(days=1)).to(BEFORE).pk for _ in range(count)]


def statements_of(issue: int) -> list[str]:
    """The statements that the step sends in a process at work, BEGIN and COMMIT left out."""
    record, head = Issue.objects.get(pk=issue), person(HEAD)
    with CaptureQueriesContext(connection) as seen:
        engine.perform(record, STEP, by=head, at=timezone.now())
    return [query["sql"] for query in seen if query["sql"] not in {"BEGIN", "BEGIN IMMEDIATE", "COMMIT"}]


def take(issue: int) -> float:
    """Take the step; seconds."""
    record, head = Issue.objects.get(pk=issue), person(HEAD)
    began = time.perf_counter()
    engine.perform(record, STEP, by=head, at=timezone.now())
    return time.perf_counter() - began


def alternate(ours: list[int], raw: list[int], url: str, first: int) -> list[tuple[float, float]]:
    """Step and floor in turns, each on issues of its own: pairs of seconds."""
    floor, pairs = Floor(url), []
    for number, (mine, its) in enumerate(zip(ours, raw, strict=True)):
        spent = take(mine)
        written = floor.statements(its, floor.left_by(mine), first + number)
        pairs.append((spent, floor.write(written)))
    floor.close()
    return pairs


def rush(ours: list[int]) -> tuple[float, float]:
    """All steps after a barrier, as fast as they go: when this process began and ended."""
    BARRIER.wait(60)
    began = time.perf_counter()
    for issue in ours:
        take(issue)
    return began, time.perf_counter()


def rush_floor(raw: list[int], like: int, url: str, first: int) -> tuple[float, float]:
    """The floor's rows of all of them, as fast as they go."""
    floor = Floor(url)
    left: Left = floor.left_by(like)
    written = [floor.statements(issue, left, first + number) for number, issue in enumerate(raw)]
    BARRIER.wait(60)
    began = time.perf_counter()
    for statements in written:
        floor.write(statements)
    ended = time.perf_counter()
    floor.close()
    return began, ended


def notes(issue: int, count: int) -> list[float]:
    """So many notes on one issue that others write on, too: seconds each of them waited and took."""
    record, head = Issue.objects.get(pk=issue), person(HEAD)
    BARRIER.wait(60)
    spent = []
    for number in range(count):
        began = time.perf_counter()
        engine.act(
            record, "note_internal", by=head, at=timezone.now(), data={"text": f"Đã xem, lần {number}."}
        )
        spent.append(time.perf_counter() - began)
    return spent
