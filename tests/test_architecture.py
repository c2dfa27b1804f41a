"""What holds of the code as a whole: one arrow, one door, no drawers, every word in two languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from viewflow.workflow.status import STATUS

from coordination.models import Issue
from workflows.flows.driver import FLOWS
from workflows.models import Event, WorkItem
from workflows.permissions import ACTS
from workflows.registry import Registry, registry

pytestmark = pytest.mark.slow

BASE = Path(settings.BASE_DIR)
PACKAGES = ("coordination", "notifications", "workflows")
RANK = {"workflows": 0, "notifications": 1, "coordination": 2}
ENGINE = {"workflows/engine.py"}
NAMES_OF_THE_DAY = re.compile(r"KH&ĐT|KH&amp;ĐT|KHĐT|Kế hoạch và Đầu tư|skhdt", re.IGNORECASE)


def short(path: Path) -> str:
    return path.relative_to(BASE).as_posix()


@cache
def sources(*, migrations: bool = False) -> tuple[tuple[str, str], ...]:
    """(path, text) of the product's Python files."""
    paths = [path for package in PACKAGES for path in sorted((BASE / package).rglob("*.py"))]
    return tuple(
        (short(path), path.read_text(encoding="utf-8"))
        for path in [BASE / "manage.py", *paths]
        if migrations or "/migrations/" not in path.as_posix()
    )


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple((path, ast.parse(text)) for path, text in sources())


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        yield node.module


def typing_only(tree: ast.Module) -> set[ast.AST]:
    """The nodes under ``if TYPE_CHECKING:``."""
    blocks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    return {inner for block in blocks for inner in ast.walk(block)}


def test_imports_follow_the_one_arrow():
    upward = []
    for path, tree in trees():
        package = path.split("/")[0]
        if package not in RANK or path.endswith("/apps.py"):
            continue
        skipped = typing_only(tree)
        for node in ast.walk(tree):
            for name in imported(node):
                target = name.split(".")[0]
                if node not in skipped and target in RANK and RANK[target] > RANK[package]:
                    upward.append(f"{path}: {name}")
    assert upward == []


def test_the_product_imports_no_test_and_the_machines_no_framework_but_fsm():
    wrong = []
    for path, tree in trees():
        for node in ast.walk(tree):
            for name in imported(node):
                top = name.split(".")[0]
                if top in {"tests", "pytest"} or (
                    path.startswith("workflows/machines/") and top == "viewflow"
                ):
                    wrong.append(f"{path}: {name}")
    assert wrong == []


def test_no_import_hides_in_a_function():
    inner = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        if not path.endswith(("/apps.py", "manage.py"))
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inner == []


def test_no_file_is_too_long():
    """A table of cases may run a little longer than code that somebody has to follow."""
    tests = [(short(path), path.read_text(encoding="utf-8")) for path in (BASE / "tests").rglob("*.py")]
    long = {path: len(text.splitlines()) for path, text in sources() if len(text.splitlines()) > 400}
    long |= {path: len(text.splitlines()) for path, text in tests if len(text.splitlines()) > 420}
    assert long == {}


def test_there_are_no_drawers():
    drawers = {"utils", "util", "helpers", "helper", "tools", "libraries", "common", "misc", "lib"}
    names = {path for path, _text in sources(migrations=True) if drawers & set(re.split(r"[/_.]", path))}
    assert names == set()


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def test_only_the_engine_writes_events_and_only_the_flows_write_work_items():
    made = {"Event", "Event.objects.create", "Event.objects.bulk_create", "Event.objects.update"}
    items = {"WorkItem", "WorkItem.objects.create", "WorkItem.objects.bulk_create", "WorkItem.objects.update"}
    wrong = []
    for path, tree in trees():
        for line, name in calls(tree):
            if name in made and path not in ENGINE:
                wrong.append(f"{path}:{line} {name}")
            if name in items and not path.startswith("workflows/flows/"):
                wrong.append(f"{path}:{line} {name}")
    assert wrong == []


def test_nobody_sets_a_state_or_calls_a_step():
    """Steps are called by ``engine.perform`` alone, by name."""
    steps = {name for model in registry.machines.values() for name in model.steps()}
    # Words that are methods of other things as well.
    plain = {
        *("accept", "answer", "cancel", "close", "consult", "defer", "direct", "file", "merge"),
        *("refer", "report", "schedule", "screen", "submit", "verify"),
    }
    wrong = []
    for path, tree in trees():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AugAssign | ast.AnnAssign):
                targets = [node.target]
            for target in targets:
                if (
                    isinstance(target, ast.Attribute)
                    and target.attr == "state"
                    and "self" not in ast.unparse(target)
                ):
                    wrong.append(f"{path}:{target.lineno} {ast.unparse(target)} =")
        for line, name in calls(tree):
            called = name.rpartition(".")
            if called[1] and called[2] in steps - plain and not path.startswith("workflows/machines/"):
                wrong.append(f"{path}:{line} {name}()")
            if re.search(r"\.update$", name) and re.search(r"\bstate=", "".join(_keywords(tree, line, name))):
                wrong.append(f"{path}:{line} {name}(state=)")
    assert wrong == []


