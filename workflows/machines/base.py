"""What a machine is made of: states, and steps declared once.

``@step`` is django-fsm's ``transition`` plus what the rulebook's step table says of the step: who,
what it needs, whether it can be done from a link, who is told. Buttons, permissions, drawings,
tests and documentation are read from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django_fsm import GET_STATE, transition

from workflows import lean

if TYPE_CHECKING:
    from workflows.roles import Capacity


@dataclass(frozen=True)
class StepInfo:
    """One row of the step table (docs/rulebook/steps.csv)."""

    name: str
    label: str | Promise
    source: tuple[str, ...]
    target: tuple[str, ...]
    who: str
    needs: tuple[str, ...]
    by_link: bool
    told: tuple[str, ...]


@dataclass(frozen=True)
class DueRule:
    """The default clock of a state (rulebook §4): working days and whose time it is.

    ``days`` counts working days from the step that entered the state. ``basis`` says what else the
    date hangs on: ``request`` (the consultation's own date), ``meeting``, ``session``, ``own`` (the
    commitment's date), ``settled`` (from when all commitments have settled), ``chase`` (comes again
    every ``days``).
    """

    side: str
    days: int | None = None
    basis: str = "entry"


@dataclass
class Move:
    """What the engine hands to everything that takes part in one step, act or amendment."""

    record: Any
    name: str
    by: Capacity
    at: datetime
    data: dict[str, Any]
    channel: str
    person: Any = None
    info: StepInfo | None = None
    source: str = ""
    event: Any = None
    cause: Any = None
    results: dict[str, Any] = field(default_factory=dict)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


ROUTES = ("bilateral", "council", "central", "directive", "settle", "decline")


def split_needs(text: str) -> tuple[str, ...]:
    """The column ``needs`` as words; ``route:a|b`` stays one word, for its ``|`` means "or"."""
    words: list[str] = []
    for part in _split(text):
        if words and words[-1].startswith("route:") and part in ROUTES:
            words[-1] += f"|{part}"
        else:
            words.append(part)
    return tuple(words)


def step(
    *,
    source: str,
    target: str,
    who: str,
    label: str | Promise,
    told: str,
    needs: str = "",
    by_link: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare one step of a machine, in the words of the step table.

    With several targets the record itself says which one holds, in a method ``<step>_leads_to``.
    """
    sources, targets = _split(source), _split(target)

    def declare(method: Callable[..., None]) -> Callable[..., None]:
        name = method.__name__
        info = StepInfo(
            name=name,
            label=label,
            source=sources,
            target=targets,
            who=who,
            needs=split_needs(needs),
            by_link=by_link,
            told=tuple(told.split("+")),
        )
        goal = (
            targets[0]
            if len(targets) == 1
            else GET_STATE(lambda record, move: getattr(record, f"{name}_leads_to")(move), states=targets)
        )
        return transition(field="state", source=list(sources), target=goal, custom={"step": info})(method)

    return declare


class Machine(models.Model):
    """A record that moves: its state is written by the engine and by nothing else.

    ``version`` counts steps and amendments, ``event_count`` and ``head_hash`` hold the end of the
    record's chain of events, so that a missing tail is seen.
    """

    if TYPE_CHECKING:
        # Every machine declares its own state field, and every record has a home locality.
        state: Any
        home: Any
        home_id: Any
        title: Any

        def get_state_display(self) -> str: ...

    machine: ClassVar[str]
    State: ClassVar[type[models.TextChoices]]
    TURNS: ClassVar[Mapping[str, str]]
    CLOCKS: ClassVar[Mapping[str, DueRule]]
    TERMINAL: ClassVar[frozenset[str]]
    AMENDABLE: ClassVar[Mapping[str, Mapping[str, tuple[str, ...]]]] = {}

    ref = models.CharField(max_length=16, unique=True, editable=False)
    code = models.CharField(max_length=24, unique=True, null=True, editable=False)  # noqa: DJ001
    version = models.PositiveIntegerField(default=0, editable=False)
    event_count = models.PositiveIntegerField(default=0, editable=False)
    head_hash = models.CharField(max_length=64, default="", editable=False)
    created_at = models.DateTimeField(editable=False)
    moved_at = models.DateTimeField(editable=False)

    # Set by ``engine.writing`` while the engine saves, on the instance.
    written_by_engine = False

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code or self.ref

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to be written outside the engine: see ``engine.writing``."""
        if not self.written_by_engine:
            raise RuntimeError(f"{type(self).__name__} is written only through workflows.engine (one door)")
        if self._state.adding or args or kwargs:
            super().save(*args, **kwargs)
        else:
            lean.update(self)

    @property
    def key(self) -> str:
        """The code once there is one, the reference before: both work for ever."""
        return self.code or self.ref

    @classmethod
    def steps(cls) -> dict[str, StepInfo]:
        """Every step of the machine, in the order of the class body."""
        return _steps_of(cls)

    @classmethod
    def steps_from(cls, state: str) -> dict[str, StepInfo]:
        """The steps that leave ``state``."""
        return {name: info for name, info in cls.steps().items() if state in info.source}

    @property
    def is_terminal(self) -> bool:
        return self.state in self.TERMINAL

    def material(self) -> dict[str, Any]:
        """What a decision is about: its digest binds a decision to what was read."""
        return {}

    def due_date(self) -> date | None:
        """The date the clock's ``basis`` speaks of (``request``, ``meeting``, ``own`` …)."""
        return None

    def earlier_due_dates(self) -> list[date]:
        """The dates that ``due_date`` was extended from, the first one set first."""
        return []

    def clock_rule(self) -> tuple[str, DueRule] | None:
        """Which clock runs now: (key, rule). A changed key starts a new clock."""
        rule = self.CLOCKS.get(self.state)
        return (self.state, rule) if rule else None


@cache
def _steps_of(machine: type[Machine]) -> dict[str, StepInfo]:
    found = {}
    for base in reversed(machine.__mro__):
        for name, method in vars(base).items():
            meta = getattr(method, "_django_fsm", None)
            if meta is not None:
                found[name] = next(iter(meta.transitions.values())).custom["step"]
    return found
