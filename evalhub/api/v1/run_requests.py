"""What a program says of a run to be made, and the request that services take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers

from evalhub.accounts.models import Project, User
from evalhub.api.numbers import NumberField
from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from runs.choices import CachePolicy, Sampling
from runs.importers.rows import Parsed, checked, dump_in_order, dump_json, reject
from runs.models import DatasetVersion, Target
from runs.services.row_runs import given_choices, store_rows
from runs.services.run_metrics import MetricChoice
from runs.services.run_words import LONGEST_NAME
from runs.services.runs import MOST_REPEATS, RunRequest
from runs.services.targets import recorded_target

MOST_ROWS = 10_000
_LARGEST = 1e300
_PLAIN_FIELDS = (
    *("star", "name", "description", "num_samples", "sampling", "repeats", "cache_policy", "spending_cap"),
    *("tags", "metadata", "commit_url", "waits_for_start"),
)


class JsonObject(serializers.DictField):
    """An object that the database can hold: no zero characters and no halves of characters anywhere in it."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever the body holds there
        said: dict[str, Any] = super().to_internal_value(data)
        try:
            is_storable = b"\\u0000" not in dump_json(said)
        except ValueError:
            is_storable = False
        if not is_storable:
            raise serializers.ValidationError("This holds characters that cannot be kept.", code="not_storable")
        return said


def measure(**options: Any) -> NumberField:
    """A number in a metric's unit; JSON can write some that no answer could hold."""
    return NumberField(**{"min_value": -_LARGEST, "max_value": _LARGEST, **options})


def spending_cap() -> serializers.DecimalField:
    return serializers.DecimalField(
        required=False, allow_null=True, max_digits=12, decimal_places=4, min_value=Decimal("0.0001")
    )


class MetricSettingsIn(serializers.Serializer[Any]):
    """A metric to be measured; what is left out comes from the project's settings."""

    key = serializers.CharField(max_length=200)
    given = serializers.BooleanField(default=False, help_text="`key` names scores that came with the data.")
    threshold = measure(required=False, allow_null=True)
    weight = measure(required=False, allow_null=True, min_value=0)
    connection = serializers.UUIDField(required=False, allow_null=True, help_text="Who judges.")
    judge_model = serializers.CharField(required=False, allow_blank=True, max_length=200)
    parameters = JsonObject(required=False)


class MetricIn(serializers.Field[Any, Any, Any, Any]):
    """A metric's key alone, or an object with more."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        said = MetricSettingsIn(data={"key": data} if isinstance(data, str) else data)
        said.is_valid(raise_exception=True)
        return dict(said.validated_data)


class MetricInSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # registers itself by being made
    """Describes both ways of naming a metric to whoever reads the schema."""

    target_class = MetricIn

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        settings = auto_schema.resolve_serializer(MetricSettingsIn, direction)
        return {"oneOf": [{"type": "string"}, settings.ref]}


class RecipeIn(serializers.Serializer[Any]):
    """What a run measures, and how."""

    metrics = serializers.ListField(child=MetricIn(), required=False, help_text="Keys, or objects with settings.")
    star = serializers.CharField(required=False, allow_blank=True, help_text="The metric that a run passes by.")
    name = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NAME)
    description = serializers.CharField(required=False, allow_blank=True)
    num_samples = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    sampling = serializers.ChoiceField(choices=Sampling.choices, default=Sampling.HEAD)
    repeats = serializers.IntegerField(default=1, min_value=1, max_value=MOST_REPEATS)
    cache_policy = serializers.ChoiceField(choices=CachePolicy.choices, default=CachePolicy.REUSE)
    spending_cap = spending_cap()
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    metadata = JsonObject(required=False)
    commit_url = serializers.CharField(required=False, allow_blank=True, max_length=500)
    waits_for_start = serializers.BooleanField(default=False, help_text="Only record the run; start it later.")


class RunIn(RecipeIn):
    """A run to be made: over a version of a dataset, or over rows that are sent along."""

    dataset = serializers.CharField(help_text="Id or key; with `rows`, the name of the dataset they go to.")
    version = serializers.IntegerField(required=False, min_value=1, help_text="The newest unless given.")
    rows = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        max_length=MOST_ROWS,
        help_text="Items with `input`, and any of `key`, `output`, `expected`, `context`, `metadata`, `trace`, "
        "`human`, `scores`. Without `metrics`, the scores in them are what is measured.",
    )
    target = serializers.UUIDField(required=False, help_text="Who is asked for the answers.")
    answered_by = serializers.CharField(
        required=False, max_length=200, help_text="What answered, where the outputs are in the data."
    )
    answered_by_version = serializers.CharField(required=False, allow_blank=True, max_length=200)


def run_request_of(said: Mapping[str, Any], *, project: Project, by: User) -> RunRequest:
    """The request, its rows stored and its target made where they are new; the caller's transaction undoes both."""
    version = _version(said, project, by)
    metrics = metric_choices(said.get("metrics") or (), project)
    return RunRequest(
        project=project,
        version=version,
        target=_target(said, project, by, version),
        metrics=metrics or (given_choices(version) if "rows" in said else ()),
        **{name: said[name] for name in _PLAIN_FIELDS if name in said},
    )


