"""The draft of a submission, saved as one thing though it stands on several issues."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from coordination.models import Issue, Person, Submission
from coordination.needs.submissions import check_draft_read
from workflows import engine
from workflows.refusals import Forbidden


def save_draft(
    *,
    by: Person,
    at: datetime,
    ref: str,
    read: str,
    subject: str,
    content: str,
    items: Iterable[dict[str, str]],
) -> None:
    """Save the draft ``ref``, or begin it; without ``items`` it is recalled.

    ``items`` name each issue (``issue``, a ref) with its ``route`` and ``ground``, which may still be
    open. ``read`` is the digest of the draft that the person had before them ("" for a new one).
    Raises ``Stale`` where somebody saved since, ``Incomplete`` for what cannot be carried,
    ``NotYours``, and ``Forbidden`` while all its issues are out for opinions. Each issue concerned
    gets its own amendment (rulebook §2).
    """
    rows = list(items)
    draft = Submission.objects.filter(ref=ref).first()
    if draft is not None:
        # Where no issue of it is left in triage, who proposed it is a better answer than the rule.
        check_draft_read(draft, read)
    concerned = [item.issue for item in draft.drafted()] if draft else []
    concerned += Issue.objects.filter(ref__in=[row["issue"] for row in rows]).order_by("pk")
    record = next((issue for issue in concerned if issue.state == Issue.State.TRIAGE), None)
    if record is None:
        raise Forbidden(
            "draft_rests",
            _("No issue of this draft is in triage now: it can be changed once one of them is again."),
        )
    engine.amend(
        record,
        {
            "submission": {
                "ref": ref,
                "read": read,
                "subject": subject,
                "content": content,
                "items": rows,
            }
        },
        by=by,
        at=at,
    )
