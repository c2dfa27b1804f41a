"""Counts what the table tests looked at, and says so at the end of the run."""

from __future__ import annotations

from collections import Counter

import pytest

COUNTED = frozenset({"cells", "performed", "clock_rows"})


@pytest.hookimpl
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """``record_property("cells", n)`` of every test, summed (also over the workers of xdist)."""
    total: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                total.update({name: n for name, n in report.user_properties if name in COUNTED})
    if total["cells"]:
        terminalreporter.write_line(
            f"Rulebook: {total['cells']} cells of state × step × seat, {total['performed']} steps performed."
        )
    if total["clock_rows"]:
        terminalreporter.write_line(f"Clock table: {total['clock_rows']} rows counted by hand.")
