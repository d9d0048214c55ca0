"""Whether runs may be compared at all: what was not the same in them besides what is being tested."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from runs.comparison.compare import Comparison
from runs.comparison.since import moved_since
from runs.comparison.target_settings import differing_settings
from runs.figures import MISSING, number, threshold_of
from runs.filters import BY_OVERALL
from runs.models import Run, RunMetric


class Fairness(StrEnum):
    """What a fact means for the comparison."""

    SAME = "same"
    DIFFERS = "differs"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Fact:
    """One condition of the comparison: `shown` is what each run says, one text where all say the same."""

    name: str
    fairness: Fairness
    shown: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """All conditions of a comparison, those that differ first."""

    facts: tuple[Fact, ...]

    @property
    def telling(self) -> list[Fact]:
        """Those in which the runs are not the same, or that a reader should know."""
        return [fact for fact in self.facts if fact.fairness != Fairness.SAME]

    @property
    def shared_names(self) -> str:
        """The names of the others."""
        return ", ".join(fact.name.lower() for fact in self.facts if fact.fairness == Fairness.SAME)

    @property
    def differing_count(self) -> int:
        return sum(fact.fairness == Fairness.DIFFERS for fact in self.facts)


Said = Callable[[RunMetric], str]
# What must be the same of each metric, and how it is shown.
_OF_METRICS: tuple[tuple[str, Said], ...] = (
    ("Metric revisions", lambda metric: f"r{metric.revision.number}"),
    ("Judge models", lambda metric: metric.judge_model),
    ("Metric parameters", lambda metric: ", ".join(f"{name}={value}" for name, value in metric.parameters.items())),
    ("Thresholds", threshold_of),
    ("Weights", lambda metric: f"{metric.weight:g}"),
)


def conditions_of(comparison: Comparison) -> Conditions:
    """What was the same in the runs, what was not, and what a reader should know."""
    facts = [
        *_of_runs(comparison.runs),
        _items(comparison),
        *_of_metrics(comparison),
        *_missing_metrics(comparison),
        *_overall(comparison),
        *_targets(comparison.runs),
        *_moved(comparison.runs),
    ]
    order = [Fairness.DIFFERS, Fairness.NOTE, Fairness.SAME]
    return Conditions(tuple(sorted(facts, key=lambda fact: order.index(fact.fairness))))


def _of_runs(runs: Sequence[Run]) -> Iterator[Fact]:
    yield _versions(runs)
    yield _fact("Repeats", [str(run.repeats) for run in runs], note="Repeats are folded to one value an item first.")
    yield _fact("State", [run.get_state_display() for run in runs])
    if any(run.is_sample for run in runs):
        yield Fact("Sample data", Fairness.NOTE, tuple("made up" if run.is_sample else "real" for run in runs))


def _versions(runs: Sequence[Run]) -> Fact:
    """Versions may differ in nothing but the answers that were recorded with the questions."""
    fact = _fact("Dataset version", [f"{run.dataset.name} v{run.dataset_version.number}" for run in runs])
    if fact.fairness == Fairness.DIFFERS and len({run.dataset_version.question_hash for run in runs}) == 1:
        return Fact(fact.name, Fairness.NOTE, fact.shown, "The same questions, with other recorded answers.")
    return fact


def _items(comparison: Comparison) -> Fact:
    """How many items have a partner; those without are left out of every test."""
    partners = comparison.matches[1:]
    is_whole = not any(match.missing.size or match.extra.size for match in partners)
    shown = [
        f"{match.count:,} matched, {match.missing.size:,} only in the baseline, {match.extra.size:,} only here"
        for match in partners
    ]
    by_hand = [_paired_by_hand(comparison, place) for place in range(1, len(comparison.runs))]
    shown = [f"{words}, {count:,} by hand" if count else words for words, count in zip(shown, by_hand, strict=True)]
    note = "" if is_whole else "Only matched items are compared; the others are left out."
    if any(by_hand):
        note = f"Items were paired by hand. {note}".strip()
        return Fact("Items", Fairness.NOTE if is_whole else Fairness.DIFFERS, (MISSING, *shown), note)
    return Fact("Items", Fairness.SAME if is_whole else Fairness.DIFFERS, (MISSING, *shown), note)


def _paired_by_hand(comparison: Comparison, position: int) -> int:
    """How many of the run's items are compared because a person said whose partners they are."""
    own = [own for own, _ in comparison.aliases[position]]
    return int(np.isin(comparison.columns[position].pair_keys[:: comparison.runs[position].repeats], own).sum())


