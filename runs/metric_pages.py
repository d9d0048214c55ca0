"""What the pages of a team's metrics show: the catalogue, one metric with its use, and two revisions side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q

from evalhub.accounts.models import Project, Team
from metrics.choices import Category, MetricKind, Need
from metrics.heuristics.table import HEURISTICS
from metrics.models import Metric, MetricRevision
from metrics.project_metrics import projects_with
from metrics.scoring import JsonValue
from runs.models import RunMetric
from runs.rendering.diff import Segment, word_diff

_RUNS_SHOWN = 20
# Said in full, or by other means, on the pages.
_NOT_LISTED = frozenset({"prompt", "system", "examples", "parts", "judge", "uses"})


@dataclass(frozen=True, slots=True)
class CatalogueFilters:
    """What a person asked of the catalogue; empty asks nothing."""

    text: str = ""
    category: str = ""
    kind: str = ""
    owner: str = ""
    shows_archived: bool = False


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A metric with the projects that measure it."""

    metric: Metric
    needs: str
    projects: Sequence[Project]


@dataclass(frozen=True, slots=True)
class CatalogueGroup:
    """The metrics of one category."""

    name: str
    rows: list[CatalogueRow]


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision with the number of runs that took it."""

    revision: MetricRevision
    run_count: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a definition says, in words."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What one part of a definition was and is, word by word."""

    label: str
    segments: list[Segment]


def catalogue_of(team: Team, filters: CatalogueFilters) -> list[CatalogueGroup]:
    """Built-in and own metrics by category; a team's own one stands beside the built-in that it hides."""
    metrics = Metric.objects.filter(Q(team=None) | Q(team=team)).with_current_revision().order_by("name")
    metrics = metrics.filter(archived_at__isnull=not filters.shows_archived)
    wanted = {"category": filters.category, "kind": filters.kind}
    metrics = metrics.filter(**{name: value for name, value in wanted.items() if value})
    if filters.owner:
        metrics = metrics.filter(team__isnull=filters.owner == "built-in")
    if text := filters.text:
        metrics = metrics.filter(Q(name__icontains=text) | Q(key__icontains=text) | Q(description__icontains=text))
    found = sorted(metrics, key=lambda metric: Category.values.index(metric.category))
    used_in = projects_with(team, found)
    return [
        CatalogueGroup(Category(category).label, [_row(metric, used_in) for metric in of_category])
        for category, of_category in groupby(found, lambda metric: metric.category)
    ]


def _row(metric: Metric, used_in: Mapping[int, list[Project]]) -> CatalogueRow:
    return CatalogueRow(metric, needs_of(metric.current_revision), used_in[metric.pk])


def needs_of(revision: MetricRevision | None) -> str:
    """The parts of an item without which there is no value."""
    return ", ".join(Need(need).label.lower() for need in revision.needs) if revision else ""


def facts_of(revision: MetricRevision) -> list[Fact]:
    """The definition in words, but for what is long (a prompt, examples, parts)."""
    definition, kind = revision.definition, revision.metric.kind
    facts = [Fact("Needs", needs_of(revision) or "nothing but the output")]
    if kind == MetricKind.HEURISTIC:
        facts.append(Fact("Computed by", str(definition.get("scorer", "–")), is_code=True))
    if kind == MetricKind.IMPORTED:
        facts.append(Fact("Comes with the data as", str(definition.get("source", "–")), is_code=True))
    if kind == MetricKind.JUDGE:
        facts.append(Fact("Judge model", str(definition.get("model") or "the connection’s default")))
    if revision.labels:
        facts.append(Fact("Labels", ", ".join(revision.labels)))
        facts.append(Fact("Labels that pass", ", ".join(revision.allowed) or "nobody said"))
    facts += [
        Fact(f"{name[0].upper()}{name[1:]}".replace("_", " "), as_written(value), is_code=True)
        for name, value in definition.items()
        if name not in _NOT_LISTED | {"scorer", "source", "model"} and value not in (None, "", {})
    ]
    return facts


def parameters_in_words(revision: MetricRevision) -> list[Fact]:
    """What the parameters of a heuristic mean."""
    heuristic = HEURISTICS.get(str(revision.definition.get("scorer", "")))
    return [Fact(each.name, each.description) for each in heuristic.parameters] if heuristic else []


def as_written(value: JsonValue) -> str:
    """A value as a person would write it: texts as they are, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def runs_with(metric: Metric, team: Team, *, number: int | None = None) -> list[RunMetric]:
    """The newest runs of the team that measured the metric, each with the revision that it took."""
    used = RunMetric.objects.filter(revision__metric=metric, run__project__team=team, run__deleted_at=None)
    if number is not None:
        used = used.filter(revision__number=number)
    used = used.select_related("run__project", "revision").order_by("-run_id")
    return list(used.defer("run__target_snapshot", "revision__definition")[:_RUNS_SHOWN])


def revision_rows(metric: Metric, team: Team) -> list[RevisionRow]:
    """The revisions, newest first, each with how many of the team's runs took it."""
    used = RunMetric.objects.filter(revision__metric=metric, run__project__team=team, run__deleted_at=None)
    counts = dict(used.order_by().values_list("revision").annotate(count=Count("id")))
    revisions = metric.revisions.select_related("created_by").defer("definition")
    return [RevisionRow(revision, counts.get(revision.pk, 0)) for revision in revisions]


def changes_between(old: MetricRevision, new: MetricRevision) -> list[Change]:
    """What differs between two revisions, part by part."""
    before, after = _parts(old), _parts(new)
    labels = list(dict.fromkeys([*after, *before]))
    differing = [label for label in labels if before.get(label, "") != after.get(label, "")]
    return [Change(label, word_diff(before.get(label, ""), after.get(label, ""))) for label in differing]


def _parts(revision: MetricRevision) -> dict[str, str]:
    """Everything that a revision says as texts, by label; long parts of a judge first."""
    definition = revision.definition
    parts = {
        "Prompt": definition.get("prompt"),
        "Examples": definition.get("examples"),
        "What every judge is told": definition.get("system"),
        "Direction": revision.get_direction_display(),
        "Values": revision.get_value_type_display(),
        "Lower end": revision.range_min,
        "Upper end": revision.range_max,
        "Labels": "\n".join(revision.labels),
        "Labels that pass": "\n".join(revision.allowed),
        "Unit": revision.unit,
        "Needs": ", ".join(revision.needs),
    }
    parts |= {
        f"{name[0].upper()}{name[1:]}": value
        for name, value in definition.items()
        if name not in {"prompt", "examples", "system", "judge"}
    }
    return {label: as_written(value) for label, value in parts.items() if value not in (None, "", [], {})}
