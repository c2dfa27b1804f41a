"""Route «council»: a mechanism to amend goes to the Chairman of the Regional Council."""

from __future__ import annotations

from coordination.demo.cases.walkthroughs import MECHANISM_CASE
from coordination.walkthrough.routes.model import Route
from coordination.walkthrough.story import Story

AUTHOR = "binhduong.gtvt.officer"
OTHER_OFFICER = "dongnai.skhdt.officer"
COUNCIL_OFFICER = "ktdtphianam.vanphong.officer"


def play(story: Story) -> None:
    """Reported, approved for the Council, filed, screened, scheduled, concluded, done, closed."""
    submission = next(beat.data["submission"] for beat in MECHANISM_CASE.plot if beat.step == "propose")
    secret = submission["content"].splitlines()[0]

    story.report()
    story.desk("hand_up")
    story.link("submit")
    story.desk("accept")
    story.desk("propose")
    story.link("endorse")
    story.desk("pass_to_leader")
    story.hidden_from([OTHER_OFFICER])
    story.leaves(AUTHOR)
    story.phone("approve_council")
    story.shared_with([OTHER_OFFICER], secret=secret)

    story.link("file")
    story.comes(COUNCIL_OFFICER)
    story.desk("screen")
    story.desk("schedule")
    story.comes(AUTHOR)
    story.desk("record_conclusion")

    story.commitments()
    story.desk("unit_agrees")
    story.link("confirm_resolved")
    story.desk("close")


ROUTE = Route(
    name="council",
    case=MECHANISM_CASE,
    bodies=(
        "binhduong.gtvt",
        "binhduong.skhdt",
        "binhduong.ubnd",
        "dongnai.skhdt",
        "dongnai.gtvt",
        "dongnai.ubnd",
        "ktdtphianam.vanphong",
    ),
    late=(COUNCIL_OFFICER,),
    play=play,
)
