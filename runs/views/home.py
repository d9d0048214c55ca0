"""The first page: a card per project."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from evalhub.accounts.access import Right, teams_where
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Team
from evalhub.core.htmx import render_page
from runs.project_cards import project_cards


@require_safe
@login_required
def home(request: MemberRequest) -> HttpResponse:
    cards = project_cards(request.user)
    teams = Team.objects.visible_to(request.user)
    return render_page(
        request,
        "runs/home.html",
        cards=cards,
        has_team=bool(cards) or teams.exists(),
        may_create=teams_where(request.user, Right.CREATE_PROJECT).exists(),
    )
