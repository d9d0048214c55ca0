"""Starts an evaluation that a YAML file describes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from evalhub.accounts.models import Project, User
from evalhub.core.errors import EvalHubError
from runs.choices import ImportState
from runs.importers.mapping import Mapping
from runs.ingest.loading import load_import
from runs.management.places import add_project_arguments, named_project, owner_of
from runs.models import Execution
from runs.recipes.document import Problem, ProblemsFound
from runs.recipes.evaluation_file import DatasetSource, read_evaluation_file
from runs.services.datasets import ImportChoices, confirm_import, receive_upload
from runs.services.evaluation_files import SavedFile, save_evaluation_file
from runs.services.executions import start_evaluation


class Command(BaseCommand):
    """`manage.py run_evaluation nightly.yaml --project support-bot`"""

    help = "Save the evaluation of a YAML file in a project, with the datasets the file brings, and start it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        add_project_arguments(parser)
        parser.add_argument("--only-save", action="store_true", help="Save the evaluation and start nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        project = named_project(options["project"], options["team"])
        by = owner_of(project)
        try:
            saved = self._save(options["file"], project, by)
            if not options["only_save"]:
                self._report_start(start_evaluation(saved.version, by=by))
        except ProblemsFound as error:
            raise CommandError(f"{options['file']}:\n{error}") from error
        except EvalHubError as error:
            raise CommandError(error.message) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}.") from error

    def _save(self, path: Path, project: Project, by: User) -> SavedFile:
        file = read_evaluation_file(path.read_text(encoding="utf-8-sig"))
        for source in file.datasets:
            if source.file_path:
                self._load(source, path.parent / source.file_path, project=project, by=by)
        saved = save_evaluation_file(file, project=project, by=by)
        what = "saved as" if saved.is_changed else "is unchanged,"
        self.stdout.write(f'"{saved.evaluation}" {what} version {saved.version.number}.')
        for note in saved.notes:
            self.stdout.write(f"Note: {note}")
        return saved

    def _load(self, source: DatasetSource, path: Path, *, project: Project, by: User) -> None:
        """Load a dataset's rows; the same rows make no new version."""
        if not path.is_file():
            raise ProblemsFound([Problem(source.line, f"datasets: {source.key}", f"There is no file {path}.")])
        with path.open("rb") as opened:
            dataset_import = receive_upload(project=project, upload=File(opened, name=path.name), by=by)
        choices = ImportChoices(
            mapping=Mapping.from_json(dataset_import.mapping),
            dataset=project.datasets.filter(key=source.key, archived_at=None).first(),
            dataset_name=source.key,
        )
        confirm_import(dataset_import=dataset_import, choices=choices, by=by, in_background=False)
        load_import(dataset_import.pk)
        dataset_import.refresh_from_db()
        if dataset_import.state != ImportState.FINISHED:
            raise CommandError(dataset_import.error)
        self.stdout.write(f"{dataset_import.version}: {dataset_import.rows_accepted:,} rows")

    def _report_start(self, execution: Execution) -> None:
        self.stdout.write(f'Started "{execution}", {execution.runs.count()} runs:')
        for run in execution.runs.order_by("id"):
            self.stdout.write(f"  {run.name}  {reverse('runs:run_detail', args=[run.pk])}")
