"""Bulk writes: every kind of value arrives as it was, and what PostgreSQL refuses is made storable."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from evalhub.accounts.models import Project, Team
from runs.bulk import copy_rows, reserve_ids, storable_json, storable_text
from runs.models import Item, Run, RunItem
from tests.factories import make_dataset, make_run, make_version

ITEM_FIELDS = (
    "id",
    "project_id",
    "version",
    "ordinal",
    "key",
    "pair_key",
    "input",
    "output",
    "metadata",
    "expected",
    "raw",
)


@pytest.fixture
def run(project: Project) -> Run:
    return make_run(version=make_version(dataset=make_dataset(project=project), rows=[{"input": "a"}]))


def store_item(run: Run, **values: Any) -> Item:
    """Copy one item in, beside the one that is there, and read it back."""
    row = {
        "id": reserve_ids(Item, 1)[0],
        "project_id": run.project_id,
        "version": run.dataset_version_id,
        "ordinal": 1,
        "key": "k",
        "pair_key": -5,
        "input": "in",
        "output": None,
        "metadata": {},
        "expected": None,
        "raw": "",
        **values,
    }
    assert copy_rows(Item, ITEM_FIELDS, [[row[name] for name in ITEM_FIELDS]]) == 1
    return Item.objects.get(pk=row["id"])


def test_text_json_and_missing_values_come_back_as_they_were(run: Run) -> None:
    item = store_item(
        run, input="grün 🦉", expected=["a", None, 1.5], metadata={"n": 2**70, "deep": [{"x": "\\u0000"}]}
    )

    assert (item.input, item.output, item.pair_key) == ("grün 🦉", None, -5)
    assert item.expected == ["a", None, 1.5]
    assert item.metadata == {"n": 2**70, "deep": [{"x": "\\u0000"}]}


def test_zero_characters_become_visible_replacements(run: Run) -> None:
    item = store_item(run, input="a\x00b", metadata={"k\x00": ["\x00", {"v": "x\x00"}]})

    assert item.input == "a\ufffdb"
    assert item.metadata == {"k\ufffd": ["\ufffd", {"v": "x\ufffd"}]}


def test_lone_surrogates_are_replaced_and_pairs_are_joined(run: Run) -> None:
    item = store_item(run, input="x\ud83dy \ud83e\udd89", metadata={"a": "\udc00"})

    assert item.input == "x\ufffdy 🦉"
    assert item.metadata == {"a": "\ufffd"}


def test_numbers_that_are_none_become_null_in_json() -> None:
    assert storable_json({"a": float("nan"), "b": float("inf")}) == b'{"a":null,"b":null}'


def test_plain_text_is_handed_through_untouched() -> None:
    text = "the same object"
    assert storable_text(text) is text


def test_decimals_booleans_and_times_are_typed_by_their_fields(run: Run) -> None:
    fields = ("project_id", "run", "item", "ordinal", "repeat", "state", "output", "error_code", "error_message")
    item_id = run.dataset_version.items.values_list("id", flat=True)[0]
    copy_rows(
        RunItem,
        (*fields, "cost", "passed", "overall", "latency_ms"),
        [(run.project_id, run.pk, item_id, 0, 0, "done", "", "", "", Decimal("0.000123"), True, 0.25, None)],
    )

    stored = RunItem.objects.get(run=run)
    assert (stored.cost, stored.passed, stored.overall, stored.latency_ms) == (Decimal("0.000123"), True, 0.25, None)


def test_times_keep_their_moment(project: Project) -> None:
    now = timezone.now()
    copy_rows(Team, ("name", "slug", "created_at"), [("T", "t-1", now)])
    assert Team.objects.get(slug="t-1").created_at == now


def test_a_row_that_breaks_a_constraint_takes_the_others_with_it(run: Run) -> None:
    ids = reserve_ids(Item, 2)
    rows = [(number, run.project_id, run.dataset_version_id, 7, "", 1, "in", None, {}, None, "") for number in ids]
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(Item, ITEM_FIELDS, rows)

    assert not Item.objects.filter(id__in=ids).exists()


def test_reserved_ids_are_never_given_out_again(run: Run) -> None:
    first, second = reserve_ids(Item, 3), reserve_ids(Item, 2)
    made = Item.objects.create(project_id=1, version=run.dataset_version, ordinal=9, pair_key=0, input="")
    assert len({*first, *second, made.pk}) == 6
    assert reserve_ids(Item, 0) == []
