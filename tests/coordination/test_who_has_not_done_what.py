"""Who has not done what: commitments counted per side and body, and the list behind each number."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from coordination.models import Commitment
from coordination.queries.commitments import (
    MARKS,
    OWED,
    Reckoning,
    commitment_page,
    seen_commitments,
    tallies,
    work_by_side,
)
from coordination.queries.lists import SIZE
from tests.commitments import (
    HOME_HEAD,
    HOME_OFFICER,
    LEAD,
    OTHER_HEAD,
    OTHER_OFFICER,
    carried_out,
    directed,
    round_two,
    row,
    unmet,
)
from tests.people import body, person
from tests.story import Story
from workflows.models import Calendar, CalendarDay

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FRIDAY = date(2026, 12, 4)


def at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def due(story: Story, day: date, side: str = "dongnai", **changes: object) -> dict:
    return row(story, side, due_on=day.isoformat(), **changes)


@pytest.fixture
def mixed(story) -> Story:
    """One commitment for nearly every mark, all of them seen from Friday 4/12/2026."""
    given = {
        "running": due(story, FRIDAY + timedelta(days=60)),
        "soon": due(story, FRIDAY + timedelta(days=5)),
        "overdue": due(story, FRIDAY - timedelta(days=2)),
        "asked": due(story, FRIDAY + timedelta(days=90)),
        "reported": due(story, FRIDAY - timedelta(days=2), lead=body("dongnai.tnmt").pk),
        "unmet": due(story, FRIDAY, "binhduong"),
        "verified": due(story, FRIDAY, "binhduong"),
        "cancelled": due(story, FRIDAY, "binhduong"),
    }
    made = dict(zip(given, directed(story, *given.values()), strict=True))
    until = (made["asked"].due_on + timedelta(days=30)).isoformat()
    story.act("ask_extension", {"until": until, "reason": "Thiếu vốn."}, by=LEAD, on=made["asked"])
    for step, by in (("take_on", "dongnai.tnmt.officer"), ("report", "dongnai.tnmt.head")):
        story.do(step, on=story.refreshed(made["reported"]), by=by)
    unmet(story, made["unmet"])
    carried_out(story, made["verified"])
    story.do("cancel_commitment", on=made["cancelled"], by=HOME_HEAD)
    return story


def numbers(username: str, moment: datetime) -> dict[tuple[str, str], dict[str, int]]:
    """(side, body or "") → the numbers that are not nought, "given" among them."""
    reckoning = Reckoning(moment)
    found = {}
    for side in tallies(seen_commitments(person(username), moment), reckoning):
        rows = [("", side.tally), *((one.body.slug, one.tally) for one in side.bodies)]
        for slug, tally in rows:
            counted = {mark: number for mark, _label, number in tally.marks if number}
            found[side.locality.slug, slug] = {"given": tally.given, **counted}
    return found


def test_each_side_and_body_is_counted_mark_by_mark(mixed):
    assert numbers(HOME_OFFICER, at(FRIDAY)) == {
        ("dongnai", ""): {"given": 5, "running": 5, "soon": 1, "overdue": 1, "asked": 1, "reported": 1},
        ("dongnai", "dongnai.gtvt"): {"given": 4, "running": 4, "soon": 1, "overdue": 1, "asked": 1},
        ("dongnai", "dongnai.tnmt"): {"given": 1, "running": 1, "reported": 1},
        ("binhduong", ""): {"given": 2, "unmet": 1, "verified": 1},
        ("binhduong", "binhduong.gtvt"): {"given": 2, "unmet": 1, "verified": 1},
    }


def test_every_number_has_just_that_many_commitments_behind_it(mixed):
    for days in (-30, 0, 3, 8, 70, 120):
        reckoning = Reckoning(at(FRIDAY + timedelta(days=days)))
        rows = seen_commitments(person(HOME_OFFICER), reckoning.at)
        sides = tallies(rows, reckoning)
        for mark in MARKS:
            behind = commitment_page(rows.filter(reckoning.marked(mark)), reckoning).rows
            assert len(behind) == sum(side.tally.counts[mark] for side in sides), (days, mark)
            if mark in {"soon", "overdue"}:
                assert all((one.late, one.soon) == (mark == "overdue", mark == "soon") for one in behind)
        late = {one.pk for one in rows if reckoning.due(one).late and one.state in OWED}
        assert late == set(rows.filter(reckoning.marked("overdue")).values_list("pk", flat=True)), days


def test_a_date_on_a_rest_day_passes_with_the_next_working_day(story):
    saturday = FRIDAY + timedelta(days=1)
    (commitment,) = directed(story, due(story, saturday))
    monday = FRIDAY + timedelta(days=3)
    for moment, late in ((at(saturday), False), (at(monday, 16), False), (at(monday, 18), True)):
        reckoning = Reckoning(moment)
        overdue = Commitment.objects.filter(reckoning.marked("overdue"))
        assert overdue.exists() == late == reckoning.due(commitment).late, moment
    with translation.override("en"):
        assert Reckoning(at(FRIDAY + timedelta(days=6))).due(commitment).words == "overdue by 3 working days"


def test_the_calendar_is_that_of_the_home(story):
    """Bình Dương has the Monday off; a commitment due on Saturday is due on Tuesday there."""
    (commitment,) = directed(story, due(story, FRIDAY + timedelta(days=1)))
    monday, tuesday = FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=4)
    own = Calendar.objects.create(scope="BDG", name="Bình Dương")
    CalendarDay.objects.create(calendar=own, day=monday, kind="off", name="Nghỉ bù")
    for moment, late in ((at(monday, 18), False), (at(tuesday, 18), True)):
        reckoning = Reckoning(moment)
        assert Commitment.objects.filter(reckoning.marked("overdue")).exists() == late
        assert reckoning.due(commitment).late == late


def test_while_its_giver_looks_at_it_again_it_stays_overdue(story):
    (commitment,) = directed(story, due(story, FRIDAY))
    story.do("dispute", on=commitment, by=LEAD)
    later = Reckoning(at(FRIDAY + timedelta(days=10)))

    assert list(Commitment.objects.filter(later.marked("overdue"))) == [commitment]


def test_a_replaced_one_counts_no_more_but_can_be_found(client, story):
    home, old = directed(story, row(story, "binhduong"), row(story))
    carried_out(story, home)
    unmet(story, old)
    round_two(story)
    (new,) = directed(story, row(story, replaces=old.pk))
    counted = numbers(HOME_OFFICER, story.at)

    assert counted["dongnai", ""] == {"given": 1, "running": 1}
    client.force_login(person(OTHER_OFFICER))
    for standing, found in (("unmet", []), ("replaced", [old]), ("running", [new])):
        rows = client.get(f"/commitments/?standing={standing}").context["rows"]
        assert [one.commitment for one in rows] == found, standing


def test_nobody_is_counted_what_they_may_not_see(mixed):
    moment = at(FRIDAY)
    assert numbers("tayninh.skhdt.officer", moment) == {}
    assert numbers("dongnai.tnmt.officer", moment) == {
        ("dongnai", ""): {"given": 1, "running": 1, "reported": 1},
        ("dongnai", "dongnai.tnmt"): {"given": 1, "running": 1, "reported": 1},
    }
    whole = numbers(HOME_OFFICER, moment)
    assert numbers(OTHER_OFFICER, moment) == numbers("auditor", moment) == whole
    elsewhere = Story("tphcm", "tayninh", "tphcm.tnmt", mixed.at, "Kênh Ba Bò")
    elsewhere.propose_to_leader(route="directive")
    lead = body("tphcm.tnmt").pk
    elsewhere.do("direct", {"commitments": [{**one, "lead": lead} for one in elsewhere.commitments()]})

    assert numbers(HOME_OFFICER, moment) == whole
    assert ("tphcm", "") in numbers("auditor", moment)


def test_the_page_shows_the_numbers_and_each_leads_to_its_list(client, mixed):
    client.force_login(person(OTHER_HEAD))
    page = client.get("/commitments/").content.decode()
    assert "?side=DNI&amp;standing=asked" in page
    assert "?side=DNI&amp;lead=dongnai.tnmt&amp;standing=reported" in page
    answer = client.get("/commitments/?side=DNI&lead=dongnai.tnmt&standing=reported")
    (found,) = answer.context["rows"]
    assert found.commitment.lead == body("dongnai.tnmt")
    assert not found.late
    # The numbers stay those of the side and body: how each stands does not narrow them.
    assert [side.tally.given for side in answer.context["sides"]] == [1]


NARROWED = {
    "": 8,
    "side=BDG": 3,
    "side=DNI": 5,
    "lead=dongnai.gtvt": 4,
    "standing=verified": 1,
    "standing=cancelled": 1,
    "standing=assigned": 4,
    "standing=running&side=BDG": 0,
    "issue=NO-SUCH-CODE": 0,
    # What is no such side or standing narrows nothing.
    "side=XXX": 8,
    "standing=nonsense": 8,
    "cursor=nonsense": 8,
}


def test_the_list_is_narrowed_by_side_lead_issue_and_standing(client, mixed):
    client.force_login(person(HOME_OFFICER))
    for query, found in NARROWED.items():
        answer = client.get(f"/commitments/?{query}")
        assert answer.status_code == 200
        assert len(answer.context["rows"]) == found, query


def test_the_list_of_one_issue(client, mixed):
    other = Story(title="Hồ sơ khác", at=mixed.at)
    directed(other, row(other))
    client.force_login(person(HOME_OFFICER))
    for key in (other.issue.code, other.issue.code.lower(), other.issue.ref):
        answer = client.get(f"/commitments/?issue={key}")
        assert [one.commitment.issue for one in answer.context["rows"]] == [other.issue]
        assert [side.tally.given for side in answer.context["sides"]] == [1]


def test_the_list_goes_on_page_by_page(client, story):
    directed(story, *(row(story, work=f"Việc {number}") for number in range(SIZE + 3)))
    client.force_login(person(HOME_OFFICER))
    first = client.get("/commitments/?side=DNI")
    cursor = first.context["next_cursor"]
    second = client.get(f"/commitments/?side=DNI&cursor={cursor}")
    seen = [one.commitment.pk for answer in (first, second) for one in answer.context["rows"]]

    assert len(seen) == len(set(seen)) == SIZE + 3
    assert second.context["next_cursor"] == ""
    assert [side.tally.given for side in second.context["sides"]] == [SIZE + 3]


def test_the_page_asks_the_same_number_of_queries_however_much_there_is(client, story):
    client.force_login(person(HOME_OFFICER))
    counts = []
    for number in (1, 5):
        more = Story(title=f"Nhiều {number}", at=story.at)
        made = directed(more, *(row(more, side) for side in ("binhduong", "dongnai") for _ in range(number)))
        until = (made[-1].due_on + timedelta(days=5)).isoformat()
        more.act("ask_extension", {"until": until, "reason": "Mưa."}, by=LEAD, on=made[-1])
        client.get("/commitments/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/commitments/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] < 40


def test_an_issue_shows_its_sides_beside_each_other_each_with_its_share(client, mixed):
    for username in (HOME_OFFICER, OTHER_OFFICER):
        client.force_login(person(username))
        work = client.get(f"/issues/{mixed.issue.code}/").context["work"]
        shares = {side.locality.slug: (side.tally.done, side.tally.given, len(side.rows)) for side in work}
        assert shares == {"binhduong": (1, 2, 3), "dongnai": (0, 5, 5)}
    # Of the shared part a lead body sees its own commitment only.
    client.force_login(person("dongnai.tnmt.officer"))
    (only,) = client.get(f"/issues/{mixed.issue.code}/").context["work"]
    assert [one.commitment.lead.slug for one in only.rows] == ["dongnai.tnmt"]


def test_a_side_of_an_issue_is_late_by_the_same_rule_as_on_the_list(mixed):
    commitments = list(mixed.issue.commitments.order_by("pk"))
    sides = {side.locality.slug: side for side in work_by_side(commitments, at(FRIDAY))}

    assert sides["dongnai"].late == sum(one.late for one in sides["dongnai"].rows) == 1
    assert sides["binhduong"].late == 0
    assert work_by_side([], at(FRIDAY)) == []
