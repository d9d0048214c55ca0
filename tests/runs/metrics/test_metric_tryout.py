"""Trying a metric out on real items before it is saved: what is sent, what it says, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from evalhub.accounts.models import Project, Team, User
from evalhub.connections.grants import take_grant
from evalhub.connections.models import Connection, ConnectionGrant
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric
from metrics.services import MetricDraft, create_metric
from runs.models import Item, Run
from tests.conftest import _ClientOf as ClientOf
from tests.factories import builtin, make_connection
from tests.runs.metrics.forms import judge_fields, rows_of, tryout_fields
from tests.runs.scored_runs import Answer, make_scored_run
from tests.stub_endpoint import MODEL, Behaviour, StubEndpoint


@pytest.fixture
def connection(team: Team, stub: StubEndpoint, settings: Settings) -> Connection:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]
    prices: dict[str, Any] = {"input_price": Decimal(1), "output_price": Decimal(10)}
    return make_connection(team=team, base_url=stub.base_url, default_model=MODEL, **prices)


@pytest.fixture
def run(project: Project) -> Run:
    """Six items; the odd ones fail."""
    answers = [
        Answer(
            input=f"Question {number}",
            output=f"Answer {number}",
            scores={"contains": float(number % 2 == 0)},
            overall=float(number % 2 == 0),
            passed=number % 2 == 0,
        )
        for number in range(6)
    ]
    return make_scored_run(project=project, answers=answers, metrics={"contains": {}})


@pytest.fixture
def politeness(team: Team, alice: User) -> Metric:
    definition = MetricDefinition(definition={"prompt": "Old: {{output}}"})
    return create_metric(team=team, draft=MetricDraft("Politeness", MetricKind.JUDGE, definition), by=alice)


def tried(client: Client, team: Team, **fields: Any) -> Any:  # noqa: ANN401  # the answer with its context
    return client.post(reverse("runs:metric_tryout", args=[team.slug]), judge_fields() | tryout_fields() | fields)


def of(run: Run, connection: Connection, **fields: Any) -> dict[str, Any]:
    return {"try-run": run.pk, "try-connection": connection.pk, **fields}


def test_what_would_be_sent_is_shown_with_its_cost_and_nobody_is_asked(
    team: Team, alice: User, run: Run, connection: Connection, stub: StubEndpoint
) -> None:
    page = tried(ClientOf(alice), team, **of(run, connection), pick="1")
    tryout = page.context["tried"]
    assert stub.calls == 0
    assert (tryout.calls, tryout.was_asked) == (2, False)
    assert tryout.estimated_cost == (tryout.estimated_tokens + Decimal(10) * 300) / 1_000_000
    assert "Would take" in page.content.decode()
    assert "=====BEGIN OUTPUT" in page.content.decode()


def test_the_judge_says_something_of_each_item_with_tokens_and_cost(
    team: Team, alice: User, run: Run, connection: Connection, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(reply=lambda _: '{"explanation": "Curt.", "score": 0.25}')
    page = tried(ClientOf(alice), team, **of(run, connection), ask="1")
    assert [(one.after.value, one.after.explanation) for one in page.context["tries"]] == [("0.25", "Curt.")] * 2
    assert page.context["tried"].cost == 2 * (Decimal(100) + Decimal(10) * 10) / 1_000_000
    assert page.context["tried"].tokens == 220
    assert not ConnectionGrant.objects.exists()


def test_the_items_that_were_shown_and_ticked_are_those_that_are_judged(
    team: Team, alice: User, run: Run, connection: Connection
) -> None:
    fields = of(run, connection) | {"try-shown": run.pk, "try-place": [4, 1], "ask": "1"}
    page = tried(ClientOf(alice), team, **fields)
    assert [one.item.title for one in page.context["tries"]] == ["Item 5", "Item 2"]


@pytest.mark.parametrize(
    ("fields", "titles"),
    [
        ({"try-pick": "failing"}, ["Item 6", "Item 4"]),
        ({"try-pick": "search", "try-text": "question 3"}, ["Item 4"]),
        ({"try-pick": "search", "try-text": "nowhere"}, []),
    ],
)
def test_items_are_picked_as_asked(
    team: Team, alice: User, run: Run, connection: Connection, fields: dict[str, str], titles: list[str]
) -> None:
    page = tried(ClientOf(alice), team, **of(run, connection), **fields, pick="1")
    assert [one.item.title for one in page.context["tries"]] == titles


def test_an_item_can_be_typed_in(team: Team, alice: User, connection: Connection, stub: StubEndpoint) -> None:
    fields = {"try-source": "typed", "try-output": "Good day!", "try-connection": connection.pk, "ask": "1"}
    page = tried(ClientOf(alice), team, **fields)
    assert page.context["tries"][0].after.value == "1.00"
    assert "Good day!" in stub.requests[0]["messages"][1]["content"]


def test_the_current_revision_is_asked_beside_the_draft(
    team: Team, alice: User, run: Run, connection: Connection, stub: StubEndpoint, politeness: Metric
) -> None:
    def reply(body: Mapping[str, Any]) -> str:
        return f'{{"explanation": "x", "score": {0.1 if "Old:" in body["messages"][1]["content"] else 0.9}}}'

    stub.behaviour = Behaviour(reply=reply)
    fields = {"metric": politeness.pk, "try-asks_previous": "on", "ask": "1"}
    page = tried(ClientOf(alice), team, **of(run, connection), **fields)
    assert [(one.before.value, one.after.value) for one in page.context["tries"]] == [("0.10", "0.90")] * 2
    assert page.context["tried"].calls == stub.calls == 4


def test_what_the_run_knows_of_the_current_revision_is_not_asked_again(
    team: Team, alice: User, project: Project, connection: Connection, stub: StubEndpoint, politeness: Metric
) -> None:
    answers = [Answer(scores={politeness.key: 0.4}, explanation="As measured.")]
    run = make_scored_run(project=project, answers=answers, metrics={politeness.key: {}})
    fields = {"metric": politeness.pk, "try-asks_previous": "on", "ask": "1"}
    page = tried(ClientOf(alice), team, **of(run, connection), **fields)
    assert [(one.before.value, one.after.value) for one in page.context["tries"]] == [("0.40", "1.00")]
    assert stub.calls == 1


def test_an_item_that_is_an_example_is_marked(team: Team, alice: User, run: Run, connection: Connection) -> None:
    key = Item.objects.get(version=run.dataset_version, ordinal=1).pair_key
    examples = rows_of("example", [{"output": "Answer 1", "score": "1", "pair_key": str(key)}])
    fields = {**examples, "try-shown": run.pk, "try-place": [0, 1]}
    page = tried(ClientOf(alice), team, **of(run, connection), **fields, ask="1")
    assert [one.tried.is_example for one in page.context["tries"]] == [False, True]
    assert "one of the examples" in page.content.decode()


@pytest.mark.parametrize(
    "trouble",
    [
        (Behaviour(reply=lambda _: "I would rather not say."), "unscored", "I would rather not say."),
        (Behaviour(rate_limited=1.0), "errored", "429"),
        (Behaviour(server_error=1.0), "errored", "500"),
        (Behaviour(api_key="another"), "errored", "key"),
    ],
)
def test_what_goes_wrong_is_said_at_the_item(
    team: Team, alice: User, run: Run, connection: Connection, stub: StubEndpoint, trouble: tuple[Behaviour, str, str]
) -> None:
    stub.behaviour, status, sentence = trouble
    page = tried(ClientOf(alice), team, **of(run, connection), ask="1")
    assert {one.after.status for one in page.context["tries"]} == {status}
    assert sentence in page.content.decode()


def test_a_host_that_is_not_allowed_is_not_called(
    team: Team, alice: User, run: Run, connection: Connection, stub: StubEndpoint, settings: Settings
) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = []
    page = tried(ClientOf(alice), team, **of(run, connection), ask="1")
    assert {one.after.status for one in page.context["tries"]} == {"errored"}
    assert stub.calls == 0


def test_runs_that_go_on_keep_their_part_of_the_connection(
    team: Team, alice: User, run: Run, connection: Connection, stub: StubEndpoint
) -> None:
    Connection.objects.filter(pk=connection.pk).update(max_concurrency=1)
    take_grant(connection.pk, holder="a run", wanted=1)
    page = tried(ClientOf(alice), team, **of(run, connection), ask="1")
    assert "try again in a moment" in page.content.decode()
    assert stub.calls == 0


def test_a_draft_that_cannot_be_used_says_why(team: Team, alice: User, run: Run, connection: Connection) -> None:
    page = tried(ClientOf(alice), team, **of(run, connection), prompt="{{ouput}}", ask="1").content.decode()
    assert "did you mean {{output}}?" in page.replace("&quot;", '"')
    assert "Choose the connection" in tried(ClientOf(alice), team, **{"try-run": run.pk}, ask="1").content.decode()


def test_placeholders_say_what_they_hold_for_the_item(
    team: Team, alice: User, run: Run, connection: Connection
) -> None:
    fields = {"try-pick": "search", "try-text": "Question 2", "pick": "1"}
    page = tried(ClientOf(alice), team, **of(run, connection), **fields)
    held = {one.name: one.holds for one in page.context["placeholders"]}
    assert (held["input"], held["output"], held["expected"]) == ("Question 2", "Answer 2", "–")


def test_a_heuristic_is_measured_at_once(team: Team, alice: User, run: Run) -> None:
    fields = {"kind": "heuristic", "copy": builtin("regex_match").metric.pk, "parameter_pattern": "[02]$", "ask": "1"}
    page = tried(ClientOf(alice), team, **fields, **{"try-run": run.pk, "try-shown": run.pk, "try-place": [0, 1]})
    assert [one.after.value for one in page.context["tries"]] == ["yes", "no"]


def test_a_composite_is_made_of_what_the_run_measured(team: Team, alice: User, project: Project) -> None:
    scores = {"contains": 1.0, "equals": 0.0}
    run = make_scored_run(project=project, answers=[Answer(scores=scores)], metrics={"contains": {}, "equals": {}})
    parts = rows_of("part", [{"key": "contains", "weight": "3"}, {"key": "equals", "weight": "1"}])
    fields = {"kind": "composite", "rule": "weighted", **parts, "try-run": run.pk, "ask": "1"}
    page = tried(ClientOf(alice), team, **fields)
    assert [one.after.value for one in page.context["tries"]] == ["0.75"]


def test_a_run_of_another_team_cannot_be_chosen(team: Team, run: Run, charlie: User, connection: Connection) -> None:
    own = charlie.memberships.get().team
    page = tried(ClientOf(charlie), own, **of(run, connection), ask="1")
    assert set(page.context["tryout_form"].errors) == {"run", "connection"}


def test_bob_may_not_spend(team: Team, bob: User, run: Run, connection: Connection) -> None:
    assert tried(ClientOf(bob), team, **of(run, connection), ask="1").status_code == 403
