"""Which metrics a run takes: names looked up, needs checked, thresholds and weights copied from the project."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from evalhub.accounts.models import Project
from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from metrics.choices import Direction, MetricKind, Need, ValueType
from metrics.judging import Judging, judging_in_force
from metrics.models import Metric, MetricRevision, ProjectMetric
from metrics.registry import check_runnable, composite_for, judge_for, needs_output
from metrics.services import imported_metric
from runs.choices import TargetKind
from runs.models import DatasetVersion, Run, RunMetric, Target

WANTED = {
    Need.EXPECTED: "an expected answer",
    Need.CONTEXT: "context",
    Need.TOOLS: "a trace",
    Need.LATENCY: "a measured time",
    Need.COST: "a known price",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChoice:
    """A metric that a run is to measure, by key; what is None comes from the project's settings.

    With `is_given`, `key` names scores that came with the data, and the run takes those over.
    """

    key: str
    is_given: bool = False
    threshold: float | None = None
    weight: float | None = None
    connection: Connection | None = None
    judge_model: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChosenMetric:
    """A choice with what it was found to mean in the project."""

    choice: MetricChoice
    revision: MetricRevision
    of_project: ProjectMetric | None
    judging: Judging = field(default_factory=Judging)

    @property
    def parameters(self) -> dict[str, Any]:
        """The project's, changed by the choice's."""
        return {**(self.of_project.parameters if self.of_project else {}), **self.choice.parameters}


def resolve_choices(
    choices: Sequence[MetricChoice], *, project: Project, version: DatasetVersion, measured: Collection[str] = ()
) -> list[ChosenMetric]:
    """Look every choice up, and add the parts that chosen composites are made of, but for those `measured` already.

    Raises `Invalid` for no choice at all, unknown ones, doubled ones, and ones that cannot run.
    """
    if not choices:
        raise Invalid("metric_missing", "Choose at least one metric for the run to measure.", field="metrics")
    known = {
        metric.key: metric
        for metric in Metric.objects.usable_in(project).with_current_revision().select_related("team")
    }
    of_project = {setting.metric_id: setting for setting in project.project_metrics.select_related("connection")}
    chosen = []
    for choice in choices:
        revision = _given(choice, project, version) if choice.is_given else _by_key(choice, known)
        chosen.append(ChosenMetric(choice, revision, of_project.get(revision.metric_id)))
    _refuse_doubled(chosen)
    for part in _missing_parts(chosen, measured):
        revision = _by_key(part, known)
        chosen.append(ChosenMetric(part, revision, of_project.get(revision.metric_id)))
    return [_ready(one, project) for one in chosen]


def _ready(chosen: ChosenMetric, project: Project) -> ChosenMetric:
    """The choice with who judges it. Raises `Invalid` for what cannot be run."""
    revision, choice = chosen.revision, chosen.choice
    if revision.metric.kind != MetricKind.JUDGE:
        check_runnable(revision, chosen.parameters)
        # Nobody is asked; whoever judged before is named.
        return replace(chosen, judging=Judging(None, choice.judge_model))
    wish = Judging(choice.connection, choice.judge_model)
    judging = judging_in_force(wish, revision, setting=chosen.of_project, project=project)
    judge_for(revision, model=judging.model, parameters=chosen.parameters)
    return replace(chosen, judging=judging)


def _missing_parts(chosen: Sequence[ChosenMetric], measured: Collection[str]) -> list[MetricChoice]:
    """What composites are made of and nobody chose: measured along, with no weight of its own in the overall score."""
    keys = {one.revision.metric.key for one in chosen}.union(measured)
    missing: dict[str, MetricChoice] = {}
    for one in chosen:
        if one.revision.metric.kind == MetricKind.COMPOSITE:
            parts = composite_for(one.revision).keys
            missing |= {key: MetricChoice(key=key, weight=0.0) for key in parts if key not in keys}
    return list(missing.values())


def outdated_composites(run: Run, chosen: Sequence[ChosenMetric]) -> list[ChosenMetric]:
    """Composites of the run that have to be scored again because one of their parts is, as the run has them."""
    keys = {one.revision.metric.key for one in chosen}
    composites = run.run_metrics.filter(revision__metric__kind=MetricKind.COMPOSITE).exclude(key__in=keys)
    return [
        ChosenMetric(MetricChoice(key=one.key, threshold=one.threshold, weight=one.weight), one.revision, None)
        for one in composites.select_related("revision__metric")
        if keys.intersection(composite_for(one.revision).keys)
    ]


def _by_key(choice: MetricChoice, known: Mapping[str, Metric]) -> MetricRevision:
    metric = known.get(choice.key)
    if metric is None or metric.current_revision is None:
        raise Invalid(
            "metric_unknown", f'Metric "{choice.key}" is unknown{_did_you_mean(choice.key, known)}', field="metrics"
        )
    return metric.current_revision


def _given(choice: MetricChoice, project: Project, version: DatasetVersion) -> MetricRevision:
    described = {given["key"]: given for given in version.given_metrics}
    given = described.get(choice.key)
    if given is None:
        raise Invalid(
            "given_metric_unknown",
            f'{version} brings no scores called "{choice.key}"{_did_you_mean(choice.key, described)}',
            field="metrics",
        )
    if given.get("minimum") is None or given.get("maximum") is None:
        raise Invalid(
            "given_metric_without_numbers",
            f'What {version} brings as "{choice.key}" holds no number, so there is nothing to score.',
            field="metrics",
        )
    return imported_metric(
        team=project.team,
        source=choice.key,
        minimum=given["minimum"],
        maximum=given["maximum"],
        direction=Direction(given["direction"]) if given.get("direction") else None,
        value_type=ValueType(given.get("value_type", ValueType.NUMBER)),
    )


def _did_you_mean(key: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(key, known, n=1)
    return f'; did you mean "{close[0]}"?' if close else "."


def _refuse_doubled(chosen: Sequence[ChosenMetric]) -> None:
    keys = [one.revision.metric.key for one in chosen]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise Invalid("metric_doubled", f'Metric "{doubled[0]}" is chosen twice; choose it once.', field="metrics")


def scorable_count(revision: MetricRevision, version: DatasetVersion, target: Target | None = None) -> int:
    """At most so many items of the version have everything the metric needs, with what the target will add."""
    if revision.metric.kind == MetricKind.IMPORTED:
        source = revision.definition.get("source")
        return next((given["count"] for given in version.given_metrics if given["key"] == source), version.item_count)
    # Nobody measured outputs that came with the data.
    has = {Need.EXPECTED: version.with_expected, Need.CONTEXT: version.with_context, Need.TOOLS: version.with_trace}
    with_output = version.with_output
    if target is not None and target.is_asked:
        with_output = version.item_count
        has |= dict.fromkeys(target.brings, version.item_count)
    counts = [has.get(Need(need), 0) for need in revision.needs]
    if needs_output(revision):
        counts.append(with_output)
    return min(counts, default=version.item_count)


def shortage(revision: MetricRevision, version: DatasetVersion, target: Target | None = None) -> str:
    """A sentence on the items that the metric will leave unscored; empty when it can score all."""
    missing = version.item_count - scorable_count(revision, version, target)
    if not missing:
        return ""
    wants = needs_in_words(revision)
    return f"{revision.metric.name} needs {wants}; {missing:,} of {version.item_count:,} items will be unscored."


def needs_in_words(revision: MetricRevision) -> str:
    """What an item must have for the metric to say something; empty when every item has it."""
    if revision.metric.kind == MetricKind.IMPORTED:
        return "a score in the data"
    output = ["an output"] if needs_output(revision) else []
    return " and ".join([*output, *(WANTED[Need(need)] for need in revision.needs)])


def check_scorable(chosen: Sequence[ChosenMetric], version: DatasetVersion, target: Target) -> None:
    if not any(scorable_count(one.revision, version, target) for one in chosen):
        reasons = " ".join(shortage(one.revision, version, target) for one in chosen)
        raise Invalid(
            "nothing_to_score",
            f"No item of {version} could be scored: {reasons} "
            "Choose other metrics, or upload data with what they need.",
            field="metrics",
        )


def check_prices(chosen: Sequence[ChosenMetric], target: Target) -> None:
    """A spending cap holds only where it is known what a call costs. Raises `Invalid`."""
    asked = [one.judging.connection for one in chosen]
    if target.kind == TargetKind.CHAT_MODEL:
        asked.append(target.connection)
    unpriced = next((one for one in asked if one and (one.input_price is None or one.output_price is None)), None)
    if unpriced is not None:
        raise Invalid(
            "prices_missing",
            f'Connection "{unpriced}" has no prices, so a spending cap could not hold; enter them, or leave the cap.',
            field="spending_cap",
        )


def freeze_metric(chosen: ChosenMetric, *, run: Run, rank: int, is_star: bool) -> RunMetric:
    """The run's own copy of a metric, not saved: later changes of the project or the metric do not reach it."""
    revision = chosen.revision
    return RunMetric(
        run=run,
        revision=revision,
        key=revision.metric.key,
        name=(chosen.of_project and chosen.of_project.name) or revision.metric.name,
        rank=rank,
        is_star=is_star,
        is_sample=run.is_sample and revision.metric.kind == MetricKind.IMPORTED,
        threshold=_threshold(chosen, run.quality_threshold),
        weight=_weight(chosen),
        direction=revision.direction,
        value_type=revision.value_type,
        unit=revision.unit,
        range_min=revision.scale.minimum,
        range_max=revision.scale.maximum,
        labels=revision.labels,
        allowed=revision.allowed,
        connection=chosen.judging.connection,
        judge_model=chosen.judging.model,
        parameters=chosen.parameters,
    )


def _threshold(chosen: ChosenMetric, quality_threshold: float) -> float | None:
    """The choice's, else the project's for this metric, else the quality threshold laid on the metric's scale."""
    return _first(
        chosen.choice.threshold,
        chosen.of_project.threshold if chosen.of_project else None,
        chosen.revision.scale.at_goodness(quality_threshold),
    )


def _weight(chosen: ChosenMetric) -> float:
    given = _first(chosen.choice.weight, chosen.of_project.weight if chosen.of_project else None)
    return 1.0 if given is None else given


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
