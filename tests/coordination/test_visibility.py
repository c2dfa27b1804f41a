"""Who sees what (rulebook §5): one record and the query agree, in every state, for every kind of person.

The rule is said here a second time, by hand, from the seats' functions alone.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from coordination.models import Commitment, Dossier, Function, Issue, Meeting, Opinion, Organisation, Seat
from coordination.visibility import (
    visible_commitments,
    visible_dossiers,
    visible_issues,
    visible_meetings,
)
from tests.people import body, person
from tests.story import Story
from workflows import engine, permissions
from workflows.models import Event
from workflows.refusals import Refusal
from workflows.registry import registry

pytestmark = pytest.mark.slow

# Every kind of body that can be near an issue of Sở GTVT Bình Dương, and every level in it.
BODIES = {
    "binhduong.gtvt": ("officer", "head", "clerk"),
    "binhduong.skhdt": ("officer", "head", "deputy"),
    "binhduong.ubnd": ("officer", "head"),
    "binhduong.tnmt": ("officer",),
    "binhduong.dian": ("officer",),
    "dongnai.skhdt": ("officer", "head"),
    "dongnai.ubnd": ("head",),
    "dongnai.gtvt": ("officer",),
    "dongnai.tnmt": ("officer",),
    "tphcm.skhdt": ("officer",),
    "tphcm.gtvt": ("officer",),
    "bgtvt": ("officer",),
    "bkhdt": ("officer",),
    "dongnambo.vanphong": ("officer",),
    "ktdtphianam.vanphong": ("officer",),
}
PEOPLE = [f"{slug}.{level}" for slug, levels in BODIES.items() for level in levels] + ["auditor", "admin"]
QUERIES = {
    "issue": (Issue, visible_issues),
    "meeting": (Meeting, visible_meetings),
    "dossier": (Dossier, visible_dossiers),
    "commitment": (Commitment, visible_commitments),
}
CELLS: Counter[str] = Counter()


class Sides:
    """What the demo's bodies are, by hand: read once."""

    def __init__(self) -> None:
        self.functions: dict[int, set[tuple[str, int | None]]] = {}
        for row in Function.objects.all():
            self.functions.setdefault(row.organisation_id, set()).add((row.kind, row.locality_id))
        self.seats = {
            seat.person.username: seat
            for seat in Seat.objects.filter(person__username__in=PEOPLE).select_related(
                "person", "organisation"
            )
        }

    def core(self, seat: Seat, locality: int) -> bool:
        """In the focal point or the committee of a locality."""
        own = self.functions.get(seat.organisation_id or 0, set())
        return bool(own & {("focal", locality), ("committee", locality)})


def may_see_issue(sides: Sides, seat: Seat, issue: Issue) -> str | None:
    """Rulebook §5 for an issue, word for word."""
    own = seat.organisation_id
    if seat.level == "auditor" or (own and own == issue.unit_id):
        return "full"
    if issue.code and sides.core(seat, issue.home_id):
        return "full"
    shared_with = {row.organisation_id for row in issue.shares.all()}
    for commitment in issue.commitments.all():
        shared_with |= {commitment.lead_id, *commitment.coordinators.values_list("pk", flat=True)}
    for opinion in Opinion.objects.filter(consultation__issue=issue).select_related("body"):
        if opinion.body.locality_id == issue.home_id:
            shared_with.add(opinion.body_id)
    shared_with |= {row.unit_id for row in issue.merged.all()}
    brought_in = any(side.brought_in_at and sides.core(seat, side.locality_id) for side in issue.sides.all())
    councils = {row.council_id for row in issue.dossiers.exclude(state="drafting")}
    office = seat.organisation and seat.organisation.parent_id in councils
    return "shared" if own in shared_with or brought_in or office else None


