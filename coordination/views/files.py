"""Files: served through the visibility rule, to be saved, never to be shown inside our pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_safe

from coordination.queries.files import get_file_for
from coordination.views.records import person_of


@login_required
@require_safe
def file(request: HttpRequest, pk: int) -> FileResponse:
    """One attachment, as a download. Raises ``NotVisible`` where it has not reached the reader."""
    attachment = get_file_for(person_of(request), pk, timezone.now())
    answer = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    # Should a browser show it all the same, then without scripts and as of another origin.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
