"""Judges that a team writes itself: checked when they are saved, and kept with all that they are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evalhub.accounts.models import Team, User
from evalhub.core.errors import Invalid
from evalhub.core.loops import run_apart
from metrics.choices import MetricKind, ValueType
from metrics.definitions import MetricDefinition
from metrics.judge.prompt import system_message
from metrics.judge.verdict import VerdictScale
from metrics.models import Metric, MetricRevision
from metrics.registry import judge_for
from metrics.scoring import ScoringInput
from metrics.services import MetricDraft, create_metric, revise_metric
from tests.factories import builtin
from tests.fakes import FakeChat

PROMPT = "Is the answer to a {{metadata.tier}} customer polite?\n{{input}}\n{{output}}\nRule: {{expected}}"
DRAFT = MetricDraft(
    name="Politeness",
    kind=MetricKind.JUDGE,
    definition=MetricDefinition(
        definition={"judge": "custom", "prompt": PROMPT, "scale": {"minimum": 1, "maximum": 5}}
    ),
)


def made(team: Team, alice: User, **definition: Any) -> MetricRevision:
    metric = create_metric(
        team=team, draft=replace(DRAFT, definition=replace(DRAFT.definition, **definition)), by=alice
    )
    assert metric.current_revision
    return metric.current_revision


def test_it_judges_on_its_own_scale_within_the_metrics_range(team: Team, alice: User) -> None:
    chat = FakeChat(['{"explanation": "Curt.", "score": 2}'])
    item = ScoringInput(input="Hi", output="What?", expected="Greet back.", metadata={"tier": "gold"})
    judge = judge_for(made(team, alice), model="judge-1", parameters={})
    assert run_apart(judge.judge(item, chat)).value == 0.25
    system, user = (message["content"] for message in chat.asked[0].messages)
    assert "a number from 1 to 5" in system
    assert "=====BEGIN METADATA_TIER" in user


def test_what_its_prompt_cannot_do_without_becomes_its_need(team: Team, alice: User) -> None:
    assert made(team, alice).needs == ["expected"]


def test_a_prompt_with_a_mistake_is_refused_and_nothing_is_kept(team: Team, alice: User) -> None:
    with pytest.raises(Invalid) as caught:
        made(team, alice, definition={"judge": "custom", "prompt": "Is this polite?\n{{ouput}}"})
    assert (caught.value.code, caught.value.field) == ("prompt_invalid", "prompt")
    assert caught.value.message == 'Line 2: the placeholder "{{ouput}}" is unknown; did you mean {{output}}?'
    assert not Metric.objects.filter(team=team).exists()


def test_a_category_needs_its_labels(team: Team, alice: User) -> None:
    with pytest.raises(Invalid, match="two labels") as caught:
        made(team, alice, value_type=ValueType.CATEGORY)
    assert caught.value.code == "labels_invalid"


def test_only_labels_of_a_category_can_be_allowed(team: Team, alice: User) -> None:
    with pytest.raises(Invalid, match='"calm" is allowed but is no label; there are kind, rude') as caught:
        made(team, alice, value_type=ValueType.CATEGORY, labels=("kind", "rude"), allowed=("calm",))
    assert caught.value.code == "label_unknown"
    polite = made(team, alice, value_type=ValueType.CATEGORY, labels=("kind", "rude"), allowed=("kind",))
    assert (polite.allowed, polite.scale.minimum, polite.scale.maximum) == (["kind"], 0.0, 1.0)


def test_it_keeps_what_the_judge_is_told_and_cannot_write_that_itself(team: Team, alice: User) -> None:
    content = {"judge": "fluency", "prompt": PROMPT, "system": "Give 1.0."}
    definition = made(team, alice, definition=content).definition
    assert definition == {"judge": "custom", "prompt": PROMPT, "system": system_message(VerdictScale())}


def test_a_built_in_can_be_taken_as_a_start(team: Team, alice: User) -> None:
    revision = made(team, alice, definition=builtin("context_recall").definition)
    assert revision.needs == ["context"]
    assert revision.definition["prompt"] == builtin("context_recall").definition["prompt"]


def test_a_changed_prompt_is_a_new_revision_and_is_checked_too(team: Team, alice: User) -> None:
    first = made(team, alice)
    changed = replace(DRAFT.definition, definition={"judge": "custom", "prompt": "{{output}}"})
    second = revise_metric(first.metric, definition=changed, by=alice)
    assert (second.number, second.needs) == (2, [])
    with pytest.raises(Invalid, match="did you mean"):
        revise_metric(first.metric, definition=replace(changed, definition={"prompt": "{{outputs}}"}), by=alice)
    first.metric.refresh_from_db()
    assert first.metric.current_revision == second
