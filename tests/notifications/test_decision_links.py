"""Decision links at rest: what is kept, what proves them, what ends them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from notifications.delivery import outbox
from notifications.links import decision_links
from notifications.models import DecisionLink, DecisionPart, Notice
from tests.notifications.conftest import LINK, link_of, messages_of, send_all, send_to
from tests.people import person
from workflows.models import Event

pytestmark = pytest.mark.slow

LEADER = "binhduong.ubnd.head"


@pytest.fixture
def waiting(story):
    """An issue before the leader, with the mail sent."""
    story.to("awaiting_committee")
    send_to(LEADER)
    return story


def the_link(username: str = LEADER) -> DecisionLink:
    return DecisionLink.objects.filter(person__username=username).latest("pk")


def parts_of_path(path: str) -> tuple[str, str]:
    _, _, selector, secret = path.split("/")
    return selector, secret


def test_only_a_sealed_secret_is_kept(waiting, settings):
    selector, secret = parts_of_path(link_of(LEADER))
    link = the_link()
    assert link.selector == selector
    assert len(secret) >= 43, "256 bits"
    pepper = settings.LINK_PEPPERS[0]
    expected = hmac.new(pepper.encode(), secret.encode(), hashlib.sha256).hexdigest()
    assert link.secret_hmac == expected


def test_in_service_the_secret_stands_nowhere_in_the_database(story, mail_server, settings, tmp_path):
    settings.TRIAL_MAILBOX = False
    story.to("awaiting_committee")
    send_all()
    sent = "".join(letter.content.decode() for letter in mail_server.accepted)
    [(selector, secret)] = {
        parts_of_path(path) for path in LINK.findall(sent.replace("=\r\n", "").replace("=3D", "="))
    }
    dump = tmp_path / "dump.json"
    call_command("dumpdata", "--output", str(dump), "--verbosity", "0")
    text = dump.read_text()
    assert selector in text
    assert secret not in text


def test_a_link_is_made_only_for_who_can_decide_by_it(waiting):
    holders = set(DecisionLink.objects.filter(revoked_at=None).values_list("person__username", flat=True))
    assert holders == {LEADER}
    assert "/d/" not in LINK.sub("", " ".join(m.notice.code for m in messages_of("binhduong.gtvt.officer")))
    assert the_link().subject_kind == "submission"


def test_it_lives_three_working_days(waiting):
    link = the_link()
    assert timedelta(days=2) < link.expires_at - link.minted_at < timedelta(days=14)
    assert link.expires_at == decision_links.expires_at(waiting.issue, at=link.minted_at)


def test_the_part_keeps_version_and_digest_of_what_was_sent(waiting):
    part = the_link().parts.get()
    last = Event.objects.filter(machine="issue", kind="step").latest("pk")
    assert (part.version, part.digest) == (waiting.issue.version, last.digest)


def test_issuing_is_in_the_chain_and_tells_nobody(waiting):
    event = Event.objects.get(name="link_issued", data__person=person(LEADER).pk)
    assert event.kind == "trail"
    assert event.data["selector"] == the_link().selector
    assert not Notice.objects.filter(event_id=event.pk).exists()


def test_a_rotated_pepper_still_proves_old_links_until_it_is_removed(waiting, settings):
    selector, secret = parts_of_path(link_of(LEADER))
    old = settings.LINK_PEPPERS
    settings.LINK_PEPPERS = ["a new pepper", *old]
    assert decision_links.prove(selector, secret) is not None
    settings.LINK_PEPPERS = ["a new pepper"]
    assert decision_links.prove(selector, secret) is None


def test_a_wrong_secret_proves_nothing_and_locks_nothing(waiting):
    selector, secret = parts_of_path(link_of(LEADER))
    for _ in range(20):
        assert decision_links.prove(selector, secret[:-1] + "~") is None
    assert decision_links.prove("unknown", secret) is None
    assert decision_links.prove(selector, secret) is not None


def test_sending_again_makes_a_new_link_and_ends_the_old_one(waiting):
    selector, _secret = parts_of_path(link_of(LEADER))
    message = messages_of(LEADER).get()
    message.status, message.sent_at = "queued", None
    message.save()
    outbox.deliver_due(timezone.now())
    old = DecisionLink.objects.get(selector=selector)
    assert old.revoked_why == "replaced"
    assert the_link().selector != selector
    assert the_link().revoked_at is None


def test_another_step_ends_the_link(waiting):
    waiting.do("return_file", by="binhduong.ubnd.officer")
    link = the_link()
    assert (link.revoked_why, link.used_at) == ("unfit", None)
    assert link.parts.get().closed_at is not None


def test_coming_back_to_the_same_state_does_not_revive_the_link(waiting):
    old = the_link()
    waiting.do("return_file", by="binhduong.ubnd.officer")
    for step in ("propose", "endorse", "pass_to_leader"):
        waiting.do(step)
    old.refresh_from_db()
    assert not old.is_live(timezone.now())


def test_passing_the_file_to_another_leader_ends_the_first_ones_link(waiting):
    from tests.people import seat

    waiting.do("pass_to_leader", {"decider": seat("binhduong.ubnd.deputy").pk})
    assert the_link().revoked_why == "unfit"
    send_all()
    assert the_link("binhduong.ubnd.deputy").is_live(timezone.now())


def test_a_note_does_not_end_the_link(waiting):
    waiting.act("note_internal", {"text": "Lãnh đạo đang xem."}, by="binhduong.ubnd.officer")
    assert the_link().is_live(timezone.now())


def test_a_part_is_used_once(waiting):
    part = the_link().parts.get()
    now = timezone.now()
    decision_links._consume(part, "approve_bilateral", at=now)
    with pytest.raises(decision_links.LinkSpent):
        decision_links._consume(part, "approve_bilateral", at=now)


def test_a_refused_decision_uses_nothing_up(waiting):
    from workflows.refusals import Incomplete

    part = the_link().parts.get()
    shown = decision_links.Shown(part.pk, part.version, part.digest)
    with pytest.raises(Incomplete):
        decision_links.decide(
            part,
            "return_to_focal",
            by=person(LEADER),
            at=timezone.now(),
            shown=shown,
            data={},
            proof="session",
        )
    part.refresh_from_db()
    assert part.used_at is None
    assert the_link().is_live(timezone.now())


def test_an_expired_link_decides_nothing(waiting):
    part = the_link().parts.get()
    late = the_link().expires_at + timedelta(seconds=1)
    shown = decision_links.Shown(part.pk, part.version, part.digest)
    with pytest.raises(decision_links.LinkSpent):
        decision_links.decide(
            part, "approve_bilateral", by=person(LEADER), at=late, shown=shown, data={}, proof="session"
        )
    waiting.refreshed()
    assert waiting.issue.state == "awaiting_committee"
    assert not DecisionPart.objects.exclude(used_at=None).exists()
