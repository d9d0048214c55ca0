"""A file becomes a frozen version: whole or not at all, once, with every row accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core.ids import hash64
from runs.choices import ImportState
from runs.ingest import loading
from runs.ingest.writer import Origin, StoredVersion, VersionWriter
from runs.models import Dataset, DatasetImport, DatasetVersion, Item
from tests.runs.datasets.loading import jsonl, load, queue

pytestmark = pytest.mark.django_db(transaction=True)

ROWS: tuple[dict[str, Any], ...] = (
    {"id": "q1", "input": "a", "output": "x", "expected": ["x", "y"], "model": "bot-1", "lang": "de"},
    {"id": "q2", "input": "b", "output": "", "context": ["p"], "model": "bot-1", "lang": "en"},
    {"id": "q3", "input": "c", "judge": {"tone": {"score": 3, "reason": "r", "model": "m"}}, "model": "bot-1"},
)


@contextmanager
def elsewhere() -> Iterator[CursorWrapper]:
    """A cursor of another connection, which sees only what has been committed."""
    connection = connections.create_connection("default")
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def test_rows_become_items_and_the_version_counts_them(project: Project, alice: User) -> None:
    done = load(jsonl(*ROWS), project=project, by=alice, name="bot answers.jsonl")
    version = done.version
    assert version is not None
    assert (str(version), done.is_new_version, done.rows_accepted) == ("bot answers v1", True, 3)
    assert (version.item_count, version.with_output, version.with_expected, version.with_context) == (3, 2, 1, 1)
    assert version.columns == ["id", "input", "output", "expected", "model", "lang", "context", "judge"]
    assert version.mapping["expected"] == "expected"
    assert version.recorded_target == "bot-1"
    assert version.metadata_keys["lang"] == {"items": 2, "values": [["de", 1], ["en", 1]], "has_more": False}
    assert version.given_metrics == [
        {"key": "tone", "count": 1, "minimum": 3, "maximum": 3, "has_reason": True, "models": ["m"]}
    ]
    first = version.items.get(ordinal=0)
    assert (first.key, first.expected, first.pair_key) == ("q1", ["x", "y"], hash64("key", "q1"))
    assert '"lang":"de"' in first.raw
    assert version.items.get(ordinal=1).output == ""
    assert version.items.get(ordinal=2).given_scores == {"tone": {"score": 3, "reason": "r", "model": "m"}}


def test_the_file_is_forgotten_once_its_rows_are_stored(project: Project, alice: User) -> None:
    queued = queue(jsonl(*ROWS), project=project, by=alice)
    stored = Path(queued.file.path)
    assert stored.exists()
    loading.load_import(queued.pk)
    assert not stored.exists()


def test_the_same_rows_make_no_new_version_in_any_format(project: Project, alice: User) -> None:
    rows = [{"id": "1", "input": "a", "expected": "x"}, {"id": "2", "input": "b", "expected": "y"}]
    first = load(jsonl(*rows), project=project, by=alice).version
    assert first is not None
    for content, name in (
        (jsonl(*rows), "again.jsonl"),
        (b"id,input,expected\n1,a,x\n2,b,y\n", "table.csv"),
        (b"[" + b",".join(jsonl(*rows).splitlines()) + b"]", "list.json"),
    ):
        again = load(content, project=project, by=alice, name=name, dataset=first.dataset)
        assert (again.version, again.is_new_version, again.state) == (first, False, ImportState.FINISHED)
    assert DatasetVersion.objects.count() == 1
    assert Item.objects.count() == 2


@pytest.mark.parametrize("change", ["order", "value", "fewer"])
def test_other_rows_make_the_next_version(change: str, project: Project, alice: User) -> None:
    first = load(jsonl(*ROWS), project=project, by=alice).version
    assert first is not None
    rows = {"order": ROWS[::-1], "value": (*ROWS[:2], {**ROWS[2], "lang": "fr"}), "fewer": ROWS[:2]}[change]
    second = load(jsonl(*rows), project=project, by=alice, dataset=first.dataset).version
    assert second is not None
    assert second.number == 2
    assert second.changes == {
        "added": 0,
        "removed": int(change == "fewer"),
        "changed": int(change == "value"),
    }


def test_answers_of_two_systems_share_the_hash_of_their_questions(project: Project, alice: User) -> None:
    questions = [{"id": str(n), "input": f"q{n}", "expected": "e"} for n in range(3)]
    one, other = (
        load(jsonl(*({**row, "output": answer} for row in questions)), project=project, by=alice).version
        for answer in ("yes", "no")
    )
    assert one is not None
    assert other is not None
    assert one.question_hash == other.question_hash
    assert one.content_hash != other.content_hash


def test_the_second_row_of_a_key_is_rejected_and_names_the_first(project: Project, alice: User) -> None:
    done = load(
        jsonl({"id": "k", "input": "a"}, {"id": "l", "input": "b"}, {"id": "k", "input": "c"}),
        project=project,
        by=alice,
    )
    (rejected,) = done.rejected_rows.all()
    assert rejected.line == 3
    assert 'The key "k" is on line 1 already' in rejected.reason
    assert done.rows_accepted == 2


def test_rows_without_a_key_pair_by_input_and_occurrence(project: Project, alice: User) -> None:
    done = load(jsonl({"input": "a"}, {"input": "b"}, {"input": "a"}), project=project, by=alice)
    assert done.version is not None
    keys = list(done.version.items.order_by("ordinal").values_list("pair_key", flat=True))
    assert keys == [hash64("input", "a", "1"), hash64("input", "b", "1"), hash64("input", "a", "2")]


def test_no_row_is_lost_between_accepted_and_rejected(project: Project, alice: User) -> None:
    lines = [b'{"input": "q%d"}' % n for n in range(10)]
    lines[6] = b'{"input": "q6"'
    lines[8] = b'{"output": "no input"}'
    done = load(b"\n".join(lines), project=project, by=alice)
    assert (done.rows_read, done.rows_accepted, done.rows_rejected) == (10, 8, 2)
    assert list(done.rejected_rows.values_list("line", flat=True)) == [7, 9]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b'[{"input": "a"}, {"input": ', "rows.json", "after row 1"),
        (b'{"output": "a"}\n' * 3, "rows.jsonl", 'The row has no "input"'),
        (b'{"input": ""}\n' * 3, "rows.jsonl", "None of the 3 rows can be used. The first: line 1"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_leaves_no_version(
    content: bytes, name: str, says: str, project: Project, alice: User
) -> None:
    queued = queue(b'{"input": "ok"}\n', project=project, by=alice)
    Path(queued.file.path).write_bytes(content)
    file_format = name.rsplit(".", maxsplit=1)[1]
    DatasetImport.objects.filter(id=queued.pk).update(file_format=file_format)
    loading.load_import(queued.pk)
    queued.refresh_from_db()
    assert queued.state == ImportState.FAILED
    assert says in queued.error
    assert not DatasetVersion.objects.exists()
    assert not Item.objects.exists()


def test_hostile_text_is_stored_as_it_is(project: Project, alice: User) -> None:
    script = "<script>alert('x')</script>"
    done = load(b"id,input,output\n1,%b,=1+1\n" % script.encode(), project=project, by=alice, name="rows.csv")
    assert done.version is not None
    assert done.version.items.values_list("input", "output").get() == (script, "=1+1")


def test_a_load_whose_worker_died_is_taken_up_from_nothing(
    project: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = queue(jsonl(*ROWS), project=project, by=alice)
    monkeypatch.setattr(loading, "_record", _die)
    with pytest.raises(KeyboardInterrupt):
        loading.load_import(queued.pk)
    monkeypatch.undo()
    assert not Item.objects.exists()
    loading.load_import(queued.pk)
    queued.refresh_from_db()
    assert queued.state == ImportState.LOADING, "while the lease lasts, the import belongs to its worker"
    DatasetImport.objects.filter(id=queued.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    loading.load_import(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.rows_accepted, queued.tries) == (ImportState.FINISHED, 3, 2)
    assert Item.objects.count() == 3


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_worker_that_lost_its_lease_leaves_no_trace(
    project: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = queue(jsonl(*ROWS), project=project, by=alice)
    finish = VersionWriter.finish

    def finish_late(writer: VersionWriter, dataset: Dataset, origin: Origin) -> StoredVersion:
        with elsewhere() as cursor:
            cursor.execute("UPDATE runs_datasetimport SET tries = tries + 1 WHERE id = %s", [queued.pk])
        return finish(writer, dataset, origin)

    monkeypatch.setattr(VersionWriter, "finish", finish_late)
    loading.load_import(queued.pk)
    assert not Item.objects.exists()
    assert not DatasetVersion.objects.exists()


def test_a_file_that_kills_its_worker_again_and_again_is_given_up(project: Project, alice: User) -> None:
    queued = queue(jsonl(*ROWS), project=project, by=alice)
    DatasetImport.objects.filter(id=queued.pk).update(tries=loading.MAX_TRIES)
    loading.load_import(queued.pk)
    queued.refresh_from_db()
    assert queued.state == ImportState.FAILED
    assert "stopped 3 times" in queued.error


def test_progress_is_seen_from_outside_while_the_load_runs(
    project: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = queue(jsonl(*({"input": f"q{n}"} for n in range(50))), project=project, by=alice)
    monkeypatch.setattr(loading, "_BEAT_SECONDS", 0.0)
    seen: list[int] = []

    def look(progress: loading.Progress) -> None:
        with elsewhere() as cursor:
            cursor.execute("SELECT rows_read FROM runs_datasetimport WHERE id = %s", [queued.pk])
            seen.append(cursor.fetchone()[0])

    loading.load_import(queued.pk, listener=look)
    assert seen == list(range(1, 51))
    assert Item.objects.count() == 50
