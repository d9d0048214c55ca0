"""Adding answered items of a run to a dataset, as its next version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.v1.runs import RunView
from evalhub.core.errors import Invalid
from runs.models import Dataset, Run
from runs.services.dataset_additions import MOST_ADDED, Added, add_items
from runs.services.datasets import create_dataset

_LARGEST_ORDINAL = 2**31 - 1


class AdditionIn(serializers.Serializer[Any]):
    """Which items go where: into a dataset of the project, or into a new one."""

    items = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=_LARGEST_ORDINAL),
        min_length=1,
        max_length=MOST_ADDED,
        help_text="Their ordinals in the run.",
    )
    dataset = serializers.UUIDField(required=False, help_text="A dataset of the run's project.")
    new_dataset = serializers.CharField(max_length=200, required=False, help_text="The name of one to be made.")
    with_corrections = serializers.BooleanField(
        default=True, help_text="What people corrected becomes what is expected."
    )


class AdditionOut(serializers.Serializer[Added]):
    """What came of it, by the ordinals in the run; `version` is the newest of the dataset."""

    dataset = serializers.UUIDField(source="version.dataset.uuid")
    version = serializers.IntegerField(source="version.number")
    added = serializers.SerializerMethodField()
    corrected = serializers.SerializerMethodField()
    duplicates = serializers.SerializerMethodField()

    def get_added(self, done: Added) -> list[int]:
        return [run_item.ordinal for run_item in done.added]

    def get_corrected(self, done: Added) -> list[int]:
        return [run_item.ordinal for run_item in done.corrected]

    def get_duplicates(self, done: Added) -> list[int]:
        return [run_item.ordinal for run_item in done.duplicates]


class RunAdditions(RunView):
    """Items of a run that become items of a dataset."""

    @extend_schema(
        operation_id="add_run_items_to_dataset",
        description="What is there already is not added twice; where nothing is new, the answer has status 200.",
        request=AdditionIn,
        responses={201: AdditionOut, 200: AdditionOut},
    )
    @transaction.atomic
    def post(self, request: Request, run_id: UUID) -> Response:
        run = self.run(run_id)
        require_right(self.person, Right.EDIT_DATASET, run.project)
        asked = AdditionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        places = [ordinal * run.repeats for ordinal in dict.fromkeys(said["items"])]
        _require_answered(run, said["items"])
        done = add_items(
            run,
            places=places,
            dataset=self._dataset(run, said),
            by=self.person,
            with_corrections=said["with_corrections"],
        )
        return Response(AdditionOut(done).data, status=201 if done.added or done.corrected else 200)

    def _dataset(self, run: Run, said: dict[str, Any]) -> Dataset:
        """The dataset that is named, or a new one. Raises `Invalid` for both, or neither."""
        if ("dataset" in said) == ("new_dataset" in said):
            raise Invalid("dataset_unclear", "Name a `dataset`, or a `new_dataset` to be made.", field="dataset")
        if "new_dataset" in said:
            return create_dataset(project=run.project, name=said["new_dataset"], by=self.person)
        return get_object_or_404(run.project.datasets.filter(archived_at=None), uuid=said["dataset"])


def _require_answered(run: Run, ordinals: list[int]) -> None:
    """Raise `Invalid` for an item that the run has not, or not yet."""
    known = set(run.run_items.filter(ordinal__in=ordinals).values_list("ordinal", flat=True))
    missing = next((ordinal for ordinal in ordinals if ordinal not in known), None)
    if missing is not None:
        raise Invalid("item_not_answered", f'Run "{run}" has no answer number {missing}, or none yet.', field="items")
