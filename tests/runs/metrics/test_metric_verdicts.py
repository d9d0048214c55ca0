"""People's verdicts that a judge did not share become its examples, and a new revision."""

from __future__ import annotations

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, Team, User
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric
from metrics.services import MetricDraft, create_metric
from runs.metric_verdicts import disagreements
from runs.models import Override, Run
from tests.conftest import _ClientOf as ClientOf
from tests.runs.metrics.forms import judge_fields
from tests.runs.scored_runs import Answer, make_scored_run


@pytest.fixture
def politeness(team: Team, alice: User) -> Metric:
    definition = MetricDefinition(definition={"prompt": "Polite? {{output}}"})
    return create_metric(team=team, draft=MetricDraft("Politeness", MetricKind.JUDGE, definition), by=alice)


@pytest.fixture
def run(project: Project, politeness: Metric) -> Run:
    answers = [Answer(input=f"Q{number}", output=f"A{number}", scores={politeness.key: 0.9}) for number in range(3)]
    return make_scored_run(project=project, answers=answers, metrics={politeness.key: {}})


def say(run: Run, metric: Metric, ordinal: int, value: float, by: User, note: str = "") -> Override:
    item = run.run_items.get(ordinal=ordinal)
    return Override.objects.create(run=run, run_item=item, metric=metric, author=by, value=value, note=note)


def test_only_verdicts_that_differ_are_offered_newest_first(
    team: Team, alice: User, run: Run, politeness: Metric
) -> None:
    for ordinal, value in enumerate((0.1, 0.9, 0.2)):
        say(run, politeness, ordinal, value, alice)
    offered = disagreements(politeness, team)
    assert [(one.override.run_item.ordinal, one.said, one.judged) for one in offered] == [
        (2, "0.20", "0.90"),
        (0, "0.10", "0.90"),
    ]


def test_verdicts_of_another_team_are_not_offered(run: Run, politeness: Metric, alice: User, charlie: User) -> None:
    say(run, politeness, 0, 0.1, alice)
    assert disagreements(politeness, charlie.memberships.get().team) == []


def test_the_chosen_ones_become_examples_and_a_revision(team: Team, alice: User, run: Run, politeness: Metric) -> None:
    override = say(run, politeness, 1, 0.1, alice, note="No greeting.")
    client, edit = ClientOf(alice), reverse("runs:metric_edit", args=[team.slug, politeness.pk])
    assert f'value="{override.pk}"' in client.get(edit).content.decode()
    page = client.post(edit, judge_fields(prompt="Mine {{output}}", verdict=[override.pk], add_verdicts="1"))
    form = page.context["form"]
    assert form["prompt"].value() == "Mine {{output}}"
    (row,) = [{name: row[name].value() for name in row.base_fields} for row in form.rows]
    item = run.run_items.get(ordinal=1).item
    assert row == {
        "input": "Q1",
        "expected": "",
        "output": "A1",
        "score": "0.1",
        "explanation": "No greeting.",
        "pair_key": str(item.pair_key),
    }
    client.post(edit, judge_fields(examples=[row], based_on="1"))
    politeness.refresh_from_db()
    assert politeness.current_revision
    assert politeness.current_revision.number == 2
    assert politeness.current_revision.definition["examples"][0]["pair_key"] == str(item.pair_key)


def test_a_long_answer_is_shortened_to_what_an_example_may_hold(
    team: Team, alice: User, project: Project, politeness: Metric
) -> None:
    answer = Answer(output="x" * 30_000, scores={politeness.key: 0.9})
    run = make_scored_run(project=project, answers=[answer], metrics={politeness.key: {}})
    override = say(run, politeness, 0, 0.0, alice)
    edit = reverse("runs:metric_edit", args=[team.slug, politeness.pk])
    page = ClientOf(alice).post(edit, judge_fields(verdict=[override.pk], add_verdicts="1"))
    row = page.context["form"].rows[0]
    assert row.is_valid()
    assert "characters left out" in row["output"].value()