class Watched(Story):
    """A story that compares, after every step and act, what everybody sees."""

    sides: Sides
    seen: set[tuple[str, ...]]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.compare()

    def do(self, *args: Any, **keywords: Any) -> Event:
        event = super().do(*args, **keywords)
        self.compare()
        return event

    def act(self, *args: Any, **keywords: Any) -> Event:
        event = super().act(*args, **keywords)
        self.compare()
        return event

    def compare(self) -> None:
        """Every record whose own and whose issue's state were not compared together before."""
        for machine, (model, _query) in QUERIES.items():
            fresh = []
            for row in model.objects.all():
                states = (machine, row.state, self.issue.state, str(self.issue.brought_in()))
                if states not in self.seen:
                    self.seen.add(states)
                    fresh.append(row)
            if fresh:
                compare(self.sides, machine, fresh, self.at)


def compare(sides: Sides, machine: str, records: list[Any], at: datetime) -> None:
    """Every person × every record: the record's answer is the query's; for issues, the rulebook's."""
    assert registry.visible is not None
    assert registry.roles is not None
    query = QUERIES[machine][1]
    wanted = [record.pk for record in records]
    for username, seat in sides.seats.items():
        found = set(query(seat.person, at).filter(pk__in=wanted).values_list("pk", flat=True))
        for record in records:
            level = registry.visible(seat.person, record, at)
            cell = (username, machine, record.state, level)
            assert (level is not None) == (record.pk in found), cell
            if machine == "issue":
                assert level == may_see_issue(sides, seat, record), cell
            CELLS[f"{machine}.{record.state}"] += 1
            if level is None:
                # The engine asks who may see a record only of those whose turn it is not.
                own = registry.roles.capacities(seat.person, record, at)
                steps = record.steps_from(record.state).values()
                assert not [info.name for info in steps if permissions.matching(record, info, own)], cell
                assert permissions.amendable(record, own) == (None, set()), cell


def _meetings(story: Watched) -> None:
    story.to("bilateral")
    story.do("invite", on=story.meeting)
    story.do("counter_propose", on=story.meeting, by="dongnai.skhdt.officer")
    story.do("accept_counter", on=story.meeting)
    story.do("record_held", on=story.meeting)
    story.do("share_minutes", on=story.meeting)
    story.do("confirm_minutes", on=story.meeting, by="binhduong.skhdt.head")
    story.do("confirm_minutes", on=story.meeting, by="dongnai.skhdt.head")
    story.settle_commitments()
    story.act("unit_agrees", by="binhduong.gtvt.head")
    story.do("confirm_resolved")
    story.do("close")


def _council(story: Watched) -> None:
    story.to("council")
    story.do("file", on=story.dossier)
    story.do("screen", on=story.dossier)
    story.do("return_dossier", on=story.dossier)
    story.do("file", on=story.dossier)
    story.do("screen", on=story.dossier)
    story.do("schedule", on=story.dossier)
    story.do("defer", on=story.dossier)
    story.do("schedule", on=story.dossier)
    story.do("record_conclusion", on=story.dossier)
    one, two = Commitment.objects.order_by("pk")
    story.do("dispute", on=one, by="binhduong.gtvt.head")
    story.do("declare_unmet", on=two, by="binhduong.skhdt.head")
    story.do("cancel_commitment", on=story.refreshed(one), by="binhduong.skhdt.head")
    story.do("reopen")


def _consulted(story: Watched) -> None:
    story.to("triage")
    asked = [body(slug).pk for slug in ("binhduong.tnmt", "bgtvt", "dongnai.gtvt")]
    story.do("consult", {"bodies": asked})
    story.do("answer", on=story.opinion("bgtvt"), by="bgtvt.head")
    story.do("conclude_consultation")
    story.act("share", {"bodies": [body("binhduong.dian").pk]}, by="binhduong.skhdt.officer")
    story.do("propose", {"route": "settle"})
    story.do("settle")


def _sideways(state: str) -> Callable[[Watched], None]:
    return lambda story: story.to(state) and None


