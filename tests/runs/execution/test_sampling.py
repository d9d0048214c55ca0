"""Samples: the first items, or random ones that are the same every time; and each item as often as it is repeated."""

from __future__ import annotations

import numpy as np
import pytest

from evalhub.accounts.models import Project, User
from runs.choices import Sampling
from runs.execution import closing, working
from runs.execution.sampling import item_ordinals
from runs.models import DatasetVersion, Run, RunItem
from runs.services.run_metrics import MetricChoice
from runs.services.runs import RunRequest, create_run
from tests.factories import make_dataset, make_target, make_version


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    rows = [{"input": f"q{place}", "output": "A", "expected": "A"} for place in range(40)]
    return make_version(dataset=make_dataset(project=project), rows=rows)


def sampled(version: DatasetVersion, by: User, **fields: object) -> Run:
    """A run that was worked to its end."""
    project = version.dataset.project
    target = project.targets.first() or make_target(project=project)
    request = RunRequest(
        project=project,
        version=version,
        target=target,
        metrics=[MetricChoice(key="equals")],
        **fields,  # type: ignore[arg-type]
    )
    run = create_run(request, by=by)
    working.start_run(run.pk)
    for batch_id in run.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)
    closing.close_run(run.pk)
    return Run.objects.get(pk=run.pk)


def ordinals_of(run: Run) -> list[int]:
    """Which of the version's items were taken, in the run's order."""
    taken = RunItem.objects.filter(run=run, repeat=0).order_by("ordinal")
    return list(taken.values_list("item__ordinal", flat=True))


def test_head_takes_the_first_items(version: DatasetVersion, alice: User) -> None:
    assert ordinals_of(sampled(version, alice, num_samples=7)) == list(range(7))


def test_random_takes_the_same_scattered_items_in_every_run(version: DatasetVersion, alice: User) -> None:
    first = ordinals_of(sampled(version, alice, num_samples=12, sampling=Sampling.RANDOM))
    again = ordinals_of(sampled(version, alice, num_samples=12, sampling=Sampling.RANDOM))
    assert first == again
    assert first == sorted(set(first))
    assert len(first) == 12
    assert first != list(range(12))
    assert max(first) > 20


def test_a_larger_sample_holds_the_smaller_one(version: DatasetVersion, alice: User) -> None:
    small = ordinals_of(sampled(version, alice, num_samples=5, sampling=Sampling.RANDOM))
    large = ordinals_of(sampled(version, alice, num_samples=20, sampling=Sampling.RANDOM))
    assert set(small) < set(large)


def test_a_sample_beyond_the_dataset_is_the_dataset(version: DatasetVersion, alice: User) -> None:
    assert ordinals_of(sampled(version, alice, num_samples=99, sampling=Sampling.RANDOM)) == list(range(40))


def test_every_sampled_item_is_there_once_for_each_repeat(version: DatasetVersion, alice: User) -> None:
    run = sampled(version, alice, num_samples=6, sampling=Sampling.RANDOM, repeats=3)
    pairs = list(RunItem.objects.filter(run=run).values_list("item__ordinal", "repeat"))
    assert sorted(pairs) == [(ordinal, repeat) for ordinal in ordinals_of(run) for repeat in range(3)]
    assert (run.item_count, run.scored_count) == (18, 18)


def test_samples_of_a_large_dataset_are_spread_evenly(version: DatasetVersion, alice: User) -> None:
    version.item_count = 100_000
    run = Run(dataset_version=version, item_count=10_000, sampling=Sampling.RANDOM)
    taken = item_ordinals(run, start=0, stop=10_000)
    per_tenth = np.bincount(taken // 10_000, minlength=10)
    assert per_tenth.min() > 900
    assert per_tenth.max() < 1_100
