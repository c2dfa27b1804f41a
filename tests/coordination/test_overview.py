"""How things stand: each figure counted by hand, each list as long as its figure says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coordination.actions.issues import revise_issue
from coordination.models import Issue, Locality, Seat
from coordination.queries import overview
from coordination.queries.overview import Line, Overview, may_read, overview_for, scope_for
from tests.commitments import directed, row, unmet
from tests.council import scheduled
from tests.people import NOW, body, locality_id, person, seat, seat_id
from tests.story import Story
from tests.substitutes import DIRECTOR, substituted
from workflows.models import Clock

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFICER, LEADER, AUDITOR = "binhduong.skhdt.officer", "binhduong.ubnd.head", "auditor"
OTHER, COUNCIL = "dongnai.skhdt.officer", "dongnambo.vanphong.officer"
PATH = reverse("overview")
# Six weeks after the first stories began, and the day after the last.
LATER = NOW + timedelta(days=43)
RECENT = LATER - timedelta(days=1)


@pytest.fixture
def world(db) -> dict[str, Story]:
    """Of Bình Dương two old files, a fresh one and two that ended; what nobody else may count beside it."""
    told = {
        "old": Story(title="Cũ"),
        "unassigned": Story(title="Chưa phân công", other="tayninh"),
        "fresh": Story(title="Mới", at=RECENT),
        "declined": Story(title="Không thuộc"),
        "closed": Story(title="Kết thúc"),
        "draft": Story(title="Bản nháp"),
        "elsewhere": Story("dongnai", "binhduong", "dongnai.gtvt", title="Của Đồng Nai"),
        "draft elsewhere": Story("dongnai", "binhduong", "dongnai.gtvt", title="Nháp Đồng Nai"),
        "shared": Story("dongnai", "binhduong", "dongnai.gtvt", title="Đồng Nai mời"),
    }
    told["old"].to("triage")
    told["unassigned"].to("submitted")
    told["fresh"].to("awaiting_committee")
    told["declined"].to("declined")
    told["closed"].to("closed")
    told["elsewhere"].to("triage")
    told["shared"].to("bilateral")
    return told


@contextmanager
def signed_in_later(client, username: str) -> Iterator[None]:
    """Signed in at ``LATER``: no session outlasts the weeks before."""
    with time_machine.travel(LATER, tick=False):
        client.force_login(person(username))
        yield


def seen_by(username: str, of: str | None = None, at=LATER) -> Overview:
    who = person(username)
    scope = scope_for(who, at, of)
    assert scope is not None
    return overview_for(who, at, scope)


def numbers(lines) -> dict[str, tuple[int, int]]:
    """Label → open, overdue."""
    return {str(line.label): (line.open, line.late) for line in lines}


def stages(found: Overview) -> dict[str, tuple[int, int]]:
    return {stage.state: (stage.open, stage.late) for stage in found.stages}


def test_open_issues_by_stage_turn_pair_and_officer(world):
    found = seen_by(OFFICER)

    assert (found.whole.open, found.whole.late, found.late_share) == (3, 2, 67)
    assert stages(found) == {"submitted": (1, 1), "triage": (1, 1), "awaiting_committee": (1, 0)}
    assert [(turn.narrowed["turn"], turn.open, turn.late, turn.share) for turn in found.turns] == [
        ("focal", 2, 2, 67),
        ("committee", 1, 0, 33),
    ]
    assert numbers(found.pairs) == {"Bình Dương – Đồng Nai": (2, 1), "Bình Dương – Tây Ninh": (1, 1)}
    assert {line.narrowed["officer"]: (line.open, line.late) for line in found.officers} == {
        str(seat_id(OFFICER)): (2, 1),
        "none": (1, 1),
    }


def test_a_stage_says_how_long_the_oldest_has_stood_and_which_it_is(world):
    again = Story(title="Cũ nữa", at=NOW + timedelta(days=3))
    again.to("triage")
    (triage,) = [stage for stage in seen_by(OFFICER).stages if stage.state == "triage"]

    assert (triage.open, triage.oldest) == (2, world["old"].issue.code)
    # From Wednesday 11/11 to Thursday 24/12/2026: 30 working days, for the 24th of November is a holiday.
    assert triage.days == 30


def test_what_was_reported_this_year_and_what_became_of_it(world):
    outcomes = [(outcome.narrowed.get("state"), outcome.number) for outcome in seen_by(OFFICER).outcomes]

    assert outcomes == [
        (None, 5),
        ("open", 3),
        ("resolved", 0),
        ("closed", 1),
        ("declined", 1),
        ("withdrawn", 0),
        ("merged", 0),
    ]


def test_who_has_not_done_what(story):
    kept, failed = directed(story, row(story, "binhduong"), row(story, "dongnai"))
    unmet(story, failed)
    elsewhere = Story("dongnai", "binhduong", "dongnai.gtvt", title="Đồng Nai giao")
    directed(elsewhere, row(elsewhere, "binhduong"), row(elsewhere, "dongnai"))
    late = kept.due_on + timedelta(days=10)
    moment = NOW.replace(year=late.year, month=late.month, day=late.day)
    found = {
        side.locality.mnemonic: tuple(figure.number for figure in side.figures)
        for side in seen_by(OFFICER, at=moment).sides
    }
    # Its own of either's issues; Đồng Nai's only where Bình Dương is the home.
    assert found == {"BDG": (2, 2, 0), "DNI": (0, 0, 1)}


def lists_of(found: Overview) -> Iterator[tuple[int, str]]:
    """(the number on the page, the address of its list)."""
    lines: list[Line] = [found.whole, *found.stages, *found.turns, *found.pairs, *found.officers]
    for line in lines:
        yield line.open, line.path
        yield line.late, line.late_path
    for outcome in found.outcomes:
        yield outcome.number, outcome.path
    for side in found.sides:
        for figure in side.figures:
            yield figure.number, figure.path


def length(client, path: str) -> int:
    """How many rows a list has, page after page."""
    count, cursor = 0, ""
    while True:
        context = client.get(f"{path}&cursor={cursor}").context
        page = context.get("page")
        count += len(page.rows if page else context["rows"])
        cursor = context["next_cursor"]
        if not cursor:
            return count


@pytest.mark.parametrize(
    "username, of", [(OFFICER, None), (LEADER, None), (OTHER, None), (AUDITOR, ""), (AUDITOR, "DNI")]
)
def test_behind_each_number_is_a_list_of_that_length(client, world, username, of):
    more = Story(title="Giao việc", at=RECENT)
    directed(more, row(more, "binhduong"), row(more, "dongnai"))
    world["shared"].do("invite", on=world["shared"].meeting)
    with signed_in_later(client, username):
        found = client.get(PATH, {} if of is None else {"of": of}).context["overview"]
        wrong = [
            (number, behind, path)
            for number, path in lists_of(found)
            if (behind := length(client, path)) != number
        ]
    assert found.whole.open
    assert wrong == []


def test_a_list_behind_a_number_of_many_pages(client, db):
    for number in range(27):
        Story(title=f"Hồ sơ {number}").to("submitted")
    with signed_in_later(client, OFFICER):
        whole = client.get(PATH).context["overview"].whole
        assert (whole.open, whole.late) == (27, 27)
        assert length(client, whole.late_path) == 27


def test_what_is_another_s_own_is_never_counted(client, world):
    own = Story("dongnai", "binhduong", "dongnai.gtvt")
    before = seen_by(OFFICER)
    own.to("awaiting_committee")
    assert seen_by(OFFICER) == before
    # Nor by asking for the other locality: that is no choice of theirs.
    assert seen_by(OFFICER, "DNI") == seen_by(OFFICER, "") == before
    assert stages(seen_by(OTHER)) == {
        "triage": (1, 1),
        "awaiting_committee": (1, 1),
        "bilateral": (1, 1),
    }
    # A unit's draft is not the focal point's to count; for who sees everything it is there.
    assert stages(seen_by(AUDITOR, "BDG"))["draft"] == (1, 0)


def test_an_auditor_counts_everything_and_may_choose_a_locality(world):
    whole = seen_by(AUDITOR)
    assert whole.scope.home is None
    assert whole.whole.open == Issue.objects.exclude(state__in=Issue.TERMINAL).count() == 7
    assert numbers(whole.pairs) == {
        "Bình Dương – Đồng Nai": (3, 1),
        "Đồng Nai – Bình Dương": (3, 2),
        "Bình Dương – Tây Ninh": (1, 1),
    }
    assert seen_by(AUDITOR, "TNH").whole.open == 0
    assert seen_by(AUDITOR, "XXX") == whole


def test_a_council_s_office_counts_the_issues_before_it(client, world):
    assert seen_by(COUNCIL).whole.open == 0
    world["fresh"].do("approve_council", {"ground": "policy"}, by=LEADER)
    assert seen_by(COUNCIL).whole.open == 0
    world["fresh"].do("file", on=world["fresh"].dossier)
    found = seen_by(COUNCIL)
    assert stages(found) == {"council": (1, 0)}
    assert found.scope.council == body("dongnambo")
    assert found.officers == [], "who is accountable is the home's own business"


def test_a_council_s_office_counts_what_it_concluded_on(client, story):
    dossier = scheduled(story)
    concluded = [row(story, "binhduong"), row(story, "dongnai"), row(story, "dongnai", work="Việc khác")]
    story.do("record_conclusion", {"commitments": concluded}, on=dossier)
    directed(other := Story(title="Không trình"), row(other, "binhduong"))
    with signed_in_later(client, COUNCIL):
        found = seen_by(COUNCIL)
        assert {side.locality.mnemonic: side.figures[0].number for side in found.sides} == {
            "BDG": 1,
            "DNI": 2,
        }
        assert [(number, length(client, path)) for number, path in lists_of(found) if number] == [
            (number, number) for number, _path in lists_of(found) if number
        ]


def test_no_list_tells_a_locality_which_dossier_another_council_has(client, world):
    world["shared"].do("invite", on=world["shared"].meeting)
    client.force_login(person(OFFICER))
    every, narrowed = (
        [one.issue.pk for one in client.get(path).context["page"].rows]
        for path in ("/issues/?home=DNI", "/issues/?home=DNI&council=dongnambo")
    )
    assert every == narrowed == [world["shared"].issue.pk]


def test_the_officer_of_a_shared_issue_is_not_told_by_the_list(client, world):
    world["shared"].do("invite", on=world["shared"].meeting)
    client.force_login(person(OFFICER))
    for officer in ("none", seat_id(OTHER), seat_id(OFFICER)):
        answer = client.get("/issues/", {"home": "DNI", "officer": officer})
        found = [one.issue.title for one in answer.context["page"].rows]
        # A seat that is no choice of theirs narrows nothing, as any other nonsense.
        assert found == (["Đồng Nai mời"] if officer == seat_id(OTHER) else []), officer


def test_a_locality_that_has_ended_still_has_its_list(client, world):
    Locality.objects.filter(slug="tayninh").update(valid_to=NOW.date())
    with signed_in_later(client, OFFICER):
        (line,) = [
            one for one in seen_by(OFFICER).pairs if one.narrowed["locality"] == str(locality_id("tayninh"))
        ]
        assert length(client, line.path) == line.open == 1


def test_who_has_two_localities_chooses(client, world):
    colleague = seat(OTHER)
    Seat.objects.create(
        person=person(OFFICER), organisation=colleague.organisation, level="officer", title="Biệt phái"
    )
    assert seen_by(OFFICER).scope.home.mnemonic == "BDG"
    assert seen_by(OFFICER, "DNI").whole.open == 2
    Seat.objects.create(
        person=person(OFFICER), organisation=body("dongnambo.vanphong"), level="officer", title="Biệt phái"
    )
    assert seen_by(OFFICER).scope.home.mnemonic == "BDG"
    assert seen_by(OFFICER, "dongnambo").whole.open == 0
    client.force_login(person(OFFICER))
    page = client.get(PATH, {"of": "DNI"}).content.decode()
    assert all(f'value="{choice}"' in page for choice in ("BDG", "DNI", "dongnambo"))
    assert 'value=""' not in page


def test_a_substitute_sees_what_the_replaced_head_sees(world):
    director = DIRECTOR
    assert not may_read(person(director), LATER)
    substituted(LEADER, director, LATER)
    assert may_read(person(director), LATER)
    found = seen_by(director)
    assert (found.scope.home.mnemonic, found.whole.late) == ("BDG", 2)


def test_a_substitute_for_some_kinds_counts_these_alone(world):
    other = Story(title="Nước thải")
    content = other.content(kinds=["environment"], title="Nước thải")
    revise_issue(other.issue, by=person("binhduong.gtvt.officer"), at=other.at, data=content)
    other.to("submitted")
    substituted(LEADER, DIRECTOR, LATER, kinds=["environment"])
    assert stages(seen_by(DIRECTOR)) == {"submitted": (1, 1)}


@pytest.mark.parametrize(
    "username, status",
    [
        (OFFICER, 200),
        ("binhduong.skhdt.head", 200),
        ("binhduong.skhdt.deputy", 200),
        ("binhduong.skhdt.clerk", 200),
        (LEADER, 200),
        ("binhduong.ubnd.officer", 200),
        (COUNCIL, 200),
        (AUDITOR, 200),
        ("binhduong.gtvt.officer", 404),
        ("binhduong.dian.head", 404),
        ("bgtvt.head", 404),
        ("admin", 404),
    ],
)
def test_it_is_for_focal_points_committees_councils_and_auditors(client, db, username, status):
    client.force_login(person(username))
    assert client.get(PATH).status_code == status
    for page in (reverse("my-work"), reverse("issue-list")):
        assert (f'href="{PATH}"' in client.get(page).content.decode()) == (status == 200), page


def test_a_visitor_is_asked_to_sign_in_and_nothing_can_be_sent_to_it(client, db):
    assert client.get(PATH).status_code == 302
    client.force_login(person(OFFICER))
    assert client.post(PATH).status_code == 405


def test_where_nothing_is_open_it_says_so(client, db):
    client.force_login(person("tayninh.ubnd.head"))
    answer = client.get(PATH)
    assert answer.context["overview"].whole.open == 0
    assert "empty-state" in answer.content.decode()


def test_only_the_officers_and_pairs_with_the_most_are_shown(db, monkeypatch):
    monkeypatch.setattr(overview, "OFFICERS", 1)
    monkeypatch.setattr(overview, "PAIRS", 1)
    for other in ("dongnai", "tayninh", "tayninh"):
        Story(other=other).to("triage")
    Story(other="dongnai").to("submitted")
    found = seen_by(OFFICER)
    assert [line.open for line in found.officers] == [3]
    assert found.officers_left
    assert [line.open for line in found.pairs] == [2]


def test_the_clock_that_asks_somebody_outside_again_makes_nothing_overdue(story):
    story.to("central")
    assert Clock.objects.filter(stopped_at=None, due_at__lt=LATER).exists()
    assert seen_by(OFFICER).whole.late == 0


def test_it_asks_the_same_number_of_queries_however_much_there_is(client, db):
    client.force_login(person(OFFICER))
    counts = []
    for number in (1, 5):
        for copy in range(number):
            told = Story(title=f"Hồ sơ {number}.{copy}")
            directed(told, row(told, "binhduong"), row(told, "dongnai"))
            Story(other="tayninh").to("triage")
        client.get(PATH)
        with CaptureQueriesContext(connection) as queries:
            client.get(PATH)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] < 30


def test_the_same_figures_for_everybody_of_the_home(world):
    leader, officer = seen_by(LEADER), seen_by(OFFICER)
    assert (leader.stages, leader.pairs, leader.outcomes) == (officer.stages, officer.pairs, officer.outcomes)
