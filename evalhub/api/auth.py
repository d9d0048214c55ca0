"""How programs come in: by an API key in the `Authorization` header."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from evalhub.accounts.models import ApiKey, User
from evalhub.accounts.services import use_api_key


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>` comes in as the key's person, held to the key's team, project and role."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = use_api_key(secret.strip())
        if key is None:
            raise AuthenticationFailed(
                "This API key is unknown, expired or revoked; make a new one on the page of your team.", "key_unknown"
            )
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="EvalHub"'
