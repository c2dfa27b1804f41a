"""A country for the benchmark: 34 localities, some 3,000 bodies with their functions, 10,000 people.

Five of the people are the readers whose pages are measured. Nothing here is drawn by chance: the same
rows every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.large import words
from coordination.queries.search import fold

PEOPLE = 10_000
COMMUNES, OFFICERS, COUNCILS, MINISTRIES = 70, 16, 6, 20
SINCE = date(1997, 1, 1)
# Where the readers work: Đồng Nai.
HOME = 28
NARROW_BODIES, WIDE_BODIES = 5, 100
KINDS = (
    "land",
    "alignment",
    "funding",
    "authority",
    "environment",
    "planning",
    "schedule",
    "mechanism",
    "other",
)
Row = tuple[Any, ...]


@dataclass
class Body:
    """An organisation as the rows of the issues need it: who sits in it, by level, as (seat, person)."""

    id: int
    locality: int | None
    kind: str
    name: str
    seats: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


@dataclass
class Directory:
    """The rows of the tables, by table; ids count from 1."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    readers: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, *values: Any) -> int:
        """A row with the next id; returns the id."""
        rows = self.rows.setdefault(table, [])
        rows.append((len(rows) + 1, *values))
        return len(rows)

    def body(
        self, kind: str, name: str, locality: int | None, *functions: str, parent: int | None = None
    ) -> Body:
        """An organisation with what it is towards its locality."""
        number = len(self.rows.get("coordination_organisation", ())) + 1
        made = self.add(
            "coordination_organisation",
            SINCE,
            None,
            f"body-{number}",
            kind,
            name,
            name,
            name[:120],
            f"B{number}",
            "",
            "",
            locality,
            parent,
        )
        for function in functions:
            self.add("coordination_function", SINCE, None, function, locality, made)
        self.bodies.append(Body(made, locality, kind, name))
        return self.bodies[-1]

    def person(self, username: str) -> int:
        """Somebody who signs in (with no password)."""
        number = len(self.rows.get("coordination_person", ())) + 1
        name = words.person_name(number)
        self.names[number] = name
        return self.add(
            "coordination_person",
            "!",
            None,
            False,
            username,
            "",
            "",
            f"{username}@lientinh.test",
            False,
            True,
            SINCE,
            name,
            "vi",
            0,
        )

    def seat(self, person: int, body: Body | None, level: str) -> int:
        """A person holds a level in a body."""
        title = {"head": "Người đứng đầu", "deputy": "Cấp phó", "officer": "Chuyên viên"}.get(level, level)
        seat = self.add("coordination_seat", SINCE, None, level, title, body.id if body else None, person)
        if body:
            body.seats.setdefault(level, []).append((seat, person))
        if level == "deputy":
            for kind in (KINDS[seat % 9], KINDS[(seat + 4) % 9]):
                self.add("coordination_deputymatter", kind, seat)
        return seat

    def staff(self, body: Body, *levels: str) -> None:
        """New people for a body, one for each level."""
        for level in levels:
            number = len(self.rows["coordination_person"]) + 1
            self.seat(self.person(f"person-{number}"), body, level)


def build() -> Directory:
    """The whole country."""
    made = Directory()
    for reader in ("narrow", "wide", "auditor"):
        made.readers[reader] = made.person(reader)
    made.seat(made.readers["auditor"], None, "auditor")
    for number, (mnemonic, kind, name) in enumerate(words.LOCALITIES):
        made.add("coordination_locality", SINCE, None, f"place-{number}", mnemonic, kind, name, name, "")
        _locality(made, number + 1, name)
    councils = [made.body("council", f"Hội đồng điều phối vùng {one + 1}", None) for one in range(COUNCILS)]
    for council in councils:
        office = made.body("council", f"Văn phòng {council.name}", None, "council", parent=council.id)
        made.staff(office, "head", "officer", "officer", "officer")
    for place in range(1, len(words.LOCALITIES) + 1):
        council = councils[place % COUNCILS]
        made.add("coordination_councilmembership", SINCE, None, place, council.id)
    for number in range(MINISTRIES):
        ministry = made.body("ministry", f"Bộ {number + 1}", None)
        for place in range(1, len(words.LOCALITIES) + 1):
            made.add("coordination_function", SINCE, None, "central", place, ministry.id)
        made.staff(ministry, "head", *["officer"] * 9)
    _readers(made)
    communes = [body for body in made.bodies if body.kind == "district"]
    while len(made.rows["coordination_person"]) < PEOPLE:
        body = communes[len(made.rows["coordination_person"]) % len(communes)]
        made.staff(body, "officer")
    return made


def _locality(made: Directory, place: int, name: str) -> None:
    committee = made.body("committee", f"UBND {name}", place, "committee")
    made.staff(committee, "head", *["deputy"] * 3, *["officer"] * 6)
    focal = made.body("department", f"Sở Tài chính {name}", place, "focal", parent=committee.id)
    made.staff(focal, "head", *["deputy"] * 2, *["officer"] * OFFICERS)
    for department in words.DEPARTMENTS:
        body = made.body("department", f"Sở {department} {name}", place, "reporting", parent=committee.id)
        made.staff(body, "head", "deputy", "officer", "officer", "officer")
    board = made.body("board", f"Ban Quản lý dự án {name}", place, "reporting", parent=committee.id)
    made.staff(board, "head", "officer", "officer", "officer")
    for number in range(COMMUNES):
        commune = f"UBND xã {words.GIVEN[number % 13]} {words.MIDDLES[number % 11]} {number + 1}, {name}"
        made.staff(made.body("district", commune, place, "reporting", parent=committee.id), "head", "officer")


