"""Why the engine says no: one small family, each with a code, a sentence and an HTTP status.

A refusal names the rule and says what to do. ``code`` is stable (scripts and the API read it),
``sentence`` is made at display so that it comes in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """The engine refuses; nothing was written."""

    code = "refused"
    status = 400
    text: str | Promise = _("This cannot be done.")

    def __init__(self, code: str | None = None, text: str | Promise | None = None, **params: Any):
        super().__init__(code or self.code)
        self.code = code or self.code
        self.text = text if text is not None else self.text
        self.params = params

    @property
    def sentence(self) -> str:
        """The sentence for the person, in the language active now."""
        return str(self.text) % self.params

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class NotVisible(Refusal):
    """The record has not reached this person: they are told it does not exist (rulebook §5)."""

    code = "not_visible"
    status = 404
    text = _("There is no such record, or it has not been shared with you.")


class NotYours(Refusal):
    """The seat may not take this step (column ``who`` of the step table)."""

    code = "not_yours"
    status = 403
    text = _("This step is for %(who)s. Your seat may not take it.")


class SeparationOfDuties(Refusal):
    """One person may not do both halves of a pair (rulebook §1)."""

    code = "separation_of_duties"
    status = 403
    text = _("You took “%(earlier)s” on this record yourself, so somebody else has to take “%(step)s”.")


class WrongState(Refusal):
    """The step does not exist in the state the record is in."""

    code = "wrong_state"
    status = 409
    text = _("“%(step)s” cannot be done while the record is “%(state)s”.")


class Stale(Refusal):
    """The record moved on after the person read it; the refusal names who was first."""

    code = "stale"
    status = 409
    text = _(
        "The record changed while you were reading: %(who)s, “%(what)s”, %(when)s. "
        "Read it again, then decide."
    )

    def __init__(
        self, *, by: str, step: str, label: str | Promise, at: datetime | None, code: str | None = None
    ):
        when = timezone.localtime(at).strftime("%H:%M %d/%m/%Y") if at else ""
        super().__init__(code, who=by, what=label, when=when)
        self.by, self.step, self.at = by, step, at


class AlreadyDone(Stale):
    """Somebody took this very step already."""

    code = "already_done"
    text = _("%(who)s already did this: “%(what)s”, %(when)s. Nothing more is needed from you.")


class Incomplete(Refusal):
    """Something the step needs is missing or wrong; says which, field by field."""

    code = "incomplete"
    status = 422
    text = _("Some of what this step needs is missing: %(problems)s")

    def __init__(self, problems: Mapping[str, str | Promise]):
        super().__init__()
        self.problems = dict(problems)

    @property
    def sentence(self) -> str:
        return str(self.text) % {"problems": " ".join(str(p) for p in self.problems.values())}


class Forbidden(Refusal):
    """A rule about the record itself says no (``nobody_brought_in``, ``after_reminders`` …)."""

    status = 422
