"""``make bench``: the benchmarks, each against its floor in the same run.

``--full`` takes more rounds and more sockets; names run some of them only. Figures go to standard output
and to benchmarks/results/latest.json. What needs PostgreSQL and Redis says so where they are missing.
"""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import Any

# Modules of this package: each is loaded when its turn comes, for it sets up a Django of its own.
BENCHMARKS = ("steps", "peers", "sockets", "live", "large")


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="more rounds, more sockets")
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="all of them, if none is named")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    for name in options.names or BENCHMARKS:
        print(f"{name}:")
        figures[name] = import_module(f"benchmarks.{name}").run(full=options.full)
        for row, figure in figures[name].items():
            print(f"  {row:32} {figure}")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "latest.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
