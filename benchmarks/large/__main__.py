"""``python -m benchmarks.large fill URL ISSUES``, then ``… ask URL``: to look at plans by hand.

``fill`` takes a PostgreSQL database that is migrated and otherwise empty, and leaves it filled; ``ask``
measures the pages on it, all or those that ``--only`` names.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.large.loading import MANY, Loader
from benchmarks.large.measuring import ask
from tests.services.databases import Database


def main() -> None:
    """Fill one, or ask one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    jobs = parser.add_subparsers(dest="job", required=True)
    filling = jobs.add_parser("fill")
    filling.add_argument("url")
    filling.add_argument("issues", type=int, help="a multiple of 10,000")
    asking = jobs.add_parser("ask")
    asking.add_argument("url")
    asking.add_argument("--name", default="own", help="of the files under benchmarks/results")
    asking.add_argument("--rounds", type=int, default=30)
    asking.add_argument("--budget", type=float, default=20, help="seconds for each page")
    asking.add_argument("--only", default="", help="a regular expression on «reader, page»")
    options = parser.parse_args()
    if options.job == "fill":
        _fill(options.url, options.issues)
        return
    with tempfile.TemporaryDirectory(prefix="lien-tinh-large-") as folder:
        database = Database(options.url, Path(folder))
        ask(database, options.name, rounds=options.rounds, budget=options.budget, only=options.only)


def _fill(url: str, issues: int) -> None:
    with Loader(url) as loader:
        loaded = loader.people()
        loader.issues(loaded, issues)
        if issues <= MANY:
            print("foreign keys that point nowhere:", ", ".join(loader.orphans()) or "none")
    for table, number in sorted(loaded.rows.items()):
        print(f"{table:40} {number:12,}")


if __name__ == "__main__":
    main()
