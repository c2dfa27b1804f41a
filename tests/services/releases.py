"""Releases of the product in folders, as ``deploy/upgrade.sh`` finds them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.services.databases import ROOT

SOURCE = ("coordination", "notifications", "workflows", "templates", "deploy", "manage.py")
COLUMN = "remark_of_the_next_version"
MARK = "<!-- the next version -->"
ADDED = """

Issue.add_to_class("{column}", models.CharField(max_length=50, {filling}, editable=False))
"""
MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("coordination", "{after}")]
    operations = [
        migrations.AddField("issue", "{column}", models.CharField(max_length=50, {filling}, editable=False))
    ]
"""


def release(folder: Path, *, of: Path = ROOT) -> Path:
    """A copy of a tree, this one unless another is given, on this Python's packages."""
    folder.mkdir(parents=True)
    for name in SOURCE:
        here = of / name
        if here.is_dir():
            shutil.copytree(here, folder / name)
        else:
            shutil.copy2(here, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def next_release(folder: Path, *, of: Path, column: str = COLUMN, filling: str = 'db_default=""') -> Path:
    """A copy that adds a column to the issues, and says so on every page."""
    made = release(folder, of=of)
    migrations = made / "coordination" / "migrations"
    last = max(path.stem for path in migrations.glob("0*.py"))
    text = MIGRATION.format(after=last, column=column, filling=filling)
    (migrations / f"{int(last[:4]) + 1:04}_{column}.py").write_text(text)
    with (made / "coordination" / "models" / "issues.py").open("a") as models:
        models.write(ADDED.format(column=column, filling=filling))
    base = made / "templates" / "base.html"
    base.write_text(base.read_text() + MARK)
    return made
