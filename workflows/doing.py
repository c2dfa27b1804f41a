"""What is being done, to which record in which state: counted, timed, and told by unexpected errors.

Such an error carries it, so that whoever reports it (``coordination.errors``) can say it long after the
engine has let go. What was done is counted and logged once it is committed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from functools import cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction
from prometheus_client import Counter, Histogram

from workflows.machines.acts import ACTS
from workflows.machines.base import Machine
from workflows.refusals import Refusal
from workflows.tracing import Doing, doing_now, engine_at

log = logging.getLogger(__name__)

Rest = ParamSpec("Rest")
Result = TypeVar("Result")
_ATTRIBUTE = "_workflows_doing"
_COUNTED = "_workflows_counted"
UNKNOWN = "unknown"
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

# No label may hold what a person wrote or what an address brought: names of machines, steps and codes only.
TRANSITIONS = Counter("lien_tinh_transitions", "What the engine did and committed.", ["machine", "step"])
REFUSALS = Counter("lien_tinh_refusals", "What the engine refused.", ["machine", "step", "code"])
STEP_SECONDS = Histogram(
    "lien_tinh_step_seconds", "A step with its effects, to its commit.", ["machine", "step"], buckets=SECONDS
)


def named(
    work: Callable[Concatenate[Machine, Rest], Result],
) -> Callable[Concatenate[Machine, Rest], Result]:
    """Count and time one of the engine's doors, and have unexpected errors say what was being done.

    Of doors within doors the innermost tells of an error or a refusal, and the outermost is timed.
    """

    @wraps(work)
    def door(record: Machine, *args: Rest.args, **keywords: Rest.kwargs) -> Result:
        step = args[0] if args and isinstance(args[0], str) else work.__name__
        outermost = doing_now() is None
        doing = Doing(record.machine, step, str(record.state))
        began = time.perf_counter()
        try:
            with engine_at(doing):
                done = work(record, *args, **keywords)
        except Refusal as refusal:
            _refused(record, doing, refusal)
            raise
        except Exception as error:
            if not hasattr(error, _ATTRIBUTE):
                setattr(error, _ATTRIBUTE, doing)
            raise
        if outermost:
            STEP_SECONDS.labels(doing.machine, step).observe(time.perf_counter() - began)
        if done is not None:
            # Within an effect the whole may still be undone.
            transaction.on_commit(partial(_taken, doing, done))
        return done

    return door


def _taken(doing: Doing, event: Any) -> None:
    TRANSITIONS.labels(doing.machine, doing.step).inc()
    about = {"machine": doing.machine, "step": doing.step, "event_id": event.pk}
    log.info("%s %s: event %s", doing.machine, doing.step, event.pk, extra=about)


def _refused(record: Machine, doing: Doing, refusal: Refusal) -> None:
    if hasattr(refusal, _COUNTED):
        return
    setattr(refusal, _COUNTED, True)
    # An address may ask for any word; what was done, exists.
    step = doing.step if doing.step in _names(type(record)) else UNKNOWN
    REFUSALS.labels(doing.machine, step, refusal.code).inc()
    about = {"machine": doing.machine, "step": step, "code": refusal.code}
    log.info("%s %s refused: %s", doing.machine, step, refusal.code, extra=about)


@cache
def _names(model: type[Machine]) -> frozenset[str]:
    return frozenset({*model.steps(), *ACTS, "begin"})


def doing_of(error: BaseException | None) -> Doing | None:
    """What was being done when this error, or one that led to it, was raised in the engine."""
    for one in _chain(error):
        found = getattr(one, _ATTRIBUTE, None)
        if isinstance(found, Doing):
            return found
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
