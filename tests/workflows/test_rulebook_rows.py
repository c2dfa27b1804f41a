"""The machines against the rulebook's tables, row by row and column by column."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from tests.workflows import rulebook
from workflows.machines.base import DueRule, StepInfo
from workflows.needs import NEEDS, base_name
from workflows.permissions import ACTS
from workflows.registry import registry
from workflows.roles import ROLE_LABELS

STEPS = {(step.machine, step.name): step for step in rulebook.STEPS}
STATES = {(state.machine, state.name): state for state in rulebook.STATES}
PO_FILE = Path(settings.BASE_DIR) / "coordination/locale/vi/LC_MESSAGES/django.po"


def step_info(key: tuple[str, str]) -> StepInfo:
    machine, name = key
    return registry.machines[machine].steps()[name]


def english(text: str | Promise) -> str:
    with translation.override("en"):
        return str(text)


@pytest.fixture(scope="module")
def vietnamese() -> dict[tuple[str | None, str], str]:
    """(context, English) → Vietnamese, as the catalogue says."""
    catalogue = polib.pofile(str(PO_FILE))
    return {(entry.msgctxt, entry.msgid): entry.msgstr for entry in catalogue if not entry.fuzzy}


@pytest.mark.parametrize("machine", rulebook.BUILT)
def test_machine_has_the_steps_of_the_table_in_its_order(machine):
    assert list(registry.machines[machine].steps()) == list(rulebook.steps_of(machine))


@pytest.mark.parametrize("machine", rulebook.BUILT)
def test_machine_has_the_states_of_the_table_in_its_order(machine):
    assert list(registry.machines[machine].State.values) == list(rulebook.states_of(machine))


@pytest.mark.parametrize("key", STEPS, ids="-".join)
def test_step_is_the_row_of_the_table(key):
    row, info = STEPS[key], step_info(key)

    assert info.source == row.source
    assert info.target == row.target
    assert info.who == row.who
    assert "|".join(info.needs) == row.needs
    assert info.by_link == row.by_link
    assert info.told == row.told
    assert english(info.label) == row.en


@pytest.mark.parametrize("key", STEPS, ids="-".join)
def test_step_is_called_in_vietnamese_as_the_table_says(key, vietnamese):
    row = STEPS[key]

    assert vietnamese.get((f"{row.machine} step", row.en)) == row.vi


def clock_in_words(rule: DueRule | None) -> str:
    """A clock rule in the words of the column ``clock_days``."""
    if rule is None:
        return ""
    return {
        "entry": f"{rule.days}",
        "request": "due of the request",
        "chase": f"chase every {rule.days}",
        "settled": f"{rule.days} when all have settled",
        "meeting": "date of the meeting",
        "session": f"date of the session + {rule.days}",
        "own": "its own date",
    }[rule.basis]


@pytest.mark.parametrize("key", STATES, ids="-".join)
def test_state_is_the_row_of_the_table(key):
    row, model = STATES[key], registry.machines[key[0]]
    state = model.State(row.name)
    rule = model.CLOCKS.get(state)

    assert english(state.label) == row.en
    assert model.TURNS.get(state, "") == row.turn
    assert clock_in_words(rule) == row.clock
    # A bilateral issue's time is its meeting's, an issue's before the Council its dossier's.
    assert (rule.side if rule else "") == ("" if row.side.startswith("its ") else row.side)
    assert (state in model.TERMINAL) == row.terminal


@pytest.mark.parametrize("key", STATES, ids="-".join)
def test_state_is_called_in_vietnamese_as_the_table_says(key, vietnamese):
    row = STATES[key]

    assert vietnamese.get((f"{row.machine} state", row.en)) == row.vi


def test_every_role_and_every_need_of_the_table_is_a_word_of_the_product():
    roles = {role.removeprefix("policy:") for step in rulebook.STEPS for role in step.who.split("|")}
    needs = {base_name(word) for step in rulebook.STEPS for word in step.need_names}

    assert roles <= set(ROLE_LABELS)
    assert needs <= set(NEEDS)


# Where the table has words, the code has these roles.
WHO_OF_ACT = {
    "focal.head; focal.officer for themselves": {"focal.head", "focal.officer"},
    "focal.officer; focal.head; committee.officer; system": {
        "focal.officer",
        "focal.head",
        "committee.officer",
        "system",
    },
    "focal.officer": {"focal.officer"},
    "focal.head": {"focal.head"},
    "lead.head": {"lead.head"},
    "focal.head of the side that gave it; never who asked": {"giver.head"},
    "reporting.head": {"reporting.head"},
    "amend table": {"amend table"},
    "anyone who may see it": {"anyone"},
    "system": {"system"},
}
TOLD_OF_ACT = {
    "home": "home",
    "home by choice": "home",
    "home; a session's day: parties and the council; a body's draft: that body": "home",
    "home; a body's draft: that body": "home",
    "parties": "parties",
    "nobody": "nobody",
    "the holders and their heads": "holders",
    "the next holder": "nobody",
    # Told by the step that follows from it, not by the act.
    "as the step": "nobody",
}


def test_every_act_of_the_table_is_there():
    assert set(ACTS) == set(rulebook.ACTS)


@pytest.mark.parametrize("name", sorted(rulebook.ACTS))
def test_act_is_the_row_of_the_table(name, vietnamese):
    row, info = rulebook.ACTS[name], ACTS[name]

    assert info.told == TOLD_OF_ACT[row.told]
    assert info.bumps == (row.bumps == "yes")
    # A row of two acts has one wording for both.
    assert vietnamese.get((None, english(info.label)))
    if name == "raise_urgency":
        assert info.who == ("reporting.head",)
    elif name == "confirm_urgency":
        assert info.who == ("focal.officer",)
    elif row.who in WHO_OF_ACT:
        assert set(info.who) == WHO_OF_ACT[row.who]
    else:
        assert name in {"note_internal", "note_shared", "attach"}, row.who


def test_the_product_never_reads_the_tables():
    packages = ("coordination", "notifications", "workflows")
    files = [path for package in packages for path in Path(settings.BASE_DIR, package).rglob("*.py")]
    # Docstrings name the tables, as the source of a rule; nothing opens them.
    reads = re.compile(
        r"\bimport csv\b|csv\.(reader|DictReader)|/ [\"']rulebook|[\"'](steps|states|effects|acts)\.csv"
    )

    assert [str(path) for path in files if reads.search(path.read_text(encoding="utf-8"))] == []
