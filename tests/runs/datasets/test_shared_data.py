"""Real files that others published load as they are, none of their rows lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files import File

from evalhub.accounts.models import Project, User
from runs.choices import ImportState
from runs.importers.mapping import Mapping
from runs.ingest.loading import load_import
from runs.models import DatasetVersion
from runs.services.datasets import ImportChoices, confirm_import, receive_upload

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
FILES = sorted(DATA.glob("*/*.jsonl"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"no data beside the repository: {DATA} holds no *.jsonl")


def load(path: Path, project: Project, by: User) -> DatasetVersion:
    with path.open("rb") as opened:
        dataset_import = receive_upload(project=project, upload=File(opened, name=path.name), by=by)
    choices = ImportChoices(
        mapping=Mapping.from_json(dataset_import.mapping), dataset_name=f"{path.parent.name} {path.stem}"
    )
    confirm_import(dataset_import=dataset_import, choices=choices, by=by, in_background=False)
    load_import(dataset_import.pk)
    dataset_import.refresh_from_db()
    assert dataset_import.state == ImportState.FINISHED, dataset_import.error
    assert dataset_import.rows_rejected == 0
    assert dataset_import.version is not None
    return dataset_import.version


@pytest.mark.django_db(transaction=True)
def test_every_file_loads_without_a_rejected_row(project: Project, alice: User) -> None:
    versions = {path: load(path, project, alice) for path in FILES}
    assert {path: version.item_count for path, version in versions.items()} == {
        path: path.read_bytes().count(b"\n") for path in FILES
    }
    answering = [version for path, version in versions.items() if path.parent.name not in {"llmbar", "pandalm"}]
    assert all(version.recorded_target for version in answering)


@pytest.mark.django_db(transaction=True)
def test_what_the_rows_hold_is_counted_and_kept(project: Project, alice: User) -> None:
    evouna = load(DATA / "evouna" / "nq.fid.jsonl", project, alice)
    assert evouna.with_expected == evouna.with_human == evouna.item_count
    assert isinstance(evouna.items.earliest("ordinal").expected, list)
    bench = load(DATA / "mt-bench" / "llama2_7b.jsonl", project, alice)
    (rating,) = (metric for metric in bench.given_metrics if metric["key"] == "rating")
    assert rating["has_reason"]
    assert rating["minimum"] >= 1
    assert rating["maximum"] <= 10
    tau = load(DATA / "tau-bench" / "airline.gpt-4o.trial0.jsonl", project, alice)
    assert tau.with_trace == tau.item_count
    trace = tau.items.earliest("ordinal").trace
    assert isinstance(trace, list)
    assert trace[0]["role"]


@pytest.mark.django_db(transaction=True)
def test_two_systems_over_the_same_questions_are_seen_to_be_asked_the_same(project: Project, alice: User) -> None:
    first, second = (
        load(DATA / "gsm8k" / f"{name}.jsonl", project, alice) for name in ("Qwen2-7B-Instruct", "gemma-2-9b-it")
    )
    assert first.question_hash == second.question_hash
    assert first.content_hash != second.content_hash
    keys = [set(version.items.values_list("pair_key", flat=True)) for version in (first, second)]
    assert keys[0] == keys[1]
