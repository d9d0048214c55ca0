"""Reports for people without an account: making, listing and closing the links, and the page behind one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from evalhub.core.rates import count
from runs.comparison.report import Report
from runs.forms.comparison import ComparisonForm, run_ids_of
from runs.forms.shared_reports import SharedReportForm
from runs.models import Run, SharedReport
from runs.services.shared_reports import ReportToShare, SharedLink, revoke_shared_report, share_report
from runs.views.comparison_reading import read_comparison, report_wish, said

# A report costs more than most pages, and anybody may hold its address: so many are answered of one link in a minute.
MOST_A_MINUTE = 60


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def shared_report_list(request: MemberRequest, project_id: int) -> HttpResponse:
    """The links of a project; with runs in the address also a form that makes one for them."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    require_right(request.user, Right.START_RUN, project)
    query = said(request.GET)
    form, link = SharedReportForm(request.POST or None), None
    if request.method == "POST":
        link = saved(form, lambda: _share(request, project, form, query))
    return render_page(
        request,
        "runs/shared_report_list.html",
        project=project,
        form=SharedReportForm() if link else form,
        link=link,
        link_address=request.build_absolute_uri(_address(link)) if link else "",
        run_names=list(Run.objects.filter(project=project, pk__in=run_ids_of(query)).values_list("name", flat=True)),
        report_href=f"{reverse('runs:run_comparison_report', args=[project.pk])}?{query.urlencode(safe='.,')}",
        reports=project.shared_reports.select_related("created_by"),
        may_manage=may(request.user, Right.MANAGE_PEOPLE, project),
    )


def _share(request: MemberRequest, project: Project, form: SharedReportForm, query: QueryDict) -> SharedLink:
    told = form.cleaned_data
    kept = query.copy()
    kept.pop("runs", None)
    asked = ReportToShare(
        name=told["name"],
        run_ids=run_ids_of(query),
        query=kept.urlencode(),
        with_texts=told["with_texts"],
        expires_at=told["expires_on"],
    )
    return share_report(project, asked, by=request.user)


def _address(link: SharedLink) -> str:
    return reverse("runs:shared_report", args=[link.token])


@require_POST
@login_required
def shared_report_revocation(request: MemberRequest, project_id: int, report_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    report = get_object_or_404(SharedReport.objects.select_related("project__team"), project=project, id=report_id)
    revoke_shared_report(report, by=request.user)
    messages.success(request, f'The link "{report}" no longer opens.')
    return redirect("runs:shared_report_list", project.pk)


@require_safe
@never_cache
def shared_report(request: HttpRequest, token: str) -> HttpResponse:
    """The report behind a link, for whoever has it; 404 once it is closed, whatever closed it."""
    found = SharedReport.objects.matching(token).select_related("project__team", "created_by")
    shared = get_object_or_404(found)
    rate = count(f"shared-report:{shared.pk}", limit=MOST_A_MINUTE)
    if rate and rate.is_exceeded:
        text = f"It was opened too often in this minute; come again in {rate.seconds_left} seconds."
        answer = _closed(request, "Not now", text, status=429)
        answer["Retry-After"] = str(rate.seconds_left)
        return answer
    live = Run.objects.filter(project=shared.project, deleted_at=None, pk__in=shared.run_ids)
    if live.count() < len(shared.run_ids):
        text = (
            "A run that this report compares has been deleted, and its numbers with it. Ask whoever sent you the link."
        )
        return _closed(request, "This report is gone", text, status=410)
    answer = render(request, "runs/shared_report.html", {"report": _report(shared), "shared": shared})
    return _unfollowed(answer)


def _closed(request: HttpRequest, title: str, text: str, *, status: int) -> HttpResponse:
    told = {"title": title, "text": text}
    return _unfollowed(render(request, "runs/shared_report_closed.html", told, status=status))


def _unfollowed(response: HttpResponse) -> HttpResponse:
    """Neither a search engine nor the next site learns of the address."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _report(shared: SharedReport) -> Report:
    form = ComparisonForm(QueryDict(shared.query))
    comparison = read_comparison(shared.project, shared.run_ids, form)
    wish = report_wish(comparison, form, with_texts=shared.with_texts)
    return Report(comparison, wish, made_at=timezone.now(), made_by=str(shared.created_by or "a former member"))
