"""Who drafts, confirms and ends a substitution, and what the decision must say (rulebook §1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coordination.actions.substitutions import (
    confirm_substitution,
    draft_substitution,
    end_substitution,
)
from coordination.models import Seat, Substitution
from coordination.queries.substitution_seats import may_confirm
from tests.people import NOW, person, seat
from tests.substitutes import CLERK, DECISION, DIRECTOR, HEAD, LEADER, OFFICER, SECOND, drafted, substituted
from workflows.refusals import Forbidden, Incomplete, NotYours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_officer")]

DAY = NOW.date()


def attempt(**changes: Any) -> dict[str, Any]:
    """Draft with something wrong; the sentences by field."""
    given = {
        "by": person(CLERK),
        "at": NOW,
        "replaced": seat(HEAD),
        "substitute": seat(SECOND),
        "decision": DECISION,
        "valid_from": DAY,
        "valid_to": DAY + timedelta(days=7),
        **changes,
    }
    with pytest.raises(Incomplete) as refused:
        draft_substitution(**given)
    assert not Substitution.objects.filter(confirmed_at=None).exists()
    assert all(str(sentence) for sentence in refused.value.problems.values())
    return refused.value.problems


# Who drafts, confirms, ends


@pytest.mark.parametrize("username", [CLERK, HEAD, "admin"])
def test_the_clerk_the_head_and_an_administrator_draft(username):
    row = drafted(HEAD, SECOND, NOW, by=username)
    assert (row.drafted_by, row.drafted_at) == (seat(username), NOW)
    assert row.confirmed_at is None


@pytest.mark.parametrize(
    "username", [OFFICER, "binhduong.gtvt.clerk", LEADER, "dongnai.skhdt.clerk", "auditor"]
)
def test_nobody_else_drafts(username):
    with pytest.raises(NotYours):
        drafted(HEAD, SECOND, NOW, by=username)
    assert not Substitution.objects.exists()


@pytest.mark.parametrize("username", [HEAD, "admin"])
def test_the_replaced_head_or_an_administrator_confirms(username):
    row = drafted(HEAD, SECOND, NOW)
    confirm_substitution(row, by=person(username), at=NOW)
    row.refresh_from_db()
    assert (row.confirmed_by, row.confirmed_at) == (seat(username), NOW)


@pytest.mark.parametrize("username", [CLERK, SECOND, OFFICER, LEADER, "binhduong.skhdt.deputy", "auditor"])
def test_nobody_else_confirms_or_ends(username):
    row = drafted(HEAD, SECOND, NOW)
    assert not may_confirm(person(username), row, NOW)
    with pytest.raises(NotYours):
        confirm_substitution(row, by=person(username), at=NOW)
    confirm_substitution(row, by=person(HEAD), at=NOW)
    with pytest.raises(NotYours):
        end_substitution(row, by=person(username), at=NOW)


def test_a_clerk_who_is_administrator_too_does_not_confirm_their_own_draft():
    row = drafted(HEAD, SECOND, NOW)
    Seat.objects.create(person=person(CLERK), level="administrator", title="Quản trị hệ thống")
    assert not may_confirm(person(CLERK), row, NOW)
    with pytest.raises(NotYours):
        confirm_substitution(row, by=person(CLERK), at=NOW)


def test_a_substitute_who_is_administrator_too_does_not_confirm_their_own_power():
    row = drafted(HEAD, SECOND, NOW)
    Seat.objects.create(person=person(SECOND), level="administrator", title="Quản trị hệ thống")
    with pytest.raises(NotYours):
        confirm_substitution(row, by=person(SECOND), at=NOW)


def test_the_drafter_puts_a_draft_aside_and_the_row_stays():
    row = drafted(HEAD, SECOND, NOW)
    end_substitution(row, by=person(CLERK), at=NOW)
    row.refresh_from_db()
    assert (row.ended_by, row.ended_at) == (seat(CLERK), NOW)
    with pytest.raises(Forbidden):
        confirm_substitution(row, by=person(HEAD), at=NOW)


def test_it_is_confirmed_and_ended_once():
    row = substituted(HEAD, SECOND, NOW)
    with pytest.raises(Forbidden):
        confirm_substitution(row, by=person("admin"), at=NOW)
    end_substitution(row, by=person(HEAD), at=NOW)
    with pytest.raises(Forbidden):
        end_substitution(row, by=person("admin"), at=NOW)
    row.refresh_from_db()
    assert (row.confirmed_by, row.ended_by) == (seat(HEAD), seat(HEAD))


# What the decision must say


def test_a_decision_has_a_number_and_days_in_order_that_have_not_passed():
    assert set(attempt(decision="  ")) == {"decision"}
    assert set(attempt(valid_to=DAY - timedelta(days=1))) == {"valid_to"}
    assert set(attempt(valid_from=DAY - timedelta(days=9), valid_to=DAY - timedelta(days=1))) == {"valid_to"}
    assert set(attempt(kinds=["gardening"])) == {"kinds"}


@pytest.mark.parametrize(
    "username", [CLERK, HEAD, "binhduong.gtvt.head", "dongnai.skhdt.deputy", LEADER, "auditor"]
)
def test_a_head_is_replaced_by_a_deputy_or_an_officer_of_the_same_body_only(username):
    assert "substitute" in attempt(substitute=seat(username))


def test_only_a_head_is_replaced():
    assert "replaced" in attempt(replaced=seat("binhduong.skhdt.deputy"))
    Seat.objects.filter(pk=seat(HEAD).pk).update(valid_to=DAY - timedelta(days=1))
    assert "replaced" in attempt()


def test_the_substitutes_seat_holds_on_all_the_days():
    Seat.objects.filter(pk=seat(SECOND).pk).update(valid_to=DAY + timedelta(days=3))
    assert "substitute" in attempt()


def test_the_head_of_a_committee_is_also_replaced_by_a_head_of_the_localitys_bodies():
    assert drafted(LEADER, DIRECTOR, NOW).substitute == seat(DIRECTOR)
    for stranger in ("dongnai.tnmt.head", "binhduong.tnmt.officer", "bgtvt.head"):
        with pytest.raises(Incomplete):
            drafted(LEADER, stranger, NOW)


def test_one_matter_of_a_head_has_one_substitute_on_one_day():
    substituted(HEAD, SECOND, NOW, kinds=["land", "funding"])
    deputy = "binhduong.skhdt.deputy"
    for overlapping in ({"kinds": ["land"]}, {"kinds": []}, {"kinds": ["land"], "days": 0}):
        with pytest.raises(Incomplete) as refused:
            drafted(HEAD, deputy, NOW, **overlapping)
        assert set(refused.value.problems) == {"valid_from"}
    drafted(HEAD, deputy, NOW, kinds=["planning"])
    drafted(HEAD, deputy, NOW, since=DAY + timedelta(days=8))


def test_of_two_drafts_for_the_same_days_one_is_confirmed():
    one, other = drafted(HEAD, SECOND, NOW), drafted(HEAD, "binhduong.skhdt.deputy", NOW)
    confirm_substitution(one, by=person(HEAD), at=NOW)
    with pytest.raises(Incomplete):
        confirm_substitution(other, by=person(HEAD), at=NOW)
    end_substitution(one, by=person(HEAD), at=NOW)
    confirm_substitution(other, by=person(HEAD), at=NOW)
    assert list(Substitution.objects.in_force(NOW)) == [other]


def test_somebody_who_is_replaced_on_these_days_replaces_nobody():
    substituted(DIRECTOR, "binhduong.tnmt.deputy", NOW, days=3)
    with pytest.raises(Incomplete) as refused:
        drafted(LEADER, DIRECTOR, NOW)
    assert set(refused.value.problems) == {"substitute"}
    drafted(LEADER, DIRECTOR, NOW, since=DAY + timedelta(days=4))
