"""The twelve real cases as demo issues; some are two or three issues, so that every state occurs.

`CASES` is in the order of seeding: a merged file comes after the one it is merged into, and a dossier
whose conclusion takes another along after that one.
"""

from coordination.demo.cases.authority import AUTHORITY
from coordination.demo.cases.bridges import BRIDGES
from coordination.demo.cases.canals import CANALS
from coordination.demo.cases.councils import COUNCILS
from coordination.demo.cases.gathered import GATHERED
from coordination.demo.cases.model import Case, Side, Step
from coordination.demo.cases.roads import ROADS
from coordination.demo.cases.streams import STREAMS
from coordination.demo.cases.walkthroughs import DIRECTIVE_CASE, MA_DA, MECHANISM_CASE

CASES: tuple[Case, ...] = (*BRIDGES, *AUTHORITY, *CANALS, *ROADS, *STREAMS, *COUNCILS, *GATHERED)

__all__ = [
    "CASES",
    "DIRECTIVE_CASE",
    "MA_DA",
    "MECHANISM_CASE",
    "Case",
    "Side",
    "Step",
]
