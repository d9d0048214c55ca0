"""Right after a load the database reads a few items of a version by their place, not all of them."""

from __future__ import annotations

import pytest
from django.db import connection

from evalhub.accounts.models import Project, User
from runs.models import Item
from tests.runs.datasets.loading import jsonl, load


@pytest.mark.django_db(transaction=True)
def test_the_planner_knows_a_version_as_soon_as_it_is_there(project: Project, alice: User) -> None:
    load(jsonl({"input": "a"}), project=project, by=alice, name="small.jsonl")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE runs_item")
    rows = ({"id": f"q{number}", "input": f"question {number}"} for number in range(6_000))
    version = load(jsonl(*rows), project=project, by=alice).version
    plan = Item.objects.filter(version=version, ordinal__in=range(100)).explain()
    assert "runs_item_ordinal_once" in plan
