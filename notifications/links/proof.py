"""Recent proof: a link is enough to decide only for who showed lately that they are who they are.

For how many hours a proof of this session counts is the policy of the record's locality (rulebook
§2). After that one is given with the decision, so that nothing of what was typed is lost: a passkey
first, then a code of the authenticator app, then the password. The password is asked only of who has
set up neither, for nobody may fall back to the weaker.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.base.internal.flows import check_rate_limit, post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.links import limits
from workflows.machines.base import Machine
from workflows.policies import policy_for
from workflows.refusals import Refusal
from workflows.registry import registry

PROVED_AT = "proved_at"
PROVED_BY = "proved_by"
PASSKEY, CODE, RECOVERY, PASSWORD, RECENT = "passkey", "totp", "recovery_code", "password", "recent"
# What reading an answer of nobody's browser may end in; allauth looks for two of them.
MALFORMED = (LookupError, AttributeError, TypeError, ValueError, struct.error)
# What a form sends for each kind, apart from whose form it is.
FIELDS = ("credential", "code", "password")
_METHODS = {
    Authenticator.Type.WEBAUTHN: PASSKEY,
    Authenticator.Type.TOTP: CODE,
    Authenticator.Type.RECOVERY_CODES: RECOVERY,
}
# A code of the app is right for three periods of 30 seconds (MFA_TOTP_TOLERANCE).
_CODE_SECONDS = 120


class ProofTooOld(Refusal):
    """The last proof is too long ago to decide by a link, and no new one came with the decision."""

    code = "proof_too_old"
    status = 403
    text = _("You showed who you are more than %(hours)d hours ago: do so again with the decision.")


class ProofTooWeak(Refusal):
    """The session began with the password alone, and the person has something stronger."""

    code = "proof_too_weak"
    status = 403
    text = _("You have set up more than a password: confirm with it that it is you who decides.")


class WrongProof(Refusal):
    """What was given does not prove who it is."""

    code = "wrong_proof"
    status = 403
    text = _("This does not show that it is you: %(why)s")


@dataclass(frozen=True)
class Ways:
    """The kinds of proof a person has. The password counts where there is no other."""

    passkey: bool
    code: bool
    recovery: bool

    @property
    def strong(self) -> bool:
        return self.passkey or self.code

    @property
    def password(self) -> bool:
        return not self.strong


class PasskeyAnswer:
    """For forms of allauth: an answer that no browser would send is wrong, and no fault of ours."""

    def clean_credential(self) -> Authenticator:
        """The authenticator that answered; raises ``ValidationError``."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyProof(PasskeyAnswer, AuthenticateWebAuthnForm):
    """The answer of one of a known person's passkeys."""


def ways(person: Any) -> Ways:
    """What this person has set up."""
    kinds = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    kind = Authenticator.Type
    return Ways(kind.WEBAUTHN in kinds, kind.TOTP in kinds, kind.RECOVERY_CODES in kinds)


@receiver(user_logged_in)
def remember(request: HttpRequest, user: Any, **_signal: Any) -> None:
    """Note in the session that the person has just proved who they are, and by what."""
    records = get_authentication_records(request, user)
    kind = records[-1].get("type", "") if records else ""
    _note(request, _METHODS.get(kind, PASSWORD))


def is_asked(request: HttpRequest, records: list[Machine], *, at: datetime) -> bool:
    """Whether deciding on one of these records by a link needs a proof now."""
    return any(is_old(request, record, at=at) for record in records) or _is_weak(request)


def is_old(request: HttpRequest, record: Machine, *, at: datetime) -> bool:
    """Whether the last proof of this session is older than the locality of the record allows."""
    return at.timestamp() - request.session.get(PROVED_AT, 0) > _lasts(record, at).total_seconds()


