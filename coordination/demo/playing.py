"""Play a demo case through the engine: every state in the demo was reached by real steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from coordination.actions.issues import attach_file, report_issue
from coordination.actions.submissions import save_draft
from coordination.demo.cases import Case, Step
from coordination.models import (
    Commitment,
    Dossier,
    Extension,
    Issue,
    Locality,
    Meeting,
    MeetingSlot,
    Opinion,
    Organisation,
    Participant,
    Person,
    Seat,
)
from workflows import audit, engine
from workflows.clocks import load_calendar
from workflows.machines.base import Machine
from workflows.pending import pending_step

_URGENCY = {
    "thường": "normal",
    "khẩn": "urgent",
    "thượng khẩn": "very_urgent",
    "hỏa tốc": "express",
}
_STEP_GAP = timedelta(minutes=7)


class Player:
    """One case from its first draft to the last step of its plot.

    ``today`` is the day of seeding; ``days_ago`` counts back from it. Rest days give way to the
    working day before, and no step comes before the one it follows.
    """

    def __init__(self, case: Case, *, today: date, issues: Mapping[str, Issue]) -> None:
        self.case, self.today, self.issues = case, today, issues
        self.calendar = load_calendar("")
        self.last = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
        self.at = self.last

    def play(self) -> Issue:
        """Report the case, then take every step; returns the issue as it ends."""
        issue = self._report()
        for step in self.case.plot:
            self.at = self._moment(step.days_ago, step.hour)
            self._take(issue, step)
        return Issue.objects.get(pk=issue.pk)

    def _moment(self, days_ago: int, hour: str) -> datetime:
        day = self.today - timedelta(days=days_ago)
        while not self.calendar.is_working_day(day):
            day -= timedelta(days=1)
        at = timezone.make_aware(datetime.combine(day, time.fromisoformat(hour)))
        at = min(at, timezone.now() - timedelta(minutes=1))
        self.last = at if at > self.last else self.last + _STEP_GAP
        return self.last

    def _report(self) -> Issue:
        case = self.case
        author = Person.objects.get(username=f"{case.reporter}.officer")
        history = "\n".join(f"- {line}" for line in case.timeline)
        return report_issue(
            by=author,
            seat=author.seats.get(),
            at=self._moment(case.drafted_days_ago, case.drafted_hour),
            data={
                "title": case.title,
                "project": case.project,
                "amended_text": case.amended_text,
                "kinds": list(case.kinds),
                "localities": [
                    {
                        "locality": Locality.objects.get(slug=side.locality).pk,
                        "role": side.role,
                        "situation": side.situation,
                    }
                    for side in case.sides
                ],
                "tried": f"{case.tried}\n\nDiễn biến:\n{history}" if history else case.tried,
                "proposal": case.proposal,
                "legal_bases": "\n".join(case.legal_bases),
                "urgency_asked": _URGENCY[case.urgency],
            },
        )

    def _take(self, issue: Issue, step: Step) -> None:
        record = self._record(issue, step)
        by = Person.objects.get(username=step.by)
        data = self._data(record, step)
        if step.step == "draft":
            self._draft(record, by, data)
            return
        if step.step == "amend":
            engine.amend(record, data, by=by, at=self.at)
            return
        if step.act:
            engine.act(record, step.step, by=by, at=self.at, data=data)
            return
        engine.perform(record, step.step, by=by, at=self.at, data=data)
        if step.step == "accept" and issue.urgency_asked != issue.urgency:
            engine.act(record, "confirm_urgency", by=by, at=self.at, data={"urgency": issue.urgency_asked})
        self._countersign(record)

    def _draft(self, record: Machine, by: Person, data: Mapping[str, Any]) -> None:
        """A draft submission of this case's issue, and of the other cases that ``with`` names."""
        along = [{**row, "issue": self.issues[row["case"]].ref} for row in data.get("with", ())]
        own = {"issue": record.ref, "route": data["route"], "ground": data.get("ground", "")}
        save_draft(
            by=by,
            at=self.at,
            ref=engine.new_ref(),
            read="",
            subject=data["subject"],
            content=data["content"],
            items=[own, *along],
        )

    def _countersign(self, record: Machine) -> None:
        """A step that rests on an outside document takes effect when the head countersigns."""
        from_document = pending_step(record)
        if from_document is None:
            return
        self.at = self.last = self.last + timedelta(minutes=50)
        head = Seat.objects.get(
            level=Seat.Level.HEAD,
            organisation__functions__kind="focal",
            organisation__functions__locality=record.home,
        )
        engine.act(record, "countersign", by=head.person, at=self.at, data={"pending": from_document.pk})

    def _record(self, issue: Issue, step: Step) -> Machine:
        if step.machine == "issue":
            return Issue.objects.get(pk=issue.pk)
        if step.machine == "opinion":
            return self._opinion(issue, str(step.on))
        if step.machine == "meeting":
            return Meeting.objects.filter(agenda_items__issue=issue).latest("id")
        if step.machine == "dossier":
            return Dossier.objects.filter(issue=issue).latest("id")
        return Commitment.objects.filter(issue=issue).order_by("id")[int(step.on or 0)]

    def _opinion(self, issue: Machine, slug: str) -> Opinion:
        return Opinion.objects.filter(consultation__issue=issue.pk, body__slug=slug).latest("id")

    def _data(self, record: Machine, step: Step) -> dict[str, Any]:
        """The case's words as the engine's JSON values: names become ids, days become dates."""
        data = dict(step.data)
        for name, words in step.data.items():
            translate = self._TRANSLATIONS.get(name)
            if translate:
                data[name] = translate(self, words)
        if "slot" in data:
            slots = MeetingSlot.objects.filter(meeting=record.pk, current=True)
            data["slot"] = slots.order_by("starts_at")[data["slot"]].pk
        if "document" in data:
            data["document"] = self._document(record, step, data["document"])
        if "dossier" in data:
            data["content"] = "\n\n".join(data.pop("dossier").values())
        if step.step in {"grant_extension", "refuse_extension"}:
            data["extension"] = Extension.objects.get(commitment=record.pk, status="asked").pk
        if "present" in data:
            people = Participant.objects.filter(side__meeting=record.pk, name__in=data["present"])
            data["present"] = {"ids": list(people.values_list("pk", flat=True))}
        if "opinion_table" in data:
            data["opinion_table"] = [
                {**row, "opinion": self._opinion(record, row["body"]).ref} for row in data["opinion_table"]
            ]
        if step.step == "confirm_minutes":
            data["same_digest"] = audit.digest(record.material())
        return data

    def _seat(self, username: str) -> int:
        return Seat.objects.get(person__username=username).pk

    def _body(self, slug: str) -> int:
        return Organisation.objects.get(slug=slug).pk

    def _bodies(self, slugs: Iterable[str]) -> list[int]:
        return [self._body(slug) for slug in slugs]

    def _date(self, days: int) -> str:
        return self._day(days).isoformat()

    def _target(self, key: str) -> str:
        return self.issues[key].ref

    def _code(self, key: str) -> str | None:
        return self.issues[key].code

    def _points(self, points: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [{**point, "commitments": self._commitments(point.get("commitments", ()))} for point in points]

    def _slots(self, slots: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
        return [self._slot(slot) for slot in slots]

    def _session(self, session: Mapping[str, Any]) -> dict[str, str]:
        return {
            "name": session["name"],
            "on": self._date(session["in_days"]),
            "place": session.get("place", ""),
        }

    def _conclusion(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Dated on the day of the step; other cases' dossiers are taken along by the case's key."""
        along = [
            {
                "dossier": self.issues[row["case"]].dossiers.latest("id").ref,
                "commitments": self._commitments(row["commitments"]),
            }
            for row in given.get("with", ())
        ]
        return {
            "number": given["number"],
            "dated": self._date(0),
            "content": given["content"],
            "with": along,
        }

    def _day(self, days: int) -> date:
        return timezone.localtime(self.at).date() + timedelta(days=days)

    def _slot(self, slot: Mapping[str, Any]) -> dict[str, str]:
        at = datetime.combine(self._day(slot["days"]), time.fromisoformat(slot["hour"]))
        return {"starts_at": timezone.make_aware(at).isoformat(), "place": slot.get("place", "")}

    def _commitments(self, rows: Any) -> list[dict[str, Any]]:
        return [
            {
                "locality": Locality.objects.get(slug=row["locality"]).pk,
                "lead": Organisation.objects.get(slug=row["lead"]).pk,
                "coordinators": [
                    Organisation.objects.get(slug=slug).pk for slug in row.get("coordinators", ())
                ],
                "work": row["work"],
                "due_on": self._day(row["due_in_days"]).isoformat(),
                "money": row.get("money", ""),
                "product": row.get("product", ""),
            }
            for row in rows
        ]

    def _document(self, record: Machine, step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
        by = Person.objects.get(username=step.by)
        uploaded = SimpleUploadedFile(
            f"van-ban-{record.ref}.pdf", demo_pdf(str(given["number"])), "application/pdf"
        )
        attachment = attach_file(record, uploaded, by=by, at=self.at, shared=True)
        day, month, year = map(int, given["dated"].split("/"))
        return {
            "number": given["number"],
            "dated": date(year, month, day).isoformat(),
            "issuer": given["issuer"],
            "attachment": attachment.pk,
        }

    _TRANSLATIONS: ClassVar[dict[str, Callable[[Any, Any], Any]]] = {
        "accountable": _seat,
        "decider": _seat,
        "council": _body,
        "lead": _body,
        "bodies": _bodies,
        "due": _date,
        "until": _date,
        "target": _target,
        "code": _code,
        "commitments": _commitments,
        "points": _points,
        "slots": _slots,
        "session": _session,
        "conclusion": _conclusion,
    }


def demo_pdf(text: str) -> bytes:
    """A one-page PDF that says it is a demo's paper; ASCII only, for it carries no font."""
    shown = text.encode("ascii", "ignore").decode().replace("(", "").replace(")", "")
    stream = f"BT /F1 18 Tf 72 720 Td (Demo document {shown}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    )
