"""What a step needs, drawn: every value is right, which one is chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from coordination.models import Locality, Organisation, Seat
from tests.workflows.walk_snapshot import Snapshot
from workflows import audit

Pick = Callable[[Sequence[Any]], Any]
PDF = b"%PDF-1.4\n%%EOF\n"
ROUTES = ("bilateral", "council", "directive", "central", "settle", "decline")
GROUNDS = ("no_consensus", "beyond_authority", "policy")


def pdf(name: str = "van-ban.pdf") -> SimpleUploadedFile:
    """A small file that is what it says."""
    return SimpleUploadedFile(name, PDF, "application/pdf")


class Givens:
    """The values a person could give, by need."""

    def __init__(self, sides: Sequence[str]) -> None:
        self.localities = {row.slug: row for row in Locality.objects.all()}
        self.bodies = {row.slug: row.pk for row in Organisation.objects.all()}
        self.by_id = {row.pk: row for row in self.localities.values()}
        self.sides = list(sides)
        self.home = sides[0]

    def content(self, sides: Sequence[str], kinds: Sequence[str], title: str) -> dict[str, Any]:
        """A complete issue form."""
        roles = ["works", *["affected"] * (len(sides) - 1)]
        return {
            "title": title,
            "project": "Dự án đường liên tỉnh",
            "kinds": list(kinds),
            "tried": "Hai bên đã họp.",
            "proposal": "Thống nhất tiến độ bàn giao mặt bằng.",
            "urgency_asked": "normal",
            "localities": [
                {"locality": self.localities[slug].pk, "role": role, "situation": f"Hiện trạng {slug}"}
                for slug, role in zip(sides, roles, strict=True)
            ],
        }

    def commitments(self, at: datetime, pick: Pick) -> list[dict[str, Any]]:
        """One to three commitments; a conclusion may name a locality that is not yet a side."""
        rows = []
        for number in range(pick([1, 2, 1, 3])):
            slug = pick([*self.sides, *self.sides, "tayninh"])
            rows.append(
                {
                    "locality": self.localities[slug].pk,
                    "lead": self.bodies[f"{slug}.{pick(['gtvt', 'skhdt'])}"],
                    "coordinators": pick([[], [self.bodies[f"{self.home}.ubnd"]]]),
                    "work": f"Bàn giao mặt bằng đoạn {number + 1} phía {slug}",
                    "due_on": (at + timedelta(days=60)).date().isoformat(),
                    "money": "",
                    "product": "Biên bản bàn giao",
                }
            )
        return rows

    def slots(self, at: datetime, pick: Pick) -> list[dict[str, str]]:
        """One or two times to propose."""
        days = pick([[7], [3, 9], [5]])
        return [{"starts_at": (at + timedelta(days=d)).isoformat(), "place": "Trụ sở UBND"} for d in days]

    def document(self, at: datetime, attachment: int) -> dict[str, Any]:
        """An outside paper, a day old."""
        dated = timezone.localtime(at).date() - timedelta(days=1)
        return {
            "number": "15/UBND",
            "dated": dated.isoformat(),
            "issuer": "UBND",
            "attachment": attachment,
        }

    def for_step(
        self, step: str, record: Any, s: Snapshot, at: datetime, pick: Pick, attachment: int = 0
    ) -> dict[str, Any]:
        """Everything a step could need; the door takes what it asks for."""
        day = timezone.localtime(at).date()
        give = getattr(self, f"_{step}", None)
        simple: dict[str, Any] = {
            "reason": "Lý do nêu tại văn bản.",
            "missing": "Bổ sung hiện trạng phía bên kia.",
            "question": "Đề nghị cho ý kiến.",
            "position": "Đồng ý chủ trương.",
            "due": (day + timedelta(days=15)).isoformat(),
            "ground": pick(GROUNDS) if step in {"propose", "approve_council", "approve_central"} else "",
            "authority": "Thủ tướng Chính phủ",
            "directive": "Giao các sở triển khai.",
            "outcome": "Dừng do dự án không còn.",
            "archive": "HS-2026-01",
            "opinion": {"stance": "agree", "content": "Thống nhất."},
            "agenda": "Thống nhất tiến độ.",
            "attendance": "Đại diện các bên.",
            "conclusion": {
                "number": f"{record.pk:02}/TB-HĐV",
                "dated": day.isoformat(),
                "content": "Kết luận của Chủ tịch Hội đồng.",
            },
            "evidence": "Đã bàn giao, có biên bản.",
            "session": {"name": "Phiên họp", "on": (day + timedelta(days=10)).isoformat(), "place": ""},
        }
        if step in {"settle", "direct", "central_concluded", "record_conclusion"}:
            simple["commitments"] = self.commitments(at, pick)
        if step in {"invite", "counter_propose", "reschedule", "ask_reschedule"}:
            simple["slots"] = self.slots(at, pick)
        if step in {"central_concluded", "central_returned"}:
            simple["document"] = self.document(at, attachment)
        return simple | (give(record, s, at, pick) if give else {})

    def _accept(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        officers = Seat.objects.filter(
            organisation=self.bodies[f"{self.home}.skhdt"], level="officer"
        ).order_by("pk")
        return {"accountable": pick([None, *officers.values_list("pk", flat=True)])}

    def _pass_to_leader(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        leaders = Seat.objects.filter(
            organisation=self.bodies[f"{self.home}.ubnd"], level__in=["head", "deputy"]
        ).order_by("pk")
        return {"decider": pick(list(leaders.values_list("pk", flat=True)))}

    def _merge(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        return {"target": pick(self.targets(record, s)).code}

    def targets(self, record: Any, s: Snapshot) -> list[Any]:
        """Other open issues with a code."""
        ended = {"closed", "declined", "withdrawn", "merged"}
        return [i for i in s.of("issue") if i != record and i.code and i.state not in ended]

    def _consult(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        asked = pick(
            [
                [f"{self.home}.tnmt", "bgtvt"],
                [f"{self.sides[1]}.gtvt"],
                [f"{self.home}.ubnd", f"{self.home}.tnmt", f"{self.sides[1]}.skhdt"],
            ]
        )
        return {"bodies": [self.bodies[slug] for slug in asked]}

    def _propose(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        others = [i for i in s.of("issue") if i != record and i.state == "triage"]
        along = [
            {"issue": i.ref, "route": pick(ROUTES), "ground": pick(GROUNDS)}
            for i in others
            if pick([True, False])
        ]
        paper = {"subject": "Tờ trình", "content": "Kính trình UBND xem xét.", "with": along}
        return {"route": pick(ROUTES), "submission": paper}

    def _approve_council(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        return {"council": self.bodies[pick(["dongnambo", "ktdtphianam"])]}

    def _approve_bilateral(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        """A meeting of its own, or an open one of the same localities."""
        sides = {side.locality_id for side in s.sides[record.pk]}
        joinable = [
            row.ref
            for row in s.of("meeting")
            if row.state in {"proposed", "invited", "countered", "scheduled"}
            and {side.locality_id for side in s.meeting_sides[row.pk]} == sides
            and all(item.issue_id != record.pk for item in s.agenda[row.pk])
        ]
        return {"meeting": pick([*joinable, ""])}

    def slot_choices(self, record: Any, at: datetime) -> list[Any]:
        """Times that can still be accepted: where one side chose, the same one."""
        rows = record.slots.filter(current=True, starts_at__gt=at).order_by("pk")
        return [row for row in rows if record.starts_at in (None, row.starts_at)]

    def _slot(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        return {"slot": pick(self.slot_choices(record, at)).pk}

    _accept_slot = _accept_counter = _slot

    def _share_minutes(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        points = []
        for item in s.agenda[record.pk]:
            agreed = pick([True, True, False])
            points.append(
                {
                    "issue": s.records["issue", item.issue_id].ref,
                    "text": "Bàn giao mặt bằng.",
                    "agreed": agreed,
                    "commitments": self.commitments(at, pick) if agreed else [],
                }
            )
            if pick([False, False, True]):
                points.append({**points[-1], "text": "Điểm đấu nối.", "agreed": False, "commitments": []})
        return {"points": points}

    def _confirm_minutes(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        fresh = type(record)._base_manager.get(pk=record.pk)
        return {"same_digest": audit.digest(fresh.material())}

    def _reassign(self, record: Any, s: Snapshot, at: datetime, pick: Pick) -> dict[str, Any]:
        return {"lead": pick([self.bodies[f"{slug}.gtvt"] for slug in self.sides])}
