"""More time for a commitment, asked and answered by letters of a side without accounts (rulebook §3)."""

from __future__ import annotations

import pytest

from coordination.models import Commitment, Extension
from tests.coordination.extensions import (
    HOME_HEAD,
    HOME_OFFICER,
    begin,
    commitment_of,
    days_after,
    giver_key,
    purposes,
)
from tests.page_forms import forms_in
from tests.people import locality, person
from tests.story import Story
from tests.workflows.papers import record_step, waiting
from workflows.models import Event
from workflows.refusals import Forbidden, Incomplete

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def running(story) -> Story:
    return begin(story)


def countersigned(story: Story, commitment: Commitment) -> None:
    """The home focal head countersigns the letter that waits."""
    pending = {"pending": waiting(commitment).pk}
    story.act("countersign", pending, by=HOME_HEAD, on=story.refreshed(commitment))


def test_a_body_without_an_account_asks_and_is_answered_by_document(client, running):
    """Đồng Nai is not there: its lead's request and its focal head's answer come as letters."""
    commitment = commitment_of(running)
    until = days_after(commitment, 30).isoformat()
    client.force_login(person(HOME_OFFICER))
    address = f"/commitments/{commitment.code}/"
    offered = {one.path: one.side for one in client.get(address).context["recordable"]}
    asking = f"{address}acts/record_document/?step=ask_extension&side="
    assert offered[asking] == str(commitment.lead)
    assert not [path for path in offered if "grant_extension" in path], "nothing is asked yet"
    names = {name for form in forms_in(client.get(asking).content.decode()) for name in form.fields}
    assert {"until", "reason", "document_number"} <= names

    record_step(running, commitment, "ask_extension", {"until": until, "reason": "Theo CV số 12."})
    countersigned(running, commitment)
    extension = Extension.objects.get()
    assert (extension.status, extension.asked_by) == ("asked", None)
    assert Event.objects.get(name="ask_extension").channel == "document"
    assert purposes(commitment)[giver_key()] == "extension"

    offered = {one.path: one.side for one in client.get(address).context["recordable"]}
    granting = f"{address}acts/record_document/?step=grant_extension&side="
    assert offered[granting] == str(locality("dongnai"))
    record_step(running, commitment, "grant_extension")
    countersigned(running, commitment)
    granted = Event.objects.get(name="grant_extension")
    assert (granted.channel, granted.role) == ("document", "giver.head")
    assert granted.cause_id == Event.objects.filter(name="countersign").latest("pk").pk
    assert commitment_of(running).due_on.isoformat() == until


def test_a_letter_that_asks_for_too_little_is_refused_when_it_is_recorded(running):
    commitment = commitment_of(running)
    with pytest.raises(Incomplete) as refused:
        record_step(running, commitment, "ask_extension", {"until": commitment.due_on.isoformat()})
    assert set(refused.value.problems) == {"until", "reason"}


def test_the_home_side_answers_its_own_itself(client, running):
    client.force_login(person(HOME_OFFICER))
    own = commitment_of(running, "binhduong")
    assert client.get(f"/commitments/{own.code}/").context["recordable"] == []
    with pytest.raises((Forbidden, Incomplete)):
        record_step(running, own, "grant_extension")
