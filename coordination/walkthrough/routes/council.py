"""Route «council»: two localities meet in vain, and the matter goes to the Regional Council."""

from __future__ import annotations

from coordination.demo.cases.model import Step, to_the_leader
from coordination.demo.cases.walkthroughs import MECHANISM_CASE
from coordination.walkthrough.routes.model import Route
from coordination.walkthrough.story import Story

AUTHOR = "binhduong.gtvt.officer"
HOME_OFFICER = "binhduong.skhdt.officer"
HOME_HEAD = "binhduong.skhdt.head"
LEADER = "binhduong.ubnd.head"
OTHER_OFFICER = "dongnai.skhdt.officer"
COUNCIL_OFFICER = "ktdtphianam.vanphong.officer"
CONSULTED = "binhduong.tnmt"


def play(story: Story) -> None:
    """Reported, a meeting declined, consulted on, decided by the Council, done, closed."""
    submission = next(beat.data["submission"] for beat in MECHANISM_CASE.plot if beat.step == "propose")
    secret = submission["content"].splitlines()[0]

    story.report()
    story.desk("hand_up")
    story.link("submit")
    story.desk("accept")
    story.hidden_from([OTHER_OFFICER])
    _meet_in_vain(story)
    story.shared_with([OTHER_OFFICER], secret=secret)
    _ask_for_an_opinion(story)

    story.desk("propose")
    story.link("endorse")
    story.desk("pass_to_leader")
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


def _meet_in_vain(story: Story) -> None:
    """Bình Dương asks Đồng Nai to meet first; Đồng Nai declines, and the file comes back with the reason."""
    proposed, endorsed, passed = to_the_leader(
        LEADER,
        days=(0, 0, 0),
        route="bilateral",
        subject="Về việc làm việc với tỉnh Đồng Nai về cơ chế giao cơ quan chủ quản",
        content=(
            "Sở Kế hoạch và Đầu tư kính trình UBND tỉnh đồng ý làm việc với UBND tỉnh Đồng Nai trước khi"
            " đề xuất lên cấp trên."
        ),
    )
    story.besides(proposed)
    story.besides_by_link(endorsed)
    story.besides(passed)
    story.besides_by_link(Step("issue", "approve_bilateral", LEADER))
    slot = {"days": 6, "hour": "08:00", "place": "Trụ sở UBND tỉnh Bình Dương"}
    agenda = "1. Nội dung cơ chế.\n2. Phạm vi áp dụng."
    story.besides(Step("meeting", "invite", HOME_HEAD, {"slots": [slot], "agenda": agenda}))
    reason = (
        "Nội dung thuộc thẩm quyền của cấp trên, hai tỉnh không thể tự thống nhất; đề nghị trình Chủ tịch"
        " Hội đồng vùng."
    )
    story.besides(Step("meeting", "decline_invitation", OTHER_OFFICER, {"reason": reason}))


def _ask_for_an_opinion(story: Story) -> None:
    """Before it goes above, the focal point asks a body of its own and takes the answer up."""
    question = {
        "bodies": [CONSULTED],
        "question": "Đề nghị cho ý kiến về phạm vi dự án áp dụng cơ chế.",
        "position": "Áp dụng cho dự án cầu, đường nhóm B, nhóm C trên địa bàn hai tỉnh.",
        "due": 15,
    }
    story.besides(Step("issue", "consult", HOME_OFFICER, question))
    opinion = {"stance": "agree_with_comments", "content": "Thống nhất; đề nghị nêu rõ dự án chuyển tiếp."}
    story.besides_by_link(Step("opinion", "answer", f"{CONSULTED}.head", {"opinion": opinion}, on=CONSULTED))
    table = [{"body": CONSULTED, "uptake": "accepted", "explanation": "Đã bổ sung nội dung chuyển tiếp."}]
    story.besides(Step("issue", "amend", HOME_OFFICER, {"opinion_table": table}))


ROUTE = Route(
    name="council",
    case=MECHANISM_CASE,
    bodies=(
        "binhduong.gtvt",
        "binhduong.skhdt",
        "binhduong.tnmt",
        "binhduong.ubnd",
        "dongnai.skhdt",
        "dongnai.gtvt",
        "dongnai.ubnd",
        "ktdtphianam.vanphong",
    ),
    late=(COUNCIL_OFFICER,),
    play=play,
)
