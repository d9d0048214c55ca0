"""Keys, projects and metrics, by both faces of the published client."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django.live_server_helper import LiveServer
from valiqor import AuthenticationError, ValidationError, ValiqorClient
from valiqor.common.exceptions import APIError
from valiqor.eval import ValiqorEvalClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Project, User
from evalhub.accounts.services import issue_api_key
from metrics.catalogue import HOSTED_KEYS
from metrics.models import ProjectMetric
from tests.api.conftest import make_key
from tests.facades.valiqor.conftest import Valiqor
from tests.factories import make_dataset, make_metric, make_run, make_version


@pytest.fixture
def facade(live_server: LiveServer, secret: str) -> ValiqorClient:
    return ValiqorClient(api_key=secret, project_name="Support bot", base_url=live_server.url)


def test_a_key_of_evalhub_is_one_that_the_client_takes(alice: User, valiqor: Valiqor) -> None:
    issued = issue_api_key(team=alice.memberships.get().team, user=alice, name="client")
    assert valiqor(api_key=issued.secret).validate_auth().valid


def test_a_good_key_says_whose_it_is(client: ValiqorEvalClient, facade: ValiqorClient, alice: User) -> None:
    account = client.validate_auth()
    assert (account.valid, account.user_id, account.org_name) == (True, str(alice.pk), "Support")
    assert (account.org_id, account.plan) == ("support", "self-hosted")
    assert facade.validate_auth()["valid"] is True


def test_usage_counts_the_runs_of_this_month(facade: ValiqorClient, project: Project) -> None:
    version = make_version(dataset=make_dataset(project=project), rows=[{"input": "q"}])
    make_run(version=version, input_tokens=70, output_tokens=30)
    make_run(version=version, created_at=datetime(2020, 1, 1, tzinfo=UTC))
    usage = facade.get_usage()
    assert usage["total_api_usage"] == usage["evaluations_used"] == 1
    assert (usage["api_quota_limit"], usage["api_quota_remaining"], usage["token_quota_limit"]) == (-1, -1, -1)
    assert (usage["token_usage"], usage["services"]["evaluation"]["used"]) == (100, 1)
    assert datetime.fromisoformat(usage["reset_date"]) > datetime.now(UTC)


def test_projects_are_the_same_under_both_addresses(client: ValiqorEvalClient, facade: ValiqorClient) -> None:
    assert client.list_projects() == []
    made = client.create_project("Support bot")
    assert (made.name, made.key, made.model_name) == ("Support bot", "support-bot", None)
    other = facade.create_project("Second", key="2nd", model_name="m-2")
    assert (other["key"], other["model_name"]) == ("2nd", "m-2")
    assert {project.id for project in client.list_projects()} == {made.id, other["id"]}
    assert {project["id"] for project in facade.list_projects()} == {made.id, other["id"]}
    assert facade.get_project(made.id)["name"] == "Support bot"
    assert facade.get_project()["id"] == made.id


@pytest.mark.parametrize(
    ("name", "key", "status"), [("Support bot", None, 409), ("Other", "support-bot", 409), ("", None, 400)]
)
def test_a_project_that_cannot_be_made_is_refused(
    client: ValiqorEvalClient, project: Project, name: str, key: str | None, status: int
) -> None:
    with pytest.raises(ValidationError if status == 400 else APIError) as error:
        client.create_project(name, key=key)
    assert getattr(error.value, "status_code", 400) == status


def test_a_key_with_other_characters_is_refused(client: ValiqorEvalClient) -> None:
    with pytest.raises(ValidationError, match="hyphens"):
        client.create_project("Support bot", key="no spaces")


def test_an_unknown_project_is_not_found(client: ValiqorEvalClient, facade: ValiqorClient) -> None:
    with pytest.raises(APIError) as error:
        facade.get_project("4a2b9f6e-0000-4000-8000-000000000000")
    assert error.value.status_code == 404
    with pytest.raises(APIError) as error:
        client.get_trends(project_id="nonsense")
    assert error.value.status_code == 404


def test_the_catalogue_has_the_hosted_metrics_and_the_teams_own(client: ValiqorEvalClient, project: Project) -> None:
    make_metric(key="tone", scorer="contains", project=project, name="Tone of voice")
    listed = client.list_metric_templates()
    assert {metric.key for metric in listed} == {*HOSTED_KEYS, "tone"}
    assert len(listed) == 18
    named = {metric.key: (metric.display_name, metric.value_type, metric.category) for metric in listed}
    assert named["regex_match"] == ("Regex Match", "numeric", "heuristic")
    assert named["retrieval"] == ("Retrieval Quality", "numeric", "specialized")
    assert named["context_recall"][2] == "rag"
    assert all(metric.definition for metric in listed if metric.key in HOSTED_KEYS)


def test_a_project_takes_metrics_up(client: ValiqorEvalClient, project: Project) -> None:
    assert client.list_project_metrics() == []
    added = client.add_project_metric("hallucination", "Made up", default_weight=2.0)
    assert (added.key, added.display_name, added.category) == ("hallucination", "Made up", "factual")
    client.add_project_metric("contains", "Contains")
    client.add_project_metric("hallucination", "Hallucination", default_weight=0.5)
    assert [(one.key, one.display_name) for one in client.list_project_metrics()] == [
        ("hallucination", "Hallucination"),
        ("contains", "Contains"),
    ]
    assert ProjectMetric.objects.get(metric__key="hallucination").weight == 0.5


def test_metrics_that_cannot_be_taken_up_are_refused(client: ValiqorEvalClient, project: Project) -> None:
    with pytest.raises(ValidationError, match="faithfullness"):
        client.add_project_metric("faithfullness", "Faithfulness")
    with pytest.raises(ValidationError, match="negative"):
        client.add_project_metric("contains", "Contains", default_weight=-1.0)


def test_what_the_role_does_not_allow_is_forbidden(valiqor: Valiqor, alice: User, bob: User, project: Project) -> None:
    reader = valiqor(api_key=make_key(alice, role=Role.VIEWER))
    assert [one.name for one in reader.list_projects()] == ["Support bot"]
    with pytest.raises(AuthenticationError, match="Access forbidden: To start"):
        reader.evaluate(dataset=[{"input": "q", "output": "a"}], metrics=["contains"])
    with pytest.raises(AuthenticationError, match="Access forbidden: To create projects"):
        reader.create_project("New")
    with pytest.raises(AuthenticationError, match="Access forbidden: To configure"):
        valiqor(api_key=make_key(bob)).add_project_metric("contains", "Contains")


def test_a_key_of_one_project_reaches_no_other(valiqor: Valiqor, alice: User, project: Project) -> None:
    other = Project.objects.create(team=project.team, key="second", name="Second")
    held = valiqor(api_key=make_key(alice, project=project))
    assert [one.name for one in held.list_projects()] == ["Support bot"]
    for name in (other.name, "New"):
        with pytest.raises((AuthenticationError, APIError)):
            held.evaluate(dataset=[{"input": "q", "output": "a"}], metrics=["contains"], project_name=name)
    assert not Project.objects.filter(name="New").exists()
