"""What the people of the load do with what they are asked, in the words of the product's own forms.

The first of these that a page offers is done; what is not named here (withdraw, decline, defer …) is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zlib import crc32

from django.utils import timezone

from coordination.demo.cases import Case
from coordination.demo.cases.model import Side
from coordination.demo.cases.walkthroughs import MA_DA

# Three homes, each the other side of the one before it, and who acts there: 20 of these take part.
HOMES = ("binhduong", "dongnai", "binhphuoc")
SEATS = ("gtvt.officer", "gtvt.head", "skhdt.officer", "skhdt.head", "ubnd.officer", "ubnd.head", "tnmt.head")
REPORTER, LEADER = "gtvt.officer", "ubnd.head"
# Who decides from the link in a mail rather than from the list of their work.
BY_LINK = ("head",)
# A meeting by telephone that both sides settle on comes so soon.
MEETING_IN = timedelta(seconds=60)


@dataclass(frozen=True)
class Answer:
    """One thing to do on a record: the end of its address, and what is typed."""

    page: str
    data: Callable[[str], Mapping[str, Any]] = lambda _home: {}

    @property
    def name(self) -> str:
        """The step or act."""
        return self.page.rpartition("/")[2]


def roster(count: int) -> list[str]:
    """The user names of so many people, one home after the other.

    Raises:
        ValueError: there are not so many.
    """
    everybody = [f"{home}.{seat}" for home in HOMES for seat in SEATS]
    if count > len(everybody):
        raise ValueError(f"At most {len(everybody)} people act.")
    return everybody[:count]


def other_side(home: str) -> str:
    """The locality on the other side of this home's issues."""
    return HOMES[(HOMES.index(home) + 1) % len(HOMES)]


def case(home: str, number: int) -> Case:
    """An issue that the home's unit reports; no two have one title."""
    sides = tuple(
        Side(place, "works", "Đoạn tuyến qua địa bàn chưa thống nhất vị trí đấu nối.")
        for place in (home, other_side(home))
    )
    return replace(
        MA_DA,
        title=f"Đấu nối tuyến liên tỉnh, đoạn {number} ({home})",
        project=f"Tuyến liên tỉnh, gói {number}",
        sides=sides,
        reporter=f"{home}.gtvt",
        timeline=(),
        tried="Hai sở đã trao đổi văn bản, chưa thống nhất.",
        proposal="Đề nghị thống nhất vị trí đấu nối và tiến độ.",
    )


def wants_opinions(path: str) -> bool:
    """Whether this issue is consulted on: every third is, by its address."""
    return crc32(path.encode()) % 3 == 0


def _commitment(lead: str) -> dict[str, Any]:
    return {
        "work": "Bàn giao mặt bằng đoạn đấu nối",
        "locality": lead.partition(".")[0],
        "lead": lead,
        "due_in_days": 30,
        "money": "Ngân sách địa phương",
        "product": "Biên bản bàn giao",
    }


def _soon() -> dict[str, Any]:
    starts_at = (timezone.now() + MEETING_IN).replace(microsecond=0)
    return {"starts_at": starts_at, "place": "Họp trực tuyến"}


def _proposal(route: str) -> Mapping[str, Any]:
    subject = "Về việc đấu nối tuyến liên tỉnh"
    return {"route": route, "submission": {"subject": subject, "content": "Kính trình UBND tỉnh xem xét."}}


PROPOSE = {
    route: Answer("steps/propose", lambda _home, route=route: _proposal(route))  # type: ignore[misc]
    for route in ("bilateral", "directive")
}
TABLE = Answer(
    "opinion-table",
    lambda _home: {"opinion_table": [{"uptake": "accepted", "explanation": "Đã bổ sung vào Tờ trình."}]},
)
CONSULT = Answer(
    "steps/consult",
    lambda home: {
        "bodies": [f"{home}.tnmt"],
        "question": "Đề nghị cho ý kiến về vị trí đấu nối.",
        "position": "Sở đề xuất đấu nối tại nút giao hiện có.",
        "due": 15,
    },
)

# By the kind of record, as its address begins.
ANSWERS: dict[str, tuple[Answer, ...]] = {
    "issues": (
        Answer("steps/hand_up"),
        Answer("steps/submit"),
        Answer("steps/accept", lambda home: {"accountable": f"{home}.skhdt.officer"}),
        Answer("steps/endorse"),
        Answer("steps/pass_to_leader", lambda home: {"decider": f"{home}.ubnd.head"}),
        Answer("steps/approve_bilateral"),
        Answer(
            "steps/direct",
            lambda home: {
                "directive": "Giao các sở triển khai.",
                "commitments": [_commitment(f"{home}.gtvt")],
            },
        ),
        Answer("steps/confirm_resolved"),
        Answer("acts/unit_agrees"),
        Answer("steps/close", lambda home: {"archive": f"Hồ sơ lưu tại Sở, {home}."}),
    ),
    "opinions": (
        Answer("steps/answer", lambda _home: {"opinion": {"stance": "agree", "content": "Thống nhất."}}),
    ),
    "meetings": (
        Answer(
            "steps/invite",
            lambda _home: {
                "slots": [{"days": 6, "hour": "08:00", "place": "Trụ sở UBND tỉnh"}],
                "agenda": "1. Vị trí đấu nối.\n2. Tiến độ.",
            },
        ),
        Answer("steps/counter_propose", lambda _home: {"slots": [_soon()]}),
        Answer("steps/accept_counter", lambda _home: {"slot": 0}),
        Answer("steps/record_held", lambda _home: {"attendance": "Đại diện hai bên."}),
        Answer(
            "steps/share_minutes",
            lambda home: {
                "points": [
                    {
                        "text": "Thống nhất vị trí đấu nối.",
                        "agreed": True,
                        "commitments": [_commitment(f"{home}.gtvt")],
                    }
                ]
            },
        ),
        Answer("steps/confirm_minutes"),
    ),
    "commitments": (
        Answer("steps/take_on"),
        Answer("steps/report", lambda _home: {"evidence": "Đã bàn giao, có biên bản."}),
        Answer("steps/verify"),
    ),
}
