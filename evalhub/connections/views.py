"""Pages about a team's connections to model endpoints."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Team
from evalhub.connections import services
from evalhub.connections.endpoint import endpoint_of
from evalhub.connections.forms import ConnectionEditForm, ConnectionForm
from evalhub.connections.models import Connection
from evalhub.connections.probe import probe
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@login_required
def connection_list(request: MemberRequest, team_slug: str) -> HttpResponse:
    """What the team can ask; every member may see it, without keys."""
    team = _team(request, team_slug)
    return render_page(
        request,
        "connections/connection_list.html",
        team=team,
        connections=team.connections.in_use(),
        archived=team.connections.exclude(archived_at=None),
        may_configure=may(request.user, Right.CONFIGURE, team),
    )


@require_http_methods(_GET_OR_POST)
@login_required
def connection_create(request: MemberRequest, team_slug: str) -> HttpResponse:
    team = _team(request, team_slug)
    require_right(request.user, Right.CONFIGURE, team)
    form = ConnectionForm(request.POST or None)
    if request.method == "POST":
        made = saved(form, lambda: _create(request, team, form))
        if made:
            messages.success(request, f"{made} is there. Test it, to see what it can do.")
            return redirect("connections:connection_edit", team.slug, made.pk)
    return render_page(request, "connections/connection_create.html", team=team, form=form)


def _create(request: MemberRequest, team: Team, form: ConnectionForm) -> Connection:
    key = form.cleaned_data["api_key"]
    return services.create_connection(team=team, values=form.values, api_key=key, by=request.user)


@require_http_methods(_GET_OR_POST)
@login_required
def connection_edit(request: MemberRequest, team_slug: str, connection_id: int) -> HttpResponse:
    connection = _connection(request, team_slug, connection_id)
    form = ConnectionEditForm(request.POST or None, connection=connection)
    if request.method == "POST":
        changed = saved(form, lambda: _edit(request, connection, form))
        if changed:
            messages.success(request, f"{changed} is changed; calls from now on go by it.")
            return redirect("connections:connection_edit", team_slug, connection.pk)
    return _edit_page(request, connection, form=form)


def _edit(request: MemberRequest, connection: Connection, form: ConnectionEditForm) -> Connection:
    return services.edit_connection(
        connection,
        values=form.values,
        api_key=form.cleaned_data["api_key"],
        removes_api_key=form.cleaned_data.get("removes_api_key", False),
        by=request.user,
    )


@require_POST
@login_required
def connection_archival(request: MemberRequest, team_slug: str, connection_id: int) -> HttpResponse:
    """Archive the connection, or bring it back."""
    connection = _connection(request, team_slug, connection_id)
    if "restore" in request.POST:
        services.restore_connection(connection, by=request.user)
        messages.success(request, f"{connection} is offered again.")
    else:
        services.archive_connection(connection, by=request.user)
        messages.success(request, f"{connection} is archived. It can be brought back here.")
    return redirect("connections:connection_list", team_slug)


@require_POST
@login_required
def connection_test(request: MemberRequest, team_slug: str, connection_id: int) -> HttpResponse:
    """Ask the endpoint in each mode of reply, as it is stored, and show what works."""
    connection = _connection(request, team_slug, connection_id)
    form = ConnectionEditForm(connection=connection)
    return _edit_page(request, connection, form=form, steps=probe(endpoint_of(connection)))


def _edit_page(request: MemberRequest, connection: Connection, **context: Any) -> HttpResponse:
    return render_page(
        request,
        "connections/connection_edit.html",
        partial="connection-test",
        team=connection.team,
        connection=connection,
        **context,
    )


def _team(request: MemberRequest, team_slug: str) -> Team:
    return get_object_or_404(Team.objects.visible_to(request.user), slug=team_slug)


def _connection(request: MemberRequest, team_slug: str, connection_id: int) -> Connection:
    """The connection, for those who may configure it."""
    connections = Connection.objects.visible_to(request.user).filter(team__slug=team_slug).select_related("team")
    connection = get_object_or_404(connections, id=connection_id)
    require_right(request.user, Right.CONFIGURE, connection.team)
    return connection
