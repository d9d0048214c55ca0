"""What people said in the data becomes reviews with values of human metrics, once."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project, User
from metrics.scoring import JsonValue
from runs.choices import ReviewSource, ReviewState
from runs.execution import closing, working
from runs.execution.human import Opinion, opinions
from runs.models import Override, Review, Run
from runs.services.runs import MetricChoice, RunRequest, create_run, rescore_run
from tests.factories import make_dataset, make_target, make_version
from tests.runs.execution.scenes import reload

SPAN = {"start": 3, "end": 9, "label": "Evident Conflict", "note": None, "text": "beside", "implicit_true": False}


@pytest.mark.parametrize(
    ("human", "said"),
    [
        ({"label": "correct", "score": 1}, [Opinion("verdict", 1.0, "correct")]),
        (
            {"label": "hallucinated", "score": 0, "spans": [SPAN]},
            [
                Opinion(
                    "verdict",
                    0.0,
                    "hallucinated",
                    spans=[{"start": 3, "end": 9, "label": "Evident Conflict", "note": ""}],
                )
            ],
        ),
        (
            {"label": "Yes", "score": 1, "annotators": ["Yes", "No"]},
            [
                Opinion("verdict", 1.0, "Yes"),
                Opinion("verdict", 1.0, "Yes", annotator="annotator 1"),
                Opinion("verdict", None, "No", annotator="annotator 2"),
            ],
        ),
        (
            {"preferred": 2, "annotators": [2, 1]},
            [
                Opinion("preferred", 2.0),
                Opinion("preferred", 2.0, annotator="annotator 1"),
                Opinion("preferred", 1.0, annotator="annotator 2"),
            ],
        ),
        ({"utility": 3}, [Opinion("utility", 3.0)]),
        ({"coherence": 1.5, "tone": "rude"}, [Opinion("coherence", 1.5), Opinion("tone", None, "rude")]),
        ("good", [Opinion("verdict", None, "good")]),
        (True, [Opinion("verdict", 1.0)]),
        ({"label": None, "score": None, "nested": {"x": 1}}, []),
        ([], []),
        ("", []),
    ],
)
def test_every_shape_is_read(human: JsonValue, said: list[Opinion]) -> None:
    assert opinions(human) == said


@pytest.fixture
def run(project: Project, bob: User) -> Run:
    rows: list[dict[str, JsonValue]] = [
        {"input": "a", "output": "x", "expected": "x", "human": {"label": "correct", "score": 1}},
        {"input": "b", "output": "x", "expected": "y", "human": {"label": "wrong", "score": 0, "utility": 4}},
        {"input": "c", "output": "x", "expected": "y"},
    ]
    version = make_version(dataset=make_dataset(project=project), rows=rows)
    version.with_human = 2
    version.save(update_fields=["with_human"])
    request = RunRequest(
        project=project, version=version, target=make_target(project=project), metrics=[MetricChoice(key="equals")]
    )
    run = create_run(request, by=bob)
    work(run)
    return run


def work(run: Run) -> None:
    working.start_run(run.pk)
    for batch_id in run.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)


def test_labels_become_reviews_with_values(run: Run) -> None:
    overrides = Override.objects.filter(run=run).order_by("run_item__ordinal", "metric__name")
    assert list(overrides.values_list("run_item__ordinal", "metric__name", "value", "label")) == [
        (0, "verdict", 1.0, "correct"),
        (1, "utility", 4.0, ""),
        (1, "verdict", 0.0, "wrong"),
    ]
    reviews = Review.objects.filter(run=run)
    assert set(reviews.values_list("state", "source")) == {(ReviewState.ACKNOWLEDGED, ReviewSource.IMPORT)}
    assert reviews.count() == 2


def test_scoring_again_does_not_repeat_what_people_said(run: Run, bob: User) -> None:
    closing.close_run(run.pk)
    rescore_run(reload(run), metrics=[MetricChoice(key="contains")], by=bob)
    work(run)

    assert Override.objects.filter(run=run).count() == 3
