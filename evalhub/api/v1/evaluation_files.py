"""Evaluations that programs bring as YAML files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.v1.evaluations import EvaluationView
from runs.recipes.document import LONGEST_TEXT, ProblemsFound
from runs.recipes.evaluation_file import read_evaluation_file
from runs.services.evaluation_files import SavedFile, save_evaluation_file


class EvaluationFileIn(serializers.Serializer[Any]):
    """A file as docs/evaluation-files.md describes it."""

    # Trimmed, its lines would have other numbers.
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, help_text="The YAML.")


class SavedFileOut(serializers.Serializer[SavedFile]):
    """What became of the file."""

    id = serializers.UUIDField(source="evaluation.uuid")
    key = serializers.CharField(source="evaluation.key")
    name = serializers.CharField(source="evaluation.name")
    version = serializers.IntegerField(source="version.number")
    is_changed = serializers.BooleanField(help_text="False where the newest version says just this.")
    notes = serializers.ListField(child=serializers.CharField(), help_text="What was left aside.")
    hindrances = serializers.ListField(child=serializers.CharField(), help_text="What keeps it from starting now.")


class EvaluationFiles(EvaluationView):
    """The door for evaluation files."""

    @extend_schema(
        operation_id="save_evaluation_file",
        request=EvaluationFileIn,
        responses={201: SavedFileOut},
        description="Saves a new evaluation, or the next version of the one with the file's key. Everything that is "
        "wrong with the file is told at once, and nothing is saved then.",
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.START_RUN, project)
        asked = EvaluationFileIn(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            saved = save_evaluation_file(
                read_evaluation_file(asked.validated_data["text"]), project=project, by=self.person
            )
        except ProblemsFound as error:
            problems = [str(problem) for problem in error.problems]
            raise serializers.ValidationError({"text": problems}, code="file_unusable") from error
        return self.created(SavedFileOut(saved).data, address=self.address_of("evaluation", saved.evaluation.uuid))
