"""A meeting of two or three localities about one or two issues, brought to where a test begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from coordination.models import Issue, Meeting
from tests.people import body, locality, person
from tests.story import Story
from workflows import audit, engine
from workflows.models import Event, WorkItem

HOME_HEAD, HOME_OFFICER = "binhduong.skhdt.head", "binhduong.skhdt.officer"
OTHER_HEAD, OTHER_OFFICER = "dongnai.skhdt.head", "dongnai.skhdt.officer"
THIRD_HEAD, THIRD_OFFICER = "tphcm.skhdt.head", "tphcm.skhdt.officer"


@dataclass
class MeetingStory:
    """``story`` carries the clock and the first issue; ``second`` is the other issue, if any."""

    story: Story
    second: Story | None = None

    @property
    def meeting(self) -> Meeting:
        """The meeting as it stands in the database."""
        return self.story.meeting

    @property
    def issues(self) -> list[Issue]:
        """The issues as they stand in the database."""
        stories = [self.story, *([self.second] if self.second else [])]
        return [Issue.objects.get(pk=one.issue.pk) for one in stories]

    def do(self, step: str, data: dict[str, Any] | None = None, *, by: str, **keywords: Any) -> Event:
        """A step on the meeting, an hour later."""
        return self.story.do(step, data, on=self.meeting, by=by, **keywords)

    def amend(self, changes: dict[str, Any], *, by: str, **keywords: Any) -> Event | None:
        """An amendment of the meeting, an hour later."""
        self.story.at += timedelta(hours=1)
        return engine.amend(self.meeting, changes, by=person(by), at=self.story.at, **keywords)

    def slot(self, days: int, place: str = "Trụ sở UBND tỉnh Bình Dương") -> dict[str, str]:
        """A time to propose, so many days ahead."""
        return {"starts_at": (self.story.at + timedelta(days=days)).isoformat(), "place": place}

    def slots(self) -> list[Any]:
        """The times that stand."""
        return list(self.meeting.slots.filter(current=True))

    def answers(self) -> dict[str, str]:
        """Locality → its answer, of the invited sides."""
        sides = self.meeting.other_sides().select_related("locality")
        return {side.locality.slug: side.answer for side in sides}

    def holders(self) -> set[str]:
        """Whose turn it is."""
        items = WorkItem.objects.filter(
            machine="meeting", record_id=self.meeting.pk, finished__isnull=True
        ).exclude(holder="")
        return set(items.values_list("holder", flat=True))

    def invited(self, *days: int) -> MeetingStory:
        """Invited to times so many days ahead."""
        self.do("invite", {"slots": [self.slot(day) for day in days or (7,)]}, by=HOME_HEAD)
        return self

    def scheduled(self) -> MeetingStory:
        """Every invited side has accepted the one time proposed."""
        self.invited()
        for side in self.meeting.other_sides().select_related("locality"):
            self.do("accept_slot", by=f"{side.locality.slug}.skhdt.officer")
        assert self.meeting.state == "scheduled"
        return self

    def shared(self, points: list[dict[str, Any]] | None = None) -> MeetingStory:
        """Held, and the minutes sent to all sides."""
        if self.meeting.state == "proposed":
            self.scheduled()
        self.do("record_held", by=HOME_OFFICER)
        self.do("share_minutes", {"points": points} if points else None, by=HOME_OFFICER)
        return self

    def digest(self) -> str:
        """The digest of the minutes as they stand."""
        return audit.digest(self.meeting.material())

    def confirm(self, *heads: str) -> None:
        """These heads confirm the minutes as they stand."""
        for head in heads:
            self.do("confirm_minutes", by=head)

    def promise(
        self, side: str = "dongnai", work: str = "Bàn giao mặt bằng", days: int = 60
    ) -> dict[str, Any]:
        """A commitment of a side, as a point of the minutes plans it."""
        return {
            "locality": locality(side).pk,
            "lead": body(f"{side}.gtvt").pk,
            "coordinators": [],
            "work": work,
            "due_on": (self.story.at + timedelta(days=days)).date().isoformat(),
            "money": "",
            "product": "Biên bản bàn giao",
        }

    def point(
        self, text: str, *promises: dict[str, Any], agreed: bool = True, issue: int = 0
    ) -> dict[str, Any]:
        """A point of the minutes."""
        return {
            "issue": self.issues[issue].ref,
            "text": text,
            "agreed": agreed,
            "commitments": list(promises),
        }


def two_localities() -> MeetingStory:
    """A meeting in preparation of Bình Dương and Đồng Nai about one issue."""
    story = Story()
    story.to("bilateral")
    return MeetingStory(story)


def three_localities() -> MeetingStory:
    """A meeting in preparation of Bình Dương, Đồng Nai and TP.HCM about one issue."""
    story = Story()
    with_third(story)
    story.to("bilateral")
    return MeetingStory(story)


def two_issues() -> MeetingStory:
    """A meeting in preparation of Bình Dương and Đồng Nai about two issues."""
    story = Story()
    story.to("bilateral")
    second = Story(title="Suối Siệp", at=story.at)
    second.to("awaiting_committee")
    second.do("approve_bilateral", {"meeting": story.meeting.code})
    story.at = second.at
    return MeetingStory(story, second)


def with_third(story: Story) -> None:
    """TP.HCM is affected too."""
    third = {"locality": locality("tphcm").pk, "role": "affected", "situation": "Hiện trạng tphcm"}
    sides = [*story.content()["localities"], third]
    engine.amend(story.issue, {"localities": sides}, by=person(f"{story.unit}.officer"), at=story.at)
    story.refreshed()
