"""Writes of metrics: the catalogue, new metrics and their revisions, and those that come with data."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Team, User
from evalhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from evalhub.core.ids import hash64
from metrics.built_in import BuiltIn
from metrics.catalogue import BUILT_INS
from metrics.choices import RUNNABLE_KINDS, Category, Direction, MetricKind, ValueType
from metrics.composites import check_parts, with_needs_of_parts
from metrics.definitions import MetricDefinition
from metrics.judge.recipe import CUSTOM
from metrics.models import Metric, MetricRevision
from metrics.registry import check_runnable, recipe_of
from metrics.scale import usual_range

_CATALOGUE_LOCK = hash64("metrics", "catalogue")
# Leaves room for the number that tells two sources apart whose names make the same key.
_KEY_LENGTH = 110
# What is said of a metric, beside what it measures.
_WORDS = ("name", "description", "category")


@dataclass(frozen=True, slots=True)
class MetricDraft:
    """A metric that does not exist yet; without a key it gets one from its name."""

    name: str
    kind: MetricKind
    definition: MetricDefinition
    key: str = ""
    description: str = ""
    category: Category = Category.OTHER


# --- The catalogue ----------------------------------------------------------------------------------------------------
@transaction.atomic
def store_catalogue() -> None:
    """Make the built-in metrics of the catalogue, and a new revision of each whose definition changed.

    May run in several processes at once (each web server migrates when it starts): they take turns.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CATALOGUE_LOCK])
    stored = {metric.key: metric for metric in Metric.objects.filter(team=None).with_current_revision()}
    for built_in in BUILT_INS:
        _store_built_in(built_in, stored.get(built_in.key))


def _store_built_in(built_in: BuiltIn, metric: Metric | None) -> None:
    names = {
        "name": built_in.name,
        "description": built_in.description,
        "kind": built_in.kind,
        "category": built_in.category,
    }
    if metric is None:
        metric = Metric.objects.create(team=None, key=built_in.key, **names)
    elif any(getattr(metric, field) != value for field, value in names.items()):
        for field, value in names.items():
            setattr(metric, field, value)
        metric.save(update_fields=list(names))
    _make_current(metric, built_in.definition, note="Shipped with EvalHub.")


# --- Metrics that people define ---------------------------------------------------------------------------------------
@transaction.atomic
def create_metric(*, team: Team, draft: MetricDraft, by: User) -> Metric:
    """Make a metric of the team. Raises `NotAllowed`, `Invalid` for a bad name, key or definition, `Conflict`."""
    require_right(by, Right.CONFIGURE, team)
    name = _checked_name(draft.name)
    key = draft.key or slugify(name).replace("-", "_")
    _check_key(team, key)
    metric = Metric.objects.create(
        team=team, key=key, name=name, description=draft.description, kind=draft.kind, category=draft.category
    )
    _make_current(metric, _checked(metric, draft.definition), by=by)
    record(team=team, by=by, action=AuditAction.CREATED, subject=metric, changes={"kind": [None, draft.kind]})
    return metric


@transaction.atomic
def revise_metric(
    metric: Metric, *, definition: MetricDefinition, by: User, note: str = "", based_on: int | None = None
) -> MetricRevision:
    """Give the metric a new definition; runs keep theirs. One that it had before becomes current again.

    `based_on` is the number of the revision that the change began with. Raises `Conflict` when it is no longer current.
    """
    _require_own(metric, by)
    metric = Metric.objects.select_for_update().get(pk=metric.pk)
    _refuse_stale(metric, based_on)
    before = metric.current_revision
    revision = _make_current(metric, _checked(metric, definition), by=by, note=note)
    _record_revision(metric, before, by)
    return revision


@transaction.atomic
def use_revision(metric: Metric, *, number: int, by: User) -> MetricRevision:
    """Make an earlier revision the current one again, for runs to come. Raises `NotFound`, `Invalid`."""
    _require_own(metric, by)
    metric = Metric.objects.select_for_update().get(pk=metric.pk)
    before, revision = metric.current_revision, metric.revisions.filter(number=number).first()
    if revision is None:
        raise NotFound("revision_unknown", f'"{metric.name}" has no revision {number}.')
    revision.metric = metric
    if metric.kind in RUNNABLE_KINDS:
        check_runnable(revision)
    if metric.kind == MetricKind.COMPOSITE:
        check_parts(revision)
    metric.current_revision = revision
    metric.save(update_fields=["current_revision"])
    _record_revision(metric, before, by)
    return revision


