"""One walk: its issues, its clock, and the door through which every action goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from coordination.actions.issues import attach_file, report_issue
from coordination.actions.substitutions import confirm_substitution, draft_substitution, end_substitution
from coordination.models import Attachment, Person, Seat
from tests.people import NOW
from tests.workflows.walk_cast import Cast, Player, StandIn
from tests.workflows.walk_checks import Checks
from tests.workflows.walk_data import Givens, Pick, pdf
from tests.workflows.walk_moves import Moves, Possible
from tests.workflows.walk_snapshot import MODELS, Snapshot
from workflows import engine, permissions
from workflows.management.commands.verify_audit import faults
from workflows.models import Policy
from workflows.refusals import Refusal
from workflows.registry import Planned, Sweep, registry

HOME, OTHER, THIRD = "binhduong", "dongnai", "tphcm"
UNITS = (f"{HOME}.gtvt", f"{HOME}.dian", f"{HOME}.gtvt")
TABLES = [
    model._meta.db_table
    for label in ("workflows", "notifications", "coordination")
    for model in apps.get_app_config(label).get_models()
]
COLUMNS = "state, version, event_count, head_hash"


class World:
    """The records of one walk. Every action is followed by every check."""

    def __init__(self, tally: dict[str, Counter[str]], officer_may_submit: bool) -> None:
        self.tally, self.at = tally, NOW
        self._second_officer()
        if officer_may_submit:
            values = {"unit_officer_may_submit": True}
            Policy.objects.create(scope="BDG", version=1, valid_from=NOW - timedelta(days=30), values=values)
        self.cast = Cast()
        self.checks = Checks(self.cast)
        self.officer_may_submit = officer_may_submit
        self.path: list[str] = []
        self.until: dict[StandIn, Any] = {}

    def _second_officer(self) -> None:
        """A colleague at the focal point, so that work can be assigned to somebody else."""
        first = Seat.objects.get(person__username=f"{HOME}.skhdt.officer")
        person = Person.objects.create(username=f"{HOME}.skhdt.second", full_name="Lê Thị Hai")
        Seat.objects.create(
            person=person,
            organisation=first.organisation,
            level="officer",
            title=first.title,
            valid_from=date(2000, 1, 1),
        )

    def begin(self, sides: Sequence[str], issues: int, kinds: Sequence[str]) -> None:
        """Report the issues of the walk, each by an officer of one of the home's units."""
        self.givens = self.givens_for(sides)
        self.moves = Moves(self.cast, self.givens, self.officer_may_submit)
        for number, unit in enumerate(UNITS[:issues]):
            author = self.cast.by_name[f"{unit}.officer"]
            content = self.givens.content(sides, kinds, f"Cầu số {number + 1}")
            seat = Seat.objects.get(pk=author.seat)
            self._do(
                f"report {unit}",
                author.pk,
                lambda seat=seat, who=author, content=content: report_issue(
                    by=who.person, seat=seat, at=self.at, data=content
                ),
            )

    def givens_for(self, sides: Sequence[str]) -> Givens:
        """What people write in this walk."""
        return Givens(sides)

    def fresh(self, record: Any) -> Any:
        """The record as it stands now."""
        return type(record)._base_manager.get(pk=record.pk)

    def possible(self) -> list[Possible]:
        """The legal steps."""
        return list(self.moves.possible(self.now, self.at))

    def draw_step(self, pick: Pick) -> Possible | None:
        """One legal step: first which, the likelier ones more often, then on which record."""
        found = self.possible()
        kinds = sorted({(-move.weight, str(move.row.name), move.weight) for move in found})
        names = [name for _order, name, weight in kinds for _ in range(weight)]
        if not names:
            return None
        name = pick(names)
        return pick([move for move in found if move.row.name == name])  # type: ignore[no-any-return]

    def step(self, move: Possible, pick: Pick, **keywords: Any) -> None:
        """Take a legal step as one of those who may; the door must not refuse."""
        if move.row.name == "record_held":
            move = self._when_held(move)
        player = pick(move.players) if move.players else None
        attachment = self._paper(move.record) if "document" in move.row.needs else 0
        data = self.givens.for_step(
            move.row.name, move.record, self.now, self.at, pick, attachment=attachment
        )
        if "countersign" in move.row.needs and self.now.pending[move.record.machine, move.record.pk]:
            return
        self._do(
            f"{move} by {player}",
            player.pk if player else None,
            lambda: engine.perform(
                move.record,
                move.row.name,
                by=player.person if player else None,
                at=self.at,
                data=data,
                expected_version=move.record.version,
                **keywords,
            ),
        )

    def _when_held(self, move: Possible) -> Possible:
        """The same step once the meeting has begun: who may take it can have changed by then."""
        held = move.record.starts_at + timedelta(hours=3)
        if held > self.at:
            self._time_moves(seconds=(held - self.at).total_seconds())
        return next(m for m in self.possible() if m.row == move.row and m.record.pk == move.record.pk)

    def act(self, name: str, record: Any, player: Player, data: dict[str, Any]) -> None:
        """Do what is not a step."""
        self.tally["acts"][name] += 1
        self._do(
            f"{name} on {record.machine} by {player}",
            player.pk,
            lambda: engine.act(record, name, by=player.person, at=self.at, data=data),
        )

    def amend(self, issue: Any, player: Player, text: str) -> None:
        """The unit changes its content."""
        self.tally["acts"]["amend"] += 1
        self._do(
            f"amend by {player}",
            player.pk,
            lambda: engine.amend(issue, {"tried": text}, by=player.person, at=self.at),
        )

    def attach(self, record: Any, player: Player, shared: bool) -> int:
        """Attach a file; returns its id."""
        self.tally["acts"]["attach"] += 1
        self._do(
            f"attach on {record.machine} by {player}",
            player.pk,
            lambda: attach_file(record, pdf(), by=player.person, at=self.at, shared=shared),
        )
        return Attachment.objects.latest("pk").pk

    def record_document(self, move: Possible, pick: Pick) -> bool:
        """Record a counterpart's step "theo văn bản số …"; False where it cannot be one."""
        officer = self.cast.by_name[f"{HOME}.skhdt.officer"]
        outside = [p for p in move.players if p.locality != self._home_id()]
        if not outside or self.now.pending[move.record.machine, move.record.pk]:
            return False
        attachment = self._paper(move.record)
        side = pick(outside).locality
        paper = self.givens.document(self.at, attachment)
        given = self.givens.for_step(move.row.name, move.record, self.now, self.at, pick)
        # What the letter tells of cannot be younger than the letter.
        given["conclusion"] = given["conclusion"] | {"dated": paper["dated"]}
        data = {"step": move.row.name, "side": str(side or ""), "data": given, **paper}
        self.act("record_document", self.fresh(move.record), officer, data)
        return True

    def refused(self, label: str, attempt: Callable[[], Any], codes: set[str]) -> None:
        """An attempt that must be refused, and must leave not one row behind."""
        before = self._fingerprint()
        try:
            attempt()
        except Refusal as refusal:
            code, sentence = refusal.code, refusal.sentence
        else:
            raise AssertionError(f"was let through: {label}\n" + self.story())
        assert code in codes, (label, code, codes)
        assert sentence, label
        self.tally["refusals"][code] += 1
        assert self._fingerprint() == before, (label, "wrote something")

    def substitute(self, replaced: Player, by: Player, kinds: Sequence[str], days: int) -> None:
        """A head is replaced from today on: drafted by the clerk, confirmed by the head."""
        clerk = next(p for p in self.cast.players if p.body == replaced.body and p.level == "clerk")
        day = timezone.localtime(self.at).date()
        self.tally["substitutions"]["all"] += 1
        row = StandIn(replaced, by, frozenset(kinds))

        def settle() -> None:
            drafted = draft_substitution(
                replaced=Seat.objects.get(pk=replaced.seat),
                substitute=Seat.objects.get(pk=by.seat),
                decision=f"{self.tally['substitutions']['all']:02}/QĐ-UQ",
                valid_from=day,
                valid_to=day + timedelta(days=days),
                scope="",
                kinds=list(kinds),
                by=clerk.person,
                at=self.at,
            )
            confirm_substitution(drafted, by=replaced.person, at=self.at)
            self.cast.stand_ins.append(row)
            self.until[row] = drafted

        self._do(f"{by} replaces {replaced} for {days} days, {kinds or 'everything'}", None, settle)

    def end_substitution(self, row: StandIn) -> None:
        """The head is back."""

        def settle() -> None:
            if row not in self.cast.stand_ins:
                return  # it ran out within this very hour
            end_substitution(self.until[row], by=row.replaced.person, at=self.at)
            self.cast.stand_ins.remove(row)

        self._do(f"{row.replaced} is back", None, settle)

    def sweep(self) -> None:
        """What time brings about, thing by thing, each checked like any other action."""
        for one in registry.sweeps or ():
            self._sweep(one)

    def _sweep(self, one: Sweep) -> None:
        for planned in list(one.plan(self.at, self.at)):
            label = f"sweep: {planned.what} on {planned.record.key}"
            self._do(label, None, partial(self._take, one, planned), hours=0)

    def _time_moves(self, **by: float) -> None:
        """Later; a substitution that is over by then ends, and its notices with it."""
        self.at += timedelta(**by)
        day = timezone.localtime(self.at).date()
        over = [row for row in self.cast.stand_ins if self.until[row].valid_to < day]
        for row in over:
            self.cast.stand_ins.remove(row)
            self.path.append(f"the substitution of {row.replaced} is over")
        if over:
            for one in registry.sweeps or ():
                if one.name == "substitutions":
                    self._sweep(one)

    def _take(self, one: Sweep, planned: Planned) -> None:
        try:
            with transaction.atomic():
                one.take(planned, at=self.at)
        except Refusal:
            self.tally["swept"]["overtaken"] += 1
        else:
            self.tally["swept"][planned.what] += 1

    def wait(self, days: int) -> None:
        """Time passes; nothing else."""
        self._time_moves(days=days)
        self.path.append(f"{days} days pass")

    def end(self) -> None:
        """At the end of a walk: the chains hold, and whoever is at turn can go on."""
        assert faults() == [], self.story()
        for key, items in self.now.items.items():
            record = self.now.records.get(key)
            if record is None or record.machine == "opinion" or record.is_terminal:
                continue
            turns = [item for item in items if item.holder and item.purpose in {"turn", "confirm", "reopen"}]
            kinds = self.now.facts(record).kinds
            people = {pk for item in turns for pk in self.cast.at(item.holder, kinds)}
            can = [
                pk for pk in people if permissions.open_steps(record, self.cast.by_person[pk].person, self.at)
            ]
            assert can or not turns, ("at turn, and no way on", record.machine, record.state)
        self.tally["walks"]["all"] += 1

    def story(self) -> str:
        """What was done, for a failure."""
        return "\n".join(self.path)

    def _home_id(self) -> int:
        return self.givens.localities[HOME].pk

    def _paper(self, record: Any) -> int:
        """The outside paper, attached by the focal point."""
        officer = self.cast.by_name[f"{HOME}.skhdt.officer"]
        attachment = self.attach(record, officer, False)
        self._refresh(record)
        return attachment

    def _refresh(self, record: Any) -> None:
        """An attached file may have moved the version that the step is bound to."""
        record.refresh_from_db(fields=["version", "event_count", "head_hash"])

    def _do(self, label: str, by: int | None, action: Callable[[], Any], hours: int = 1) -> None:
        """One action and its checks; then the hours pass, so that who may is asked at the moment itself."""
        self.path.append(f"{self.at:%d/%m %H:%M} {label}")
        try:
            action()
            self.now: Snapshot = self.checks.after_action(by)
        except (AssertionError, Refusal) as failure:
            failure.add_note(self.story())
            raise
        self.tally["actions"]["all"] += 1
        for event in self.now.events:
            if event.kind == "step":
                self.tally["steps"][f"{event.machine}.{event.name}"] += 1
        for (machine, _pk), record in self.now.records.items():
            self.tally["states"][f"{machine}.{record.state}"] += 1
        if hours:
            self._time_moves(hours=hours)

    def _fingerprint(self) -> list[Any]:
        """How many rows every table has, and where every record stands."""
        with connection.cursor() as cursor:
            counts = " UNION ALL ".join(f"SELECT '{t}', COUNT(*) FROM {t}" for t in TABLES)
            cursor.execute(counts)
            found = list(cursor.fetchall())
            for model in MODELS.values():
                cursor.execute(f"SELECT {COLUMNS} FROM {model._meta.db_table} ORDER BY id")
                found += cursor.fetchall()
        return found