def check(request: HttpRequest, record: Machine, *, at: datetime) -> str:
    """Let a recent proof or a new one pass; returns by what, for the trail.

    That is ``passkey``, ``totp`` or ``password`` where it came with the decision, else ``recent``.
    Raises ``ProofTooOld``, ``ProofTooWeak`` or ``WrongProof``.
    """
    old = is_old(request, record, at=at)
    if not old and not _is_weak(request):
        return RECENT
    if any(request.POST.get(field) for field in FIELDS):
        return prove(request)
    if old:
        raise ProofTooOld(hours=_lasts(record, at) // timedelta(hours=1))
    raise ProofTooWeak


def prove(request: HttpRequest, *, recovery: bool = False) -> str:
    """Take the proof that came with this request of somebody signed in; returns its kind.

    It is noted in the session, and as a re-authentication. ``recovery`` lets a recovery code pass
    for a code of the app. Raises ``WrongProof``.
    """
    person: Any = request.user
    have = ways(person)
    given = {field: request.POST.get(field, "") for field in FIELDS}
    try:
        if given["credential"] and have.passkey:
            method = _by_passkey(request, person, given["credential"])
        elif given["code"] and (have.code or recovery):
            authenticator = check_code(person, given["code"], recovery=recovery)
            post_authentication(request, authenticator, reauthenticated=True)
            method = _METHODS[Authenticator.Type(authenticator.type)]
        elif given["password"] and have.password:
            method = _by_password(request, person, given["password"])
        else:
            raise WrongProof(why=_missing(have))
    except ValidationError as error:
        raise WrongProof(why=" ".join(error.messages)) from error
    _note(request, method)
    return method


def check_code(person: Any, code: str, *, recovery: bool) -> Authenticator:
    """The authenticator whose code this is; a code passes once. Raises ``ValidationError``."""
    kinds = [Authenticator.Type.TOTP, *([Authenticator.Type.RECOVERY_CODES] if recovery else [])]
    right = check_rate_limit(person)
    for authenticator in Authenticator.objects.filter(user=person, type__in=kinds).order_by("-type"):
        if authenticator.wrap().validate_code(code) and _is_first(person, code):
            right()
            return authenticator
    raise get_adapter().validation_error("incorrect_code")


def _is_first(person: Any, code: str) -> bool:
    """allauth forgets a used code after one period; ours are accepted for three."""
    digits = "".join(sign for sign in code if sign.isalnum())
    return limits.first_time("code of the app", f"{person.pk} {digits}", _CODE_SECONDS)


def _by_passkey(request: HttpRequest, person: Any, credential: str) -> str:
    form = PasskeyProof(user=person, data={"credential": credential})
    if not form.is_valid():
        problem = form.errors.as_data()["credential"][0]
        if problem.code == "too_many_login_attempts":
            raise problem
        raise ValidationError(_("this passkey was not accepted."))
    post_authentication(request, form.cleaned_data["credential"], reauthenticated=True)
    return PASSKEY


def _by_password(request: HttpRequest, person: Any, password: str) -> str:
    if not get_adapter(request).reauthenticate(person, password):
        raise ValidationError(_("the password is not right."))
    reauthenticate_by_password(request)
    return PASSWORD


def _missing(have: Ways) -> str | Promise:
    if have.passkey:
        return _("your passkey was not used.")
    return _("the code of your authenticator app is missing.") if have.code else _("the password is missing.")


def _is_weak(request: HttpRequest) -> bool:
    """Whether only the password was given, and the person has more by now."""
    return request.session.get(PROVED_BY, PASSWORD) == PASSWORD and ways(request.user).strong


def note_new(request: HttpRequest, kind: str) -> None:
    """Who has just set up a passkey or the app has shown it in this session."""
    _note(request, _METHODS[Authenticator.Type(kind)])


def _note(request: HttpRequest, method: str) -> None:
    request.session[PROVED_AT] = timezone.now().timestamp()
    request.session[PROVED_BY] = method


def _lasts(record: Machine, at: datetime) -> timedelta:
    assert registry.scope is not None
    return timedelta(hours=policy_for(registry.scope(record), at)[1]["recent_proof_hours"])
