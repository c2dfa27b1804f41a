"""What brings issues together: merging at home, and twin files across localities (rulebook §2)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from coordination.hanging import forget_hanging
from coordination.models import Follower, Issue, Share, Twin
from coordination.numbering import PREFIXES
from workflows.machines.base import Move
from workflows.refusals import Incomplete
from workflows.registry import applies, effect

_CODE = re.compile(rf"{PREFIXES['issue']}-(?P<place>[A-Z]{{2,4}})-\d{{4}}-\d{{4,}}")


@applies("issue", "merge")
def merge_target_named(move: Move) -> None:
    move.record.merged_into = Issue.objects.get(ref=move.data["target"])


@effect("issue", "merge")
def reporters_follow(move: Move) -> None:
    """Reporters and followers follow the target, with those of whatever was merged before."""
    issue: Issue = move.record
    target = issue.merged_into
    assert target is not None
    people = {issue.author.person_id} | set(issue.followers.values_list("person_id", flat=True))
    for person_id in people:
        Follower.objects.get_or_create(issue=target, person_id=person_id)
    forget_hanging(target.pk)
    # Its own unit reads the target as the unit of a merged file; theirs is one file further away.
    for earlier in issue.merged_before():
        if earlier.unit_id != target.unit_id:
            Share.objects.get_or_create(issue=target, organisation_id=earlier.unit_id)


@applies("issue", "name_twin")
def twin_named(move: Move) -> None:
    """Keep the code as it is known from outside; whether there is such a file is not looked up (ADR 0008)."""
    issue: Issue = move.record
    code = clean_twin_code(str(move.data.get("code") or ""), issue)
    _twin, fresh = Twin.objects.get_or_create(
        issue=issue,
        other_code=code,
        defaults={"named_by_id": move.by.seat_id or 0, "named_at": move.at},
    )
    if not fresh:
        raise Incomplete({"code": _("%(code)s is named as a twin already.") % {"code": code}})
    move.data = {"twin": code}


def clean_twin_code(given: str, issue: Issue) -> str:
    """The code in its one spelling; raises ``Incomplete``. Only its shape is looked at."""
    code = "".join(given.split()).upper()
    shape = _CODE.fullmatch(code)
    if shape is None or len(code) > Twin._meta.get_field("other_code").max_length:  # type: ignore[operator]
        raise Incomplete({"code": _("Give the code of the other file, such as VM-BPC-2026-0001.")})
    if shape["place"] == issue.home.mnemonic:
        raise Incomplete(
            {
                "code": _(
                    "%(code)s is a file of your own locality: merge the two, or put them on one submission."
                )
                % {"code": code}
            }
        )
    return code


@applies("issue", "forget_twin")
def twin_forgotten(move: Move) -> None:
    """Take back what was named; the event keeps that it was."""
    code = str(move.data.get("code") or "")
    gone, _rows = Twin.objects.filter(issue=move.record, other_code=code).delete()
    if not gone:
        raise Incomplete({"code": _("This code is not named as a twin.")})
    move.data = {"twin": code}
