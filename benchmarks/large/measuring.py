"""Load so many issues, ask every page beside its bare SQL, load more, ask again: the growth curve.

Each stage is told as it comes; figures and plans of each lie in ``benchmarks/results/`` afterwards.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.large.loading import Loader
from benchmarks.places import POSTGRES
from tests.made_of import ROOT
from tests.services.databases import Database, PostgresShelf

SMALL, STAGES = (20_000,), (10_000, 100_000, 1_000_000)
RESULTS = ROOT / "benchmarks" / "results"
Figures = dict[str, Any]
_DEEP = re.compile(r"page [\d,]+ of [\d,]+")


def run(*, full: bool) -> Figures:
    """One stage, or the curve up to a million; figures by size, reader and page."""
    with tempfile.TemporaryDirectory(prefix="lien-tinh-large-") as folder:
        shelf = PostgresShelf(Path(folder), server_url=POSTGRES)
        try:
            return _grow(shelf.copy(None), STAGES if full else SMALL, rounds=30 if full else 10)
        finally:
            shelf.drop_all()


def _grow(database: Database, stages: tuple[int, ...], *, rounds: int) -> Figures:
    done = database.manage("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    figures: Figures = {}
    curve: dict[str, list[float]] = {}
    with Loader(database.url) as loader:
        loaded = loader.people()
        for stage in stages:
            loader.issues(loaded, stage)
            figures[f"{stage:,} issues, rows"] = sum(loaded.rows.values())
            figures[f"{stage:,} issues, seconds to load"] = round(loaded.seconds)
            for row in ask(database, str(stage), rounds=rounds, budget=2.0 * rounds / 3):
                page = f"{row['reader']}, {row['page']}"
                figures[f"{stage:,} issues, {page}"] = _words(row)
                # Which page is the last one hangs on the size.
                curve.setdefault(_DEEP.sub("a deep page", page), []).append(row["database p95"])
    if len(stages) > 1:
        figures |= {f"database p95 ms as it grows, {page}": found for page, found in curve.items()}
    return figures


def ask(database: Database, name: str, *, rounds: int, budget: float, only: str = "") -> list[Figures]:
    """Every page on a filled database, in a process with the product's settings; one row of figures each.

    ``budget`` are seconds for each page. Tells as it goes, leaves figures and plans under ``name``.
    """
    RESULTS.mkdir(exist_ok=True)
    out, plans = RESULTS / f"large-{name}.json", RESULTS / f"large-{name}-plans.txt"
    words = [f"--rounds={rounds}", f"--budget={budget}", f"--only={only}", f"--out={out}", f"--plans={plans}"]
    settings = {"DJANGO_SETTINGS_MODULE": "coordination.settings", "LOG_LEVEL": "ERROR"}
    subprocess.run(
        [sys.executable, "-m", "benchmarks.large.answering", *words],
        cwd=ROOT,
        env=os.environ | database.environment | settings,
        check=True,
    )
    print(f"  plans: {plans.relative_to(ROOT)}")
    rows: list[Figures] = json.loads(out.read_text())
    return rows


def _words(row: Figures) -> str:
    said = f"p95 {row['whole p95']} ms, database {row['database p95']} ms in {row['statements']} statements"
    if row["status"] != 200:
        said += f", status {row['status']}"
    if "bare p95" not in row:
        return said
    said += (
        f"; bare {row['bare p95']} ms: {row['whole / bare, p95']}×, database {row['database / bare, p95']}×"
    )
    return said if row["same answer"] is not False else f"{said}; ANOTHER ANSWER"
