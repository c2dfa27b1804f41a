"""What steps write and what they do to other records: fills ``applies`` and ``effects``.

One module per stem. ``@applies`` writes a step's data into its own record before it is saved;
``@effect`` moves other records after it, in the same transaction (docs/rulebook/effects.csv).
"""

from coordination.effects import (
    commitments,
    consultations,
    documents,
    dossiers,
    files,
    issues,
    meetings,
    submissions,
)

__all__ = [
    "commitments",
    "consultations",
    "documents",
    "dossiers",
    "files",
    "issues",
    "meetings",
    "submissions",
]
