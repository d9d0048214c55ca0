"""A run's rows with their scores, in the client's words: one page, or one row by its id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import RFC_4122, UUID

from evalhub.facades.valiqor.rows import context_text, sent_metadata
from evalhub.facades.valiqor.starting import SOURCE_NAMES
from metrics.choices import ScoreStatus
from runs.execution.sampling import item_ordinals
from runs.models import Item, Run, RunItem, Score

JsonObject = dict[str, Any]

_VERSION_BITS, _VARIANT_BITS = 8 << 76, 0b10 << 62
# The ordinal stands first: people are shown the beginning of an id.
_ORDINAL_SHIFT, _REPEAT_SHIFT = 96, 80
_MOST_REPEATS, _MOST_RUNS = (1 << 16) - 1, (1 << 62) - 1


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """Where a row stands. Known before the row is worked on, so a row has its id from the beginning."""

    run_pk: int
    ordinal: int
    repeat: int

    @property
    def public_id(self) -> str:
        """The place as a UUID of version 8, unique over the whole server."""
        number = self.ordinal << _ORDINAL_SHIFT | self.repeat << _REPEAT_SHIFT | self.run_pk
        return str(UUID(int=number | _VERSION_BITS | _VARIANT_BITS))

    @classmethod
    def of(cls, text: str) -> ItemPlace | None:
        """The place that the id says; None for an id that was not given out here."""
        try:
            uuid = UUID(text)
        except ValueError:
            return None
        if uuid.variant != RFC_4122 or uuid.version != 8:
            return None
        number = uuid.int
        return cls(number & _MOST_RUNS, number >> _ORDINAL_SHIFT, number >> _REPEAT_SHIFT & _MOST_REPEATS)


def item_bodies(run: Run, *, start: int, stop: int) -> list[JsonObject]:
    """The rows at the places `start` to `stop`, in the dataset's order, with the scores that they have by now."""
    places = [_place(run, number) for number in range(start, min(stop, run.item_count))]
    if not places:
        return []
    first, last = places[0].ordinal, places[-1].ordinal
    ordinals = item_ordinals(run, start=first, stop=last + 1).tolist()
    items = {
        item.ordinal: item
        for item in Item.objects.filter(version_id=run.dataset_version_id, ordinal__in=ordinals).defer("trace", "human")
    }
    answered = {
        (one.ordinal, one.repeat): one for one in RunItem.objects.filter(run=run, ordinal__gte=first, ordinal__lte=last)
    }
    scores = _scores(run, [one.pk for one in answered.values()])
    rows = []
    for place in places:
        run_item = answered.get((place.ordinal, place.repeat))
        item = items[ordinals[place.ordinal - first]]
        rows.append(_body(run, place, item, run_item, scores[run_item.pk] if run_item else ()))
    return rows


def _place(run: Run, number: int) -> ItemPlace:
    ordinal, repeat = divmod(number, run.repeats)
    return ItemPlace(run.pk, ordinal, repeat)


def _scores(run: Run, run_item_ids: Sequence[int]) -> Mapping[int, list[tuple[str, Score]]]:
    """The scores of each run item, with the key of their metric, in the order of the metrics."""
    keys = dict(run.run_metrics.order_by("rank", "id").values_list("id", "key"))
    ranks = {metric_id: rank for rank, metric_id in enumerate(keys)}
    found = Score.objects.filter(run=run, run_item_id__in=run_item_ids, run_metric_id__in=keys)
    scores: defaultdict[int, list[tuple[str, Score]]] = defaultdict(list)
    for score in sorted(found, key=lambda one: ranks[one.run_metric_id]):
        scores[score.run_item_id].append((keys[score.run_metric_id], score))
    return scores


def _body(
    run: Run, place: ItemPlace, item: Item, run_item: RunItem | None, scores: Sequence[tuple[str, Score]]
) -> JsonObject:
    own_context = run_item.context if run_item else None
    is_from_here = run.dataset_version.source_name in SOURCE_NAMES.values()
    return {
        "id": place.public_id,
        "item_id": place.public_id,
        "run_id": str(run.uuid),
        "input": item.input,
        "output": (run_item.output if run_item else item.output) or "",
        "context": context_text(item.context if own_context is None else own_context),
        "expected": item.expected,
        "overall_score": run_item.overall if run_item else None,
        "metric_scores": {key: score.value for key, score in scores if score.value is not None},
        "explanations": {key: _explanation(score) for key, score in scores},
        "metadata": sent_metadata(item.raw) if is_from_here else item.metadata,
    }


def _explanation(score: Score) -> str:
    if score.status == ScoreStatus.SCORED:
        return score.explanation or f"Scored {score.value:g}; the metric gave no reason."
    return f"error: {score.explanation or score.reason}"


def first_error(run: Run) -> str:
    """Why the first row of a run has no score of its first metric."""
    score = Score.objects.filter(run=run).exclude(status=ScoreStatus.SCORED).order_by("run_item_id").first()
    return (score.explanation or score.reason) if score else ""
