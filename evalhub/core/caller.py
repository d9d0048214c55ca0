"""Who stands at which door while a request is answered: what writes need to know of it without being told."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Caller:
    """The path that was asked for, and the address that asked, where it is known."""

    path: str
    address: str | None


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


def current_caller() -> Caller | None:
    """Whose request is being answered; None in a worker and on the command line."""
    return _caller.get()


class CallerMiddleware:
    """Remembers the caller for as long as the request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _caller.set(Caller(request.path, get_client_ip(request)))
        try:
            return self.get_response(request)
        finally:
            _caller.reset(token)
