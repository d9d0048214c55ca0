"""What the page of the planner prints: items for each difference and number of repeats, and the noise floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict

from evalhub.accounts.models import Project
from evalhub.core.addresses import with_query
from metrics.choices import ValueType
from runs.comparison.compare import Comparison, compare_runs
from runs.comparison.measures import Measure
from runs.comparison.words import difference_text, interval_text
from runs.figures import MISSING
from runs.forms.planner import MOST_OFFERED, PlannerForm
from runs.models import Dataset, Run
from runs.planner.plan import NoiseSource, Plan, plan_of
from runs.planner.twins import TwinLine, find_twins, twin_lines
from runs.tiles import baseline_of
from runs.views.item_filter_bar import Link


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A difference with the items that it needs for each number of repeats; `is_asked` is the one in the address."""

    difference: str
    needed: Sequence[str]
    is_asked: bool


@dataclass(frozen=True, slots=True)
class TwinRow:
    """Two runs of the same thing, as shown."""

    twin: TwinLine
    difference: str
    interval: str
    changed: str


class PlannerPage:
    """Everything on the page, made from one address. `plan` is None where there is nothing to plan from."""

    def __init__(self, project: Project, form: PlannerForm, query: QueryDict) -> None:
        self.project = project
        self.form = form
        self.query = query
        form.is_valid()
        self.dataset = form.cleaned_data.get("dataset") or self._newest_dataset()
        self.runs = self._finished_runs()
        if self.dataset and self.comparison:
            form.offer(self.dataset, self.runs, chosen=self.comparison.runs)

    def _newest_dataset(self) -> Dataset | None:
        newest = Run.objects.finished().filter(project=self.project).select_related("dataset").order_by("-id").first()
        return newest.dataset if newest else None

    def _finished_runs(self) -> list[Run]:
        """The newest runs that can be chosen, the newest first."""
        if self.dataset is None:
            return []
        found = Run.objects.finished().filter(project=self.project, dataset=self.dataset)
        return list(found.with_names().with_metrics().order_by("-id")[:MOST_OFFERED])

    @cached_property
    def chosen(self) -> tuple[Run | None, Run | None]:
        """Baseline and candidate: those in the address, else the newest run and its pinned baseline or predecessor."""
        by_id = {run.pk: run for run in self.runs}
        candidate = by_id.get(self.form.run_id("candidate") or 0) or next(iter(self.runs), None)
        if candidate is None:
            return None, None
        pinned = baseline_of(candidate)
        wanted = [self.form.run_id("baseline") or 0, pinned.pk if pinned else 0]
        others = [run for run in self.runs if run.pk != candidate.pk]
        earlier = [run for run in others if run.pk < candidate.pk] or others
        named = [by_id[run_id] for run_id in wanted if run_id in by_id and run_id != candidate.pk]
        return next(iter([*named, *earlier]), None), candidate

    @cached_property
    def comparison(self) -> Comparison | None:
        baseline, candidate = self.chosen
        return compare_runs([baseline, candidate]) if baseline and candidate else None

    @cached_property
    def measure(self) -> Measure | None:
        if self.comparison is None:
            return None
        comparable = {measure.name: measure for measure in self.comparison.measures if measure.is_comparable(1)}
        usual = self.comparison.usual_measure
        fallback = usual if usual and usual.name in comparable else next(iter(comparable.values()), None)
        return comparable.get(str(self.query.get("by", ""))) or fallback

    @cached_property
    def measures(self) -> list[Link]:
        found = self.comparison.measures if self.comparison else []
        return [
            Link(measure.label, with_query(self.query, by=measure.name), measure is self.measure)
            for measure in found
            if measure.is_comparable(1)
        ]

    @cached_property
    def _twins(self) -> list[TwinLine]:
        if self.dataset is None or self.measure is None:
            return []
        return twin_lines(find_twins(self.dataset), self.measure.name)

    @cached_property
    def plan(self) -> Plan | None:
        if self.comparison is None or self.measure is None:
            return None
        return plan_of(self.comparison, self.measure, twins=self._twins, power=self.form.power_wanted)

    @property
    def asked(self) -> float | None:
        found: float | None = self.form.cleaned_data.get("difference")
        return found

    @cached_property
    def needs(self) -> list[NeedRow]:
        if self.plan is None:
            return []
        differences = {*self.plan.differences, *([self.asked] if self.asked else [])}
        return [
            NeedRow(
                difference=self.text(difference),
                needed=[
                    "more than 100 million" if need is None else f"{need:,}" for need in self.plan.needed(difference)
                ],
                is_asked=difference == self.asked,
            )
            for difference in sorted(differences)
        ]

    @property
    def chance(self) -> str:
        return f"{self.form.power_wanted:.0%}".replace("%", " %")

    @property
    def answer(self) -> NeedRow | None:
        """The row that was asked for."""
        return next((row for row in self.needs if row.is_asked), None)

    @property
    def times(self) -> list[str]:
        """How often each item is answered, in words."""
        words = {1: "once", 2: "twice"}
        return [words.get(repeats, f"{repeats} times") for repeats in (self.plan.repeats if self.plan else ())]

    @property
    def can_show(self) -> list[tuple[str, str]]:
        """What the items at hand show, for each number of repeats."""
        if self.plan is None:
            return []
        return list(zip(self.times, map(self.text, self.plan.smallest(self.plan.items)), strict=True))

    def text(self, difference: float | None) -> str:
        """A difference in the measure's unit, whichever way it goes."""
        if difference is None or self.measure is None:
            return MISSING
        if self.measure.metric.value_type == ValueType.NUMBER:
            # Two digits, as means are shown with, would call neighbouring plans the same.
            return f"{difference:.3g}"
        return difference_text(self.measure, difference).lstrip("+±")

    @property
    def twins(self) -> list[TwinRow]:
        return [
            TwinRow(
                twin=twin,
                difference=difference_text(twin.measure, twin.line.result.difference or 0.0),
                interval=interval_text(twin.measure, twin.line.result),
                changed=f"{twin.changed_share:.1%}",
            )
            for twin in self._twins
        ]

    @property
    def floor(self) -> str:
        """How far two runs of the same thing come apart by chance alone: 95 of 100 pairs stay below it."""
        if self.plan is None or self.plan.source == NoiseSource.UNKNOWN:
            return ""
        return self.text(1.96 * (self.plan.spread.noise / self.plan.items) ** 0.5)

    @property
    def figure(self) -> dict[str, Any]:
        """The smallest difference over the number of items, a line for each number of repeats; without colours."""
        plan = self.plan
        if plan is None:
            return {}
        items = plan.curve()
        columns = zip(*(plan.smallest(count) for count in items), strict=True)
        traces = [
            {"number": place + 1, "name": name, "x": items, "y": list(column)}
            for place, (name, column) in enumerate(zip(self.times, columns, strict=True))
        ]
        return {
            "kind": "curve",
            "traces": traces,
            "x": "items",
            "y": f"smallest difference in {plan.measure.label}",
            "axis": "log",
        }
