"""The items that people paired by hand, as the packed columns need them: the key of one for the key of the other."""

from __future__ import annotations

from collections.abc import Sequence

from runs.comparison.pairing import Aliases
from runs.models import ItemPair, Run


def aliases_of(runs: Sequence[Run]) -> tuple[Aliases, ...]:
    """For each run the keys by which the first run knows its hand-paired items."""
    baseline = runs[0]
    versions = {run.dataset_version_id for run in runs}
    if len(versions) == 1:
        return ((),) * len(runs)
    pairs = ItemPair.objects.filter(
        project_id=baseline.project_id, first_version_id__in=versions, second_version_id__in=versions
    )
    known: dict[int, list[tuple[int, int]]] = {version: [] for version in versions}
    for first, second, first_key, second_key in pairs.values_list(
        "first_version_id", "second_version_id", "first_key", "second_key"
    ):
        if first == baseline.dataset_version_id:
            known[second].append((second_key, first_key))
        elif second == baseline.dataset_version_id:
            known[first].append((first_key, second_key))
    return tuple(tuple(sorted(known[run.dataset_version_id])) for run in runs)
