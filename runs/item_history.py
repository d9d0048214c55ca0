"""The same item in other runs over its dataset: when it failed first, since when it is back, how often it turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_

import numpy as np
from django.db.models import Q
from django.db.models.functions import Left

from runs.choices import ItemState, RunState, Sampling
from runs.columns import read_columns
from runs.models import Item, ItemPair, Run, RunItem

MOST_RUNS = 20
EXCERPT = 240


@dataclass(frozen=True, slots=True)
class Appearance:
    """The item as it came out in one run, with the beginning of its output."""

    run: Run
    run_item: RunItem
    excerpt: str
    is_this: bool = False

    @property
    def passed(self) -> bool | None:
        return self.run_item.passed

    @property
    def status(self) -> str:
        if self.run_item.state == ItemState.ERRORED:
            return "errored"
        return {True: "passed", False: "failed", None: "unscored"}[self.passed]


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """Newest run first."""

    appearances: list[Appearance]

    @property
    def sentence(self) -> str:
        return history_in_words(
            [(appearance.run.name, appearance.passed) for appearance in reversed(self.appearances)],
        )


def item_history(run: Run, run_item: RunItem, *, excerpt: str) -> ItemHistory:
    """Where the item of `run_item` also stands: the newest runs over the dataset, this one always among them."""
    others = (
        Run.objects.filter(project_id=run.project_id, dataset_id=run.dataset_id, deleted_at=None)
        .exclude(pk=run.pk)
        .exclude(state=RunState.RECORDED)
        .select_related("dataset_version", "target")
        .order_by("-id")[: MOST_RUNS - 1]
    )
    runs = list(others)
    by_run = _found(_places(runs, run_item))
    appearances = [Appearance(other, *by_run[other.pk]) for other in runs if other.pk in by_run]
    appearances.append(Appearance(run, run_item, excerpt, is_this=True))
    return ItemHistory(sorted(appearances, key=lambda appearance: -appearance.run.pk))


def history_in_words(results: Sequence[tuple[str, bool | None]]) -> str:
    """What runs in the order they were made, each with whether the item passed, say together; "" when nothing."""
    known = [(name, passed) for name, passed in results if passed is not None]
    if len(known) < 2:
        return ""
    stretches = [(passed, [name for name, _ in group]) for passed, group in groupby(known, key=lambda pair: pair[1])]
    is_passing, latest = stretches[-1]
    if len(stretches) == 1:
        return f"{'Passed' if is_passing else 'Failed'} in all {len(known)} runs."
    if len(stretches) > 3:
        return f"Flaky: turned {len(stretches) - 1} times in {len(known)} runs; {_now(is_passing)} since {latest[0]}."
    first_failed = next(names[0] for passed, names in stretches if not passed)
    if is_passing:
        return f"First failed in {first_failed}; back since {latest[0]}."
    if len(stretches) == 3:
        return f"First failed in {first_failed}; failing again since {latest[0]}."
    return f"First failed in {first_failed}{', and in every run since' if len(latest) > 1 else ', the newest run'}."


def _now(is_passing: bool) -> str:
    return "passing" if is_passing else "failing"


def _places(runs: Sequence[Run], run_item: RunItem) -> dict[int, int]:
    """Run id → ordinal of the same question there.

    A run that took its items from the head of a version has them at the version's own ordinals; a random sample is
    looked through in its packed pair keys, which are as short as the sample.
    """
    pair_key = run_item.item.pair_key
    ordinals = {run_item.item.version_id: run_item.item.ordinal}
    versions = {other.dataset_version_id for other in runs} - ordinals.keys()
    partners = ItemPair.objects.partners_of(run_item.item, project_id=run_item.project_id) if versions else {}
    if versions:
        by_hand = (Q(version_id=version, pair_key=key) for version, key in partners.items())
        same = Item.objects.filter(reduce(or_, by_hand, Q(version_id__in=versions, pair_key=pair_key)))
        ordinals |= dict(same.values_list("version_id", "ordinal"))
    places = {}
    for other in runs:
        version = other.dataset_version_id
        key = partners.get(version, pair_key)
        ordinal = _sampled_ordinal(other, key) if _is_random(other) else ordinals.get(version)
        if ordinal is not None:
            places[other.pk] = ordinal
    return places


def _is_random(run: Run) -> bool:
    return run.num_samples is not None and run.sampling == Sampling.RANDOM


def _sampled_ordinal(run: Run, pair_key: int) -> int | None:
    found = np.flatnonzero(read_columns(run).pair_keys == pair_key)
    return int(found[0]) // run.repeats if found.size else None


def _found(places: dict[int, int]) -> dict[int, tuple[RunItem, str]]:
    """Run id → the run item at its place and the beginning of its output."""
    if not places:
        return {}
    # One condition a run, each a look-up in the unique index; joined they stay one query.
    wanted = reduce(or_, (Q(run_id=run_id, ordinal=ordinal, repeat=0) for run_id, ordinal in places.items()))
    narrow = RunItem.objects.filter(wanted).only("run_id", "ordinal", "repeat", "overall", "passed", "state")
    return {found.run_id: (found, found.excerpt) for found in narrow.annotate(excerpt=Left("output", EXCERPT))}
