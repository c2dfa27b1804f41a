"""What waits in migrations is fit where the running release can live with it, and named where it cannot."""

from __future__ import annotations

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import CommandError, call_command
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState

from coordination.management.commands.check_upgrade import unfit

BEFORE = ProjectState(
    {
        ("coordination", "note"): ModelState(
            "coordination",
            "Note",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("text", models.CharField(max_length=50, null=True)),
                ("number", models.IntegerField()),
            ],
        )
    }
)
INDEX = models.Index(fields=["number"], name="note_number")
POSITIVE = models.CheckConstraint(condition=models.Q(number__gt=0), name="note_positive")

FIT = [
    operations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
    operations.AddField("note", "remark", models.TextField(db_default="")),
    operations.AddField("note", "remark", models.TextField(null=True)),
    operations.AddField("note", "others", models.ManyToManyField("coordination.note")),
    operations.AlterField("note", "text", models.CharField(max_length=60, null=True)),
    operations.AlterField("note", "number", models.IntegerField(null=True)),
    operations.AlterModelOptions("note", {"ordering": ["id"]}),
    AddIndexConcurrently("note", INDEX),
    operations.RunPython(operations.RunPython.noop),
]
UNFIT = [
    (operations.DeleteModel("Note"), "still uses it"),
    (operations.RemoveField("note", "text"), "still uses it"),
    (operations.RenameField("note", "text", "words"), "still uses it"),
    (operations.RenameModel("Note", "Remark"), "still uses it"),
    (operations.AlterModelTable("note", "notes"), "still uses it"),
    (operations.AddField("note", "remark", models.TextField(default="")), "db_default"),
    (operations.AlterField("note", "text", models.CharField(max_length=50)), "leave it empty"),
    (operations.AlterField("note", "text", models.CharField(max_length=40, null=True)), "no longer holds"),
    (operations.AlterField("note", "number", models.TextField()), "no longer holds"),
    (operations.AddConstraint("note", POSITIVE), "may not keep it"),
    (operations.AddIndex("note", INDEX), "AddIndexConcurrently"),
]


@pytest.mark.parametrize("operation", FIT, ids=lambda one: one.describe())
def test_what_only_adds_is_fit(operation):
    assert unfit(operation, BEFORE, "coordination", set()) == ""


@pytest.mark.parametrize("operation, words", UNFIT, ids=lambda one: getattr(one, "describe", lambda: "")())
def test_what_takes_away_is_named(operation, words):
    assert words in unfit(operation, BEFORE, "coordination", set())


@pytest.mark.parametrize("operation", [one for one, _words in UNFIT], ids=lambda one: one.describe())
def test_a_table_that_waits_itself_is_used_by_nobody(operation):
    born = {"note"}
    assert unfit(operation, BEFORE, "coordination", born) == ""


def waiting(monkeypatch: pytest.MonkeyPatch, *steps: operations.base.Operation) -> None:
    """One migration with these operations waits."""
    migration = Migration("9999_next", "coordination")
    migration.operations = list(steps)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [(migration, False)])
    project_state = "django.db.migrations.loader.MigrationLoader.project_state"
    monkeypatch.setattr(project_state, lambda *_args, **_keywords: BEFORE.clone())


def test_the_command_ends_well_where_nothing_waits(db, capsys):
    call_command("check_upgrade")
    assert "can live with what waits" in capsys.readouterr().out


def test_the_command_names_each_and_fails(db, monkeypatch, capsys):
    waiting(monkeypatch, operations.RemoveField("note", "text"), operations.AddIndex("note", INDEX))
    with pytest.raises(CommandError) as refused:
        call_command("check_upgrade")
    assert refused.value.returncode == 1
    said = capsys.readouterr().err
    assert "coordination.9999_next: Remove field text from note: the running release still uses it." in said
    assert "AddIndexConcurrently" in said


def test_the_command_knows_what_an_operation_before_it_made(db, monkeypatch, capsys):
    made = operations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))])
    waiting(monkeypatch, made, operations.AddField("other", "text", models.TextField(default="")))
    call_command("check_upgrade")
    assert "can live with what waits" in capsys.readouterr().out