def _readers(made: Directory) -> None:
    """Narrow sees through 5 units of one locality, wide through 100 bodies of every kind."""
    here = [body for body in made.bodies if body.locality == HOME]
    committee, focal, units = here[0], here[1], here[2:]
    made.readers["focal"] = focal.seats["officer"][0][1]
    made.readers["leader"] = committee.seats["head"][0][1]
    for body in units[:NARROW_BODIES]:
        made.seat(made.readers["narrow"], body, "officer")
    offices = [body for body in made.bodies if body.kind == "council" and body.seats][:2]
    core = [focal, committee] + [
        next(body for body in made.bodies if body.locality == place and body.name.startswith(kind))
        for place, kind in ((9, "Sở Tài chính"), (20, "UBND "))
    ]
    elsewhere = [body for body in made.bodies if body.locality and body.locality % 4 == 0]
    spread = [body for body in elsewhere if body not in here and body not in core]
    departments = [body for body in spread if body.kind == "department"][1::2][:30]
    communes = [body for body in spread if body.kind == "district"][::7]
    chosen = [*offices, *core, units[0], *departments, *communes][:WIDE_BODIES]
    assert len(chosen) == WIDE_BODIES
    for body in chosen:
        made.seat(made.readers["wide"], body, "officer")


COLUMNS = {
    "coordination_locality": "id valid_from valid_to slug mnemonic kind name name_en official_code",
    "coordination_organisation": (
        "id valid_from valid_to slug kind name name_en label abbreviation letterhead official_code"
        " locality_id parent_id"
    ),
    "coordination_function": "id valid_from valid_to kind locality_id organisation_id",
    "coordination_councilmembership": "id valid_from valid_to locality_id council_id",
    "coordination_person": (
        "id password last_login is_superuser username first_name last_name email is_staff is_active"
        " date_joined full_name language sessions_ended"
    ),
    "coordination_seat": "id valid_from valid_to level title organisation_id person_id",
    "coordination_deputymatter": "id kind seat_id",
}


def write(connection: psycopg.Connection[Any], made: Directory) -> int:
    """Fill the tables of an empty database, and two more that the rows of the issues are drawn from.

    Returns how many rows the product's tables got.
    """
    for table, columns in COLUMNS.items():
        _copy(connection, table, columns.split(), made.rows[table])
    _copy(connection, "bench_unit", [], [_unit(made, *one) for one in enumerate(_units(made))], _UNIT)
    _copy(connection, "bench_home", [], [_home(made, place) for place in range(1, 35)], _HOME)
    return sum(map(len, made.rows.values()))


_UNIT = """CREATE TABLE bench_unit (n int PRIMARY KEY, id bigint, locality bigint, name text, seats
  bigint[], people bigint[],
names text[], head_seat bigint, head_person bigint, head_name text)"""
_HOME = """CREATE TABLE bench_home (id bigint PRIMARY KEY, mnemonic text, name text, folded text, focal
  bigint,
focal_name text, seats bigint[], people bigint[], names text[], head_seat bigint, head_person bigint,
head_name text, committee bigint, committee_name text, deciders bigint[], decider_people bigint[],
units bigint[], council bigint)"""


def _units(made: Directory) -> list[Body]:
    """What reports: departments and boards write as many issues as all the communes together."""
    reporting = [body for body in made.bodies if body.kind in {"department", "board", "district"}]
    reporting = [body for body in reporting if not body.name.startswith("Sở Tài chính")]
    return [body for body in reporting for _ in range(1 if body.kind == "district" else 4)]


def _unit(made: Directory, place: int, body: Body) -> Row:
    (head, boss), officers = body.seats["head"][0], body.seats["officer"]
    seats, people = [seat for seat, _ in officers], [person for _, person in officers]
    names = [made.names[person] for person in people]
    return place, body.id, body.locality, body.name, seats, people, names, head, boss, made.names[boss]


def _home(made: Directory, place: int) -> Row:
    here = [body for body in made.bodies if body.locality == place]
    committee, focal, units = here[0], here[1], here[2:]
    (head, boss), officers = focal.seats["head"][0], focal.seats["officer"]
    deciders = [*committee.seats["head"], *committee.seats["deputy"]]
    mnemonic, _kind, name = words.LOCALITIES[place - 1]
    councils = [row for row in made.rows["coordination_councilmembership"] if row[3] == place]
    return (
        place,
        mnemonic,
        name,
        fold(name),
        focal.id,
        focal.name,
        [seat for seat, _ in officers],
        [person for _, person in officers],
        [made.names[person] for _, person in officers],
        head,
        boss,
        made.names[boss],
        committee.id,
        committee.name,
        [seat for seat, _ in deciders],
        [person for _, person in deciders],
        [unit.id for unit in units],
        councils[0][4],
    )


def _copy(
    connection: psycopg.Connection[Any], table: str, columns: list[str], rows: list[Row], create: str = ""
) -> None:
    if create:
        connection.execute(create.encode())
    named = (
        sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Identifier, columns))) if columns else sql.SQL("")
    )
    statement = sql.SQL("COPY {} {} FROM STDIN").format(sql.Identifier(table), named)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
