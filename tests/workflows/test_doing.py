"""An error that the engine did not expect says what was being done; a refusal is no error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.people import person
from workflows import engine
from workflows.doing import doing_of
from workflows.refusals import Refusal
from workflows.tracing import Doing

OFFICER = "binhduong.gtvt.officer"


def breaks(*_move: Any) -> None:
    raise KeyError("missing")


def test_an_unexpected_error_names_machine_step_and_state(story, monkeypatch):
    monkeypatch.setattr(engine, "_append", breaks)
    with pytest.raises(KeyError) as caught:
        engine.perform(story.issue, "hand_up", by=person(OFFICER), at=story.at)
    assert doing_of(caught.value) == Doing("issue", "hand_up", "draft")


def test_it_is_still_told_by_the_error_that_came_of_it(story, monkeypatch):
    monkeypatch.setattr(engine, "_append", breaks)

    def page() -> None:
        try:
            engine.act(story.issue, "note_internal", by=person(OFFICER), at=story.at, data={"text": "…"})
        except KeyError as error:
            raise RuntimeError("the page could not be made") from error

    with pytest.raises(RuntimeError) as caught:
        page()
    assert doing_of(caught.value) == Doing("issue", "note_internal", "draft")


def test_a_refusal_and_any_other_error_say_nothing(story):
    with pytest.raises(Refusal) as caught:
        engine.perform(story.issue, "accept", by=person("longan.gtvt.head"), at=story.at)
    assert doing_of(caught.value) is None
    assert doing_of(ValueError("elsewhere")) is None
    assert doing_of(None) is None
