"""A comparison as a document: a page that prints well, and Markdown."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evalhub.accounts.access import Right, may
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.htmx import render_page
from runs.comparison.report import Report
from runs.comparison.report_markdown import report_markdown
from runs.forms.comparison import ComparisonForm, run_ids_of
from runs.views.comparison_reading import address_of, read_comparison, report_wish


@require_safe
@login_required
def run_comparison_report(request: MemberRequest, project_id: int) -> HttpResponse:
    """The report as it stands now; its address holds all that it shows."""
    project = _project(request, project_id)
    address = address_of(request, project)
    markdown = reverse("runs:run_comparison_report_markdown", args=[project.pk])
    return render_page(
        request,
        "runs/run_comparison_report.html",
        project=project,
        report=_report(request, project),
        comparison_href=str(address),
        markdown_href=str(address.at(markdown)),
        sharing_href=str(address.at(reverse("runs:shared_report_list", args=[project.pk]))),
        may_share=may(request.user, Right.START_RUN, project),
    )


@require_safe
@login_required
def run_comparison_report_markdown(request: MemberRequest, project_id: int) -> HttpResponse:
    """The same as a file."""
    report = _report(request, _project(request, project_id))
    name = f"comparison-{'-'.join(str(run.pk) for run in report.comparison.runs)}.md"
    return HttpResponse(
        report_markdown(report),
        content_type="text/markdown; charset=utf-8",
        headers={
            "Content-Disposition": str(content_disposition_header(as_attachment=True, filename=name)),
            "X-Content-Type-Options": "nosniff",
        },
    )


def _project(request: MemberRequest, project_id: int) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)


def _report(request: MemberRequest, project: Project) -> Report:
    form = ComparisonForm(address_of(request, project).query)
    comparison = read_comparison(project, run_ids_of(request.GET), form)
    wish = report_wish(comparison, form, with_texts=True)
    return Report(comparison, wish, made_at=timezone.now(), made_by=str(request.user))