def _record_revision(metric: Metric, before: MetricRevision | None, by: User) -> None:
    now = metric.current_revision
    if metric.team and now and before != now:
        numbers = [before.number if before else None, now.number]
        record(team=metric.team, by=by, action=AuditAction.CHANGED, subject=metric, changes={"revision": numbers})


@transaction.atomic
def describe_metric(metric: Metric, *, name: str, description: str, category: Category, by: User) -> None:
    """Change what the metric is called and said to be; what it measures stays. Raises `Invalid` for an empty name."""
    team, before = _require_own(metric, by), fields_of(metric, *_WORDS)
    metric.name, metric.description, metric.category = _checked_name(name), description.strip(), category
    metric.save(update_fields=_WORDS)
    changes = differences(before, fields_of(metric, *_WORDS))
    record(team=team, by=by, action=AuditAction.CHANGED, subject=metric, changes=changes)


@transaction.atomic
def archive_metric(metric: Metric, *, by: User) -> None:
    """Offer the metric to no new run; what it measured stays."""
    team = _require_own(metric, by)
    if Metric.objects.filter(pk=metric.pk, archived_at=None).update(archived_at=timezone.now()):
        record(team=team, by=by, action=AuditAction.ARCHIVED, subject=metric)


@transaction.atomic
def restore_metric(metric: Metric, *, by: User) -> None:
    """Offer an archived metric again, as it was."""
    team = _require_own(metric, by)
    if Metric.objects.filter(pk=metric.pk).exclude(archived_at=None).update(archived_at=None):
        record(team=team, by=by, action=AuditAction.RESTORED, subject=metric)


def draft_revision(draft: MetricDraft, *, team: Team) -> MetricRevision:
    """The revision that the draft would make, checked and not stored: for trying it out. Raises `Invalid`."""
    metric = Metric(team=team, key=draft.key or "draft", name=draft.name or "Draft", kind=draft.kind)
    return MetricRevision(metric=metric, number=0, **_checked(metric, draft.definition).as_fields())


def _refuse_stale(metric: Metric, based_on: int | None) -> None:
    current = metric.current_revision
    if based_on is None or current is None or current.number == based_on:
        return
    who = f"{current.created_by}" if current.created_by else "Somebody"
    raise Conflict(
        "metric_changed",
        f"{who} made revision {current.number} current while you were editing revision {based_on}. What you typed is "
        "still here: look at their revision, then save again to put yours after it.",
    )


def _require_own(metric: Metric, by: User) -> Team:
    """The metric's team. Raises `NotAllowed` for a built-in, and for who may not configure."""
    if metric.team is None:
        raise NotAllowed(
            "metric_built_in",
            f'"{metric.name}" ships with EvalHub and is the same for every team; make a metric of your own instead.',
        )
    require_right(by, Right.CONFIGURE, metric.team)
    return metric.team


def _checked_name(name: str) -> str:
    if not name.strip():
        raise Invalid("name_missing", "A metric needs a name.", field="name")
    return name.strip()


def _check_key(team: Team, key: str) -> None:
    try:
        validate_slug(key)
    except ValidationError as error:
        raise Invalid(
            "key_invalid",
            f'"{key}" cannot be a metric\'s key; use letters, digits, hyphens and underscores.',
            field="key",
        ) from error
    if team.metrics.filter(key=key).exists():
        raise Conflict(
            "metric_exists", f'The team has a metric with the key "{key}" already; choose another.', field="key"
        )


def _checked(metric: Metric, definition: MetricDefinition) -> MetricDefinition:
    """The definition as it is kept, with all that it needs. Raises `Invalid` for one that cannot be used."""
    low, high = definition.range_min, definition.range_max
    if low is not None and high is not None and low >= high:
        raise Invalid(
            "range_invalid",
            f"The range {low:g} to {high:g} is empty; its lower end must be below the upper.",
            field="range_max",
        )
    foreign = [label for label in definition.allowed if label not in definition.labels]
    if foreign:
        raise Invalid(
            "label_unknown",
            f'"{foreign[0]}" is allowed but is no label; there are {", ".join(definition.labels)}.',
            field="allowed",
        )
    if metric.kind == MetricKind.JUDGE:
        return _own_judge(metric, definition)
    revision = MetricRevision(metric=metric, **definition.as_fields())
    if metric.kind in RUNNABLE_KINDS:
        check_runnable(revision)
    if metric.kind == MetricKind.COMPOSITE:
        return with_needs_of_parts(definition, parts=check_parts(revision))
    return definition


