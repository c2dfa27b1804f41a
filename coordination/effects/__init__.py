"""What steps write and what they do to other records: fills ``applies`` and ``effects``.

One module per stem. ``@applies`` writes a step's data into its own record before it is saved;
``@effect`` moves other records after it, in the same transaction (docs/rulebook/effects.csv).
"""

from coordination.effects import (
    aggregation,
    commitments,
    consultations,
    documents,
    dossiers,
    drafts,
    extensions,
    files,
    issues,
    meetings,
    minutes,
    submissions,
)

__all__ = [
    "aggregation",
    "commitments",
    "consultations",
    "documents",
    "dossiers",
    "drafts",
    "extensions",
    "files",
    "issues",
    "meetings",
    "minutes",
    "submissions",
]
