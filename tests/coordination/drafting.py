"""Drafts of submissions, saved as the focal officer and a colleague save them."""

from __future__ import annotations

from typing import Any

from coordination.actions.submissions import save_draft
from coordination.models import Person, Seat, Submission
from tests.people import body, person
from tests.story import Story
from workflows import engine

OFFICER, COLLEAGUE = "binhduong.skhdt.officer", "binhduong.skhdt.colleague"


def a_colleague() -> Person:
    """A second officer of the same focal point."""
    one = Person.objects.create(username=COLLEAGUE, full_name="Lê Thị Đồng Nghiệp")
    Seat.objects.create(
        person=one,
        organisation=body("binhduong.skhdt"),
        level=Seat.Level.OFFICER,
        title="Chuyên viên",
        valid_from="1997-01-01",
    )
    return one


def in_triage(count: int) -> list[Story]:
    stories = [Story(title=f"Hồ sơ {number}") for number in range(count)]
    for one in stories:
        one.to("triage")
    return stories


def rows(stories: list[Story], **changed: str) -> list[dict[str, str]]:
    """Each issue with its route; ``changed`` by number, as in ``_1="council"``."""
    return [
        {"issue": one.issue.ref, "route": changed.get(f"_{number}", "bilateral"), "ground": ""}
        for number, one in enumerate(stories)
    ]


def save(stories: list[Story], *, by: str = OFFICER, **given: Any) -> Submission:
    """Save a draft of these issues; ``ref`` and ``read`` where there is one already."""
    data = {
        "ref": engine.new_ref(),
        "read": "",
        "subject": "Tờ trình chung",
        "content": "Kính trình.",
        **given,
    }
    data.setdefault("items", rows(stories))
    save_draft(by=person(by), at=stories[0].at, **data)
    for one in stories:
        one.refreshed()
    return Submission.objects.get(ref=data["ref"])


def again(draft: Submission, stories: list[Story], **given: Any) -> Submission:
    """Save it once more by somebody who has read it as it stands."""
    as_read = {"ref": draft.ref, "read": draft.digest(), "subject": draft.subject, "content": draft.content}
    return save(stories, **{**as_read, **given})
