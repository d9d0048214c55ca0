"""Insights in words: a title that says it with its numbers, and a line on how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runs.choices import GroupState, InsightKind
from runs.comparison.words import p_text
from runs.figures import difference_of, interval_of, mean_of, threshold_of
from runs.models import Insight, RunMetric


@dataclass(frozen=True, slots=True)
class Said:
    """A title, and what stands smaller below it."""

    title: str
    detail: str


def in_words(insight: Insight, metrics: Mapping[str, RunMetric]) -> Said:
    """What the insight says; `metrics` are its run's, by key."""
    return _SAY[InsightKind(insight.kind)](
        insight.numbers, metrics.get(insight.metric_key), metrics.get(insight.other_key)
    )


def count_of(count: int, word: str = "item") -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


# What an insight says of its metric, where it has one, and of the other.
Say = Callable[[dict[str, Any], RunMetric | None, RunMetric | None], Said]


def _against(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    detail = (
        f"Held against {told['baseline']}, the baseline: {count_of(told['worse'])} got worse and {told['better']:,} "
        f"better of {told['n']:,} that both runs have; adjusted p {p_text(told['p'])}."
    )
    return Said(f"{told['name']}: {told['sentence']}", detail)


def _below(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    if metric is None:
        return _of_gone_metric()
    interval = interval_of(metric, told["ci_low"], told["ci_high"])
    title = f"{metric.name} misses its threshold: {mean_of(metric, told['mean'])}, wanted {threshold_of(metric)}"
    detail = f"{told['failing']:,} of {count_of(told['n'], 'scored item')} fail it"
    if interval:
        detail += f"; the mean lies within {interval}"
        detail += "" if told["is_certain"] else ", which reaches the threshold, so it may be chance"
    return Said(title, detail + ".")


def _group(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    # The run's own failing items may be fewer: they are those that fail as a whole.
    items = f"{count_of(told['size'], 'item')} that fail a metric"
    title = {
        GroupState.NEW: f"New: {items} read alike",
        GroupState.GROWING: f"Growing: {items} read alike, {told['before']:,} in the run before",
    }.get(told["state"], f"{items} of {told['failing']:,} read alike")
    detail = ""
    if told["state"] == GroupState.GROWING:
        detail = f"{told['came']:,} joined and {told['left']:,} left (p {p_text(told['p'])}). "
    return Said(
        f"{title}: {told['label']}", f"{detail}Grouped by the words of judges' explanations, or of input and output."
    )


def _slice(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    if metric is None:
        return _of_gone_metric()
    here, elsewhere = mean_of(metric, told["mean"]), mean_of(metric, told["mean_rest"])
    low, high = (difference_of(metric, told[end]) for end in ("ci_low", "ci_high"))
    title = f"{metric.name} is weak where {told['slice_key']} is “{told['slice_value']}”: {here}, elsewhere {elsewhere}"
    detail = (
        f"Difference {difference_of(metric, told['difference'])} ({low} to {high}), {told['n']:,} against "
        f"{told['n_rest']:,} items; adjusted p {p_text(told['p'])} among {told['tested']:,} slices tested."
    )
    return Said(title, detail)


def _people(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    name = metric.name if metric else "a metric"
    return Said(
        f"People disagree with {name} on {told['differ']:,} of {count_of(told['n'])}", _share(told, told["differ"])
    )


def _judges(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    names = " and ".join(one.name if one else "a metric" for one in (metric, other))
    return Said(f"{names} differ on {told['differ']:,} of {count_of(told['n'])}", _share(told, told["differ"]))


def _flaky(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    title = f"{told['items']:,} of {count_of(told['n'])} pass in some of {told['repeats']} repeats and fail in others"
    return Said(title, _share(told, told["items"]))


def _flipping(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    title = f"{told['items']:,} of {count_of(told['n'])} changed between pass and fail at least twice"
    return Said(title, f"Over this run and the {told['runs'] - 1} before it. {_share(told, told['items'])}")


def _together(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    names = " and ".join(one.name if one else "a metric" for one in (metric, other))
    often = f"{told['lift']:.1f} times as often as by chance ({told['ci_low']:.1f} to {told['ci_high']:.1f})"
    alone = f"{told['only_first']:,} fail only the first, {told['only_second']:,} only the second"
    return Said(
        f"{names} fail together on {told['both']:,} of {count_of(told['n'])}",
        f"{often}; {alone}; phi {told['phi']:.2f}, adjusted p {p_text(told['p'])}.",
    )


def _length(told: dict[str, Any], metric: RunMetric | None, other: RunMetric | None) -> Said:
    longer = "higher" if told["rho"] > 0 else "lower"
    detail = f"Spearman's rho {told['rho']:.2f} ({told['ci_low']:.2f} to {told['ci_high']:.2f}), {count_of(told['n'])}"
    return Said(
        f"{metric.name if metric else 'A metric'} follows length: longer outputs score {longer}",
        f"{detail}; adjusted p {p_text(told['p'])}.".replace("-", "−"),
    )


def _share(told: dict[str, Any], count: int) -> str:
    share = count / told["n"]
    return f"{share * 100:.1f} % ({told['ci_low'] * 100:.1f} to {told['ci_high'] * 100:.1f} %)."


def _of_gone_metric() -> Said:
    return Said("A metric that this run no longer has", "The insights are being computed again.")


_SAY: Mapping[InsightKind, Say] = {
    InsightKind.REGRESSED: _against,
    InsightKind.IMPROVED: _against,
    InsightKind.BELOW_THRESHOLD: _below,
    InsightKind.FAILURE_GROUP: _group,
    InsightKind.WEAK_SLICE: _slice,
    InsightKind.PEOPLE_DISAGREE: _people,
    InsightKind.JUDGES_DISAGREE: _judges,
    InsightKind.FLAKY: _flaky,
    InsightKind.FLIPPING: _flipping,
    InsightKind.FAIL_TOGETHER: _together,
    InsightKind.LENGTH_BIAS: _length,
}
