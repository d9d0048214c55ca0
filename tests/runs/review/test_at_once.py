"""Two at one item in the same moment, on a real database: one of them is first, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from evalhub.accounts.models import User
from evalhub.core.errors import EvalHubError
from runs.choices import ReviewState
from runs.models import Override, Review, ReviewChange, Run, RunItem
from runs.services import reviews
from runs.services.review_values import GivenValue, give_many

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*works: Callable[[], object]) -> list[str]:
    """What came of each: the code of its error, or nothing."""
    start = Barrier(len(works))

    def work(one: Callable[[], object]) -> str:
        try:
            start.wait(timeout=20)
            one()
        except EvalHubError as error:
            return error.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(work, works))


def _fresh(run: Run, ordinal: int) -> RunItem:
    return run.run_items.select_related("run__project__team", "item").get(ordinal=ordinal)


def test_of_two_first_decisions_one_is_kept_and_the_other_refused(run: Run, alice: User, bob: User) -> None:
    items = [_fresh(run, 0), _fresh(run, 0)]

    def decide(which: int, state: ReviewState, person: User) -> Callable[[], object]:
        return lambda: reviews.set_state(items[which], state=state, seen_version=0, by=person)

    found = _at_once(decide(0, ReviewState.FIXED, alice), decide(1, ReviewState.WONT_FIX, bob))
    assert sorted(found) == ["", "review_changed"]
    assert (Review.objects.get().version, ReviewChange.objects.count()) == (1, 1)


def test_values_given_at_once_all_count_in_the_mean(run: Run, alice: User, bob: User) -> None:
    def give(ordinals: list[int], value: float, person: User) -> Callable[[], object]:
        given = {_fresh(run, ordinal): [GivenValue("faithful", value)] for ordinal in ordinals}
        return lambda: give_many(run, given=given, by=person)

    assert _at_once(give([0, 1], 1.0, alice), give([2, 3], 0.5, bob)) == ["", ""]
    metric = run.run_metrics.get(key="faithful")
    assert Override.objects.count() == metric.n_overridden == 4
    assert metric.corrected_mean == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
