"""The line about repeats on a metric's tile."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project, User
from metrics.choices import Direction
from runs.models import Run
from runs.repeats import RepeatLine, repeat_lines
from tests.runs.scored_runs import Answer, make_scored_run

# Three items, two repeats each: both pass, one passes, none passes.
VALUES = (0.9, 0.8, 0.9, 0.1, 0.2, 0.1)


def repeated(project: Project, **metric: object) -> Run:
    answers = [Answer(scores={"m": value}) for value in VALUES]
    return make_scored_run(project=project, answers=answers, metrics={"m": {"threshold": 0.5, **metric}}, repeats=2)


def line_of(run: Run) -> RepeatLine:
    (line,) = repeat_lines(run, list(run.run_metrics.all())).values()
    return line


def test_a_tile_says_what_the_repeats_come_to(project: Project, alice: User, client_of: type) -> None:
    run = repeated(project)
    assert line_of(run) == RepeatLine(k=2, n_items=3, n_flaky=1, any_of_k="66.7%", all_of_k="33.3%", majority="33.3%")
    page = client_of(alice).get(f"/runs/{run.pk}/").content.decode()
    for words in ("pass@2 66.7%", "all of 2 33.3%", "majority 33.3%", "1 flaky"):
        assert words in page


def test_where_lower_is_better_what_is_low_passes(project: Project) -> None:
    line = line_of(repeated(project, direction=Direction.LOWER))
    assert (line.any_of_k, line.all_of_k) == ("66.7%", "33.3%")


@pytest.mark.parametrize(("repeats", "threshold"), [(1, 0.5), (2, None)])
def test_without_repeats_or_a_threshold_there_is_no_line(
    project: Project, repeats: int, threshold: float | None
) -> None:
    answers = [Answer(scores={"m": value}) for value in VALUES]
    run = make_scored_run(project=project, answers=answers, metrics={"m": {"threshold": threshold}}, repeats=repeats)
    assert repeat_lines(run, list(run.run_metrics.all())) == {}


def test_the_interval_of_a_run_reckons_with_repeats(project: Project) -> None:
    (metric,) = repeated(project).run_metrics.all()
    assert metric.ci_low is not None
    assert metric.ci_high is not None
    # Three items, whose means are 0.85, 0.5 and 0.15: t with 2 degrees of freedom.
    assert (metric.ci_low, metric.ci_high) == pytest.approx((0.5 - 0.8694, 0.5 + 0.8694), abs=1e-3)
