"""What EvalHub decides differently from django-allauth."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation or by an admin, never by a stranger."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "No account here has this e-mail address with this password. Check both.",
        "enter_current_password": "This is not your current password; enter the one you sign in with.",
        "incorrect_password": "This is not your password; enter the one you sign in with.",
        "too_many_login_attempts": "Too many failed tries for this address. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
