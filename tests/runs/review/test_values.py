"""People's values stand beside the scores: on the metric's scale, and never in place of the scorer's mean."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evalhub.accounts.models import User
from evalhub.core.errors import Invalid
from runs.choices import RunState
from runs.columns import read_columns
from runs.execution.closing import close_run
from runs.filters import ItemFilters
from runs.item_table import TableView, item_rows
from runs.models import Override, Run, RunItem, Score
from runs.selection import select_items
from runs.services.review_values import GivenValue, give_many, give_values


def _give(run: Run, ordinal: int, by: User, *given: GivenValue) -> None:
    run_item = run.run_items.select_related("run__project__team").get(ordinal=ordinal)
    give_many(run, given={run_item: list(given)}, by=by)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (GivenValue("faithful", 0.5), (0.5, "")),
        (GivenValue("polite", 0.0), (0.0, "")),
        (GivenValue("tone", label="cold"), (1.0, "cold")),
        (GivenValue("tone", 1.0), (1.0, "cold")),
        (GivenValue("share", 0.25), (0.25, "")),
    ],
)
def test_a_value_is_kept_on_the_scale_of_its_metric(
    given: GivenValue, kept: tuple[float, str], run: Run, bob: User
) -> None:
    _give(run, 0, bob, given)
    override = Override.objects.get()
    assert (override.value, override.label) == kept


@pytest.mark.parametrize(
    "given",
    [
        GivenValue("faithful", 1.5),
        GivenValue("faithful", -0.1),
        GivenValue("faithful", float("nan")),
        GivenValue("faithful", float("inf")),
        GivenValue("faithful", label="good"),
        GivenValue("polite", 0.5),
        GivenValue("tone", label="hot"),
        GivenValue("tone", 7.0),
        GivenValue("nothing", 1.0),
        GivenValue("faithful", 0.5, note="x" * 5_001),
    ],
)
def test_what_is_off_the_scale_is_refused(given: GivenValue, run: Run, bob: User) -> None:
    with pytest.raises(Invalid):
        _give(run, 0, bob, GivenValue("share", 0.1), given)
    assert not Override.objects.exists()


def test_the_scorers_mean_stays_and_the_corrected_one_stands_beside_it(run: Run, bob: User) -> None:
    _give(run, 0, bob, GivenValue("faithful", 0.8))
    _give(run, 3, bob, GivenValue("faithful", 0.5))
    metric = run.run_metrics.get(key="faithful")
    assert metric.mean == pytest.approx((0.2 + 0.4 + 0.9) / 3)
    assert metric.n_overridden == 2
    assert metric.corrected_mean == pytest.approx((0.8 + 0.4 + 0.9 + 0.5) / 4)
    assert Score.objects.get(run=run, run_item__ordinal=0, run_metric=metric).value == 0.2


def test_of_several_people_the_newest_value_counts(run: Run, alice: User, bob: User) -> None:
    _give(run, 0, alice, GivenValue("faithful", 1.0))
    _give(run, 0, bob, GivenValue("faithful", 0.5))
    metric = run.run_metrics.get(key="faithful")
    assert metric.n_overridden == 1
    assert metric.corrected_mean == pytest.approx((0.5 + 0.4 + 0.9) / 3)


def test_a_value_taken_back_counts_no_more(run: Run, bob: User) -> None:
    _give(run, 0, bob, GivenValue("faithful", 0.8))
    _give(run, 0, bob, GivenValue("faithful"))
    metric = run.run_metrics.get(key="faithful")
    assert (metric.n_overridden, metric.corrected_mean) == (0, None)
    assert Override.objects.get().is_current is False


def test_the_share_of_a_category_is_corrected_by_its_words(run: Run, bob: User) -> None:
    _give(run, 0, bob, GivenValue("tone", label="cold"))
    metric = run.run_metrics.get(key="tone")
    assert metric.mean == 1.0
    assert metric.corrected_mean == pytest.approx(3 / 4)


def test_a_run_that_is_closed_again_keeps_what_people_said(run: Run, bob: User) -> None:
    _give(run, 0, bob, GivenValue("faithful", 0.8))
    Run.objects.filter(pk=run.pk).update(state=RunState.SCORING)
    run.run_metrics.update(n_overridden=0, corrected_mean=None)
    assert close_run(run.pk)
    assert run.run_metrics.get(key="faithful").corrected_mean == pytest.approx((0.8 + 0.4 + 0.9) / 3)


def _disagreeing(run: Run) -> list[int]:
    return list(map(int, select_items(run, ItemFilters(disagrees=True)).places))


@pytest.mark.parametrize(
    ("given", "differs"),
    [
        (GivenValue("faithful", 0.3), False),
        (GivenValue("faithful", 0.7), True),
        (GivenValue("polite", 1.0), False),
        (GivenValue("polite", 0.0), True),
        (GivenValue("tone", label="cold"), True),
        (GivenValue("share", 0.5), False),
        (GivenValue("share", 0.4), True),
    ],
)
def test_items_are_found_where_a_person_and_a_score_disagree(
    given: GivenValue, differs: bool, run: Run, bob: User
) -> None:
    _give(run, 0, bob, given)
    assert _disagreeing(run) == ([0] if differs else [])


def test_where_nothing_was_scored_nothing_disagrees(run: Run, bob: User) -> None:
    _give(run, 3, bob, GivenValue("faithful", 0.9))
    assert _disagreeing(run) == []


def test_the_filter_asks_once_however_much_people_said(run: Run, alice: User, bob: User) -> None:
    counts = []
    for person in (alice, bob):
        for ordinal in range(3):
            _give(run, ordinal, person, GivenValue("faithful", 0.95), GivenValue("polite", 0.0))
        with CaptureQueriesContext(connection) as queries:
            _disagreeing(run)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_table_shows_a_persons_value_beside_the_score(run: Run, bob: User) -> None:
    _give(run, 0, bob, GivenValue("faithful", 0.9), GivenValue("polite", 1.0))
    metrics = list(run.run_metrics.all())
    [first, second] = item_rows(run, read_columns(run), metrics=metrics, places=[0, 1], view=TableView.COMPACT)
    shown = {chip.name: (chip.value, chip.said, chip.disagrees) for chip in first.chips}
    assert shown["faithful"] == ("0.20", "0.90", True)
    assert shown["polite"] == ("yes", "yes", False)
    assert not any(chip.said for chip in second.chips)


def test_nothing_is_kept_of_a_form_with_one_bad_value(run_item: RunItem, bob: User) -> None:
    given = [GivenValue("faithful", 0.5), GivenValue("share", 9.0)]
    with pytest.raises(Invalid):
        give_values(run_item, given=given, seen_version=0, by=bob)
    assert not Override.objects.exists()
