"""Bringing an evaluation as a file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.forms.evaluations import EvaluationFileForm
from runs.recipes.document import Problem, ProblemsFound
from runs.recipes.evaluation_file import read_evaluation_file
from runs.services.evaluation_files import SavedFile, save_evaluation_file


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def evaluation_upload(request: MemberRequest, project_id: int) -> HttpResponse:
    """Save the file, or say line by line what is wrong with it."""
    projects = Project.objects.visible_to(request.user).select_related("team")
    project = get_object_or_404(projects, id=project_id, is_library=False)
    require_right(request.user, Right.START_RUN, project)
    is_sent = request.method == "POST"
    form = EvaluationFileForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    problems: list[Problem] = []
    if is_sent:
        try:
            stored = saved(form, lambda: _save(form, project, request))
        except ProblemsFound as error:
            stored, problems = None, error.problems
        if stored:
            _tell(request, stored)
            return redirect("runs:evaluation_detail", stored.evaluation.pk)
    return render_page(request, "runs/evaluation_upload.html", project=project, form=form, problems=problems)


def _save(form: EvaluationFileForm, project: Project, request: MemberRequest) -> SavedFile:
    file = read_evaluation_file(form.cleaned_data["text"])
    return save_evaluation_file(file, project=project, by=request.user)


def _tell(request: MemberRequest, stored: SavedFile) -> None:
    number = stored.version.number
    if stored.is_changed:
        messages.success(request, f"{stored.evaluation} is saved as version {number}.")
    else:
        messages.info(request, f"{stored.evaluation} is as it was in version {number}; nothing was changed.")
    for sentence in stored.notes:
        messages.info(request, sentence)
    for sentence in stored.hindrances:
        messages.warning(request, f"It cannot start yet: {sentence}")
