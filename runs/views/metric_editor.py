"""The editor of a team's own metrics, with its live try-out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Team
from evalhub.core.errors import NotAllowed
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from metrics import services
from metrics.choices import MetricKind
from metrics.models import Metric, MetricRevision
from runs.forms.metric_editor import CompositeForm, MetricForm, form_class
from runs.forms.metric_rows import with_rows
from runs.forms.metric_tryout import TryoutForm
from runs.metric_editor import placeholders_for, shown_tries
from runs.metric_verdicts import chosen_disagreements, disagreements
from runs.services.metric_tryout import Tryout, TryoutWish, try_metric
from runs.views.metric_list import metric_of, team_of

_GET_OR_POST = ["GET", "HEAD", "POST"]
_PEOPLE_DEFINE = {MetricKind.JUDGE, MetricKind.HEURISTIC, MetricKind.COMPOSITE}
# A heuristic begins with one of the catalogue.
_FROM_NOTHING = {MetricKind.JUDGE, MetricKind.COMPOSITE}
# Buttons that change the form and save nothing.
_ADD_ROW, _ADD_VERDICTS = "add_row", "add_verdicts"
_ROW_PREFIXES = {MetricKind.JUDGE: "example", MetricKind.COMPOSITE: "part"}


@dataclass(frozen=True, slots=True)
class Editor:
    """What is edited: a metric, or a new one, begun from the revision `base` where there is one."""

    team: Team
    kind: str
    base: MetricRevision | None = None
    metric: Metric | None = None

    def form(self, sent: QueryDict | None = None, *, is_draft: bool = False) -> MetricForm:
        options: dict[str, Any] = {"base": self.base, "metric": self.metric, "is_draft": is_draft}
        if self.kind == MetricKind.COMPOSITE:
            return CompositeForm(sent, parts=self._parts(), **options)
        return form_class(self.kind)(sent, **options)

    def _parts(self) -> list[Metric]:
        usable = Metric.objects.usable_by(self.team).runnable().exclude(kind=MetricKind.COMPOSITE)
        return list(usable.order_by("name"))


@require_http_methods(_GET_OR_POST)
@login_required
def metric_create(request: MemberRequest, team_slug: str) -> HttpResponse:
    """The choice of a kind, or the form of a new metric, empty or filled from the metric in `copy`."""
    team = team_of(request, team_slug)
    require_right(request.user, Right.CONFIGURE, team)
    editor = _new(request, team)
    if editor is None:
        return _choice_page(request, team)
    sent = _changed(request, editor)
    form = editor.form(sent)
    if request.method == "POST" and not _is_change(request):
        metric = saved(form, lambda: services.create_metric(team=team, draft=form.draft, by=request.user))
        if metric:
            messages.success(request, f"{metric} is there. Projects have it switched on for runs to come.")
            return redirect("runs:metric_detail", team.slug, metric.pk)
    return _form_page(request, editor, form)


@require_http_methods(_GET_OR_POST)
@login_required
def metric_edit(request: MemberRequest, team_slug: str, metric_id: int) -> HttpResponse:
    """The form of a metric; saving makes a revision where the definition changed."""
    team = team_of(request, team_slug)
    metric = metric_of(team, metric_id)
    require_right(request.user, Right.CONFIGURE, team)
    editor = _of(metric, team)
    form = editor.form(_changed(request, editor))
    if request.method == "POST" and not _is_change(request):
        revision = saved(form, lambda: _save(request, metric, form))
        if revision:
            messages.success(request, f"Saved. Runs to come take revision {revision.number}.")
            return redirect("runs:metric_detail", team.slug, metric.pk)
        # Whoever was told of another's revision and saves again means it.
        return _form_page(request, editor, form, based_on=_told(form, editor))
    return _form_page(request, editor, form, based_on=form["based_on"].value())


def _save(request: MemberRequest, metric: Metric, form: MetricForm) -> MetricRevision:
    found, draft = form.cleaned_data, form.draft
    revision = services.revise_metric(
        metric, definition=draft.definition, by=request.user, note=found["note"], based_on=found["based_on"]
    )
    services.describe_metric(
        metric, name=draft.name, description=draft.description, category=draft.category, by=request.user
    )
    return revision


@require_POST
@login_required
def metric_tryout(request: MemberRequest, team_slug: str) -> HttpResponse:
    """Measure a few items by the metric as it stands in the form, saved or not."""
    team = team_of(request, team_slug)
    require_right(request.user, Right.CONFIGURE, team)
    edited = request.POST.get("metric", "")
    editor = _of(metric_of(team, int(edited)), team) if edited.isdecimal() else _new(request, team)
    editor = editor or Editor(team, MetricKind.JUDGE)
    form, tryout_form = editor.form(request.POST, is_draft=True), TryoutForm(request.POST, team=team)
    tried = None
    if tryout_form.is_valid():
        tried = saved(form, lambda: _tried(request, editor, form, tryout_form))
    based_on = form["based_on"].value()
    return _form_page(request, editor, form, tryout_form=tryout_form, tried=tried, based_on=based_on)


def _tried(request: MemberRequest, editor: Editor, form: MetricForm, tryout_form: TryoutForm) -> Tryout:
    found = tryout_form.cleaned_data
    wish = TryoutWish(
        draft=form.draft,
        items=tryout_form.items(request.POST, metric=editor.metric),
        previous=editor.base if editor.metric else None,
        connection=found["connection"],
        asks="ask" in request.POST,
        asks_previous=found["asks_previous"],
    )
    return try_metric(wish, team=editor.team, by=request.user)


def _new(request: MemberRequest, team: Team) -> Editor | None:
    """What is to be made; None while nobody said."""
    asked = request.POST if request.method == "POST" else request.GET
    kind, copied = asked.get("kind", ""), asked.get("copy", "")
    if copied.isdecimal():
        metric = metric_of(team, int(copied))
        revision = _revision(metric) if metric.kind in _PEOPLE_DEFINE else None
        return Editor(team, metric.kind, base=revision) if revision else None
    if kind in _FROM_NOTHING or request.method == "POST":
        return Editor(team, kind if kind in _FROM_NOTHING else MetricKind.JUDGE)
    return None


def _of(metric: Metric, team: Team) -> Editor:
    """Raises `NotAllowed` for a metric that nobody can edit."""
    if metric.is_builtin or metric.kind not in _PEOPLE_DEFINE:
        raise NotAllowed(
            "metric_not_editable",
            f'"{metric.name}" is {"shipped with EvalHub" if metric.is_builtin else "made by data or people"} and has '
            "nothing to edit; make a metric of your own instead.",
        )
    return Editor(team, metric.kind, base=_revision(metric), metric=metric)


def _revision(metric: Metric) -> MetricRevision | None:
    if metric.current_revision:
        metric.current_revision.metric = metric
    return metric.current_revision


def _told(form: MetricForm, editor: Editor) -> int | None:
    """The revision that a next attempt to save goes by; the one that was sent, where the form itself is wrong."""
    if form.cleaned_data.get("based_on") is None or editor.base is None:
        return None
    has_own_errors = any(name for name in form.errors if name != NON_FIELD_ERRORS)
    return int(form.cleaned_data["based_on"]) if has_own_errors else editor.base.number


def _is_change(request: MemberRequest) -> bool:
    return _ADD_ROW in request.POST or _ADD_VERDICTS in request.POST


def _changed(request: MemberRequest, editor: Editor) -> QueryDict | None:
    """What was sent, with the rows that a button asked for."""
    if request.method != "POST":
        return None
    prefix = _ROW_PREFIXES.get(MetricKind(editor.kind), "")
    rows: list[Mapping[str, str]] = [{}] if _ADD_ROW in request.POST else []
    if _ADD_VERDICTS in request.POST and editor.metric:
        chosen = chosen_disagreements(editor.metric, editor.team, request.POST.getlist("verdict"))
        rows = [one.example for one in chosen]
    return with_rows(request.POST, prefix, rows) if rows else request.POST


def _choice_page(request: MemberRequest, team: Team) -> HttpResponse:
    shipped = Metric.objects.filter(team=None, archived_at=None).order_by("name")
    return render_page(
        request,
        "runs/metric_create.html",
        team=team,
        heuristics=shipped.filter(kind=MetricKind.HEURISTIC),
        judges=shipped.filter(kind=MetricKind.JUDGE),
    )


def _form_page(
    request: MemberRequest,
    editor: Editor,
    form: MetricForm,
    *,
    tryout_form: TryoutForm | None = None,
    tried: Tryout | None = None,
    based_on: Any = None,  # noqa: ANN401  # as it was sent
) -> HttpResponse:
    first = tried.items[0].item if tried and tried.items else None
    is_judge = editor.kind == MetricKind.JUDGE
    return render_page(
        request,
        "runs/metric_form.html",
        partial="metric-tryout",
        team=editor.team,
        metric=editor.metric,
        base=editor.base,
        based_on=based_on,
        kind=editor.kind,
        form=form,
        tryout_form=tryout_form or TryoutForm(team=editor.team),
        tried=tried,
        tries=shown_tries(tried) if tried else [],
        placeholders=placeholders_for(first) if is_judge else [],
        verdicts=disagreements(editor.metric, editor.team) if is_judge and editor.metric else [],
    )
