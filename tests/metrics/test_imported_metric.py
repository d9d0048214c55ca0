"""Metrics that are made because data brought their values."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from evalhub.accounts.models import Project, Team, User
from metrics.choices import Direction, MetricKind, ValueType
from metrics.models import Metric
from metrics.services import human_metric, imported_metric


def test_the_first_value_makes_the_metric_on_the_usual_scale(team: Team) -> None:
    revision = imported_metric(team=team, source="Rating (1-5)", minimum=2, maximum=5)
    assert (revision.metric.key, revision.metric.name) == ("rating-1-5", "Rating (1-5)")
    assert revision.metric.kind == MetricKind.IMPORTED
    assert revision.definition == {"source": "Rating (1-5)"}
    assert (revision.range_min, revision.range_max, revision.value_type) == (1.0, 5.0, ValueType.NUMBER)


def test_the_same_source_is_found_again_and_a_wider_range_is_a_new_revision(team: Team) -> None:
    first = imported_metric(team=team, source="rating", minimum=2, maximum=5)
    assert imported_metric(team=team, source="rating", minimum=1, maximum=3) == first
    wider = imported_metric(team=team, source="rating", minimum=1, maximum=9)
    assert (wider.metric, wider.number, wider.range_max) == (first.metric, 2, 10.0)
    assert imported_metric(team=team, source="rating", minimum=1, maximum=3) == wider
    assert Metric.objects.filter(team=team).count() == 1


def test_values_that_fit_no_usual_scale_have_no_ends(team: Team) -> None:
    revision = imported_metric(team=team, source="tokens", minimum=12, maximum=4_000)
    assert (revision.range_min, revision.range_max) == (None, None)


@pytest.mark.parametrize("seen", [(0, 1), (1, 1), (0, 0)])
def test_noughts_and_ones_are_not_taken_for_yes_and_no(team: Team, seen: tuple[float, float]) -> None:
    assert imported_metric(team=team, source="ok", minimum=seen[0], maximum=seen[1]).value_type == ValueType.NUMBER


def test_sources_that_make_the_same_key_are_told_apart(team: Team) -> None:
    sources = ["score@gpt", "score gpt", "score/gpt", "評価", "点数", "x" * 300, "x" * 301]
    keys = [imported_metric(team=team, source=source, minimum=0, maximum=1).metric.key for source in sources]
    assert keys[:5] == ["score-gpt", "score-gpt-2", "score-gpt-3", "metric", "metric-2"]
    assert len(set(keys)) == len(sources)


def test_a_source_named_like_a_built_in_does_not_hide_it(team: Team, project: Project) -> None:
    revision = imported_metric(team=team, source="contains", minimum=0, maximum=1)
    assert revision.metric.key == "contains-2"
    assert Metric.objects.usable_in(project).filter(team=None, key="contains").exists()


def test_another_teams_metric_is_another(team: Team, charlie: User) -> None:
    elsewhere = Team.objects.visible_to(charlie).get()
    own = imported_metric(team=team, source="rating", minimum=1, maximum=5)
    theirs = imported_metric(team=elsewhere, source="rating", minimum=1, maximum=5)
    assert own.metric != theirs.metric
    assert not Metric.objects.visible_to(charlie).filter(pk=own.metric.pk).exists()


def test_people_rate_in_words_or_in_numbers(team: Team) -> None:
    words = human_metric(team=team, source="label")
    assert (words.kind, words.key) == (MetricKind.HUMAN, "label")
    assert words.current_revision is not None
    assert (words.current_revision.value_type, words.current_revision.range_min) == (ValueType.CATEGORY, None)
    assert human_metric(team=team, source="label") == words
    numbers = human_metric(team=team, source="label", minimum=1, maximum=4)
    assert numbers == words
    assert numbers.current_revision is not None
    assert (numbers.current_revision.value_type, numbers.current_revision.range_max) == (ValueType.NUMBER, 5.0)


def test_what_people_and_what_the_data_say_are_two_metrics(team: Team) -> None:
    imported = imported_metric(team=team, source="quality", minimum=1, maximum=5).metric
    human = human_metric(team=team, source="quality", minimum=1, maximum=5)
    assert (imported.key, human.key) == ("quality", "quality-2")


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_one_metric(team: Team) -> None:
    start, keys = threading.Barrier(4), []

    def meet(source: str) -> None:
        start.wait(timeout=10)
        try:
            keys.append(imported_metric(team=team, source=source, minimum=1, maximum=5).metric.key)
        finally:
            connection.close()

    threads = [threading.Thread(target=meet, args=(source,)) for source in ("a b", "a b", "a/b", "a/b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(keys) == ["a-b", "a-b", "a-b-2", "a-b-2"]


def test_data_that_says_its_direction_sets_it_and_data_that_says_none_keeps_it(team: Team) -> None:
    plain = imported_metric(team=team, source="toxicity", minimum=0, maximum=1)
    lower = imported_metric(team=team, source="toxicity", minimum=0, maximum=1, direction=Direction.LOWER)
    assert (plain.direction, lower.direction, lower.number) == (Direction.HIGHER, Direction.LOWER, 2)
    assert imported_metric(team=team, source="toxicity", minimum=0, maximum=1) == lower


def test_yes_and_no_are_a_metric_of_their_kind_until_numbers_come(team: Team) -> None:
    first = imported_metric(team=team, source="passed", minimum=0, maximum=1, value_type=ValueType.BOOLEAN)
    assert first.value_type == ValueType.BOOLEAN
    number = imported_metric(team=team, source="passed", minimum=0.5, maximum=1)
    assert number.value_type == ValueType.NUMBER
    assert imported_metric(team=team, source="passed", minimum=0, maximum=1, value_type=ValueType.BOOLEAN) == number
