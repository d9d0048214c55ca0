"""The built-in metrics, and how they come into the database."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import DatabaseError, connection

from metrics import services
from metrics.apps import MetricsConfig
from metrics.built_in import BuiltIn
from metrics.catalogue import BUILT_INS, HOSTED_KEYS, ON_AT_FIRST
from metrics.choices import Category, Direction, MetricKind, Need, ValueType
from metrics.judge import recipe
from metrics.judge.prompt import rubric
from metrics.models import Metric, MetricRevision
from metrics.services import store_catalogue
from tests.factories import builtin

CONTRACT = {
    Category.HEURISTIC: {"contains", "equals", "regex_match", "levenshtein"},
    Category.QUALITY: {"answer_relevance", "coherence", "fluency", "response_completeness", "task_adherence"},
    Category.FACTUAL: {"hallucination", "factual_accuracy"},
    Category.RAG: {"context_precision", "context_recall"},
    Category.SPECIALIZED: {"intent_resolution", "tool_call_accuracy", "moderation", "retrieval"},
}


HOSTED = [built_in for built_in in BUILT_INS if built_in.key in HOSTED_KEYS]
FURTHER = {
    Category.HEURISTIC: {"numeric_closeness", "token_f1", "rouge_l", "bleu"},
    Category.STRUCTURE: {"json_valid", "json_schema", "tool_call_match"},
    Category.OPERATIONS: {"length", "word_count", "latency", "cost"},
    Category.DATA_QUALITY: {"completeness"},
}
AGENTS = {
    Category.FACTUAL: {"correctness", "ground_truth_faithfulness"},
    Category.QUALITY: {"instruction_following", "tone"},
    Category.SAFETY: {"pii_leaks", "toxicity", "prompt_injection"},
    Category.RAG: {
        *("context_adherence", "context_relevance", "context_completeness"),
        *("chunk_attribution", "chunk_use"),
    },
    Category.SPECIALIZED: {"tool_selection", "tool_errors", "action_completion", "action_advancement"},
}


def test_the_seventeen_keys_of_hosted_services_are_told_apart_in_their_categories() -> None:
    assert {category: {b.key for b in HOSTED if b.category == category} for category in CONTRACT} == CONTRACT
    assert len(HOSTED) == 17


def test_beyond_them_are_the_further_heuristics_and_the_metrics_of_agents() -> None:
    agents = {key for keys in AGENTS.values() for key in keys}
    beyond = [b for b in BUILT_INS if b.key not in HOSTED_KEYS | agents]
    assert {category: {b.key for b in beyond if b.category == category} for category in FURTHER} == FURTHER
    assert {built_in.kind for built_in in beyond} == {MetricKind.HEURISTIC}
    assert len(beyond) == 12
    of_agents = [built_in for built_in in BUILT_INS if built_in.key in agents]
    assert {category: {b.key for b in of_agents if b.category == category} for category in AGENTS} == AGENTS
    assert len(of_agents) == 16
    assert not agents & ON_AT_FIRST


def test_of_the_metrics_of_agents_each_says_which_way_is_good_and_how_its_values_read() -> None:
    of = {b.key: b for b in BUILT_INS}
    worse_when_high = {b.key for b in BUILT_INS if b.direction == Direction.LOWER and b.has_end}
    assert worse_when_high == {"pii_leaks", "toxicity", "prompt_injection", "tool_errors"}
    yes_or_no = {key for keys in AGENTS.values() for key in keys if of[key].value_type == ValueType.BOOLEAN}
    assert yes_or_no == {"pii_leaks", "toxicity", "prompt_injection"}
    percentages = {b.key for b in BUILT_INS if b.value_type == ValueType.PERCENTAGE}
    assert percentages == {
        *("ground_truth_faithfulness", "context_adherence", "context_relevance", "context_completeness"),
        *("chunk_attribution", "chunk_use", "tool_errors", "action_completion"),
    }
    assert {of[key].range_max for key in percentages} == {100.0}
    assert [b.key for b in BUILT_INS if b.value_type == ValueType.CATEGORY] == ["tone"]
    assert set(of["tone"].allowed) < set(of["tone"].labels)


@pytest.mark.django_db
def test_a_category_has_no_ends_of_its_own_and_its_means_are_shares() -> None:
    tone = builtin("tone")
    assert (tone.range_min, tone.range_max) == (None, None)
    assert (tone.scale.minimum, tone.scale.maximum, tone.scale.higher_is_better) == (0.0, 1.0, True)
    assert '"neutral"' in tone.definition["system"]


def test_needs_are_those_of_the_contract() -> None:
    needs = {built_in.key: built_in.needs for built_in in HOSTED if built_in.needs}
    assert needs == dict.fromkeys(CONTRACT[Category.HEURISTIC], (Need.EXPECTED,)) | dict.fromkeys(
        ("context_precision", "context_recall", "retrieval"), (Need.CONTEXT,)
    )


@pytest.mark.parametrize("built_in", BUILT_INS, ids=lambda built_in: built_in.key)
def test_each_is_described(built_in: BuiltIn) -> None:
    assert len(built_in.description.split()) >= 10


@pytest.mark.django_db
def test_a_migrated_database_has_them_all_and_those_of_the_contract_from_nought_to_one() -> None:
    revisions = MetricRevision.objects.filter(metric__team=None)
    assert revisions.count() == len(BUILT_INS)
    ends = revisions.filter(metric__key__in=HOSTED_KEYS).values_list("direction", "range_min", "range_max").distinct()
    assert list(ends.order_by()) == [(Direction.HIGHER, 0.0, 1.0)]
    assert builtin("contains").value_type == ValueType.BOOLEAN
    assert builtin("contains").definition == {"scorer": "contains"}
    assert builtin("retrieval").definition["judge"] == "retrieval"
    assert builtin("retrieval").definition["prompt"] == rubric("retrieval")


@pytest.mark.django_db
def test_what_is_measured_in_operations_has_a_unit_and_no_end_and_less_of_it_is_better() -> None:
    measured = {"length": "characters", "word_count": "words", "latency": "ms", "cost": "$"}
    for key, unit in measured.items():
        revision = builtin(key)
        assert (revision.unit, revision.range_min, revision.range_max) == (unit, 0.0, None)
        assert revision.direction == Direction.LOWER


@pytest.mark.django_db
def test_storing_again_changes_nothing() -> None:
    before = list(Metric.objects.filter(team=None).values_list("id", "current_revision").order_by("id"))
    store_catalogue()
    assert list(Metric.objects.filter(team=None).values_list("id", "current_revision").order_by("id")) == before
    assert MetricRevision.objects.filter(metric__team=None).count() == len(BUILT_INS)


@pytest.mark.django_db
def test_a_changed_rubric_makes_a_revision_and_a_changed_name_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = [replace(b, name=b.name.upper()) for b in BUILT_INS]
    monkeypatch.setattr(services, "BUILT_INS", renamed)
    monkeypatch.setattr(recipe, "rubric", lambda key: f"{rubric(key)}{' Be fair.' * (key == 'fluency')}")
    store_catalogue()
    assert builtin("fluency").number == 2
    assert builtin("fluency").definition["prompt"].endswith("Be fair.")
    assert builtin("contains").number == builtin("coherence").number == 1
    assert builtin("contains").metric.name == "CONTAINS"
    monkeypatch.undo()
    store_catalogue()
    assert builtin("fluency").number == 1


@pytest.mark.django_db
def test_a_change_of_what_all_judges_are_told_is_a_revision_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "system_message", lambda _: "Be fair.")
    store_catalogue()
    revisions = MetricRevision.objects.filter(metric__team=None, number=2)
    assert set(revisions.values_list("metric__kind", flat=True)) == {MetricKind.JUDGE}
    assert revisions.count() == 13 + 12


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_store_it_once() -> None:
    MetricRevision.objects.filter(metric__team=None).update(note="")
    Metric.objects.filter(team=None).update(current_revision=None)
    Metric.objects.filter(team=None).delete()
    start, failures = threading.Barrier(4), []

    def store() -> None:
        start.wait(timeout=10)
        try:
            store_catalogue()
        except DatabaseError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=store) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    assert Metric.objects.filter(team=None).count() == len(BUILT_INS)
    assert MetricRevision.objects.filter(metric__team=None).count() == len(BUILT_INS)


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_gets_it_back() -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert Metric.objects.filter(team=None).count() == len(BUILT_INS)


@pytest.mark.django_db(transaction=True)
def test_the_way_back_to_earlier_tables_and_on_again_is_open() -> None:
    try:
        call_command("migrate", "metrics", "0001", verbosity=0)
        assert Metric.objects.get(key="json_valid").category == Category.OTHER
    finally:
        call_command("migrate", verbosity=0)
    assert Metric.objects.get(key="json_valid").category == Category.STRUCTURE


def test_tables_of_an_older_migration_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(services, "store_catalogue", lambda: calls.append("stored"))
    config = apps.get_app_config("metrics")
    assert isinstance(config, MetricsConfig)
    config.store_catalogue(apps=Apps())
    assert calls == []
    config.store_catalogue()
    assert calls == ["stored"]
