"""What is typed into a step's form becomes exactly the JSON the engine takes, need by need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import timezone

from coordination.forms.steps import StepForm, step_form
from tests.people import person, seat
from tests.story import Story
from workflows.needs import need_for

pytestmark = pytest.mark.slow

PDF = b"%PDF-1.4 trial"
CONDITIONS = {"countersign", "condition"}

# Machine and state → the steps that are tried there.
STEPS = {
    ("issue", "submitted"): ["accept"],
    ("issue", "triage"): ["request_supplement", "merge", "consult", "propose", "discontinue"],
    ("issue", "awaiting_focal_head"): ["endorse", "settle"],
    ("issue", "committee_office"): ["pass_to_leader"],
    ("issue", "awaiting_committee"): [
        "approve_bilateral",
        "approve_council",
        "approve_central",
        "direct",
    ],
    ("issue", "central"): ["central_returned", "central_concluded"],
    ("issue", "resolved"): ["close"],
    ("opinion", "requested"): ["answer"],
    ("meeting", "proposed"): ["invite"],
    ("meeting", "invited"): ["accept_slot", "counter_propose"],
    ("meeting", "scheduled"): ["ask_reschedule", "record_held"],
    ("meeting", "held"): ["share_minutes"],
    ("meeting", "minutes_shared"): ["confirm_minutes"],
    ("dossier", "screened"): ["schedule"],
    ("dossier", "scheduled"): ["record_conclusion", "refer"],
    ("commitment", "assigned"): ["reassign"],
    ("commitment", "accepted"): ["report"],
}
ROADS: dict[str, list[tuple[str, str]]] = {
    "meeting": [
        ("invite", "invited"),
        ("accept_slot", "scheduled"),
        ("record_held", "held"),
        ("share_minutes", "minutes_shared"),
    ],
    "dossier": [("file", "filed"), ("screen", "screened"), ("schedule", "scheduled")],
    "commitment": [("take_on", "accepted")],
}
PLAIN_WAY = {
    "accept_slot": "dongnai.skhdt.head",
    "take_on": "binhduong.gtvt.officer",
    "screen": "dongnambo.vanphong.officer",
    "schedule": "dongnambo.vanphong.officer",
}


def record_in(story: Story, machine: str, state: str) -> Any:
    """A record of ``machine`` in ``state``, brought there by real steps."""
    if machine == "issue":
        return story.to(state)
    if machine == "opinion":
        story.to("consulting")
        return story.opinion("bgtvt")
    story.to({"meeting": "bilateral", "dossier": "council", "commitment": "implementing"}[machine])
    record = (
        story.issue.commitments.order_by("pk").first() if machine == "commitment" else getattr(story, machine)
    )
    for step, reached in ROADS[machine]:
        if record.state == state:
            break
        if step == "record_held":
            story.at = max(story.at, record.starts_at)
        story.do(step, on=record, by=PLAIN_WAY.get(step, ""))
        record = story.refreshed(record)
        assert record.state == reached
    return record


def needed(story: Story, record: Any, step: str) -> dict[str, Any]:
    """What the step needs, as the engine takes it."""
    offered = story.data_for(step, record)
    names = [
        need_for(word).name
        for word in record.steps()[step].needs
        if need_for(word).kind not in CONDITIONS and not word.startswith("route:")
    ]
    if "target" in names:
        offered["target"] = Story(title="Hồ sơ đích").to("triage").code
    offered["document"] = {
        "number": "12/UBND-KT",
        "dated": "2026-11-02",
        "issuer": "UBND tỉnh Đồng Nai",
        "attachment": None,
    }
    if "ground" in names:
        offered["route"] = "council"
    return {name: offered[name] for name in names}


def typed(data: dict[str, Any]) -> dict[str, Any]:
    """The same as somebody types it into the page's fields."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name in {"submission", "opinion", "session", "conclusion", "document"}:
            found |= {f"{name}_{part}": text for part, text in value.items() if text is not None}
        elif name in {"commitments", "slots", "points"}:
            found |= rows(name, value)
        else:
            found[name] = value
    return found