def _failed_meeting(step: str, by: str) -> Callable[[Watched], None]:
    def tell(story: Watched) -> None:
        story.to("bilateral")
        story.do("invite", on=story.meeting)
        story.do(step, on=story.meeting, by=by)

    return tell


def _left_by_council(step: str) -> Callable[[Watched], None]:
    def tell(story: Watched) -> None:
        story.to("council")
        for earlier in ("file", "screen", "schedule"):
            story.do(earlier, on=story.dossier)
        story.do(step, on=story.dossier)

    return tell


def _withdrawn_dossier(story: Watched) -> None:
    story.to("council")
    story.do("withdraw_dossier", on=story.dossier)


PATHS: tuple[Callable[[Watched], None], ...] = (
    _meetings,
    _council,
    _consulted,
    *(_sideways(s) for s in ("returned", "declined", "withdrawn", "merged", "central")),
    _failed_meeting("decline_invitation", "dongnai.skhdt.head"),
    _failed_meeting("cancel_meeting", "binhduong.skhdt.head"),
    _left_by_council("reject_dossier"),
    _left_by_council("refer"),
    _withdrawn_dossier,
)


@pytest.mark.django_db
def test_one_record_and_the_query_agree_in_every_state_for_every_kind_of_person(
    monkeypatch, capsys, record_property
):
    monkeypatch.setattr(Watched, "sides", Sides(), raising=False)
    monkeypatch.setattr(Watched, "seen", set(), raising=False)
    for path in PATHS:
        before = transaction.savepoint()
        path(Watched())
        transaction.savepoint_rollback(before)
    for machine, (model, _query) in QUERIES.items():
        reached = {cell.partition(".")[2] for cell in CELLS if cell.startswith(f"{machine}.")}
        # Two ends that need two reminders first; they are seen as the other ends are.
        missing = set(model.State.values) - reached - {"unanswered", "unconfirmed"}
        assert not missing, (machine, missing)
    record_property("visibility cells", sum(CELLS.values()))
    with capsys.disabled():
        sys.stdout.write(f"\nvisibility: {sum(CELLS.values())} cells in {len(CELLS)} states\n")


@pytest.mark.django_db
def test_a_draft_is_its_own_unit_s_alone():
    story = Story()
    assert registry.visible is not None
    for username in PEOPLE:
        level = registry.visible(person(username), story.issue, story.at)
        own = username.startswith("binhduong.gtvt.") or username == "auditor"
        assert level == ("full" if own else None), username


@pytest.mark.django_db
def test_an_auditor_reads_all_and_writes_nothing():
    story = Story()
    story.to("bilateral")
    auditor = person("auditor")
    assert visible_issues(auditor, story.at).count() == Issue.objects.count()
    before = Event.objects.count()
    refused = 0
    for record in (story.issue, story.meeting):
        assert permissions.open_steps(record, auditor, story.at) == []
        for step in record.steps():
            with pytest.raises(Refusal):
                engine.perform(record, step, by=auditor, at=story.at, data={})
            refused += 1
        for act in permissions.ACTS:
            with pytest.raises(Refusal):
                engine.act(record, act, by=auditor, at=story.at, data={"text": "Ghi chú"})
            refused += 1
        with pytest.raises(Refusal):
            engine.amend(record, {"title": "Sửa"}, by=auditor, at=story.at)
    assert Event.objects.count() == before
    assert refused > 60


@pytest.mark.django_db
def test_bodies_that_do_not_exist_see_nothing():
    """No seat, no sight: a person without one is told that there is no such record."""
    story = Story()
    story.to("bilateral")
    stranger = type(person("auditor")).objects.create(username="khong.vi.tri", full_name="Không Vị Trí")
    assert registry.visible is not None
    assert not visible_issues(stranger, story.at).exists()
    assert registry.visible(stranger, story.issue, story.at) is None
    assert Organisation.objects.exists()
