"""What PostgreSQL did for a statement: the whole plan for a file, and the lines that took the time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_NODE = re.compile(
    r"^(?P<indent>\s*)(?:->\s+)?(?P<what>\S.*?)\s+\(cost=.*?\)?\s*"
    r"\(actual time=[\d.]+\.\.(?P<ms>[\d.]+) rows=(?P<rows>\d+) loops=(?P<loops>\d+)\)"
)
_TIMES = re.compile(r"^(Planning Time|Execution Time|\s*Timing): .*")
# A line that took this part of the whole or more is shown.
SHOWN_FROM = 0.2
LINES = 9

Run = Callable[[str, Any], list[tuple[Any, ...]]]


def explain(run: Run, statement: str, values: Any) -> list[str]:
    """The plan as PostgreSQL writes it, run once; ``run`` executes a statement and returns its rows."""
    return [line for (line,) in run(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", values)]


def short(plan: list[str]) -> list[str]:
    """The nodes that took the time, in place, with milliseconds over all their loops; and the JIT's part."""
    nodes = [
        (len(found["indent"]), found["what"], float(found["ms"]) * int(found["loops"]), found)
        for line in plan
        if (found := _NODE.match(line))
    ]
    if not nodes:
        return plan[:LINES]
    whole = max(nodes[0][2], 0.001)
    lines = [
        f"{' ' * min(indent // 3, 20)}{what}: {ms:.1f} ms, {found['rows']} rows × {found['loops']}"
        for indent, what, ms, found in nodes
        if ms >= SHOWN_FROM * whole
    ]
    return [*lines[:LINES], *(line.strip() for line in plan if _TIMES.match(line))]
