"""A project's settings of metrics in the browser: order, judge, name, and what a change would make of its last runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, Team, User
from metrics.models import Metric, ProjectMetric
from metrics.project_metrics import runnable_metrics, settings_of
from runs.models import Run
from runs.settings_preview import preview_settings
from tests.conftest import _ClientOf as ClientOf
from tests.factories import builtin, make_connection, make_metric
from tests.runs.scored_runs import Answer, make_scored_run


def table(project: Project) -> str:
    return reverse("runs:project_metrics", args=[project.pk])


def one(project: Project, metric: Metric) -> str:
    return reverse("runs:project_metric", args=[project.pk, metric.pk])


def sent(project: Project, alice: User, **changes: Any) -> dict[str, Any]:
    """What the table sends when nothing was touched, and then the changes, as `metric__field`."""
    page = ClientOf(alice).get(table(project))
    body = {"seen": page.context["seen"]}
    for form in page.context["metric_forms"]:
        body |= {f"{form.prefix}-{name}": form[name].value() for name in form.fields if form[name].value() is not None}
        if not form["is_enabled"].value():
            del body[f"{form.prefix}-is_enabled"]
    return body | {"metric-{}-{}".format(*name.split("__")): value for name, value in changes.items()}


@pytest.fixture
def run(project: Project) -> Run:
    """Overall 0.6 of two metrics; of four items two pass each."""
    answers = [
        Answer(scores={"levenshtein": quality, "token_f1": 0.8}, overall=(quality + 0.8) / 2, passed=quality > 0.5)
        for quality in (0.2, 0.3, 0.5, 0.6)
    ]
    metrics = {"levenshtein": {"threshold": 0.5, "weight": 1.0}, "token_f1": {"threshold": 0.7, "weight": 1.0}}
    return make_scored_run(project=project, answers=answers, metrics=metrics)


def test_the_order_is_as_asked_for(project: Project, alice: User) -> None:
    first = [metric.key for metric in runnable_metrics(project)][:3]
    ClientOf(alice).post(table(project), sent(project, alice, **{f"{first[2]}__rank": "1"}))
    assert [metric.key for metric in runnable_metrics(project)][:3] == [first[2], first[0], first[1]]


def test_a_preview_stores_nothing(project: Project, alice: User, run: Run) -> None:
    page = ClientOf(alice).post(table(project), sent(project, alice) | {"preview": "1"})
    assert [preview.run for preview in page.context["previews"]] == [run]
    assert not project.project_metrics.exists()


def test_a_preview_shows_what_a_threshold_does_to_the_last_runs(project: Project, alice: User, run: Run) -> None:
    body = sent(project, alice, levenshtein__threshold="0.3", token_f1__threshold="0.7") | {"preview": "1"}
    page = ClientOf(alice).post(table(project), body)
    (preview,) = page.context["previews"]
    (changed,) = preview.metrics
    assert (changed.name, changed.passing_before, changed.passing_after) == ("levenshtein", 2, 3)
    assert "wanted ≥ 0.50 → ≥ 0.30" in page.content.decode()


def test_weights_and_switches_change_overall_grade_and_failing_items(project: Project, run: Run) -> None:
    quality, speed = (Metric.objects.get(team=project.team, key=key) for key in ("levenshtein", "token_f1"))
    ProjectMetric.objects.create(project=project, metric=quality, threshold=0.5, weight=0.0)
    ProjectMetric.objects.create(project=project, metric=speed, threshold=0.7, weight=1.0)
    (preview,) = preview_settings(project, settings_of(project, [quality, speed]))
    assert (preview.grade_before, preview.grade_after) == ("D", "B")
    assert preview.overall_after == pytest.approx(0.8)
    assert (preview.passed_after, preview.failing_after) == (True, 0)
    ProjectMetric.objects.filter(metric=speed).update(is_enabled=False)
    ProjectMetric.objects.filter(metric=quality).update(weight=1.0)
    (preview,) = preview_settings(project, settings_of(project, [quality, speed]))
    assert preview.overall_after == pytest.approx(0.4)
    assert [metric.is_switched_off for metric in preview.metrics] == [True]


def test_a_run_too_large_to_look_at_is_shown_by_its_summary(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.settings_preview.MOST_VALUES", 1)
    quality = Metric.objects.get(team=project.team, key="levenshtein")
    (preview,) = preview_settings(project, settings_of(project, [quality]))
    assert preview.failing_after is None
    assert preview.overall_after == pytest.approx(run.overall)


def test_a_run_nobody_changes_anything_for_stays_as_it_is(project: Project, run: Run) -> None:
    (preview,) = preview_settings(project, [])
    assert (preview.overall_after, preview.metrics) == (run.overall, [])


def test_who_saves_after_another_is_told_by_name(project: Project, team: Team, alice: User) -> None:
    body = sent(project, alice, contains__threshold="0.5")
    ClientOf(alice).post(table(project), sent(project, alice, equals__threshold="0.9"))
    page = ClientOf(alice).post(table(project), body)
    assert "Alice Archer changed Equals while you were at it" in page.content.decode()
    assert 'value="0.5"' in page.content.decode()
    assert project.project_metrics.get(metric__key="contains").threshold is None
    again = body | {"seen": page.context["seen"]}
    assert ClientOf(alice).post(table(project), again).status_code == 302
    assert project.project_metrics.get(metric__key="contains").threshold == 0.5


def test_a_judge_gets_a_connection_a_model_parameters_and_a_name(project: Project, alice: User) -> None:
    connection, fluency = make_connection(team=project.team), builtin("fluency").metric
    body = {"is_enabled": "on", "weight": "2", "threshold": "", "connection": connection.pk, "name": "Good English"}
    body |= {"judge_model": "judge-2", "parameters": '{"top_p": 0.5}'}
    assert ClientOf(alice).post(one(project, fluency), body).status_code == 302
    stored = project.project_metrics.get(metric=fluency)
    assert (stored.connection, stored.judge_model, stored.name) == (connection, "judge-2", "Good English")
    assert (stored.parameters, stored.weight, stored.changed_by) == ({"top_p": 0.5}, 2, alice)
    assert "Good English" in ClientOf(alice).get(table(project)).content.decode()


@pytest.mark.parametrize(
    ("key", "changes", "field", "sentence"),
    [
        ("fluency", {"parameters": '{"stream": 1}'}, "parameters", "EvalHub sets stream itself"),
        ("fluency", {"parameters": "[]"}, "parameters", "Write an object"),
        ("fluency", {"weight": "-1"}, "weight", "cannot be negative"),
        ("numeric_closeness", {"parameters": '{"tolerance": 1}'}, "parameters", "no parameter"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    project: Project, alice: User, key: str, changes: dict[str, str], field: str, sentence: str
) -> None:
    page = ClientOf(alice).post(one(project, builtin(key).metric), {"weight": "1", "name": "Kept"} | changes)
    assert sentence in str(page.context["form"].errors[field])
    assert page.context["form"]["name"].value() == "Kept"
    assert not project.project_metrics.exists()


def test_a_text_match_asks_for_no_judge(project: Project, alice: User) -> None:
    form = ClientOf(alice).get(one(project, builtin("contains").metric)).context["form"]
    assert "connection" not in form.fields


def test_an_editor_sees_the_settings_and_changes_nothing(project: Project, bob: User) -> None:
    assert "Admins of the team can change these" in ClientOf(bob).get(table(project)).content.decode()
    assert ClientOf(bob).post(one(project, builtin("contains").metric), {"weight": "1"}).status_code == 403


def test_a_metric_of_another_team_is_not_there(project: Project, alice: User, charlie: User) -> None:
    theirs = Project.objects.create(team=charlie.memberships.get().team, key="x", name="X")
    assert ClientOf(alice).get(one(project, make_metric(key="mine", project=theirs).metric)).status_code == 404


@pytest.mark.parametrize(("key", "threshold"), [("levenshtein", "7"), ("contains", "-0.1")])
def test_a_threshold_off_the_scale_is_refused_at_its_field(
    project: Project, alice: User, key: str, threshold: str
) -> None:
    page = ClientOf(alice).post(table(project), sent(project, alice, **{f"{key}__threshold": threshold}))
    [form] = [form for form in page.context["metric_forms"] if form.errors]
    assert form.metric.key == key
    assert "which goes from 0 to 1" in form.errors["threshold"][0]
    assert not project.project_metrics.exists()


def test_the_page_of_one_metric_refuses_it_too(project: Project, alice: User) -> None:
    contains = builtin("contains").metric
    body = {"is_enabled": "on", "weight": "1", "threshold": "70"}
    page = ClientOf(alice).post(one(project, contains), body).content.decode()
    assert "70 is off the scale of Contains, which goes from 0 to 1" in page


def test_an_empty_threshold_shows_the_one_it_stands_for(project: Project, alice: User) -> None:
    page = ClientOf(alice).get(table(project))
    shown = {
        form.metric.key: form["threshold"].field.widget.attrs["placeholder"] for form in page.context["metric_forms"]
    }
    assert (shown["contains"], shown["tool_errors"], shown["latency"]) == ("0.7", "30", "")


def test_a_metric_without_ends_has_no_weight_to_set(project: Project, alice: User) -> None:
    page = ClientOf(alice).get(table(project))
    weighed = {form.metric.key for form in page.context["metric_forms"] if "weight" in form.fields}
    assert "contains" in weighed
    assert not weighed & {"latency", "cost", "length"}
    ClientOf(alice).post(table(project), sent(project, alice, latency__threshold="900"))
    assert project.project_metrics.get(metric__key="latency").weight == 1


def test_settings_is_where_the_sidebar_says_one_is(project: Project, alice: User) -> None:
    for path in (
        table(project),
        one(project, builtin("contains").metric),
        reverse("runs:label_list", args=[project.pk]),
    ):
        page = ClientOf(alice).get(path).content.decode()
        assert f'href="{reverse("runs:project_settings", args=[project.pk])}" aria-current="page"' in page


def test_a_refused_table_names_each_value_at_its_top(project: Project, alice: User) -> None:
    page = ClientOf(alice).post(table(project), sent(project, alice, contains__weight="-3", bleu__threshold="7"))
    assert [field.html_name for field in page.context["refused"]] == ["metric-bleu-threshold", "metric-contains-weight"]
    assert "A weight cannot be negative; 0 keeps the metric out" in page.content.decode()


def test_a_preview_takes_runs_that_measured_what_is_changed(project: Project, alice: User, run: Run) -> None:
    for number in range(6):
        answers = [Answer(scores={"contains": 1.0})]
        make_scored_run(project=project, answers=answers, metrics={"contains": {}}, dataset=f"Other {number}")
    page = ClientOf(alice).post(table(project), sent(project, alice, token_f1__threshold="0.9") | {"preview": "1"})
    assert [preview.run for preview in page.context["previews"]] == [run]
