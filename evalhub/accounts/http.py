"""Requests of people who are signed in, for type checkers."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from evalhub.accounts.models import User


class MemberRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User
    htmx: HtmxDetails