def _own_judge(metric: Metric, definition: MetricDefinition) -> MetricDefinition:
    """A judge of the team's own with all that it is told, so that it stays as it was, and what its prompt needs."""
    content = {name: value for name, value in definition.definition.items() if name != "system"} | {"judge": CUSTOM}
    recipe = recipe_of(MetricRevision(metric=metric, **replace(definition, definition=content).as_fields()))
    needs = tuple(sorted({*definition.needs, *recipe.needs}))
    return replace(definition, definition=content | {"system": recipe.system}, needs=needs)


def _make_current(
    metric: Metric, definition: MetricDefinition, *, by: User | None = None, note: str = ""
) -> MetricRevision:
    """Find the revision of this content or make it, and let the metric point at it. The caller keeps others out."""
    if metric.current_revision and metric.current_revision.definition_hash == definition.content_hash:
        return metric.current_revision
    revision = metric.revisions.filter(definition_hash=definition.content_hash).first()
    if revision is None:
        last = metric.revisions.aggregate(last=Max("number"))["last"] or 0
        revision = MetricRevision.objects.create(
            metric=metric, number=last + 1, created_by=by, note=note, **definition.as_fields()
        )
    metric.current_revision = revision
    metric.save(update_fields=["current_revision"])
    return revision


# --- Metrics that come with data --------------------------------------------------------------------------------------
@transaction.atomic
def imported_metric(
    *,
    team: Team,
    source: str,
    minimum: float,
    maximum: float,
    direction: Direction | None = None,
    value_type: ValueType = ValueType.NUMBER,
) -> MetricRevision:
    """Find or make the team's metric for values that come with the data under the name `source`.

    Its range is the usual one that holds the values seen (`minimum` to `maximum`); values outside the range so far make
    a new revision, and so does data that says another `direction`. Data that says none changes none.
    """
    description = f"Came with the data as “{source}”."
    metric = _found_or_made(team, source, kind=MetricKind.IMPORTED, description=description)
    known = metric.current_revision
    direction = direction or (Direction(known.direction) if known else Direction.HIGHER)
    return _with_range(metric, source, _Seen(minimum, maximum, direction, value_type))


@transaction.atomic
def human_metric(*, team: Team, source: str, minimum: float | None = None, maximum: float | None = None) -> Metric:
    """Find or make the team's metric for what people say under the name `source`; without ends, in words."""
    metric = _found_or_made(team, source, kind=MetricKind.HUMAN, description=f"People's own verdict, “{source}”.")
    if minimum is not None and maximum is not None:
        _with_range(metric, source, _Seen(minimum, maximum))
    elif metric.current_revision is None:
        _make_current(metric, _in_words(source), note="Came with the data.")
    return metric


def _found_or_made(team: Team, source: str, *, kind: MetricKind, description: str) -> Metric:
    # Two imports may meet the same source at once: the second waits for the first, and nobody else waits for them.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    known = team.metrics.filter(kind=kind, revisions__definition__source=source).with_current_revision()
    metric = known.order_by("id").first()
    if metric:
        return metric
    made = team.metrics.create(key=_free_key(team, source), name=source[:200], description=description, kind=kind)
    record(team=team, by=None, action=AuditAction.CREATED, subject=made, changes={"kind": [None, kind]})
    return made


def _free_key(team: Team, source: str) -> str:
    base = slugify(re.sub(r"[^\w]+", "-", source))[:_KEY_LENGTH] or "metric"
    # The team's own metric would hide a built-in of the same key.
    taken = {built_in.key for built_in in BUILT_INS}
    taken.update(team.metrics.filter(key__startswith=base).values_list("key", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What data shows of a metric whose values it brings."""

    minimum: float
    maximum: float
    direction: Direction = Direction.HIGHER
    value_type: ValueType = ValueType.NUMBER

    def fits(self, revision: MetricRevision) -> bool:
        """Whether the revision can take such values; numbers take yes and no, too."""
        low, high = revision.range_min, revision.range_max
        holds = (low is None or low <= self.minimum) and (high is None or self.maximum <= high)
        kinds = {ValueType.NUMBER, self.value_type}
        return holds and revision.value_type in kinds and revision.direction == self.direction


def _with_range(metric: Metric, source: str, seen: _Seen) -> MetricRevision:
    current = metric.current_revision
    if current and seen.fits(current):
        return current
    low, high = usual_range(seen.minimum, seen.maximum)
    definition = MetricDefinition(
        definition={"source": source},
        direction=seen.direction,
        value_type=seen.value_type,
        range_min=low,
        range_max=high,
    )
    return _make_current(
        metric, definition, note=f"Values from {seen.minimum:g} to {seen.maximum:g} came with the data."
    )


def _in_words(source: str) -> MetricDefinition:
    return MetricDefinition(
        definition={"source": source}, value_type=ValueType.CATEGORY, range_min=None, range_max=None
    )
