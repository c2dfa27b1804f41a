"""What a route is: a case, the bodies whose people are at work, and how the case goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coordination.demo.cases import Case
from coordination.walkthrough.story import Story


@dataclass(frozen=True)
class Route:
    """One of the ways an issue can go.

    ``late`` are people of these bodies who are not there when it begins.
    """

    name: str
    case: Case
    bodies: tuple[str, ...]
    late: tuple[str, ...]
    play: Callable[[Story], None]
