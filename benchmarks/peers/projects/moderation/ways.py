"""What the Wagtail project can be measured by: one of two moderators approves, the next group's turn begins.

A transition is what Wagtail's own view does with a POST, less the HTTP: is it in moderation, may this person
approve, then the task's own action. Its mails are worded in the transition and go to a backend that drops
them; a second workflow's moderators have no address, and nobody is told.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Group, User
from wagtail.models import GroupApprovalTask, TaskState, Workflow, WorkflowTask

from moderation.models import Issue

PEOPLE = int(os.environ.get("PEER_PEOPLE", "3"))
WORDS = "Đường kết nối qua ranh giới hai tỉnh chưa thống nhất hướng tuyến và thời điểm đầu tư. "


class Refused(Exception):
    """It is not in moderation, or not this person's turn."""


class Way:
    """A snippet in moderation, and the approval of its first task."""

    def __init__(self, name: str, *, told: bool) -> None:
        self._name, self._told = name, told

    @cached_property
    def _author(self) -> User:
        return User.objects.create(username=f"{self._name}.author")

    @cached_property
    def _head(self) -> User:
        return User.objects.get(username=f"{self._name}.head.0")

    @cached_property
    def _workflow(self) -> Any:
        workflow = Workflow.objects.create(name=self._name)
        for order, (seat, size) in enumerate((("head", 1), ("office", PEOPLE))):
            group = Group.objects.create(name=f"{self._name}.{seat}")
            for number in range(size):
                name = f"{group.name}.{number}"
                address = f"{name}@example.com" if self._told else ""
                User.objects.create(username=name, email=address).groups.add(group)
            task = GroupApprovalTask.objects.create(name=group.name)
            task.groups.add(group)
            WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=order)
        return workflow

    def prepare(self) -> int:
        """The id of a snippet whose first task has begun."""
        issue = Issue.objects.create(title=WORDS, proposal=WORDS * 3, live=False)
        issue.save_revision(user=self._author)
        self._workflow.start(issue, self._author)
        return int(issue.pk)

    def ready(self, pk: int) -> Callable[[], None]:
        """The head's POST for that snippet."""
        issue, head = Issue.objects.get(pk=pk), User.objects.get(pk=self._head.pk)
        state = issue.current_workflow_task_state.pk
        return lambda: self._approve(issue, head, state)

    @staticmethod
    def _approve(issue: Any, head: User, state: int) -> None:
        task_state = TaskState.objects.get(pk=state).specific
        task = task_state.task.specific
        if not issue.workflow_in_progress:
            raise Refused
        if "approve" not in {name for name, _, _ in task.get_actions(issue, head)}:
            raise Refused
        task.on_action(task_state, head, "approve")


WAYS = {
    "Wagtail moderation": Way("told", told=True),
    "Wagtail moderation, nobody told": Way("untold", told=False),
}
