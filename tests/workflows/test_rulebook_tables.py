"""Every state × step × seat against the rulebook's table: who may, who may not, and why not.

The expectation is the row's ``from`` and ``who`` and the hand-written tables of ``seats`` and
``variants``; nothing of it asks the product who somebody is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from coordination.actions.issues import attach_file
from coordination.models import Issue
from tests.people import person
from tests.story import Story
from tests.workflows import rulebook, seats, variants
from tests.workflows.variants import VARIANTS, Variant
from workflows import engine, permissions
from workflows.machines.base import Machine
from workflows.models import Event, PendingStep
from workflows.refusals import Forbidden, Refusal
from workflows.registry import registry
from workflows.roles import SYSTEM_CAPACITY, Capacity

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


@dataclass
class Table:
    """One variant, brought about, with everybody's capacities towards it."""

    story: Story
    record: Machine
    people: dict[str, Any]
    capacities: dict[str, list[Capacity]]


def bring_about(variant: Variant) -> Table:
    seats.make_people()
    story = Story()
    record = variant.build(story) or story.refreshed()
    assert (record.machine, record.state) == (variant.machine, variant.state)
    people: dict[str, Any] = {name: person(name) for name in variant.roles if name != "system"}
    assert registry.roles is not None
    capacities = {
        name: list(registry.roles.capacities(somebody, record, story.at)) for name, somebody in people.items()
    }
    return Table(story, record, {**people, "system": None}, {**capacities, "system": [SYSTEM_CAPACITY]})


def answer(record: Machine, step: str, capacities: list[Capacity]) -> str:
    """The code of the refusal, or "" where the step may be taken."""
    try:
        permissions.check_step(record, step, capacities)
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.django_db
@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_who_may_take_which_step(variant, record_property):
    table = bring_about(variant)
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
            assert permissions.may_step(table.record, step.name, table.capacities[name]) == (found == "")

    record_property("cells", cells)
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("variant", variants.ISSUE, ids=str)
def test_a_page_offers_exactly_the_steps_of_the_table(variant):
    table = bring_about(variant)

    for name, roles in variant.roles.items():
        if name == "system":
            continue
        expected = [
            step.name
            for step in rulebook.steps_of("issue").values()
            if variant.state in step.source and roles & step.roles
        ]
        offered = permissions.open_steps(table.record, table.people[name], table.story.at)
        assert [step.info.name for step in offered] == expected, name


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
    return [
        (step, name)
        for step in rulebook.steps_of(variant.machine).values()
        if variant.state in step.source
        for name, roles in variant.roles.items()
        if roles & step.roles
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("variant", [one for one in VARIANTS if allowed_cells(one)], ids=str)
def test_an_allowed_step_is_taken_or_its_condition_refuses(variant, record_property):
    """``perform`` on every allowed cell: it leads where the table says, or names the condition."""
    table = bring_about(variant)
    if table.record.state == "scheduled" and table.record.machine == "meeting":
        table.story.at = max(table.story.at, table.record.starts_at)

    for step, name in allowed_cells(variant):
        with transaction.atomic():
            data = prepare(table, step)
            _perform(table, variant, step, name, data)
            transaction.set_rollback(True)
        table.record = table.story.refreshed(table.record)

    record_property("performed", len(allowed_cells(variant)))


def _perform(table: Table, variant: Variant, step: rulebook.Step, name: str, data: dict[str, Any]) -> None:
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


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "returned", "awaiting_unit_head"])
def test_the_units_officer_submits_where_the_policy_says_so(state, story):
    from workflows.models import Policy

    story.to(state)
    officer = person("binhduong.gtvt.officer")
    capacities = registry.roles.capacities(officer, story.issue, story.at)
    assert answer(story.issue, "submit", capacities) == "not_yours"

    for scope, expected in (("DNI", "not_yours"), ("BDG", "")):
        Policy.objects.create(
            scope=scope, version=1, valid_from=story.issue.created_at, values={"unit_officer_may_submit": True}
        )
        assert answer(story.issue, "submit", capacities) == expected
