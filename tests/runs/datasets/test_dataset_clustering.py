"""Which items of a dataset belong together: said on its page or over REST, and reckoned with by comparisons."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from runs.comparison.compare import compare_runs
from runs.models import Run
from tests.conftest import _ClientOf as ClientOf
from tests.runs.comparison.compared_runs import fetched, make_compared_run, make_questions

METRICS = {"relevance": {"name": "Relevance"}}
BEFORE = [0.1 * (place % 7) for place in range(12)]
AFTER = [value + 0.02 * (place % 4) for place, value in enumerate(BEFORE)]


@pytest.fixture
def runs(project: Project) -> list[Run]:
    version = make_questions(project, [f"q{place}" for place in range(12)], topics=("returns", "prices", "parcels"))
    return [make_compared_run(version, {"relevance": column}, metrics=METRICS) for column in (BEFORE, AFTER)]


def clusters_of(runs: list[Run], key: str | None = None) -> int:
    return compare_runs(fetched(*runs), cluster_key=key).lines[-1].result.clusters


def test_comparisons_reckon_by_it_unless_told_otherwise(runs: list[Run], bob: User, client_of: type[ClientOf]) -> None:
    assert clusters_of(runs) == 12
    dataset = runs[0].dataset
    client_of(bob).post(f"/datasets/{dataset.pk}/cluster-key/", {"cluster_key": "topic"})
    assert (clusters_of(runs), clusters_of(runs, "")) == (3, 12)
    address = f"/projects/{dataset.project_id}/compare/?runs={runs[0].pk},{runs[1].pk}"
    by_default, otherwise = (client_of(bob).get(address + query).content.decode() for query in ("", "&cluster=-"))
    assert "12 items in 3 clusters" in by_default
    assert "12 items in 3 clusters" not in otherwise
    assert "Clustered by topic (as the dataset says)" in by_default


def test_programs_read_and_set_it(runs: list[Run], bob: User) -> None:
    program = APIClient()
    program.force_authenticate(bob)
    path = f"/api/v1/datasets/{runs[0].dataset.uuid}/"
    assert program.get(path).json()["cluster_key"] == ""
    changed = program.patch(path, {"cluster_key": "topic"}, format="json")
    assert (changed.status_code, changed.json()["cluster_key"]) == (200, "topic")
    compared = f"/api/v1/comparisons/?runs={runs[0].uuid},{runs[1].uuid}"
    found = [program.get(compared + query).json()["lines"][-1]["clusters"] for query in ("", "&cluster=")]
    assert found == [3, 12]
    refused = program.patch(path, {"cluster_key": "colour"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "cluster_key_unknown")


def test_only_editors_say_it_and_only_of_keys_that_are_there(
    runs: list[Run], bob: User, viewer: User, charlie: User, client_of: type[ClientOf]
) -> None:
    dataset = runs[0].dataset
    path = f"/datasets/{dataset.pk}/cluster-key/"
    assert client_of(viewer).post(path, {"cluster_key": "topic"}).status_code == 403
    assert client_of(charlie).post(path, {"cluster_key": "topic"}).status_code == 404
    assert Client().post(path, {"cluster_key": "topic"}).status_code == 302
    answer = client_of(bob).post(path, {"cluster_key": "colour"}, follow=True).content.decode()
    assert "No item of this dataset has" in answer
    dataset.refresh_from_db()
    assert dataset.cluster_key == ""
    assert "all items are independent" in client_of(viewer).get(f"/datasets/{dataset.pk}/").content.decode()
