"""Comparisons: is a run better than another on the same items, and which items changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, Page, PageWish, answer_page, page_of
from evalhub.core.errors import Invalid, NotFound
from metrics.statistics.paired import PairedResult, PairTest
from metrics.statistics.verdicts import Verdict
from runs.comparison.compare import MOST_RUNS, Comparison, Line, compare_runs
from runs.comparison.fairness import Fairness, conditions_of
from runs.comparison.items import Row, item_rows
from runs.comparison.measures import Measure
from runs.comparison.selection import Change, ItemOrder, ItemSelection, ItemWish
from runs.comparison.slices import SliceLine, compare_slices
from runs.comparison.words import in_words
from runs.models import Run

LONGEST_KEY = 300
VERDICTS = [verdict.value for verdict in Verdict]
RUNS = OpenApiParameter(
    "runs", str, required=True, description=f"Two to {MOST_RUNS} run ids between commas, the baseline first."
)
CLUSTER = OpenApiParameter(
    "cluster",
    str,
    description="A metadata key: items with one value under it are not taken for independent. Without it that of the "
    "baseline's dataset; empty takes all for independent.",
)
BY = OpenApiParameter("by", str, description="`overall` or `m.<metric key>`; the star metric unless given.")


class LineOut(serializers.Serializer[Any]):
    """One measure of one candidate against the baseline. A number is null where it cannot be said."""

    measure = serializers.CharField(help_text="`overall` or `m.<metric key>`.")
    name = serializers.CharField()
    higher_is_better = serializers.BooleanField()
    candidate = serializers.UUIDField()
    verdict = serializers.ChoiceField(choices=VERDICTS)
    sentence = serializers.CharField(help_text="The verdict with its numbers, for people.")
    items = serializers.IntegerField(help_text="Matched items with a value on both sides.")
    clusters = serializers.IntegerField()
    better = serializers.IntegerField()
    worse = serializers.IntegerField()
    same = serializers.IntegerField()
    baseline_mean = serializers.FloatField(allow_null=True)
    candidate_mean = serializers.FloatField(allow_null=True)
    difference = serializers.FloatField(allow_null=True, help_text="Candidate minus baseline, in the metric's unit.")
    ci_low = serializers.FloatField(allow_null=True)
    ci_high = serializers.FloatField(allow_null=True)
    p = serializers.FloatField(allow_null=True, help_text="Two-sided, before correction.")
    adjusted_p = serializers.FloatField(allow_null=True, help_text="By Holm over all lines.")
    smallest_difference = serializers.FloatField(
        allow_null=True, help_text="What these items would show with 80 % chance."
    )
    test = serializers.ChoiceField(choices=[test.value for test in PairTest])


class SliceOut(LineOut):
    """The same within the items of one metadata value; `adjusted_p` is by Benjamini and Hochberg over the slices."""

    value = serializers.CharField()


class MatchOut(serializers.Serializer[Any]):
    """How the items of a candidate pair with the baseline's."""

    candidate = serializers.UUIDField()
    matched = serializers.IntegerField()
    only_in_baseline = serializers.IntegerField()
    only_in_candidate = serializers.IntegerField()


class FactOut(serializers.Serializer[Any]):
    """A condition of the comparison; `shown` is what each run says, one text where all say the same."""

    name = serializers.CharField()
    fairness = serializers.ChoiceField(choices=[fairness.value for fairness in Fairness])
    shown = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)


class ComparisonOut(serializers.Serializer[Any]):
    """Runs against a baseline. `slices` is there when `slice` was asked for."""

    runs = serializers.ListField(child=serializers.UUIDField())
    lines = LineOut(many=True)
    matches = MatchOut(many=True)
    fairness = FactOut(many=True)
    slices = SliceOut(many=True)


class ComparedItemOut(serializers.Serializer[Any]):
    """One of the baseline's items in one candidate."""

    ordinal = serializers.IntegerField(help_text="In the baseline.")
    candidate_ordinal = serializers.IntegerField(allow_null=True)
    key = serializers.CharField(allow_blank=True)
    input = serializers.CharField(help_text="The beginning.")
    change = serializers.ChoiceField(choices=[change.value for change in Change])
    baseline_value = serializers.FloatField(allow_null=True)
    candidate_value = serializers.FloatField(allow_null=True)


class ComparisonView(ApiView):
    """What every view of comparisons reads from its address."""

    def comparison(self, request: Request) -> Comparison:
        """Raises `Invalid` for what are no runs to compare, `NotFound` for runs that the caller does not see."""
        ids = _uuids(request.query_params.get("runs", ""))
        seen = self.within_key(Run.objects.visible_to(self.person)).with_names().with_metrics()
        found = {run.uuid: run for run in seen.filter(uuid__in=ids[: MOST_RUNS + 1])}
        missing = [run_id for run_id in ids[: MOST_RUNS + 1] if run_id not in found]
        if missing:
            raise NotFound("run_unknown", f"There is no run {missing[0]}, or you may not see it.", field="runs")
        runs = [found[run_id] for run_id in ids[: MOST_RUNS + 1]]
        cluster_key = request.query_params.get("cluster")
        return compare_runs(runs, cluster_key=None if cluster_key is None else cluster_key[:LONGEST_KEY])

    def measure(self, request: Request, comparison: Comparison) -> Measure:
        name = request.query_params.get("by")
        measure = comparison.measure(name) if name else comparison.usual_measure
        if measure is None:
            raise Invalid("nothing_measured", "These runs measure nothing that could be compared.", field="runs")
        return measure


