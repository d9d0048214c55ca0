"""What EvalHub decides differently from django-allauth."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation or by an admin, never by a stranger."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
