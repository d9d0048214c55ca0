"""The second factor: its secrets kept encrypted, and members led to set it up where their team asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from evalhub.accounts.models import Membership, User
from evalhub.core import crypto

# Reached without it: setting it up, and signing out.
_OPEN = ("/accounts/", "/healthz", "/readyz")
# The parts of an authenticator's data that are secret; other kinds hold public keys.
_SECRET_PARTS = ("secret", "seed")


class MfaAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors as connections' keys are kept."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Codes change every half minute and work once; enter the next one.",
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text.encode())

    def get_totp_issuer(self) -> str:
        return "EvalHub"


class AuthenticationBackend(AllauthBackend):
    """Signs in by e-mail; finds the person of a session together with whether they owe a second factor."""

    def get_user(self, user_id: int) -> User | None:
        asked = Membership.objects.filter(user=OuterRef("pk"), team__requires_second_factor=True)
        known = Authenticator.objects.filter(user=OuterRef("pk"))
        people = User.objects.annotate(owes_second_factor=Exists(asked) & ~Exists(known))
        user = people.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class SecondFactorRequired:
    """Leads who owes a second factor to the page that sets it up; programs with a key have no session and pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        if request.path.startswith(_OPEN) or not getattr(request.user, "owes_second_factor", False):
            return None
        messages.warning(request, "Your team asks for a second factor. Set it up here, then go on.")
        return redirect("mfa_index")


def rotate_secrets() -> int:
    """Encrypt the secrets of all second factors again with the first key; gives their number.

    The caller holds a transaction.
    """
    authenticators = list(Authenticator.objects.select_for_update())
    for authenticator in authenticators:
        for part in _SECRET_PARTS:
            if sealed := authenticator.data.get(part):
                authenticator.data[part] = crypto.rotate(sealed.encode()).decode()
    Authenticator.objects.bulk_update(authenticators, ["data"], batch_size=500)
    return len(authenticators)