def _of_metrics(comparison: Comparison) -> Iterator[Fact]:
    """A fact for each condition, with the metrics in which it is not the same."""
    for name, said in _OF_METRICS:
        spoken = [
            [said(metric) if metric and metric.revision_id else "" for metric in measure.metrics]
            for measure in comparison.measures
        ]
        labels = [measure.label for measure in comparison.measures]
        differing = [(label, words) for label, words in zip(labels, spoken, strict=True) if len(_known(words)) > 1]
        if differing:
            per_run = zip(*(words for _, words in differing), strict=True)
            shown = tuple(_listed([label for label, _ in differing], words) for words in per_run)
            yield Fact(name, Fairness.DIFFERS, shown)
        elif any(_known(words) for words in spoken):
            yield Fact(name, Fairness.SAME, ("the same",))


def _known(words: Iterable[str]) -> set[str]:
    return {word for word in words if word}


def _listed(labels: Iterable[str], words: Iterable[str]) -> str:
    return "; ".join(f"{label}: {word or MISSING}" for label, word in zip(labels, words, strict=True))


def _missing_metrics(comparison: Comparison) -> Iterator[Fact]:
    """Metrics that not every run has, or has on another scale."""
    places = range(len(comparison.runs))
    absent = [[m.label for m in comparison.measures if m.metrics[place] is None] for place in places]
    if any(absent):
        shown = tuple(f"without {', '.join(labels)}" if labels else "all" for labels in absent)
        yield Fact("Metrics", Fairness.DIFFERS, shown, "A metric that one of them lacks is not compared.")
    rescaled = [
        measure.label
        for measure in comparison.measures
        if any(measure.metrics[place] and not measure.is_comparable(place) for place in places)
        and measure.metrics[0] is not None
    ]
    if rescaled:
        note = "Measured on another scale or in another direction, so not compared."
        yield Fact("Scales", Fairness.DIFFERS, (", ".join(rescaled),), note)


def _overall(comparison: Comparison) -> Iterator[Fact]:
    """Where scores are missing, the two means that are both called overall part ways."""
    measures = [measure for measure in comparison.measures if measure.name != BY_OVERALL]
    scores = [metric for measure in measures for metric in measure.metrics if metric]
    if len(measures) > 1 and any(metric.n_unscored or metric.n_errored for metric in scores):
        shown = tuple(number(run.overall) for run in comparison.runs)
        note = "Scores are missing: a run's own overall is the mean of its metrics, what is compared that of its items."
        yield Fact("Overall on the run's page", Fairness.NOTE, shown, note)


def _targets(runs: Sequence[Run]) -> Iterator[Fact]:
    """That targets differ is mostly what is compared; in which settings is worth knowing."""
    shown = differing_settings(runs)
    if shown:
        note = "The settings of the targets that are not the same; mostly what is being compared."
        yield Fact("Target settings", Fairness.NOTE, shown, note)


def _moved(runs: Sequence[Run]) -> Iterator[Fact]:
    """What the project has changed since the runs froze it."""
    for moved in moved_since(runs):
        yield Fact(moved.name, Fairness.NOTE, moved.shown, moved.note)


def _fact(name: str, words: Sequence[str], *, note: str = "") -> Fact:
    if len(set(words)) == 1:
        return Fact(name, Fairness.SAME, (words[0],))
    return Fact(name, Fairness.DIFFERS, tuple(words), note)
