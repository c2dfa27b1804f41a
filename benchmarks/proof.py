"""The proofs at full count, as dated figures in docs/proof/ (``make proof``).

Each proof is a test that CI runs small; here it runs with more rounds and writes down what it did.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "proof"


@dataclass(frozen=True)
class Proof:
    """One proof: the tests it runs, how much of them, and what it shows."""

    name: str
    title: str
    tests: tuple[str, ...]
    claim: str
    environment: dict[str, str] = field(default_factory=dict)


PROOFS = (
    Proof(
        name="walks",
        title="Walks over the issue machine and what hangs on it",
        tests=("tests/workflows/test_walks.py",),
        claim=(
            "After every action: open work items are what `states.csv` asks for, what hangs on an issue is"
            " what `effects.csv` says, every step has its event and everyone it names exactly one notice, at"
            " most one clock runs, and a refused attempt leaves not one row behind. At the end the chain of"
            " events holds."
        ),
        environment={"WALKS": os.environ.get("WALKS", "500")},
    ),
    Proof(
        name="leaks",
        title="What another locality's people can get, in every state",
        tests=("tests/journeys/test_canaries.py",),
        claim=(
            "Each walk heads for one state and plants a unique mark in every field, file and note. Everything"
            " that readers outside the home can ask for (pages, lists, searches, inbox, mails, calendar"
            " entries, files) is searched for marks that are not shared with them: none. Marks that are"
            " shared are found."
        ),
        environment={"CANARIES": os.environ.get("CANARIES", "200")},
    ),
    Proof(
        name="faults",
        title="Whatever dies, no notice is lost",
        tests=("tests/services/test_faults.py",),
        claim=(
            "On a PostgreSQL and a Redis of their own, with real web and worker processes and a real mail "
            "server: after every fault inboxes have no gap, each device has read each notice exactly once, "
            "in order, and every mail has left; twice only where the server had accepted it and "
            "the worker or the database died before that was written down."
        ),
        environment={"FAULTS": os.environ.get("FAULTS", "20")},
    ),
    Proof(
        name="sweepers",
        title="Two sweepers and a person at the same record at the same moment",
        tests=("tests/services/test_sweepers.py",),
        claim=(
            "Three processes meet at a barrier, both sweepers with a plan made before. An opinion lapses "
            "or is answered, a consultation concludes, a unit's silence counts or its word does: once, by "
            "one of the three, and the person either is first or is refused with a sentence that says "
            "why. A reminder goes out once at most and never stands in a step's way. No deadlock, no "
            "error; afterwards chains, inboxes and work items agree."
        ),
        environment={"SWEEP_RACES": os.environ.get("SWEEP_RACES", "100")},
    ),
    Proof(
        name="load",
        title="Ten minutes of mixed load while processes die",
        tests=("tests/services/test_load.py",),
        claim=(
            "Two web processes, two workers and a beat on PostgreSQL and Redis. People report, decide "
            "from mailed links and follow up, through pages alone; sockets stay, or come and go as "
            "telephones do. A web process and a worker are killed (kill -9) and started again, three "
            "times each. No answer is an error, no connection is lost but those to a killed process, "
            "every device has read each notice once and in order, the outbox drains, the chains hold. "
            "Who lives through it all grows by no more than 10 % and 16 MiB, and 40 KiB for each socket "
            "more, from the first third (its first half left out) to the last. The workers' leases take "
            "3 seconds here, not ten minutes, so that what a killed one held leaves within the run."
        ),
        environment={
            "LOAD_SECONDS": os.environ.get("LOAD_SECONDS", "600"),
            "LOAD_PEOPLE": os.environ.get("LOAD_PEOPLE", "20"),
            "LOAD_SOCKETS": os.environ.get("LOAD_SOCKETS", "1000"),
            "LOAD_KILLS": os.environ.get("LOAD_KILLS", "3"),
        },
    ),
)


def run(proof: Proof) -> tuple[bool, dict[str, str], str]:
    """Run a proof's tests; return whether they passed, their figures, and the last lines they wrote."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-o",
                "junit_family=xunit1",
                f"--junit-xml={report}",
                *proof.tests,
            ],
            cwd=ROOT,
            env={**os.environ, **proof.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        figures = _figures(report) if report.exists() else {}
    return done.returncode == 0, figures, "\n".join(done.stdout.splitlines()[-40:])


def _figures(report: Path) -> dict[str, str]:
    """What the tests recorded with ``record_property``."""
    rows = ElementTree.parse(report).iter("property")
    return {row.get("name", ""): row.get("value", "") for row in rows}


def write(proof: Proof, passed: bool, figures: dict[str, str], seconds: float, tail: str) -> Path:
    """The dated page of one proof."""
    day = datetime.now(tz=UTC).astimezone().date()
    lines = [
        f"# {proof.title}",
        "",
        f"{day:%d/%m/%Y}, {platform.python_implementation()} {platform.python_version()}, "
        f"{os.cpu_count()} cores, {seconds:.0f} s. **{'Passed' if passed else 'FAILED'}**.",
        "",
        proof.claim,
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in figures.items()),
        "",
        f"Again: `make proof` (`{' '.join(f'{k}={v}' for k, v in proof.environment.items())}`).",
    ]
    if not passed:
        lines += ["", "```", tail, "```"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = FOLDER / f"{day:%Y-%m-%d}-{proof.name}.md"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return page


def main(names: list[str]) -> int:
    """Run the named proofs, or every one, one after the other; 1 where one failed.

    Raises:
        SystemExit: a name is not a proof's.
    """
    known = {proof.name: proof for proof in PROOFS}
    if unknown := set(names) - set(known):
        raise SystemExit(f"No such proof: {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    failed = 0
    for proof in [known[name] for name in names] or PROOFS:
        print(f"{proof.title} …", flush=True)
        began = time.monotonic()
        passed, figures, tail = run(proof)
        page = write(proof, passed, figures, time.monotonic() - began, tail)
        print(f"  {'passed' if passed else 'FAILED'}: {page.relative_to(ROOT)}")
        failed += not passed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
