"""Bringing localities in: from then on they see the shared part (rulebook §5)."""

from __future__ import annotations

from datetime import datetime

from coordination.models import Issue, IssueLocality


def bring_in(issue: Issue, localities: set[int], at: datetime) -> None:
    """Make localities parties to an issue; the home locality always is one."""
    for locality_id in localities - {issue.home_id}:
        side, _created = IssueLocality.objects.get_or_create(
            issue=issue, locality_id=locality_id, defaults={"role": IssueLocality.Role.AFFECTED}
        )
        if side.brought_in_at is None:
            side.brought_in_at = at
            side.save(update_fields=["brought_in_at"])
    issue.forget_sides()
