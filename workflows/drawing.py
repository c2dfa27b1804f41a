"""Machines and flows as documents, read from the code: a page with its chart, and BPMN for other tools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.utils import translation
from viewflow.workflow.chart import calc_layout_data, grid_to_bpmn

from workflows.charts import Chart
from workflows.flows.driver import FLOWS
from workflows.machines.base import Machine
from workflows.registry import registry

LOOP = 20


def mermaid(model: type[Machine]) -> str:
    """A machine as a Mermaid state diagram: one arrow per pair of states, its steps on it."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for name, info in model.steps().items():
        for source in info.source:
            for target in info.target:
                arrows.setdefault((source, target), []).append(name)
    default = {field.name: field for field in model._meta.concrete_fields}["state"].default
    lines = ["stateDiagram-v2", f"    [*] --> {default}"]
    lines += [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    lines += [f"    {state} --> [*]" for state in model.State.values if state in model.TERMINAL]
    return "\n".join(lines)


def page(model: type[Machine]) -> str:
    """The documentation page of one machine: its drawing, its states, its steps."""
    return "\n".join(
        [
            f"# {model._meta.object_name}",
            "",
            "Drawn by `manage.py draw_machines` from the code; CI compares.",
            "",
            f"![{model._meta.object_name}]({model.machine}.svg)",
            "",
            "```mermaid",
            mermaid(model),
            "```",
            "",
            "| state | tiếng Việt | English | whose turn | clock |",
            "|---|---|---|---|---|",
            *_state_rows(model),
            "",
            "| step | tiếng Việt | English | who | needs | link | told |",
            "|---|---|---|---|---|---|---|",
            *_step_rows(model),
            "",
        ]
    )


def _state_rows(model: type[Machine]) -> Iterator[str]:
    for state in model.State:
        rule = model.CLOCKS.get(state)
        clock = ""
        if rule:
            days = f"{rule.days} days" if rule.days else ""
            basis = "" if rule.basis == "entry" else rule.basis
            clock = f"{' '.join(part for part in (days, basis) if part)} ({rule.side})"
        vi, en = _both(state.label)
        yield f"| `{state.value}` | {vi} | {en} | {model.TURNS.get(state, '')} | {clock} |"


def _step_rows(model: type[Machine]) -> Iterator[str]:
    for name, info in model.steps().items():
        vi, en = _both(info.label)
        cells = (
            f"`{name}`",
            vi,
            en,
            info.who.replace("|", " or "),
            ", ".join(info.needs).replace("|", "/"),
            "yes" if info.by_link else "",
            ", ".join(info.told),
        )
        yield f"| {' | '.join(cells)} |"


def _both(label: object) -> tuple[str, str]:
    with translation.override("vi"):
        vi = str(label)
    with translation.override("en"):
        return vi, str(label)


def bpmn(machine: str) -> str:
    """A flow as BPMN 2.0 XML, by viewflow's own export.

    Its layout gives a step that leads back to its own state no line to draw, and the schema asks for
    two points at least: such an edge gets a loop over its shape's corner.
    """
    with translation.override("en"):
        grid = calc_layout_data(FLOWS[machine])
        for edge in grid.edges:
            if len(edge.segments or ()) < 2:
                shape = grid[edge.src].shape
                right, top = shape.x + shape.width, shape.y
                edge.segments = [
                    (right - LOOP, top),
                    (right - LOOP, top - LOOP),
                    (right + LOOP, top - LOOP),
                    (right + LOOP, top + LOOP),
                    (right, top + LOOP),
                ]
        return str(grid_to_bpmn(grid))


def chart(model: type[Machine]) -> str:
    """The chart of a machine as it stands in the documentation: in Vietnamese, nothing in it."""
    with translation.override("vi"):
        return Chart(model).svg()


def drawings() -> dict[Path, str]:
    """Every page and diagram, by its path below the docs folder."""
    found: dict[Path, str] = {}
    for machine, model in registry.machines.items():
        found[Path("machines") / f"{machine}.md"] = page(model)
        found[Path("machines") / f"{machine}.svg"] = chart(model)
        found[Path("machines") / f"{machine}.bpmn"] = bpmn(machine)
    return found
