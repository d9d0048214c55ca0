"""Single sign-on by OpenID Connect: who comes in, as whom, and over which hosts EvalHub asks the provider."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from requests import PreparedRequest, Response, Session
from requests.exceptions import RequestException

from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction, Role
from evalhub.accounts.models import Membership, Team, User
from evalhub.connections.endpoint import allowed_hosts
from evalhub.connections.hosts import AllowedHosts, HostRefused
from evalhub.core.errors import NotAllowed, UpstreamError

_SECONDS = 10


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Lets in whom the provider vouches for: a verified address of an allowed domain."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link the provider's account to the one with the same verified address; refuse who may not come in."""
        email = _verified_email(sociallogin)
        if email is None:
            _refuse(
                request,
                "email_not_verified",
                "The provider does not say that your e-mail address is verified; verify it there, then sign in again.",
            )
        elif not _is_allowed(email):
            _refuse(request, "domain_not_allowed", f"Addresses of {email.partition('@')[2]} do not sign in here.")
        elif not sociallogin.is_existing and sociallogin.state.get("process") != AuthProcess.CONNECT:
            self._link(request, sociallogin, email)

    def _link(self, request: HttpRequest, sociallogin: SocialLogin, email: str) -> None:
        known = User.objects.filter(email=email).first()
        if known is not None:
            sociallogin.connect(request, known)
        elif not self.is_open_for_signup(request, sociallogin):
            _refuse(request, "account_unknown", f"Nobody has an account with {email}; ask your team for an invitation.")

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return bool(settings.EVALHUB_OIDC_TEAM)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.email = user.email.lower()
        user.name = str(data.get("name") or user.email)[:150]
        return user

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:  # noqa: ANN401
        """Make a newcomer's account and take it into the team that the environment names."""
        user: User = super().save_user(request, sociallogin, form)
        team = Team.objects.get(slug=settings.EVALHUB_OIDC_TEAM)
        membership = Membership.objects.create(team=team, user=user, role=Role(settings.EVALHUB_OIDC_ROLE))
        changes = {"role": [None, membership.role]}
        record(team=team, by=user, action=AuditAction.ADDED, subject=membership, changes=changes)
        return user

    def get_requests_session(self) -> Session:
        issuer = urlsplit(settings.EVALHUB_OIDC_ISSUER).netloc
        return _HouseSession(AllowedHosts((*allowed_hosts().entries, issuer)))


class _HouseSession(Session):
    """Asks allowed hosts alone, follows nobody elsewhere, and waits for nobody long."""

    def __init__(self, hosts: AllowedHosts) -> None:
        super().__init__()
        self.hosts = hosts

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        try:
            self.hosts.check_address_of(str(request.url))
        except HostRefused as refused:
            raise UpstreamError("provider_not_allowed", refused.message) from refused
        try:
            return super().send(request, **options | {"timeout": _SECONDS, "allow_redirects": False})
        except RequestException as error:
            sentence = (
                f"The provider of single sign-on at {urlsplit(str(request.url)).netloc} cannot be reached; try later."
            )
            raise UpstreamError("provider_unreachable", sentence) from error


def _verified_email(sociallogin: SocialLogin) -> str | None:
    verified = [address.email.lower() for address in sociallogin.email_addresses if address.verified]
    return verified[0] if verified else None


def _is_allowed(email: str) -> bool:
    domains = [domain.lower() for domain in settings.EVALHUB_OIDC_DOMAINS]
    return not domains or email.partition("@")[2] in domains


def _refuse(request: HttpRequest, code: str, sentence: str) -> None:
    error = NotAllowed(code, sentence)
    raise ImmediateHttpResponse(render(request, "error.html", {"error": error}, status=error.status))
