"""django-allauth's forms in the words of this house; what they do stays theirs."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms

from evalhub.accounts.forms import CHOOSING_WELL

_NEW_PASSWORD = {"password1": "New password", "password2": "New password once more"}


class _OwnWords:
    """Says its labels; the placeholders that repeated them go."""

    labels: ClassVar[dict[str, str]] = {}
    help_texts: ClassVar[dict[str, str]] = {"password1": CHOOSING_WELL}
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(name, field.help_text)
            field.widget.attrs.pop("placeholder", None)


class _Code(_OwnWords):
    """A code is of digits, and the one thing to enter on its page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}


class LoginForm(_OwnWords, account_forms.LoginForm):
    labels: ClassVar[dict[str, str]] = {"login": "E-mail"}


class ResetPasswordForm(_OwnWords, account_forms.ResetPasswordForm):
    labels: ClassVar[dict[str, str]] = {"email": "E-mail"}


class ResetPasswordKeyForm(_OwnWords, account_forms.ResetPasswordKeyForm):
    labels: ClassVar[dict[str, str]] = _NEW_PASSWORD


class ChangePasswordForm(_OwnWords, account_forms.ChangePasswordForm):
    labels: ClassVar[dict[str, str]] = {"oldpassword": "Current password", **_NEW_PASSWORD}


class SetPasswordForm(_OwnWords, account_forms.SetPasswordForm):
    labels: ClassVar[dict[str, str]] = _NEW_PASSWORD


class ReauthenticateForm(_OwnWords, account_forms.ReauthenticateForm):
    """Asks for the password once more."""


class CodeForm(_Code, mfa_forms.AuthenticateForm):
    """Asks for the second factor at sign-in."""


class CodeAgainForm(_Code, mfa_forms.ReauthenticateForm):
    """Asks for the second factor before something that matters."""


class ActivateTOTPForm(_Code, totp_forms.ActivateTOTPForm):
    labels: ClassVar[dict[str, str]] = {"code": "Code that the app shows"}
