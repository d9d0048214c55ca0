"""What every view of this vendor's API stands on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from evalhub.accounts.models import ApiKey
from evalhub.api.auth import ApiKeyAuthentication
from evalhub.api.base import ApiView
from evalhub.core.errors import NotFound
from evalhub.facades.gradient.account import Account
from evalhub.facades.gradient.errors import error_response
from evalhub.facades.negotiation import AlwaysJson


class GradientView(ApiView):
    """A view for programs alone: people who are signed in have pages."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = (ApiKeyAuthentication,)
    content_negotiation_class = AlwaysJson
    schema = None  # described in its vendor's documentation, not in ours

    def get_exception_handler(self) -> Callable[..., Any]:
        return error_response

    @cached_property
    def account(self) -> Account:
        return Account(self.person, cast(ApiKey, self.request.auth))

    def body(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """What was sent, checked; only what was given. Raises `ValidationError`."""
        asked = shape(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return {name: value for name, value in asked.validated_data.items() if value is not None}


class UnknownAddress(GradientView):
    """Answers every address that leads nowhere, in the shape of all errors."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("address_unknown", f"There is nothing at {request.path}.")
