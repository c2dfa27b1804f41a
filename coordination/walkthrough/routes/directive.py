"""Route «directive»: the committee settles what lies within its own authority."""

from __future__ import annotations

from coordination.demo.cases.walkthroughs import DIRECTIVE_CASE
from coordination.walkthrough.routes.model import Route
from coordination.walkthrough.story import Story

AUTHOR = "binhduong.dian.officer"
LEAD_HEAD = "binhduong.xaydung.head"
NEIGHBOURS = ("dongnai.skhdt.officer", "dongnai.ubnd.head")


def play(story: Story) -> None:
    """Reported, directed by the Chairman from a link, done, closed; the neighbour never hears."""
    story.report()
    story.desk("hand_up")
    story.link("submit")
    story.desk("accept")
    story.desk("propose")
    story.leaves(AUTHOR)
    story.link("endorse")
    story.desk("pass_to_leader")
    story.phone("direct")
    story.comes(AUTHOR)
    story.comes(LEAD_HEAD)

    story.commitments()
    story.desk("unit_agrees")
    story.link("confirm_resolved")
    story.desk("close")
    story.hidden_from(NEIGHBOURS)


ROUTE = Route(
    name="directive",
    case=DIRECTIVE_CASE,
    bodies=(
        "binhduong.dian",
        "binhduong.skhdt",
        "binhduong.ubnd",
        "binhduong.xaydung",
        "dongnai.skhdt",
        "dongnai.ubnd",
    ),
    late=(LEAD_HEAD,),
    play=play,
)
