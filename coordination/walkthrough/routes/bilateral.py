"""Route «bilateral»: the Mã Đà bridge, from a unit of Bình Phước to an agreement with Đồng Nai."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from coordination.demo.cases.model import Step
from coordination.demo.cases.walkthroughs import MA_DA
from coordination.walkthrough.routes.model import Route
from coordination.walkthrough.story import Story

AUTHOR = "binhphuoc.gtvt.officer"
HOME_OFFICER = "binhphuoc.skhdt.officer"
OTHER_OFFICER = "dongnai.skhdt.officer"
OTHER_HEAD = "dongnai.skhdt.head"
# The walkthrough plays in real time, so the meeting that both sides settle on is one by telephone,
# so many seconds ahead.
MEETING_IN = timedelta(seconds=4)


def play(story: Story) -> None:
    """Reported, consulted on, endorsed and approved from links, met, agreed, done, closed."""
    submission = next(beat.data["submission"] for beat in MA_DA.plot if beat.step == "propose")
    secret = submission["content"].splitlines()[0]

    story.report()
    story.hidden_from([OTHER_OFFICER])
    story.desk("hand_up")
    story.link("submit")
    story.desk("accept")
    story.desk("consult")
    story.side_by_side("answer", "answer")
    story.desk("amend")
    story.desk("propose")
    story.leaves(AUTHOR)
    story.link("endorse")
    story.desk("pass_to_leader")
    story.hidden_from([OTHER_OFFICER])
    story.phone("approve_bilateral")
    story.comes(AUTHOR)
    story.shared_with([OTHER_OFFICER], secret=secret)

    story.link("invite")
    _agree_on_a_time(story)
    story.desk("record_held")
    story.desk("share_minutes")
    story.link("confirm_minutes")
    story.comes(OTHER_HEAD)
    story.link("confirm_minutes")

    story.commitments()
    story.desk("unit_agrees")
    story.link("confirm_resolved")
    story.desk("close")


def _agree_on_a_time(story: Story) -> None:
    """Đồng Nai proposes another time, Bình Phước accepts it, and it comes."""
    story.skip("accept_slot")
    starts_at = (timezone.now() + MEETING_IN).replace(microsecond=0) + timedelta(seconds=1)
    slot = {"starts_at": starts_at, "place": "Họp trực tuyến"}
    story.besides(Step("meeting", "counter_propose", OTHER_OFFICER, {"slots": [slot]}))
    story.besides(Step("meeting", "accept_counter", HOME_OFFICER, {"slot": 0}))
    story.wait_until(starts_at)


ROUTE = Route(
    name="bilateral",
    case=MA_DA,
    bodies=(
        "binhphuoc.gtvt",
        "binhphuoc.skhdt",
        "binhphuoc.tnmt",
        "binhphuoc.xaydung",
        "binhphuoc.bqlda",
        "binhphuoc.ubnd",
        "dongnai.skhdt",
        "dongnai.gtvt",
        "dongnai.tnmt",
        "dongnai.ubnd",
    ),
    late=(OTHER_HEAD,),
    play=play,
)
