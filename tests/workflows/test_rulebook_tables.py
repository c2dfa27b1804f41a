"""Every state × step × seat against the rulebook's table: who may, who may not, and why not.

The expectation is the row's ``from`` and ``who`` and the hand-written tables of ``seats`` and
``variants``; nothing of it asks the product who somebody is.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from coordination.actions.issues import attach_file
from coordination.models import Issue
from tests.people import person
from tests.story import Story
from tests.workflows import rulebook, seats
from tests.workflows.variants import VARIANTS, Variant
from workflows import engine, permissions
from workflows.machines.base import Machine
from workflows.models import Event, PendingStep
from workflows.refusals import Forbidden, Refusal
from workflows.registry import registry
from workflows.roles import SYSTEM_CAPACITY, Capacity

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


@dataclass
class Table:
    """One variant, brought about, with everybody's capacities towards it."""

    story: Story
    record: Machine
    people: dict[str, Any]
    capacities: dict[str, list[Capacity]]


@pytest.fixture(scope="module")
def bases(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[dict[str, Story]]:
    """A story per state, told once for the module; rolled back at its end.

    Nobody is told of anything here: notices have tests of their own, and are half of a step's time.
    """
    params = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = {param["variant"].base for param in params if isinstance(param.get("variant"), Variant)}
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(registry, "sink", lambda tellings: None)
        seats.make_people()
        told = {state: Story() for state in sorted(wanted)}
        for state, story in told.items():
            story.to(state)
        yield told
        transaction.set_rollback(True)


@pytest.fixture
def table(variant: Variant, bases: dict[str, Story]) -> Iterator[Table]:
    """The variant, brought about in a savepoint of its own, with everybody's capacities."""
    story = copy(bases[variant.base])
    with transaction.atomic():
        record = variant.build(story) or story.refreshed()
        assert (record.machine, record.state) == (variant.machine, variant.state)
        people: dict[str, Any] = {name: person(name) for name in variant.roles if name != "system"}
        assert registry.roles is not None
        found = {name: list(registry.roles.capacities(one, record, story.at)) for name, one in people.items()}
        yield Table(story, record, {**people, "system": None}, {**found, "system": [SYSTEM_CAPACITY]})
        transaction.set_rollback(True)


def answer(record: Machine, step: str, capacities: list[Capacity]) -> str:
    """The code of the refusal, or "" where the step may be taken."""
    try:
        permissions.check_step(record, step, capacities)
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_who_may_take_which_step(table, variant, record_property):
    """Every cell asked; every allowed one of them taken, or refused by the condition it needs."""
    wrong, cells = [], 0

    for step in rulebook.steps_of(variant.machine).values():
        for name, roles in variant.roles.items():
            if variant.state not in step.source:
                expected = "wrong_state"
            else:
                expected = "" if roles & step.roles else "not_yours"
            cells += 1
            found = answer(table.record, step.name, table.capacities[name])
            if found != expected:
                wrong.append((step.name, name, expected, found))
            if expected != "wrong_state":
                assert permissions.may_step(table.record, step.name, table.capacities[name]) == (not found)
    for name, roles in variant.roles.items():
        if variant.machine == "issue" and name != "system":
            shown = offered(table, name)
            open_to_role = [
                step.name
                for step in rulebook.steps_of("issue").values()
                if variant.state in step.source and roles & step.roles
            ]
            assert set(shown) <= set(open_to_role)
            # What a role may take and is not shown is what a rule about the record forbids, and names.
            for step_name in open_to_role:
                if step_name not in shown:
                    with pytest.raises(Forbidden):
                        take_without_writing(table, step_name, name)

    assert wrong == []
    record_property("cells", cells)
    record_property("performed", take_every_allowed_step(table, variant))


def take_without_writing(table: Table, step: str, name: str) -> None:
    """Take a step with all it needs, and take it back: for the refusal it meets."""
    data = table.story.data_for(step, table.record)
    with transaction.atomic():
        engine.perform(table.record, step, by=table.people[name], at=table.story.at, data=data)
        transaction.set_rollback(True)


def offered(table: Table, name: str) -> list[str]:
    """The steps whose buttons the person is shown."""
    steps = permissions.open_steps(table.record, table.people[name], table.story.at)
    return [step.info.name for step in steps]


def prepare(table: Table, step: rulebook.Step) -> dict[str, Any]:
    """What the step needs beyond its simplest form: another issue to merge into, an outside paper."""
    needs = step.need_names
    data = table.story.data_for(step.name, table.record)
    if "target" in needs:
        data["target"] = Story(title="Hồ sơ đích", at=table.story.at).to("triage").code
    if "document" in needs:
        file = SimpleUploadedFile("cong-van.pdf", PDF, "application/pdf")
        officer = table.people["binhduong.skhdt.officer"]
        attachment = attach_file(table.record, file, by=officer, at=table.story.at)
        data["document"] = {
            "number": "12/BGTVT-KHĐT",
            "dated": table.story.at.date().isoformat(),
            "issuer": "Bộ GTVT",
            "attachment": attachment.pk,
        }
    return data


def allowed_cells(variant: Variant) -> list[tuple[rulebook.Step, str]]:
    """(step, seat): all of them for an issue, one for each role for the other machines."""
    cells = [
        (step, name, roles & step.roles)
        for step in rulebook.steps_of(variant.machine).values()
        if variant.state in step.source
        for name, roles in variant.roles.items()
        if roles & step.roles
    ]
    if variant.machine == "issue":
        return [(step, name) for step, name, _role in cells]
    first = {(step.name, role): (step, name) for step, name, role in reversed(cells)}
    return list(first.values())


def take_every_allowed_step(table: Table, variant: Variant) -> int:
    """``perform`` on the allowed cells: it leads where the table says, or names the condition."""
    if table.record.machine == "meeting" and table.record.state == "scheduled":
        table.story.at = max(table.story.at, table.record.starts_at)
    cells = allowed_cells(variant)
    for step, name in cells:
        with transaction.atomic():
            data = prepare(table, step)
            perform(table, variant, step, name, data)
            transaction.set_rollback(True)
        table.record = table.story.refreshed(table.record)
    return len(cells)


def perform(table: Table, variant: Variant, step: rulebook.Step, name: str, data: dict[str, Any]) -> None:
    take = {"by": table.people[name], "at": table.story.at, "data": data}
    refused = variant.refused(step)
    if refused:
        before = Event.objects.count()
        with pytest.raises(Forbidden) as refusal:
            engine.perform(table.record, step.name, **take)
        assert refusal.value.code == refused
        assert Event.objects.count() == before
        return
    event = engine.perform(table.record, step.name, **take)
    after = table.story.refreshed(table.record)
    if "countersign" in step.need_names:
        assert event.name == "record_document"
        assert PendingStep.objects.get().step == step.name
        assert after.state == variant.state
        return
    expected = {Issue.State.DRAFT} if step.name == "send_back_to_author" else set(step.target)
    assert (event.kind, event.name, event.source) == ("step", step.name, variant.state)
    assert event.target in expected
    assert event.role in variant.roles[name] & step.roles
    assert "+".join(step.told) == event.told


def test_every_step_is_taken_from_every_state_it_leaves_in_one_of_the_variants():
    taken = {
        (variant.machine, variant.state, step.name)
        for variant in VARIANTS
        for step, _name in allowed_cells(variant)
        if not variant.refused(step)
    }
    wanted = {(step.machine, source, step.name) for step in rulebook.STEPS for source in step.source}

    # A focal point that has settled an issue within its authority is the only way to discontinue
    # from ``implementing`` without a committee decision, and so on: each has its variant.
    assert wanted - taken == set()


def test_every_state_of_the_table_has_a_variant():
    built = {(variant.machine, variant.state) for variant in VARIANTS}

    assert built == {(state.machine, state.name) for state in rulebook.STATES}
