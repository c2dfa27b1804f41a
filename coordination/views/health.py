"""Whether the process lives. Whether it can work is another question, with its own address."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answers without asking the database: a slow one must not get the process killed."""
    return HttpResponse("ok", content_type="text/plain")
