"""Creating and changing runs: what is refused with which words, what is copied, who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, EvalHubError, Invalid, NotAllowed
from metrics.models import Metric, ProjectMetric
from runs.choices import RunState, Sampling, TargetKind
from runs.models import DatasetVersion, Run, RunMetric, Target
from runs.services.baselines import pin_baseline, unpin_baseline
from runs.services.run_words import edit_run
from runs.services.runs import (
    MetricChoice,
    RunRequest,
    cancel_run,
    create_run,
    delete_run,
    request_of,
    rescore_run,
    resume_run,
    warnings_of,
)
from tests.factories import make_dataset, make_metric, make_target, make_version
from tests.runs.execution.scenes import make_rows, reload

EQUALS = MetricChoice(key="equals")


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=make_rows(10))


@pytest.fixture
def target(project: Project) -> Target:
    return make_target(project=project)


def make_request(version: DatasetVersion, target: Target, **fields: Any) -> RunRequest:
    return RunRequest(
        **{"project": target.project, "version": version, "target": target, "metrics": [EQUALS], **fields}
    )


def test_the_recipe_is_copied_from_the_project(version: DatasetVersion, target: Target, bob: User) -> None:
    project = target.project
    equals = Metric.objects.get(key="equals", team=None)
    ProjectMetric.objects.create(project=project, metric=equals, threshold=0.55, weight=3)
    make_metric(key="delay", scorer="equals", project=project, direction="lower", range_min=0.0, range_max=10.0)
    choices = [EQUALS, MetricChoice(key="delay"), MetricChoice(key="contains", threshold=0.9, weight=0.5)]
    run = create_run(make_request(version, target, metrics=choices, star="contains", tags=[" a ", "a", ""]), by=bob)

    frozen = list(run.run_metrics.values_list("key", "threshold", "weight", "is_star", "rank", "direction"))
    assert frozen == [
        ("equals", 0.55, 3.0, False, 0, "higher"),
        ("delay", pytest.approx(3.0), 1.0, False, 1, "lower"),
        ("contains", 0.9, 0.5, True, 2, "higher"),
    ]
    assert (run.state, run.item_count, run.tags, run.created_by) == (RunState.QUEUED, 10, ["a"], bob)
    assert run.target_snapshot["name"] == target.name
    assert run.name == f"{target} on {version}"


def test_fewer_items_and_repeats_make_the_number_of_places(version: DatasetVersion, target: Target, bob: User) -> None:
    assert create_run(make_request(version, target, num_samples=4, repeats=3), by=bob).item_count == 12
    assert create_run(make_request(version, target, num_samples=99), by=bob).item_count == 10


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"metrics": []}, "metric_missing", "at least one metric"),
        ({"metrics": [MetricChoice(key="equal")]}, "metric_unknown", 'did you mean "equals"?'),
        ({"metrics": [EQUALS, EQUALS]}, "metric_doubled", '"equals" is chosen twice'),
        ({"metrics": [MetricChoice(key="coherence")]}, "connection_missing", "Settings → Connections"),
        ({"metrics": [MetricChoice(key="rating", is_given=True)]}, "given_metric_unknown", '"rating"'),
        ({"star": "contains"}, "star_unknown", "not among the chosen ones (equals)"),
        ({"num_samples": 0}, "samples_too_few", "at least one item"),
        ({"repeats": 0}, "repeats_out_of_range", "1 to 100"),
        ({"commit_url": "javascript:alert(1)"}, "commit_url_invalid", "http"),
        ({"tags": ["x" * 81]}, "tag_too_long", "80"),
        ({"name": "x" * 251}, "name_too_long", "250"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(
    version: DatasetVersion, target: Target, bob: User, fields: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create_run(make_request(version, target, **fields), by=bob)

    assert refused.value.code == code
    assert words in refused.value.message
    assert not Run.objects.exists()
    assert not RunMetric.objects.exists()


def test_an_empty_version_is_refused(project: Project, target: Target, bob: User) -> None:
    empty = make_version(dataset=make_dataset(project=project, name="Empty"), rows=[])
    with pytest.raises(Conflict, match="import some first"):
        create_run(make_request(empty, target), by=bob)


def test_a_run_in_which_no_item_could_be_scored_is_refused(project: Project, target: Target, bob: User) -> None:
    rows = [{"input": "a", "output": "b"}]
    without = make_version(dataset=make_dataset(project=project, name="Bare"), rows=rows)
    with pytest.raises(Invalid, match=r"No item of Bare v1 could be scored: .*needs an output and an expected answer"):
        create_run(make_request(without, target), by=bob)


def test_a_run_that_leaves_some_items_unscored_is_warned_of(project: Project, target: Target, bob: User) -> None:
    rows = [{"input": "a", "output": "b", "expected": "b"}, {"input": "c", "output": "d"}]
    some = make_version(dataset=make_dataset(project=project, name="Some"), rows=rows)
    request = make_request(some, target)

    [warning] = warnings_of(request)
    assert warning.endswith("1 of 2 items will be unscored.")
    assert create_run(request, by=bob).pk


def test_scores_that_came_with_the_data_become_a_metric(version: DatasetVersion, target: Target, bob: User) -> None:
    version.given_metrics = [{"key": "rating", "count": 10, "minimum": 1, "maximum": 5}]
    version.save(update_fields=["given_metrics"])
    choice = MetricChoice(key="rating", is_given=True)
    warnings_of(make_request(version, target, metrics=[choice]))
    assert not Metric.objects.filter(kind="imported").exists(), "asking for warnings makes nothing"

    run = create_run(make_request(version, target, metrics=[choice], star="rating"), by=bob)
    metric = run.run_metrics.get()
    assert (metric.revision.metric.kind, metric.is_star) == ("imported", True)
    assert metric.threshold is not None
    assert request_of(run).metrics[0].is_given


def test_a_target_with_nobody_to_ask_is_refused(version: DatasetVersion, project: Project, bob: User) -> None:
    chat = make_target(project=project, name="chat", kind=TargetKind.CHAT_MODEL)
    with pytest.raises(Invalid, match="cannot be asked: Choose the connection"):
        create_run(make_request(version, chat), by=bob)


def test_another_projects_dataset_is_refused(version: DatasetVersion, bob: User) -> None:
    other = Project.objects.create(team=version.dataset.project.team, key="other", name="Other")
    with pytest.raises(Invalid, match="dataset belongs to another project"):
        create_run(make_request(version, make_target(project=other), project=other), by=bob)


def test_the_same_run_can_be_asked_for_again(version: DatasetVersion, target: Target, bob: User) -> None:
    choices = [EQUALS, MetricChoice(key="contains", threshold=0.2, weight=2.0)]
    fields = {"star": "contains", "num_samples": 5, "sampling": Sampling.RANDOM, "tags": ["x"]}
    first = create_run(make_request(version, target, metrics=choices, **fields), by=bob)
    second = create_run(request_of(first), by=bob)

    assert (second.item_count, second.sampling, second.tags) == (5, Sampling.RANDOM, ["x"])
    columns = ("key", "threshold", "weight", "is_star")
    assert list(second.run_metrics.values_list(*columns)) == list(first.run_metrics.values_list(*columns))


def test_a_viewer_may_change_nothing(version: DatasetVersion, target: Target, bob: User, viewer: User) -> None:
    run = create_run(make_request(version, target), by=bob)
    attempts: list[Callable[[], object]] = [
        lambda: create_run(make_request(version, target), by=viewer),
        lambda: cancel_run(run, by=viewer),
        lambda: resume_run(run, by=viewer),
        lambda: rescore_run(run, metrics=[EQUALS], by=viewer),
        lambda: delete_run(run, by=viewer),
        lambda: pin_baseline(run, by=viewer),
        lambda: unpin_baseline(run, by=viewer),
        lambda: edit_run(run, by=viewer, name="mine"),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    assert reload(run).state == RunState.QUEUED


def test_a_new_name_and_tags_leave_the_rest(version: DatasetVersion, target: Target, bob: User) -> None:
    run = create_run(make_request(version, target, description="why"), by=bob)
    edit_run(run, by=bob, name=" Better ", tags=["v2"])
    run = reload(run)

    assert (run.name, run.tags, run.description) == ("Better", ["v2"], "why")
    with pytest.raises(Invalid, match="needs a name"):
        edit_run(run, by=bob, name="  ")


def test_a_dataset_has_one_baseline(version: DatasetVersion, target: Target, bob: User) -> None:
    first, second = (create_run(make_request(version, target), by=bob) for _ in range(2))
    with pytest.raises(Conflict, match="not over yet"):
        pin_baseline(first, by=bob)

    Run.objects.update(state=RunState.FINISHED)
    pin_baseline(first, by=bob)
    pin_baseline(second, by=bob)
    assert list(Run.objects.filter(is_baseline=True)) == [second]
    unpin_baseline(second, by=bob)
    assert not Run.objects.filter(is_baseline=True).exists()


@pytest.mark.parametrize("change", [cancel_run, resume_run])
def test_a_change_that_comes_too_late_or_too_early_is_a_conflict(
    version: DatasetVersion, target: Target, bob: User, change: Callable[..., None]
) -> None:
    run = create_run(make_request(version, target), by=bob)
    state = RunState.FINISHED if change is cancel_run else RunState.SCORING
    Run.objects.filter(pk=run.pk).update(state=state)
    with pytest.raises(EvalHubError) as refused:
        change(reload(run), by=bob)
    assert refused.value.status == 409
    assert reload(run).state == state