def _keywords(tree: ast.AST, line: int, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno == line and ast.unparse(node.func) == name:
            yield from (f"{keyword.arg}=" for keyword in node.keywords)


@pytest.mark.django_db
def test_a_record_is_not_saved_outside_the_engine_and_its_state_is_protected(story):
    issue = story.issue
    with pytest.raises(RuntimeError, match=r"only through workflows\.engine"):
        issue.save()
    with pytest.raises(RuntimeError):
        Issue(unit=issue.unit, home=issue.home, author=issue.author).save()
    with pytest.raises(AttributeError):
        issue.state = "closed"


def views(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        else:
            yield pattern.callback.__module__


def test_no_page_of_viewflow_is_mounted():
    assert [module for module in views(get_resolver().url_patterns) if module.startswith("viewflow")] == []


def test_flows_have_a_node_for_each_state_that_is_no_end_and_none_besides():
    for machine, flow in FLOWS.items():
        if machine == "opinion":
            continue
        model = registry.machines[machine]
        nodes = {node.name for node in flow.instance.nodes()} - {"start", "end"}
        assert nodes == set(model.State.values) - set(model.TERMINAL), machine
        assert model().state in flow.begins_in
        assert flow.instance.node("no_such_state", no_obsolete=True) is None


@pytest.mark.django_db
def test_no_work_item_hangs_on_an_obsolete_node_or_a_flow_that_is_gone(story):
    story.to("consulting")
    story.do("answer", on=story.opinion("bgtvt"), by="bgtvt.head")
    for item in WorkItem.objects.all():
        assert item.flow_task is not None
        assert item.process.flow_class is not None
        assert item.flow_task.name in {node.name for node in item.process.flow_class.instance.nodes()}
    assert WorkItem.objects.filter(status=STATUS.ERROR).count() == 0


def words() -> Iterator[tuple[str, object]]:
    for machine, model in registry.machines.items():
        yield from ((f"{machine}.{info.name}", info.label) for info in model.steps().values())
        yield from ((f"{machine}.{state.value}", state.label) for state in model.State)
    yield from ((f"act.{info.name}", info.label) for info in ACTS.values())


def test_every_step_state_and_act_is_labelled_in_both_languages():
    same = []
    for key, label in words():
        with translation.override("en"):
            english = str(label)
        with translation.override("vi"):
            vietnamese = str(label)
        if not english or not vietnamese or english == vietnamese:
            same.append(key)
    assert same == []


def test_no_line_of_code_knows_a_body_by_its_name():
    """Focal points change (rulebook §1): a name is data, in the demo and nowhere else."""
    files = [BASE / "manage.py"]
    for folder in (*PACKAGES, "templates"):
        files += [
            path
            for path in (BASE / folder).rglob("*")
            if path.suffix in {".py", ".html", ".txt", ".js", ".css"}
        ]
    known = [
        f"{short(path)}:{number}"
        for path in files
        if not short(path).startswith(("coordination/demo/", "coordination/walkthrough/"))
        and "/migrations/" not in path.as_posix()
        and "/static/vendor" not in path.as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if NAMES_OF_THE_DAY.search(line)
    ]
    assert known == []


def test_migrations_are_named_by_hand():
    named = [path for path, _text in sources(migrations=True) if "/migrations/0" in path]
    assert named
    assert [
        path for path in named if "_auto_" in path or not re.search(r"/\d{4}_[a-z][a-z_]+\.py$", path)
    ] == []


def test_the_product_does_not_ask_whether_it_is_under_test():
    asks = re.compile(r"PYTEST|pytest|sys\.argv|locmem|TESTING|_called_from_test|unittest|mail\.outbox")
    assert [path for path, text in sources() if path != "manage.py" and asks.search(text)] == []


def test_every_socket_of_the_registry_is_filled():
    assert registry.empty_sockets() == []
    assert {one.name for one in fields(Registry)} == set(vars(registry))


@pytest.mark.django_db
def test_a_visitor_sees_no_record(story):
    assert registry.visible(AnonymousUser(), story.issue, story.at) is None
    assert Event.objects.filter(record_id=story.issue.pk).exists()
