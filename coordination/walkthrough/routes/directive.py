"""Route «directive»: the committee settles what lies within its own authority, in two rounds."""

from __future__ import annotations

from dataclasses import replace

from coordination.demo.cases.model import Step, carried_out, to_the_leader
from coordination.demo.cases.walkthroughs import DIRECTIVE_CASE
from coordination.walkthrough.routes.model import Route
from coordination.walkthrough.story import Story

AUTHOR = "binhduong.dian.officer"
HOME_OFFICER = "binhduong.skhdt.officer"
HOME_HEAD = "binhduong.skhdt.head"
LEADER = "binhduong.ubnd.head"
LEAD_HEAD = "binhduong.xaydung.head"
NEIGHBOURS = ("dongnai.skhdt.officer", "dongnai.ubnd.head")
# The directive repeats a day that had been set before: it is long past, also where holidays follow it.
LATE_BY_DAYS = 20


def play(story: Story) -> None:
    """Reported, directed, one commitment late and not met: reopened, directed again, done, closed."""
    story.report()
    story.desk("hand_up")
    story.link("submit")
    story.desk("accept")
    story.desk("propose")
    story.leaves(AUTHOR)
    story.link("endorse")
    story.desk("pass_to_leader")
    directed = next(beat for beat in DIRECTIVE_CASE.plot if beat.step == "direct")
    first, second = directed.data["commitments"]
    story.skip("direct")
    overdue = {**first, "due_in_days": -LATE_BY_DAYS}
    story.besides_by_link(replace(directed, data={**directed.data, "commitments": [overdue, second]}))
    story.comes(AUTHOR)
    story.comes(LEAD_HEAD)

    story.desk("take_on")
    # The other one is never taken on.
    story.skip("take_on")
    story.desk("report")
    story.desk("verify")
    _fall_back(story)
    _direct_again(story, first)

    story.skip("report")
    story.skip("verify")
    for beat in carried_out("binhduong.dian", HOME_OFFICER, on=2, days=(0, 0, 0), evidence=_done()):
        story.besides(beat)
    story.desk("unit_agrees")
    story.link("confirm_resolved")
    story.desk("close")
    story.hidden_from(NEIGHBOURS)


def _done() -> str:
    steps = [beat for beat in DIRECTIVE_CASE.plot if beat.step == "report"]
    return str(steps[-1].data["evidence"])


def _fall_back(story: Story) -> None:
    """The overdue commitment is declared unmet, and so the issue comes back to triage."""
    story.late_for(HOME_HEAD, commitment=0)
    reason = "Quá hạn, chưa bố trí được vốn; đơn vị chủ trì không thực hiện được."
    story.unasked(Step("commitment", "declare_unmet", HOME_HEAD, {"reason": reason}, on=0))
    story.besides(Step("issue", "reopen", HOME_HEAD, {"reason": "Một nhiệm vụ không hoàn thành."}))


def _direct_again(story: Story, commitment: object) -> None:
    """The second round: the commitment that replaces the unmet one has the money it needs."""
    assert isinstance(commitment, dict)
    proposed, endorsed, passed = to_the_leader(
        LEADER,
        days=(0, 0, 0),
        route="directive",
        subject="Về việc bố trí vốn và gia hạn công trình khẩn cấp suối Siệp",
        content="Kính trình UBND tỉnh bố trí dự phòng ngân sách và giao lại nhiệm vụ với thời hạn mới.",
    )
    story.besides(proposed)
    story.besides_by_link(endorsed)
    story.besides(passed)
    directive = {
        "directive": "Bố trí dự phòng ngân sách tỉnh; UBND thành phố Dĩ An hoàn thành trong thời hạn mới.",
        "commitments": [{**commitment, "replaces": True}],
    }
    story.besides_by_phone(Step("issue", "direct", LEADER, directive))


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