def metric_choices(said: Sequence[Mapping[str, Any]], project: Project) -> list[MetricChoice]:
    """The metrics as services take them. Raises `Invalid` for a connection that the team does not have."""
    return [
        MetricChoice(
            key=one["key"],
            is_given=one["given"],
            threshold=one.get("threshold"),
            weight=one.get("weight"),
            connection=_connection(one.get("connection"), project),
            judge_model=one.get("judge_model", ""),
            parameters=one.get("parameters", {}),
        )
        for one in said
    ]


def _connection(uuid: UUID | None, project: Project) -> Connection | None:
    if uuid is None:
        return None
    found = Connection.objects.filter(team=project.team, uuid=uuid).first()
    if found is None:
        raise Invalid("connection_unknown", f"The team has no connection {uuid}.", field="metrics")
    return found


def _version(said: Mapping[str, Any], project: Project, by: User) -> DatasetVersion:
    if "rows" in said:
        return store_rows(_parsed(said["rows"]), project=project, dataset=said["dataset"], by=by).version
    return find_version(said["dataset"], said.get("version"), project=project)


def _parsed(rows: Sequence[dict[str, Any]]) -> Iterator[Parsed]:
    for number, values in enumerate(rows, start=1):
        try:
            yield checked(number, values, dump_in_order(values))
        except ValueError as error:
            yield reject(number, f"The row cannot be kept as JSON: {error}.")


def find_version(dataset: str, number: int | None, *, project: Project) -> DatasetVersion:
    """The version by its number, else the newest, of the dataset by its id or key. Raises `Invalid`."""
    versions = DatasetVersion.objects.usable_in(project).select_related("dataset__project__team")
    named = Q(dataset__key=dataset)
    if is_uuid(dataset):
        named |= Q(dataset__uuid=dataset)
    # The project's own go before those of the library.
    found = versions.filter(named, **({"number": number} if number else {}))
    version = found.order_by("dataset__project__is_library", "-number").first()
    if version is None:
        wanted = f"no version {number} of a dataset" if number else "no dataset with a version called"
        raise Invalid("dataset_unknown", f'The project has {wanted} "{dataset}".', field="dataset")
    return version


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _target(said: Mapping[str, Any], project: Project, by: User, version: DatasetVersion) -> Target:
    if "target" in said:
        return find_target(said["target"], project=project)
    name = said.get("answered_by") or version.recorded_target
    if not name:
        raise Invalid(
            "target_missing",
            "Say who answers: `target`, or `answered_by` where the outputs are in the data.",
            field="target",
        )
    return recorded_target(project=project, name=name, version=said.get("answered_by_version", ""), by=by)


def find_target(uuid: UUID, *, project: Project) -> Target:
    found = Target.objects.usable_in(project).select_related("project__team", "connection").filter(uuid=uuid).first()
    if found is None:
        raise Invalid("target_unknown", f"The project has no target {uuid}.", field="target")
    return found
