"""Behind a link too: the opinion table that was proposed, and what a decision is about to share."""

from __future__ import annotations

from html import unescape

import pytest
from django.utils import timezone

from tests.notifications.conftest import link_of, send_all, signed_in
from tests.people import body, person
from tests.story import Story
from workflows import engine

pytestmark = pytest.mark.slow

LEADER = "binhduong.ubnd.head"
COMMENT, WHY = "Chưa có phương án tái định cư.", "Đã bổ sung tại mục III."


def before_the_leader(story: Story) -> None:
    """A ministry objected; the officer explained, the head endorsed, the leader decides."""
    story.to("triage")
    story.do("consult", {"bodies": [body("bgtvt").pk]})
    objection = {"opinion": {"stance": "disagree", "content": COMMENT}}
    story.do("answer", objection, on=story.opinion("bgtvt"), by="bgtvt.head")
    row = {"opinion": story.opinion("bgtvt").ref, "uptake": "partly", "explanation": WHY}
    officer = person("binhduong.skhdt.officer")
    engine.amend(story.refreshed(), {"opinion_table": [row]}, by=officer, at=timezone.now())
    for step in ("propose", "endorse", "pass_to_leader"):
        story.do(step)


def test_the_leader_reads_the_opinion_table_and_what_the_approval_shares(story):
    before_the_leader(story)
    send_all()
    page = signed_in(LEADER).get(link_of(LEADER), follow=True)
    text = unescape(page.content.decode())

    for words in (body("bgtvt").label, COMMENT, WHY):
        assert words in text
    approval = text.split('value="approve_bilateral"')[1].split("</form>")[0]
    assert 'class="sharing"' in approval
    assert "Đồng Nai" in approval
    assert story.issue.proposal in approval
    assert story.issue.tried not in approval
    # What turns the file back shares nothing.
    assert 'class="sharing"' not in text.split('value="return_to_focal"')[1].split("</form>")[0]
