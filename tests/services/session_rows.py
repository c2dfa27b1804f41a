"""Jobs of a process: dossiers from before sessions were rows, and what the migration makes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = "0004_replacing_in_minutes", "0005_sessions"
MOVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IN_MAY, IN_JUNE = date(2026, 5, 20), date(2026, 6, 20)
# State, Council, name, day, place, conclusion: each dossier as it stood in its own columns.
ROWS: tuple[tuple[str, str, str, date | None, str, str], ...] = (
    ("scheduled", "east", "Phiên họp lần thứ 6", IN_MAY, "", ""),
    ("decided", "east", "Phiên họp lần thứ 6", IN_MAY, "Bình Dương", "Thống nhất."),
    ("referred", "east", "Phiên họp lần thứ 6", IN_JUNE, "", "Kiến nghị."),
    ("deferred", "west", "Phiên họp lần thứ 6", IN_MAY, "", ""),
    ("filed", "west", "", None, "", ""),
)


def migrate_to(name: str) -> None:
    """Bring the tables of the records to one migration, forth or back."""
    call_command("migrate", "coordination", name, verbosity=0)


def lay_old_dossiers() -> None:
    """The rows of ``ROWS`` with what they hang on; the Council of the east has a term that ends in May."""
    models = _models(BEFORE)
    place = models("Locality").create(slug="bd", mnemonic="BDG", kind="tỉnh", name="Bình Dương", name_en="BD")
    bodies = {
        slug: models("Organisation").create(slug=slug, kind="council", name=slug, name_en=slug, label=slug)
        for slug in ("east", "west", "unit")
    }
    for since, until in ((date(2025, 1, 1), date(2026, 5, 31)), (date(2026, 6, 1), None)):
        models("CouncilTerm").create(
            council=bodies["east"], chair_title=f"Chủ tịch từ {since}", valid_from=since, valid_to=until
        )
    person = models("Person").create(username="author", full_name="Tác giả")
    seat = models("Seat").create(person=person, organisation=bodies["unit"], level="officer", title="CV")
    moments = {"created_at": MOVED, "moved_at": MOVED}
    for number, (state, council, name, day, where, conclusion) in enumerate(ROWS):
        issue = models("Issue").create(
            ref=f"issue{number}", unit=bodies["unit"], home=place, author=seat, title="Cầu", **moments
        )
        models("Dossier").create(
            ref=f"dossier{number}",
            state=state,
            issue=issue,
            home=place,
            council=bodies[council],
            ground="policy",
            session_name=name,
            session_on=day,
            session_place=where,
            conclusion=conclusion,
            **moments,
        )


def as_rows() -> list[dict[str, Any] | None]:
    """For each dossier its session and its conclusion as rows, None where it has no session."""
    found: list[dict[str, Any] | None] = []
    for dossier in _models(AFTER)("Dossier").select_related("session__term", "concluded_by").order_by("ref"):
        session, concluded = dossier.session, dossier.concluded_by
        found.append(
            session
            and {
                "session": session.pk,
                "council": session.council_id == dossier.council_id,
                "name": session.name,
                "on": session.held_on,
                "place": session.place,
                "chair": session.term.chair_title if session.term else "",
                "conclusion": concluded.content if concluded else "",
                "number": concluded.number if concluded else "",
            }
        )
    return found


def as_columns() -> list[tuple[Any, ...]]:
    """Each dossier in its own columns again, in the shape of ``ROWS``."""
    names = ("state", "council__slug", "session_name", "session_on", "session_place", "conclusion")
    return list(_models(BEFORE)("Dossier").order_by("ref").values_list(*names))


def left_over() -> tuple[int, int]:
    """How many sessions and conclusions there are before the migration."""
    models = _models(BEFORE)
    return models("CouncilSession").count(), models("Conclusion").count()


def _models(name: str) -> Any:
    apps = MigrationExecutor(connection).loader.project_state([("coordination", name)]).apps
    return lambda model: apps.get_model("coordination", model).objects
