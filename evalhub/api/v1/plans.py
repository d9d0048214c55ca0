"""Plans: how many items and repeats the next comparison needs, from two runs and the noise between twins."""

from __future__ import annotations

import math
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.v1.comparisons import BY, RUNS, ComparisonView
from evalhub.core.errors import Invalid
from metrics.statistics.signs import POWER
from runs.planner.plan import NoiseSource, Plan, plan_of
from runs.planner.twins import find_twins, twin_lines


class PlannedRepeatsOut(serializers.Serializer[Any]):
    """What is needed with so many answers an item, in both runs."""

    repeats = serializers.IntegerField()
    items_needed = serializers.IntegerField(allow_null=True, help_text="Null for more than 100 million.")
    smallest_difference = serializers.FloatField(help_text="What the baseline's items show.")


class PlanOut(serializers.Serializer[Any]):
    """The parts of the spread, and what follows; variances are in the metric's unit squared."""

    measure = serializers.CharField(help_text="`overall` or `m.<metric key>`.")
    difference = serializers.FloatField()
    power = serializers.FloatField()
    pairs = serializers.IntegerField(help_text="Items with a value in both runs.")
    items = serializers.IntegerField(help_text="Of the baseline.")
    variance_of_items = serializers.FloatField(help_text="Stays however often items are repeated.")
    variance_of_noise = serializers.FloatField(help_text="Of both runs together, for one answer each.")
    noise_from = serializers.ChoiceField(choices=[source.value for source in NoiseSource])
    plans = PlannedRepeatsOut(many=True)


class ComparisonPlan(ComparisonView):
    """What shows a difference of the given size between two runs like these."""

    @extend_schema(
        operation_id="plan_comparison",
        parameters=[
            *(RUNS, BY),
            OpenApiParameter(
                "difference", float, required=True, description="To be shown, in the metric's unit, above 0."
            ),
            OpenApiParameter("power", float, description=f"The chance to see it, 0.5 to 0.99; {POWER} unless given."),
        ],
        responses=PlanOut,
    )
    def get(self, request: Request) -> Response:
        comparison = self.comparison(request)
        measure = self.measure(request, comparison)
        difference = _number(request, "difference", low=0.0, high=math.inf)
        power = _number(request, "power", low=0.499, high=0.991, usual=POWER)
        twins = twin_lines(find_twins(comparison.baseline.dataset), measure.name)
        plan = plan_of(comparison, measure, twins=twins, power=power) if measure.is_comparable(1) else None
        if plan is None:
            raise Invalid(
                "too_few_pairs", "Fewer than two items have this measure in both runs; name other runs.", field="runs"
            )
        return Response(PlanOut(_shown(plan, difference)).data)


def _shown(plan: Plan, difference: float) -> dict[str, Any]:
    rows = zip(plan.repeats, plan.needed(difference), plan.smallest(plan.items), strict=True)
    return {
        "measure": plan.measure.name,
        "difference": difference,
        "power": plan.power,
        "pairs": plan.pairs,
        "items": plan.items,
        "variance_of_items": plan.spread.items,
        "variance_of_noise": plan.spread.noise,
        "noise_from": plan.source.value,
        "plans": [
            {"repeats": repeats, "items_needed": needed, "smallest_difference": smallest}
            for repeats, needed, smallest in rows
        ],
    }


def _number(request: Request, name: str, *, low: float, high: float, usual: float | None = None) -> float:
    """Raises `Invalid` for what is no number between the ends, both excluded."""
    text = request.query_params.get(name)
    if not text and usual is not None:
        return usual
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not low < number < high:
        raise Invalid(f"{name}_invalid", f'"{text or ""}" is not a usable {name}; see the description.', field=name)
    return number
