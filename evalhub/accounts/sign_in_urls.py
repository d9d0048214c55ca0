"""Addresses of signing in: those of django-allauth, less the pages that let people change their own e-mail address.

An address is what invitations and single sign-on know a person by, so nobody gives themselves another one: whoever
put a colleague's there first would be signed in to by that colleague. Their names stay, because allauth asks for them.
"""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.generic import RedirectView

_to_profile = RedirectView.as_view(pattern_name="accounts:profile")

urlpatterns = [
    path("email/", _to_profile, name="account_email"),
    path("confirm-email/", _to_profile, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", RedirectView.as_view(url="/account/"), name="account_confirm_email"),
    path("", include("allauth.urls")),
]
