"""Everybody who can be asked to act in a walk, and what they are by their seat alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from coordination.models import Function, Person, Seat


@dataclass(frozen=True)
class Player:
    """One person in one seat. ``functions`` are (kind, locality id)."""

    person: Person = field(compare=False)
    seat: int
    body: int | None
    parent: int | None
    locality: int | None
    level: str
    functions: frozenset[tuple[str, int | None]]
    matters: frozenset[str]

    @property
    def pk(self) -> int:
        return self.person.pk

    def __repr__(self) -> str:
        return self.person.username

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """What hypothesis prints of a draw."""
        printer.text(self.person.username)

    def has(self, kind: str, locality: int | None) -> bool:
        return (kind, locality) in self.functions


@dataclass(frozen=True)
class StandIn:
    """A substitution in force: the head, who acts for them, and for which kinds (none: for all)."""

    replaced: Player
    substitute: Player
    kinds: frozenset[str]

    def covers(self, kinds: Collection[str]) -> bool:
        return not self.kinds or bool(self.kinds & set(kinds))


@dataclass
class Facts:
    """Who is who towards one record, as the legend of ``who`` reads it."""

    home: int
    units: set[int]
    others: set[int]
    brought_in: set[int]
    kinds: set[str]
    issues: list[Any]
    consulted: int | None = None
    lead: int | None = None
    council: int | None = None
    giver: int | None = None
    proposer: int | None = None
    accountable: int | None = None
    decider: int | None = None
    coordinators: set[int] = field(default_factory=set)


class Cast:
    """The players, and the legend's words as people."""

    def __init__(self) -> None:
        functions: dict[int, set[tuple[str, int | None]]] = {}
        for row in Function.objects.all():
            functions.setdefault(row.organisation_id, set()).add((row.kind, row.locality_id))
        seats = Seat.objects.select_related("person", "organisation").prefetch_related("matters")
        self.players = [
            Player(
                person=seat.person,
                seat=seat.pk,
                body=seat.organisation_id,
                parent=seat.organisation.parent_id if seat.organisation else None,
                locality=seat.organisation.locality_id if seat.organisation else None,
                level=seat.level,
                functions=frozenset(functions.get(seat.organisation_id or 0, ())),
                matters=frozenset(matter.kind for matter in seat.matters.all()),
            )
            for seat in seats.order_by("pk")
        ]
        self.stand_ins: list[StandIn] = []
        self.by_name = {player.person.username: player for player in self.players}
        self.by_person = {player.pk: player for player in self.players}

    def among(self, localities: Iterable[int | None]) -> list[Player]:
        """The players of some localities, ministries (None) and Council offices included."""
        wanted = set(localities)
        return [player for player in self.players if player.locality in wanted]

    def at(self, key: str, kinds: Collection[str] = ()) -> set[int]:
        """The people behind a holder key (``focal:3:head``, ``body:12:officer+head``, ``seat:40``).

        A head includes a deputy in charge of one of these kinds, and a substitute.
        """
        found = list(self._seated(key, kinds))
        acting = [row.substitute for row in self.stand_ins if row.replaced in found and row.covers(kinds)]
        return {player.pk for player in (*found, *acting)}

    def _seated(self, key: str, kinds: Collection[str]) -> Iterator[Player]:
        kind, where, *rest = key.split(":")
        place = int(where)
        if kind == "seat":
            yield from (player for player in self.players if player.seat == place)
            return
        levels = rest[0].split("+")
        in_charge = set(kinds) if "head" in levels else set()
        for player in self._bodies(kind, place):
            if player.level in levels or (player.level == "deputy" and player.matters & in_charge):
                yield player

    def _bodies(self, kind: str, place: int) -> Iterator[Player]:
        for player in self.players:
            if (
                (kind == "body" and player.body == place)
                or (kind in {"focal", "committee"} and player.has(kind, place))
                or (kind == "side" and (player.has("focal", place) or player.has("committee", place)))
                or (
                    kind == "council"
                    and player.has("council", None)
                    and place in (player.body, player.parent)
                )
            ):
                yield player

    def roles(self, player: Player, facts: Facts) -> set[str]:
        """What a player is towards a record, for themselves and for the heads they replace."""
        found = self._own_roles(player, facts)
        for row in self.stand_ins:
            if row.substitute == player and row.covers(facts.kinds):
                found |= self._own_roles(row.replaced, facts)
        return found

    def _own_roles(self, player: Player, facts: Facts) -> set[str]:
        """What a seat is towards a record: the legend of ``who``, word for word."""
        level = player.level
        if level == "deputy" and (player.matters & facts.kinds or player.seat == facts.decider):
            level = "head"
        if level not in {"officer", "head"}:
            return set()
        return {f"{word}.{level}" for word in self._by_body(player, facts)} | self._by_side(
            player, level, facts
        )

    def _by_body(self, player: Player, facts: Facts) -> Iterator[str]:
        """What the player's own body is, officers and head alike."""
        if player.body in facts.units:
            yield "reporting"
        if player.body is not None and player.body == facts.consulted:
            yield "consulted"
        if player.body is not None and player.body == facts.lead:
            yield "lead"
        council = facts.council
        if council and player.has("council", None) and council in (player.body, player.parent):
            yield "council"
        for function in ("focal", "committee"):
            if player.has(function, facts.home):
                yield function

    def _by_side(self, player: Player, level: str, facts: Facts) -> set[str]:
        """What the player is for a side of the matter."""
        found = set()
        if player.has("focal", facts.home) and player.pk == facts.proposer:
            found.add("proposer")
        if any(player.has("focal", other) for other in facts.others):
            found.add("other.focal")
        if level != "head":
            return found
        if facts.giver and player.has("focal", facts.giver):
            found.add("giver.head")
        for side in {facts.home, *facts.others}:
            if player.has("focal", side) or player.has("committee", side):
                found |= {"each.head", "any.head"}
        return found