def rows(prefix: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as the page names their fields, with a spare one that is left blank."""
    found: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(values) + 1}
    for place, row in enumerate(values):
        for name, value in row.items():
            if name == "commitments":
                found |= rows(f"{prefix}-{place}-commitments", value)
            elif name == "starts_at":
                moment = timezone.localtime(datetime.fromisoformat(value))
                found[f"{prefix}-{place}-{name}"] = f"{moment:%Y-%m-%dT%H:%M}"
            elif value is not False:
                found[f"{prefix}-{place}-{name}"] = value
    return found


def posted(fields: dict[str, Any], prefix: str = "") -> QueryDict:
    """The fields as a browser sends them."""
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        full = f"{prefix}-{name}" if prefix else name
        query.setlist(full, [str(one) for one in value] if isinstance(value, list) else [str(value)])
    return query


def form_of(story: Story, record: Any, step: str, fields: dict[str, Any] | None, prefix="") -> StepForm:
    """The form of a step for the officer of the home focal point."""
    files = {
        f"{prefix}-document_file" if prefix else "document_file": SimpleUploadedFile("cong-van.pdf", PDF)
    }
    return step_form(
        record,
        record.steps()[step],
        person("binhduong.skhdt.officer"),
        at=story.at,
        data=posted(fields, prefix) if fields is not None else None,
        files=files if fields is not None else None,
        prefix=prefix,
    )


def same_moments(data: dict[str, Any]) -> dict[str, Any]:
    """Slots as moments: their text may name another offset."""
    if "slots" in data:
        moments = [{**row, "starts_at": datetime.fromisoformat(row["starts_at"])} for row in data["slots"]]
        return {**data, "slots": moments}
    return data


@pytest.mark.parametrize("machine, state", STEPS, ids=lambda word: word)
def test_what_is_typed_is_what_the_engine_takes(story, machine, state):
    record = record_in(story, machine, state)
    for step in STEPS[machine, state]:
        data = needed(story, record, step)
        form = form_of(story, record, step, typed(data) | {"expected_version": record.version})
        assert form.is_valid(), (step, form.errors, [part.problems for part in form.parts])
        assert same_moments(form.step_data()) == same_moments(data), step
        assert form.version_read == record.version


def test_a_prefix_keeps_two_forms_of_one_page_apart(story):
    issue = story.to("awaiting_committee")
    data = needed(story, issue, "direct")
    form = form_of(story, issue, "direct", typed(data), prefix="one-direct")
    assert form.is_valid(), form.errors
    assert form.step_data() == data
    assert not form_of(story, issue, "direct", {}, prefix="two-direct").is_valid()


def test_nothing_typed_is_told_field_by_field_and_what_was_typed_stays(story):
    issue = story.to("awaiting_committee")
    fields = {"directive": "Giao các sở.", "commitments-TOTAL_FORMS": 2, "commitments-0-work": "Bàn giao"}
    form = form_of(story, issue, "direct", fields)
    assert not form.is_valid()
    commitments = form.parts[1]
    assert commitments.problems
    assert set(commitments.rows.rows[0].errors) == {"locality", "lead", "due_on"}
    assert not commitments.rows.rows[1].errors, "a blank row is no row"
    assert commitments.rows.rows[0]["work"].value() == "Bàn giao"
    assert form["directive"].value() == "Giao các sở."


def test_problems_of_the_engine_find_their_field_also_where_the_need_is_a_list(story):
    issue = story.to("awaiting_committee")
    form = form_of(story, issue, "direct", typed(needed(story, issue, "direct")))
    assert form.is_valid()
    for need in ("directive", "commitments", "nowhere"):
        form.add_error(need, f"sentence {need}")
    assert form.errors["directive"] == ["sentence directive"]
    assert form.parts[1].problems == ["sentence commitments"]
    assert form.non_field_errors() == ["sentence nowhere"]


def test_going_above_needs_a_ground_and_a_meeting_does_not(story):
    issue = story.to("triage")
    data = typed(needed(story, issue, "propose")) | {"ground": ""}
    assert "ground" in form_of(story, issue, "propose", data | {"route": "council"}).errors
    assert form_of(story, issue, "propose", data | {"route": "bilateral"}).is_valid()


def test_other_issues_of_mine_can_go_on_the_same_submission(story):
    other = Story(title="Suối Siệp").to("triage")
    issue = story.to("triage")
    data = typed(needed(story, issue, "propose"))
    with_other = {f"with_{other.ref}": "on"}
    form = form_of(story, issue, "propose", data | with_other)
    assert f"with_{other.ref}_route" in form.errors
    chosen = with_other | {f"with_{other.ref}_route": "council", f"with_{other.ref}_ground": "policy"}
    form = form_of(story, issue, "propose", data | chosen)
    assert form.is_valid(), form.errors
    assert form.step_data()["submission"]["with"] == [
        {"issue": other.ref, "route": "council", "ground": "policy"}
    ]


def test_a_submission_is_drafted_from_the_issue_in_vietnamese(story):
    issue = story.to("triage")
    form = form_of(story, issue, "propose", None)
    assert issue.title[1:] in form["submission_subject"].value()
    content = form["submission_content"].value()
    assert issue.proposal in content
    assert "Hiện trạng dongnai" in content


def test_only_those_who_fit_are_offered(story):
    issue = story.to("committee_office")
    offered = {pk for pk, _label in form_of(story, issue, "pass_to_leader", None).fields["decider"].choices}
    assert offered == {"", seat("binhduong.ubnd.head").pk, seat("binhduong.ubnd.deputy").pk}


def test_minutes_under_dispute_are_offered_again_as_they_stood(story):
    meeting = record_in(story, "meeting", "minutes_shared")
    story.do("dispute_minutes", on=meeting, by="dongnai.skhdt.head")
    form = form_of(story, story.refreshed(meeting), "share_minutes", None)
    point = form.parts[0].rows.rows[0]
    assert point["text"].value() == "Thống nhất bàn giao mặt bằng."
    assert [row["work"].value() for row in point.commitments][:2] == [
        "Bàn giao mặt bằng phía binhduong",
        "Bàn giao mặt bằng phía dongnai",
    ]


def test_a_commitment_under_an_open_point_is_refused(story):
    meeting = record_in(story, "meeting", "held")
    points = needed(story, meeting, "share_minutes")["points"]
    form = form_of(story, meeting, "share_minutes", typed({"points": [{**points[0], "agreed": False}]}))
    assert not form.is_valid()
    assert "agreed" in form.parts[0].rows.rows[0].errors
