"""What a page asks for while it proves who somebody is."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST


@require_POST
def passkey_options(request: HttpRequest) -> JsonResponse:
    """A challenge for one of the signed-in person's passkeys; the session keeps it, for one answer."""
    person: Any = request.user
    if not person.is_authenticated:
        return JsonResponse({}, status=403)
    return JsonResponse(begin_authentication(person))
