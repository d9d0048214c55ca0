"""Loads a file into a dataset from the command line, in this process."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from evalhub.accounts.models import Project, User
from evalhub.core.errors import EvalHubError
from runs.choices import ImportState
from runs.importers.mapping import FIELDS, Mapping
from runs.importers.source import ENCODINGS
from runs.ingest.loading import Progress, load_import
from runs.management.places import add_project_arguments, named_project, owner_of
from runs.models import DatasetImport
from runs.services.datasets import ImportChoices, confirm_import, describe_import, discard_import, receive_upload

_SHOWN_REJECTIONS = 50


class Command(BaseCommand):
    """`manage.py import_dataset answers.jsonl --project support-bot --map input=question`"""

    help = "Load a CSV, JSONL, JSON or Parquet file, or another tool's results, into a dataset of a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        add_project_arguments(parser)
        parser.add_argument("--dataset", default="", help="The dataset's name; the file's name unless given.")
        parser.add_argument("--encoding", default="", choices=["", *ENCODINGS], metavar="NAME")
        parser.add_argument(
            "--map",
            nargs="+",
            action="extend",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"Fields: {', '.join(FIELDS)}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        project = named_project(options["project"], options["team"])
        by = owner_of(project)
        try:
            dataset_import = self._import(options, project, by)
        except EvalHubError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        self._report(dataset_import)

    def _import(self, options: dict[str, Any], project: Project, by: User) -> DatasetImport:
        path: Path = options["file"]
        with path.open("rb") as opened:
            dataset_import = receive_upload(project=project, upload=File(opened, name=path.name), by=by)
        if found := describe_import(dataset_import):
            self.stdout.write(f"Recognised {found}{f': {found.metrics}' if found.metrics else ''}")
            for each in found.left:
                self.stdout.write(f"not carried over: {each}")
        try:
            choices = self._choices(options, dataset_import)
            confirm_import(dataset_import=dataset_import, choices=choices, by=by, in_background=False)
        except (CommandError, EvalHubError):
            discard_import(dataset_import=dataset_import, by=by)
            raise
        load_import(dataset_import.pk, listener=self._progress)
        dataset_import.refresh_from_db()
        return dataset_import

    def _choices(self, options: dict[str, Any], dataset_import: DatasetImport) -> ImportChoices:
        """The guessed mapping as corrected, and the dataset by its name."""
        if dataset_import.error and not options["encoding"]:
            raise CommandError(f"{dataset_import.error} Name it with --encoding.")
        name = options["dataset"] or dataset_import.dataset_name
        return ImportChoices(
            mapping=Mapping.from_json(dataset_import.mapping).corrected(
                _wished(options["map"]), dataset_import.columns
            ),
            encoding=options["encoding"],
            dataset=dataset_import.project.datasets.filter(name=name, archived_at=None).first(),
            dataset_name=name,
        )

    def _progress(self, progress: Progress) -> None:
        self.stderr.write(
            f"\r{progress.read:,} rows read, {progress.rejected:,} rejected, {progress.bytes_read / 1e6:,.0f} MB",
            ending="",
        )
        self.stderr.flush()

    def _report(self, dataset_import: DatasetImport) -> None:
        self.stderr.write("\r", ending="")
        for row in dataset_import.rejected_rows.order_by("line")[:_SHOWN_REJECTIONS]:
            self.stdout.write(f"rejected, {row}")
        hidden = dataset_import.rows_rejected - _SHOWN_REJECTIONS
        if hidden > 0:
            self.stdout.write(f"… and {hidden:,} more rejected rows")
        if dataset_import.state != ImportState.FINISHED:
            raise CommandError(dataset_import.error)
        what = "new version" if dataset_import.is_new_version else "the same rows were there already"
        self.stdout.write(
            f"{dataset_import.version}: {what}, {dataset_import.rows_accepted:,} of {dataset_import.rows_read:,} rows "
            f"accepted, {dataset_import.rows_rejected:,} rejected"
        )


def _wished(words: list[str]) -> dict[str, str]:
    """Field to column, from `FIELD=COLUMN`."""
    return {name: column for name, _, column in (word.partition("=") for word in words)}
