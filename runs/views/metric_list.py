"""The catalogue of a team's metrics, and the page of one with its revisions.

Pages of metrics are here and not in the metrics app, because each of them shows runs.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Team
from evalhub.core.htmx import render_page
from metrics import services
from metrics.models import Metric, MetricRevision
from metrics.project_metrics import projects_with
from runs.forms.metric_list import CatalogueForm
from runs.metric_pages import (
    catalogue_of,
    changes_between,
    facts_of,
    parameters_in_words,
    revision_rows,
    runs_with,
)


@require_safe
@login_required
def metric_list(request: MemberRequest, team_slug: str) -> HttpResponse:
    team = team_of(request, team_slug)
    form = CatalogueForm(request.GET)
    groups = catalogue_of(team, form.filters)
    return render_page(
        request,
        "runs/metric_list.html",
        partial="metric-catalogue",
        team=team,
        form=form,
        groups=groups,
        metric_count=sum(len(group.rows) for group in groups),
        may_configure=may(request.user, Right.CONFIGURE, team),
    )


@require_safe
@login_required
def metric_detail(request: MemberRequest, team_slug: str, metric_id: int) -> HttpResponse:
    team = team_of(request, team_slug)
    metric = metric_of(team, metric_id)
    revision = _with_metric(metric.current_revision, metric)
    return render_page(
        request,
        "runs/metric_detail.html",
        team=team,
        metric=metric,
        revision=revision,
        facts=facts_of(revision) if revision else [],
        parameters=parameters_in_words(revision) if revision else [],
        revisions=revision_rows(metric, team),
        used=runs_with(metric, team),
        projects=projects_with(team, [metric])[metric.pk],
        may_configure=may(request.user, Right.CONFIGURE, team),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def metric_revision(request: MemberRequest, team_slug: str, metric_id: int, number: int) -> HttpResponse:
    """What one revision says and what it changed; a POST makes it the current one."""
    team = team_of(request, team_slug)
    metric = metric_of(team, metric_id)
    revision = get_object_or_404(metric.revisions.select_related("metric", "created_by"), number=number)
    if request.method == "POST":
        require_right(request.user, Right.CONFIGURE, team)
        services.use_revision(metric, number=number, by=request.user)
        messages.success(request, f"Revision {number} is current again. Runs that are there keep theirs.")
        return redirect("runs:metric_detail", team.slug, metric.pk)
    against = _compared(request, metric, revision)
    return render_page(
        request,
        "runs/metric_revision.html",
        team=team,
        metric=metric,
        revision=revision,
        against=against,
        others=metric.revisions.exclude(pk=revision.pk).defer("definition"),
        changes=changes_between(against, revision) if against else [],
        facts=facts_of(revision),
        used=runs_with(metric, team, number=number),
        may_configure=may(request.user, Right.CONFIGURE, team),
    )


@require_POST
@login_required
def metric_archival(request: MemberRequest, team_slug: str, metric_id: int) -> HttpResponse:
    """Archive the metric, or bring it back."""
    team = team_of(request, team_slug)
    metric = metric_of(team, metric_id)
    require_right(request.user, Right.CONFIGURE, team)
    if "restore" in request.POST:
        services.restore_metric(metric, by=request.user)
        messages.success(request, f"{metric} is offered again.")
    else:
        services.archive_metric(metric, by=request.user)
        messages.success(request, f"{metric} is archived: no new run is offered it, runs that are there keep it.")
    return redirect("runs:metric_detail", team.slug, metric.pk)


def team_of(request: MemberRequest, team_slug: str) -> Team:
    return get_object_or_404(Team.objects.visible_to(request.user), slug=team_slug)


def metric_of(team: Team, metric_id: int) -> Metric:
    """A built-in, or one of the team's own."""
    metrics = Metric.objects.filter(Q(team=None) | Q(team=team)).with_current_revision()
    return get_object_or_404(metrics, id=metric_id)


def _with_metric(revision: MetricRevision | None, metric: Metric) -> MetricRevision | None:
    if revision:
        revision.metric = metric
    return revision


def _compared(request: MemberRequest, metric: Metric, revision: MetricRevision) -> MetricRevision | None:
    """The revision that the address names, else the one before; none for the first."""
    others = metric.revisions.exclude(pk=revision.pk)
    asked = request.GET.get("against", "")
    if asked.isdecimal():
        return get_object_or_404(others, number=int(asked))
    return others.filter(number__lt=revision.number).first()
