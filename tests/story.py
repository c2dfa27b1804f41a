"""A story brings records to any state by real steps, each an hour after the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from coordination.actions.issues import report_issue
from coordination.models import Commitment, Dossier, Issue, Meeting, Opinion
from tests.people import NOW, body_id, locality_id, person, seat, seat_id
from tests.snapshots import Left, take
from workflows import audit, engine
from workflows.machines.base import Machine
from workflows.models import Event

MAIN_PATH = (
    "hand_up",
    "submit",
    "accept",
    "propose",
    "endorse",
    "pass_to_leader",
)
STATES_ON_MAIN_PATH = {
    "draft": 0,
    "awaiting_unit_head": 1,
    "submitted": 2,
    "triage": 3,
    "awaiting_focal_head": 4,
    "committee_office": 5,
    "awaiting_committee": 6,
}


@dataclass
class Story:
    """One issue of ``home`` with ``other`` and what hangs on it.

    ``do`` takes a step as the person whose turn it plainly is; ``to`` brings the issue to a state.
    """

    home: str = "binhduong"
    other: str = "dongnai"
    unit: str = "binhduong.gtvt"
    at: datetime = NOW
    title: str = "Cầu Bạch Đằng 2"
    issue: Issue = field(init=False)

    def __post_init__(self) -> None:
        author = f"{self.unit}.officer"
        content = self.content()

        def report() -> Left:
            issue = report_issue(by=person(author), seat=seat(author), at=self.at, data=content)
            return Left(self.at, issue.pk)

        left = take(["report", author, self.at.isoformat(), content], report)
        self.issue = Issue.objects.get(pk=left.pk)

    def content(self, **changes: Any) -> dict[str, Any]:
        """A complete issue form."""
        sides = [(self.home, "works"), (self.other, "affected")]
        return {
            "title": self.title,
            "project": "Dự án cầu Bạch Đằng 2",
            "kinds": ["land", "funding"],
            "tried": "Hai bên đã họp hai lần, chưa thống nhất.",
            "proposal": "Đề nghị hai địa phương làm việc, thống nhất tiến độ bàn giao mặt bằng.",
            "legal_bases": "Luật Đầu tư công",
            "urgency_asked": "normal",
            "localities": [
                {"locality": locality_id(slug), "role": role, "situation": f"Hiện trạng {slug}"}
                for slug, role in sides
            ],
            **changes,
        }

    # People of the home side, by role.
    def who(self, role: str) -> str:
        """The user name that plainly holds a role of the step table."""
        names = {
            "reporting.officer": f"{self.unit}.officer",
            "reporting.head": f"{self.unit}.head",
            "focal.officer": f"{self.home}.skhdt.officer",
            "focal.head": f"{self.home}.skhdt.head",
            "committee.officer": f"{self.home}.ubnd.officer",
            "committee.head": f"{self.home}.ubnd.head",
            "proposer": f"{self.home}.skhdt.officer",
            "other.focal": f"{self.other}.skhdt.officer",
            "other.head": f"{self.other}.skhdt.head",
            "council.officer": "dongnambo.vanphong.officer",
        }
        return names[role]

    def refreshed(self, record: Machine | None = None) -> Any:
        """The record as it stands in the database."""
        target = record or self.issue
        fresh = type(target)._base_manager.get(pk=target.pk)
        if record is None:
            self.issue = fresh
        return fresh

    def do(
        self,
        step: str,
        data: dict[str, Any] | None = None,
        *,
        by: str = "",
        on: Machine | None = None,
        **keywords: Any,
    ) -> Event:
        """Take a step an hour later; ``by`` defaults to whose the step plainly is."""
        self.at += timedelta(hours=1)
        record = on or self.refreshed()
        username = by or self.who(record.steps()[step].who.split("|")[0])

        def perform() -> Left:
            # Before ``self.at`` is read: a meeting is recorded as held only after it began.
            given = self.data_for(step, record) | (data or {})
            event = engine.perform(record, step, by=person(username), at=self.at, data=given, **keywords)
            return Left(self.at, event.pk)

        return self._taken([step, data, username, keywords], record, perform)

    def _taken(self, what: list[Any], record: Machine, really: Callable[[], Left]) -> Event:
        side = [self.home, self.other, self.unit, self.issue.pk]
        left = take([*what, record.machine, record.pk, side, self.at.isoformat()], really)
        self.at = left.at
        self.refreshed()
        return Event.objects.get(pk=left.pk)

    def act(
        self, name: str, data: dict[str, Any] | None = None, *, by: str, on: Machine | None = None
    ) -> Event:
        """Do what is not a step."""
        self.at += timedelta(hours=1)
        record = on or self.refreshed()

        def act() -> Left:
            event = engine.act(record, name, by=person(by), at=self.at, data=data)
            return Left(self.at, event.pk)

        return self._taken([name, data, by], record, act)

    def commitments(self) -> list[dict[str, Any]]:
        """One commitment of each side, as a step needs them."""
        return [
            {
                "locality": locality_id(side),
                "lead": body_id(f"{side}.gtvt"),
                "coordinators": [],
                "work": f"Bàn giao mặt bằng phía {side}",
                "due_on": (self.at + timedelta(days=60)).date().isoformat(),
                "money": "100 tỷ đồng",
                "product": "Biên bản bàn giao",
            }
            for side in (self.home, self.other)
        ]

    def slot(self, days: int = 7) -> dict[str, str]:
        """A time to propose."""
        return {
            "starts_at": (self.at + timedelta(days=days)).isoformat(),
            "place": "Trụ sở UBND",
        }

    def data_for(self, step: str, record: Machine) -> dict[str, Any]:
        """What a step needs, in its simplest right form."""
        day = timezone.localtime(self.at).date()
        simple: dict[str, Any] = {
            "reason": "Lý do nêu tại văn bản.",
            "missing": "Bổ sung hiện trạng phía bên kia.",
            "accountable": seat_id(f"{self.home}.skhdt.officer"),
            "decider": seat_id(f"{self.home}.ubnd.head"),
            "route": "bilateral",
            "submission": {"subject": "Tờ trình", "content": "Kính trình UBND xem xét."},
            "bodies": [body_id(f"{self.home}.ubnd"), body_id("bgtvt")],
            "question": "Đề nghị cho ý kiến.",
            "position": "Đồng ý chủ trương.",
            "due": (day + timedelta(days=15)).isoformat(),
            "council": body_id("dongnambo"),
            "ground": "no_consensus",
            "authority": "Thủ tướng Chính phủ",
            "directive": "Giao các sở triển khai.",
            "outcome": "Dừng do dự án không còn.",
            "archive": "HS-2026-01",
            "opinion": {"stance": "agree", "content": "Thống nhất."},
            "agenda": "Thống nhất tiến độ.",
            "attendance": "Đại diện hai bên.",
            "conclusion": {
                "number": f"{record.pk:02}/TB-HĐV",
                "dated": day.isoformat(),
                "content": "Kết luận của Chủ tịch Hội đồng.",
            },
            "evidence": "Đã bàn giao, có biên bản.",
            "lead": body_id(f"{self.home}.gtvt"),
            "session": {"name": "Phiên họp", "on": (day + timedelta(days=10)).isoformat(), "place": ""},
        }
        simple["commitments"] = self.commitments()
        simple["slots"] = [self.slot()]
        if record.machine == "meeting":
            first = record.slots.filter(current=True).first()
            simple["slot"] = first.pk if first else 0
            simple["points"] = [
                {
                    "issue": item.issue.ref,
                    "text": "Thống nhất bàn giao mặt bằng.",
                    "agreed": True,
                    "commitments": self.commitments(),
                }
                for item in record.agenda_items.filter(left_at=None)
            ]
            if record.state == Meeting.State.SCHEDULED and step == "record_held":
                self.at = max(self.at, record.starts_at + timedelta(hours=3))
        if "same_digest" in record.steps()[step].needs:
            simple["same_digest"] = audit.digest(record.material())
        return simple

    def to(self, state: str) -> Issue:
        """Bring the issue from draft to ``state`` by the plainest way."""
        if state in STATES_ON_MAIN_PATH:
            for step in MAIN_PATH[: STATES_ON_MAIN_PATH[state]]:
                self.do(step)
            return self.issue
        getattr(self, f"_to_{state}")()
        assert self.issue.state == state, (self.issue.state, state)
        return self.issue

    def _to_returned(self) -> None:
        self.to("submitted")
        self.do("request_supplement")

    def _to_consulting(self) -> None:
        self.to("triage")
        self.do("consult")

    def _to_bilateral(self) -> None:
        self.to("awaiting_committee")
        self.do("approve_bilateral")

    def propose_to_leader(self, **proposal: Any) -> None:
        """From draft to the leader, with a route of one's own."""
        self.to("triage")
        self.do("propose", proposal)
        self.do("endorse")
        self.do("pass_to_leader")

    def _to_council(self) -> None:
        self.propose_to_leader(route="council", ground="policy")
        self.do("approve_council")

    def _to_central(self) -> None:
        self.propose_to_leader(route="central", ground="beyond_authority")
        self.do("approve_central")

    def _to_implementing(self) -> None:
        self.propose_to_leader(route="directive")
        self.do("direct")

    def _to_declined(self) -> None:
        self.to("triage")
        self.do("propose", {"route": "decline"})
        self.do("decline")

    def _to_withdrawn(self) -> None:
        self.to("submitted")
        self.do("withdraw")

    def _to_merged(self) -> None:
        target = Story(self.home, self.other, self.unit, self.at, "Hồ sơ đích").to("triage")
        self.to("triage")
        self.do("merge", {"target": target.code})

    def _to_resolved(self) -> None:
        self.to("implementing")
        self.settle_commitments()
        self.act("unit_agrees", by=self.who("reporting.head"))
        self.do("confirm_resolved")

    def _to_closed(self) -> None:
        self.to("resolved")
        self.do("close")

    def settle_commitments(self) -> None:
        """Every running commitment is taken on, reported and verified."""
        for commitment in Commitment.objects.filter(issue=self.issue, state="assigned"):
            lead = commitment.lead.slug
            self.do("take_on", on=commitment, by=f"{lead}.officer")
            self.do("report", on=self.refreshed(commitment), by=f"{lead}.head")
            self.do("verify", on=self.refreshed(commitment))

    @property
    def meeting(self) -> Meeting:
        """The issue's newest meeting."""
        return Meeting.objects.filter(agenda_items__issue=self.issue).latest("id")

    @property
    def dossier(self) -> Dossier:
        """The issue's newest dossier."""
        return Dossier.objects.filter(issue=self.issue).latest("id")

    def opinion(self, slug: str) -> Opinion:
        """The newest opinion of a body."""
        return Opinion.objects.filter(consultation__issue=self.issue, body__slug=slug).latest("id")
