"""How a project's numbers went from run to run: a page of small lines, one large one, and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evalhub.accounts.access import Right, may
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.addresses import with_query
from evalhub.core.errors import NotFound
from evalhub.core.htmx import render_page
from evalhub.core.paging import Page
from runs.comparison.words import Said
from runs.figures import interval_of, mean_of, threshold_of
from runs.forms.trends import TrendForm
from runs.models import Release, Run
from runs.trends.cards import MeasureCard, cards_of
from runs.trends.charts import figure_of
from runs.trends.files import write_trend
from runs.trends.points import Trend, TrendPoint, trend_of
from runs.trends.wish import TrendAxis
from runs.verdict_words import said_of

PAGE_SIZE, MOST_RELEASES = 25, 50


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One point as the table prints it; `compare_href` leads to it beside the run before."""

    point: TrendPoint
    mean: str
    interval: str
    threshold: str
    said: Said | None
    compare_href: str

    @property
    def run(self) -> Run:
        return self.point.runs[-1]


@dataclass(frozen=True, slots=True)
class CardLink:
    """A measure's card, and the address that chooses it."""

    card: MeasureCard
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class TrendPage:
    """Everything the page prints of a trend."""

    trend: Trend
    cards: Sequence[CardLink]
    rows: Sequence[TrendRow]
    page: Page
    figure: dict[str, Any]
    export_href: str

    @property
    def regressions(self) -> int:
        return sum(point.is_regression for point in self.trend.points)

    @property
    def is_by_version(self) -> bool:
        return self.trend.wish.axis == TrendAxis.VERSION

    @property
    def name(self) -> str:
        """The measure's."""
        newest = self.trend.newest
        return newest.reading.metric.name if newest else ""

    @property
    def direction(self) -> str:
        newest = self.trend.newest
        if newest is None:
            return ""
        return "↑ higher is better" if newest.reading.metric.scale.higher_is_better else "↓ lower is better"

    @property
    def threshold(self) -> str:
        newest = self.trend.newest
        return threshold_of(newest.reading.metric) if newest else ""


@require_safe
@login_required
def project_trends(request: MemberRequest, project_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    form = TrendForm(request.GET, project=project)
    dataset_id = form.dataset_id
    releases = list(project.releases.select_related("created_by")[:MOST_RELEASES])
    return render_page(
        request,
        "runs/project_trends.html",
        partial="trend",
        project=project,
        form=form,
        dataset_id=dataset_id,
        shown=None if dataset_id is None else _page(project, form, dataset_id, releases),
        releases=releases,
        may_start=may(request.user, Right.START_RUN, project),
    )


@require_safe
@login_required
def trend_export(request: MemberRequest, project_id: int) -> HttpResponseBase:
    """All points of the trend in the address, also those that the page leaves out."""
    project = get_object_or_404(Project.objects.visible_to(request.user), id=project_id)
    form = TrendForm(request.GET, project=project)
    dataset_id = form.dataset_id
    if dataset_id is None:
        raise NotFound("trend_empty", "No run of this project has finished, so there is nothing to export.")
    return StreamingHttpResponse(
        write_trend(trend_of(project, form.wish(dataset_id), most=None)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": str(
                content_disposition_header(as_attachment=True, filename=f"{project.key}-trend.csv")
            ),
            "X-Content-Type-Options": "nosniff",
        },
    )


def _page(project: Project, form: TrendForm, dataset_id: int, releases: Sequence[Release]) -> TrendPage:
    wish = form.wish(dataset_id)
    cards = cards_of(project, wish)
    if not form.measured and cards:
        wish = replace(wish, measure=cards[0].name)
    trend = trend_of(project, wish)
    query = _said(form.query)
    page = Page.of(query, number=form.page_number, size=PAGE_SIZE, total=len(trend.points))
    return TrendPage(
        trend=trend,
        cards=[
            CardLink(card, with_query(query, measure=card.name, page=None), card.name == wish.measure) for card in cards
        ],
        rows=[_row(project, point) for point in trend.points[page.first - 1 : page.last]] if trend.points else [],
        page=page,
        figure=figure_of(trend, _along(trend, releases)),
        export_href=reverse("runs:trend_export", args=[project.pk])
        + with_query(query, dataset=dataset_id, measure=wish.measure, page=None),
    )


def _said(query: QueryDict) -> QueryDict:
    """What the address has to say: no empty fields of the form."""
    said = query.copy()
    for name in query:
        if not any(said.getlist(name)):
            del said[name]
    return said


def _along(trend: Trend, releases: Sequence[Release]) -> list[Release]:
    """The releases since the first run that is drawn."""
    starts = [point.run.created_at for point in trend.points]
    return [release for release in releases if starts and release.released_at >= min(starts)]


def _row(project: Project, point: TrendPoint) -> TrendRow:
    reading, verdict = point.reading, point.verdict
    compared = f"?runs={verdict.against_id},{point.run.pk}" if verdict else ""
    return TrendRow(
        point=point,
        mean=mean_of(reading.metric, reading.mean),
        interval=interval_of(reading.metric, reading.low, reading.high),
        threshold=threshold_of(reading.metric),
        said=said_of(verdict, reading.metric) if verdict else None,
        compare_href=reverse("runs:run_comparison", args=[project.pk]) + compared if compared else "",
    )