class ComparisonDetail(ComparisonView):
    """Two or more runs on the same items."""

    @extend_schema(
        operation_id="compare_runs",
        parameters=[
            *(RUNS, CLUSTER, BY),
            OpenApiParameter("slice", str, description="A metadata key: also compare within each of its values."),
        ],
        responses=ComparisonOut,
    )
    def get(self, request: Request) -> Response:
        comparison = self.comparison(request)
        shown = {
            "runs": [run.uuid for run in comparison.runs],
            "lines": [_line(comparison, line.measure, line) for line in comparison.lines],
            "matches": _matches(comparison),
            "fairness": [asdict(fact) for fact in conditions_of(comparison).facts],
            "slices": self._slices(request, comparison),
        }
        return Response(ComparisonOut(shown).data)

    def _slices(self, request: Request, comparison: Comparison) -> list[dict[str, Any]]:
        key = request.query_params.get("slice", "")[:LONGEST_KEY]
        if not key:
            return []
        measure = self.measure(request, comparison)
        found = compare_slices(comparison, measure, key=key)
        return [{**_line(comparison, measure, line), "value": line.value} for line in found]


class ComparedItemList(ComparisonView):
    """The items of the baseline and what became of them in one candidate."""

    @extend_schema(
        operation_id="list_compared_items",
        parameters=[
            *(RUNS, BY, *PAGE_PARAMETERS),
            OpenApiParameter("candidate", str, description="A run id; the second run unless given."),
            OpenApiParameter("show", str, enum=[change.value for change in Change]),
            OpenApiParameter("sort", str, enum=[order.value for order in ItemOrder]),
        ],
        responses=page_of(ComparedItemOut),
    )
    def get(self, request: Request) -> Response:
        comparison = self.comparison(request)
        wish = ItemWish(
            measure=self.measure(request, comparison),
            position=position_of(comparison, request.query_params.get("candidate", "")),
            change=choice_of(Change, request, "show"),
            order=choice_of(ItemOrder, request, "sort") or ItemOrder.WORST,
        )
        page_wish = PageWish.of(request)
        start = page_wish.after or 0
        selection = ItemSelection(comparison, wish)
        ordinals = [int(ordinal) for ordinal in selection.ordinals[start : start + page_wish.size]]
        rows = item_rows(comparison, ordinals, measures=(), is_diff=False)
        end = start + len(ordinals)
        shown = [_item(comparison, wish, selection, row) for row in rows]
        return answer_page(request, Page(shown, end if end < selection.total else None), ComparedItemOut)


def _uuids(text: str) -> list[UUID]:
    try:
        return [UUID(word.strip()) for word in text.split(",") if word.strip()]
    except ValueError:
        raise Invalid("runs_invalid", "`runs` takes ids of runs, with commas between them.", field="runs") from None


def position_of(comparison: Comparison, text: str) -> int:
    if not text:
        return 1
    for position, run in enumerate(comparison.runs):
        if position and str(run.uuid) == text:
            return position
    raise Invalid("candidate_unknown", "`candidate` is one of `runs`, but not the first of them.", field="candidate")


def choice_of(kind: Any, request: Request, name: str) -> Any:  # noqa: ANN401  # a member of the enumeration, or None
    """The member that the address names. Raises `Invalid` for a word that is none."""
    text = request.query_params.get(name)
    if not text:
        return None
    known = [member.value for member in kind]
    if text not in known:
        raise Invalid(f"{name}_unknown", f'"{text}" is none of: {", ".join(known)}.', field=name)
    return kind(text)


def _line(comparison: Comparison, measure: Measure, line: Line | SliceLine) -> dict[str, Any]:
    result: PairedResult = line.result
    better, worse = (result.up, result.down) if measure.higher_is_better else (result.down, result.up)
    return {
        "measure": measure.name,
        "name": measure.label,
        "higher_is_better": measure.higher_is_better,
        "candidate": comparison.runs[line.position].uuid,
        "verdict": line.verdict.value,
        "sentence": in_words(measure, result, line.verdict).sentence,
        "items": result.n,
        "clusters": result.clusters,
        "better": better,
        "worse": worse,
        "same": result.same,
        "baseline_mean": result.baseline,
        "candidate_mean": result.candidate,
        "difference": result.difference,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "p": result.p,
        "adjusted_p": line.adjusted_p,
        "smallest_difference": result.smallest,
        "test": result.test.value,
    }


def _matches(comparison: Comparison) -> list[dict[str, Any]]:
    pairs: Sequence[Any] = list(zip(comparison.runs, comparison.matches, strict=True))[1:]
    return [
        {
            "candidate": run.uuid,
            "matched": match.count,
            "only_in_baseline": int(match.missing.size),
            "only_in_candidate": int(match.extra.size),
        }
        for run, match in pairs
    ]


def _item(comparison: Comparison, wish: ItemWish, selection: ItemSelection, row: Row) -> dict[str, Any]:
    before, after = (comparison.value_at(wish.measure, position, row.ordinal) for position in (0, wish.position))
    return {
        "ordinal": row.ordinal,
        "candidate_ordinal": comparison.matches[wish.position].place_of(row.ordinal),
        "key": row.key,
        "input": row.input,
        "change": selection.change_of(row.ordinal).value,
        "baseline_value": None if math.isnan(before) else before,
        "candidate_value": None if math.isnan(after) else after,
    }
