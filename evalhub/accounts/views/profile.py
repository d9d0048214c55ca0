"""The page about one's own account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from evalhub.accounts.forms import ProfileForm
from evalhub.accounts.http import MemberRequest
from evalhub.core.htmx import render_page


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: MemberRequest) -> HttpResponse:
    """One's name and teams; a POST changes the name."""
    form = ProfileForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        request.user.rename(form.cleaned_data["name"])
        messages.success(request, f"You are called {request.user} now.")
        return redirect("accounts:profile")
    memberships = request.user.memberships.select_related("team").order_by("team__name")
    return render_page(request, "accounts/profile.html", form=form, memberships=memberships)
