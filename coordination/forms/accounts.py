"""The forms of signing in and of what proves who one is."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from notifications.links import proof

NAME_MAX = 60


class SignInForm(LoginForm):
    """User name and password; how often one may fail is allauth's count, by the product's adapter."""

    def __init__(self, *args: Any, autofocus: bool = True, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        for name, label in (("login", _("User name")), ("password", _("Password"))):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs["autocapitalize"] = "none"
        if autofocus:
            self.fields["login"].widget.attrs["autofocus"] = True

    def add_prefix(self, field_name: str) -> str:
        """allauth calls the field ``login``; password managers and people know it as ``username``."""
        return super().add_prefix("username" if field_name == "login" else field_name)


class SecondFactorForm(AuthenticateForm):
    """A code of the authenticator app or a recovery code, at sign-in; each passes once."""

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        self.authenticator = proof.check_code(self.user, code, recovery=True)
        return str(code)


class PasskeySignInForm(proof.PasskeyAnswer, LoginWebAuthnForm):
    """The answer of a passkey that says itself whose it is."""


class AuthenticatorAppForm(ActivateTOTPForm):
    """The first code of an app that was just set up."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.fields["code"].label = _("The code that the app shows now")
        del self.fields["code"].widget.attrs["placeholder"]
        self.fields["code"].widget.attrs.update(inputmode="numeric", maxlength="10", autofocus=True)


class PasskeyForm(AddWebAuthnForm):
    """A new passkey: it asks for a fingerprint, a face or a PIN, and it signs in by itself."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.fields["name"] = name_field()
        self.fields["name"].required = False

    def clean(self) -> dict[str, Any]:
        """What the browser made, checked against the challenge; raises ``ValidationError``."""
        try:
            return dict(super().clean())
        except proof.MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyNameForm(forms.Form):
    """What a person calls one of their passkeys."""

    name = forms.CharField(label=_("Name of the passkey"), max_length=NAME_MAX)


def name_field() -> forms.CharField:
    """What a person calls a passkey, to tell it from their others."""
    return forms.CharField(
        label=_("Name of the passkey"),
        max_length=NAME_MAX,
        help_text=_("So that you tell it from your others: “My telephone”, “Key at the office”."),
    )


class NewPasswordForm(SetPasswordForm):
    """A new password, twice; who it is was proved just before."""
