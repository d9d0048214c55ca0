"""Which items a rule picks of a run."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.choices import QueueRule
from runs.models import Override, Run
from runs.review_rules import RuleWish, in_words, matching_places
from runs.services.baselines import pin_baseline
from tests.runs.reviewing.scenes import make_reviewed_run
from tests.runs.scored_runs import Answer, make_scored_run


def picked(run: Run, rule: QueueRule, **fields: object) -> list[int]:
    wish = RuleWish(rule, **fields)  # type: ignore[arg-type]  # named by the case
    return [int(place) for place in matching_places(run, wish)]


@pytest.mark.parametrize(
    ("rule", "fields", "places"),
    [
        (QueueRule.FAILING, {}, [0, 1, 2]),
        (QueueRule.BELOW, {"metric_key": "quality"}, [0, 1, 2]),
        (QueueRule.BELOW, {"metric_key": "quality", "value": 0.2}, [0]),
        (QueueRule.NEAR, {"metric_key": "quality", "width": 0.1}, [2, 3]),
        (QueueRule.NEAR, {"width": 0.11}, [3, 4]),  # the overall score, of which 0.7 is wanted
        (QueueRule.NEAR, {}, []),
        (QueueRule.ALL, {}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_rule_picks_the_items_it_names(
    run: Run, rule: QueueRule, fields: dict[str, object], places: list[int]
) -> None:
    assert picked(run, rule, **fields) == places


def test_of_a_metric_where_less_is_better_the_large_values_fall_short(project: Project) -> None:
    answers = [Answer(scores={"delay": value}) for value in (1.0, 5.0, 9.0)]
    metric = {"direction": "lower", "range_min": 0.0, "range_max": 10.0, "threshold": 5.0}
    run = make_scored_run(project=project, answers=answers, metrics={"delay": metric})
    assert picked(run, QueueRule.BELOW, metric_key="delay") == [2]
    assert picked(run, QueueRule.NEAR, metric_key="delay") == [1]


def test_a_sample_is_the_same_for_a_seed_and_keeps_the_order(run: Run) -> None:
    first = picked(run, QueueRule.ALL, most=3, seed=11)
    assert first == picked(run, QueueRule.ALL, most=3, seed=11) == sorted(first)
    assert len(first) == 3
    assert any(picked(run, QueueRule.ALL, most=3, seed=seed) != first for seed in range(5))
    assert picked(run, QueueRule.FAILING, most=9, seed=11) == [0, 1, 2]


def test_flipped_items_pass_in_one_run_and_fail_in_the_other(project: Project, alice: User, run: Run) -> None:
    answers = [Answer(input=f"Question {place}", passed=place in {0, 3}) for place in range(6)]
    pinned = make_scored_run(project=project, answers=answers, metrics={}, dataset="Older")
    pinned.dataset = run.dataset
    pinned.save(update_fields=["dataset"])
    pin_baseline(pinned, by=alice)
    assert picked(run, QueueRule.FLIPPED) == [0, 4, 5]


def test_without_a_baseline_there_is_nothing_to_flip_against(run: Run) -> None:
    with pytest.raises(Invalid, match="pinned as the baseline"):
        picked(run, QueueRule.FLIPPED)


def test_judge_and_person_disagree_where_their_verdicts_differ(run: Run, alice: User) -> None:
    metric = run.run_metrics.get().revision.metric
    for ordinal, value in {0: 0.1, 1: 0.9, 5: 0.6, 4: 0.2}.items():
        item = run.run_items.get(ordinal=ordinal)
        Override.objects.create(run=run, run_item=item, metric=metric, author=alice, value=value)
    retired = run.run_items.get(ordinal=3)
    Override.objects.create(run=run, run_item=retired, metric=metric, author=alice, value=0.0, is_current=False)
    assert picked(run, QueueRule.DISAGREEMENT, metric_key="quality") == [1, 4]


def test_without_a_threshold_they_disagree_when_the_values_differ(project: Project, alice: User) -> None:
    answers = [Answer(scores={"stars": 4.0}) for _ in range(3)]
    run = make_scored_run(
        project=project, answers=answers, metrics={"stars": {"range_min": 1.0, "range_max": 5.0, "threshold": None}}
    )
    metric = run.run_metrics.get().revision.metric
    for ordinal, value in enumerate((4.0, 3.0, 2.0)):
        item = run.run_items.get(ordinal=ordinal)
        Override.objects.create(run=run, run_item=item, metric=metric, author=alice, value=value)
    assert picked(run, QueueRule.DISAGREEMENT, metric_key="stars") == [1, 2]


def test_an_unknown_metric_is_told_with_those_there_are(run: Run) -> None:
    with pytest.raises(Invalid, match="it has: quality"):
        picked(run, QueueRule.BELOW, metric_key="tone")


def test_the_rule_is_told_in_words(run: Run) -> None:
    assert in_words(run, RuleWish(QueueRule.FAILING)) == "Failing items"
    wish = RuleWish(QueueRule.BELOW, metric_key="quality", value=0.2, most=5, seed=3)
    assert in_words(run, wish) == "At most 5 of the items that fall short of 0.20 in quality, drawn at random (seed 3)"


def test_repeats_are_each_an_item_of_their_own(project: Project) -> None:
    answers = [Answer(passed=passed) for passed in (True, False, True, True)]
    run = make_scored_run(project=project, answers=answers, metrics={}, repeats=2)
    assert picked(run, QueueRule.FAILING) == [1]


def test_runs_of_other_questions_have_no_flips(project: Project, alice: User, run: Run) -> None:
    other = make_reviewed_run(project, values=(0.9,), dataset="Other")
    other.dataset = run.dataset
    other.save(update_fields=["dataset"])
    pin_baseline(other, by=alice)
    run.refresh_from_db()
    assert picked(run, QueueRule.FLIPPED) == [0]
