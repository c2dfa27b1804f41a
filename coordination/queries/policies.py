"""A locality's policy in words: each choice beside its default, the versions, what a new one moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination.models import Locality
from coordination.presentation import KINDS
from coordination.queries.open_clocks import DueMove, moves_under, open_clocks
from workflows.clocks import Terms, load_calendar
from workflows.models import Policy
from workflows.policies import DEFAULTS, REMINDERS, days_of, default_days, over_defaults, policy_for
from workflows.registry import registry

PROOF = "recent_proof_hours"
DAYS, TIMES = "due_days.", "reminders."
LABELS: dict[str, str | Promise] = {
    "unit_officer_may_submit": gettext_lazy("An officer of the unit may submit without its head"),
    "external_consultation_needs_head": gettext_lazy(
        "A request for opinions goes to outside bodies only when the focal point's head says so"
    ),
    "silence_is_agreement": gettext_lazy(
        "A body under the same committee that does not answer in time is taken to agree"
    ),
    PROOF: gettext_lazy("Hours after a sign-in within which a link is enough to decide"),
    f"{TIMES}half_time": gettext_lazy("At half time"),
    f"{TIMES}day_before": gettext_lazy("On the working day before"),
    f"{TIMES}due_day": gettext_lazy("On the day itself"),
    f"{TIMES}every_days": gettext_lazy("When overdue, again every so many working days"),
    # No clock of the state counts these: a person sets the date.
    f"{DAYS}opinion.requested": gettext_lazy("Answer by: the day that a request proposes"),
    f"{DAYS}meeting.scheduled": gettext_lazy("Held within, from when it was set up"),
}


@dataclass(frozen=True)
class ChoiceWords:
    """One choice as a page shows it: what holds, what the rulebook's default is."""

    name: str
    label: str
    value: str
    default: str
    differs: bool


@dataclass(frozen=True)
class VersionWords:
    """One version of a policy; ``standing`` is a code: in_force, later, past or never."""

    row: Policy
    standing: str
    changes: tuple[ChoiceWords, ...]

    @property
    def by(self) -> str:
        """Who entered it."""
        return str(self.row.made_by.get("person_name", ""))


@dataclass(frozen=True)
class LocalityPolicy:
    """A locality with its version in force and the next one that will begin."""

    locality: Locality
    in_force: Policy | None
    next: Policy | None


def groups_of_choices() -> list[tuple[str, list[str]]]:
    """Every choice by name, in the order of the pages, under its heading."""
    groups = [
        (
            _("Time limits in working days: %(kind)s") % {"kind": KINDS[machine]},
            [f"{DAYS}{key}" for key in default_days() if key.startswith(f"{machine}.")],
        )
        for machine in registry.machines
    ]
    groups.append((_("Reminders to the holder, from the second on to their head too"), _reminders()))
    groups.append((_("Consultations"), ["silence_is_agreement", "external_consultation_needs_head"]))
    groups.append((_("Submitting, and deciding by a link"), ["unit_officer_may_submit", PROOF]))
    return groups


def _reminders() -> list[str]:
    return [f"{TIMES}{name}" for name in REMINDERS]


def label_of(name: str) -> str:
    """The words of a choice; a time limit is named by its state."""
    if name in LABELS:
        return str(LABELS[name])
    machine, state = name.removeprefix(DAYS).split(".")
    return str(registry.machines[machine].State(state).label)


def value_of(values: Mapping[str, Any], name: str) -> Any:
    """What holds for a choice under these values."""
    if name.startswith(DAYS):
        return days_of(values, name.removeprefix(DAYS))
    if name.startswith(TIMES):
        return values["reminders"][name.removeprefix(TIMES)]
    return values[name]


def value_words(name: str, value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == PROOF:
        return ngettext("%(hours)d hour", "%(hours)d hours", value) % {"hours": value}
    return ngettext("%(days)d working day", "%(days)d working days", value) % {"days": value}


def words_of(values: Mapping[str, Any], name: str) -> ChoiceWords:
    """One choice under these values, beside its default."""
    value, default = value_of(values, name), value_of(DEFAULTS, name)
    return ChoiceWords(
        name, label_of(name), value_words(name, value), value_words(name, default), value != default
    )


def policy_in_words(values: Mapping[str, Any]) -> list[tuple[str, list[ChoiceWords]]]:
    """Every choice under its heading."""
    return [(title, [words_of(values, name) for name in names]) for title, names in groups_of_choices()]


def policy_of(locality: Locality, at: datetime) -> tuple[int, dict[str, Any]]:
    """The version in force and its values over the defaults."""
    return policy_for(locality.mnemonic, at)


def versions_of(locality: Locality, at: datetime) -> list[VersionWords]:
    """Every version, the newest first, with what each set apart from the defaults."""
    found: list[VersionWords] = []
    begun = False
    earliest_later: datetime | None = None
    for row in Policy.objects.filter(scope=locality.mnemonic).order_by("-version"):
        if earliest_later is not None and row.valid_from >= earliest_later:
            # A newer version had begun before this one was to begin.
            standing = "never"
        elif row.valid_from > at:
            standing = "later"
        else:
            standing, begun = ("past" if begun else "in_force"), True
        earliest_later = min(earliest_later or row.valid_from, row.valid_from)
        found.append(VersionWords(row, standing, tuple(_differing(row.values))))
    return found


def _differing(values: Mapping[str, Any]) -> list[ChoiceWords]:
    complete = over_defaults(values)
    every = [words_of(complete, name) for _title, names in groups_of_choices() for name in names]
    return [words for words in every if words.differs]


def localities_with_policies(at: datetime) -> list[LocalityPolicy]:
    """Every locality with the version that holds and the one that comes; two queries."""
    rows: dict[str, list[Policy]] = {}
    for row in Policy.objects.order_by("version"):
        rows.setdefault(row.scope, []).append(row)
    found = []
    for locality in Locality.objects.order_by("name"):
        own = rows.get(locality.mnemonic, [])
        in_force = next((row for row in reversed(own) if row.valid_from <= at), None)
        later = [
            row for row in own if row.valid_from > at and (not in_force or row.version > in_force.version)
        ]
        found.append(LocalityPolicy(locality, in_force, later[-1] if later else None))
    return found


def moves_by_policy(
    locality: Locality, values: Mapping[str, Any], *, version: int, at: datetime
) -> list[tuple[DueMove, str]]:
    """The open clocks that these values would move if they held now, each with the reason."""
    mnemonic = locality.mnemonic
    _version, present = policy_for(mnemonic, at)
    terms = Terms(load_calendar(mnemonic), version, over_defaults(values))
    return [
        (move, _why(move, present, terms.values))
        for move in moves_under(open_clocks([mnemonic]), terms, at=at)
    ]


def _why(move: DueMove, present: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    key = f"{move.record.machine}.{move.record.state}"
    if key not in default_days():
        return ""
    before, after = days_of(present, key), days_of(new, key)
    return ngettext(
        "Time limit %(before)d → %(after)d working day",
        "Time limit %(before)d → %(after)d working days",
        after,
    ) % {"before": before, "after": after}
