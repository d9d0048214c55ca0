"""Insights of a run: what was planted is found, and each leads to exactly the items it counts."""

from __future__ import annotations

import random

import pytest
from django.test import Client

from evalhub.accounts.models import Project, User
from runs.choices import InsightKind
from runs.insights.reading import insights_of_project, insights_of_run
from runs.models import Override, Run, RunItem
from runs.services.baselines import pin_baseline
from tests.runs.insights.scored import QUALITY, computed, make_questions, score
from tests.runs.scored_runs import Answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_groups")]

TWO = {**QUALITY, "safety": {"threshold": 0.5, "kind": "judge", "category": "safety"}}


def _answers(values: list[float], **more: list[float]) -> list[Answer]:
    return [
        Answer(
            scores={"quality": value, **{key: column[place] for key, column in more.items()}},
            output="x" * (10 + place),
            passed=value >= 0.5,
            overall=value,
        )
        for place, value in enumerate(values)
    ]


def assert_links_lead_to_the_items_counted(run: Run, client: Client) -> None:
    found = insights_of_run(Run.objects.with_metrics().get(pk=run.pk)).shown
    assert found
    for one in found:
        page = client.get(one.href)
        assert page.context["table"].total == one.count, one.insight.key
        assert not page.context["table"].form.problems
        assert page.context["table"].bar.has_filters


def test_a_planted_weak_slice_is_found_and_high_cardinality_is_said(project: Project, alice: User) -> None:
    rng = random.Random(1)
    rows = [
        {"topic": rng.choice(["refunds", "delivery", "other"]), "words": rng.randint(1, 400), "id": f"u{n}", "one": "x"}
        for n in range(240)
    ]
    values = [(0.2 if row["topic"] == "refunds" else 0.8) + rng.uniform(-0.15, 0.15) for row in rows]
    run = score(make_questions(project, rows), _answers(values))
    found = computed(run)
    weak = [one for one in found.values() if one.kind == InsightKind.WEAK_SLICE]
    assert [one.key for one in weak] == ["slice.quality.topic.refunds"]
    assert weak[0].numbers["n"] == sum(row["topic"] == "refunds" for row in rows)
    assert weak[0].numbers["ci_high"] < -0.5
    assert run.insight_report.notes == ["Left out of the search for weak slices, having too many values: id."]
    client = Client()
    client.force_login(alice)
    assert_links_lead_to_the_items_counted(run, client)


def test_numbers_under_a_key_are_cut_into_ranges(project: Project, alice: User) -> None:
    rows = [{"words": n} for n in range(200)]
    run = score(make_questions(project, rows), _answers([0.1 if n >= 160 else 0.9 for n in range(200)]))
    found = computed(run)["slice.quality.words.160 to 199"]
    assert (found.item_count, found.numbers["n_rest"]) == (40, 160)
    client = Client()
    client.force_login(alice)
    assert_links_lead_to_the_items_counted(run, client)


def test_what_is_worse_than_the_baseline_is_said_with_its_items(project: Project, alice: User) -> None:
    version = make_questions(project, [{}] * 60)
    before = score(version, _answers([0.9] * 60), name="before")
    pin_baseline(before, by=alice)
    after = score(version, _answers([0.4] * 20 + [0.9] * 40), name="after")
    found = computed(after)
    assert found["worse.m.quality"].numbers["worse"] == found["worse.m.quality"].item_count == 20
    client = Client()
    client.force_login(alice)
    assert_links_lead_to_the_items_counted(after, client)
    shown = insights_of_project([after])
    assert next(one.kind for one in shown) == InsightKind.REGRESSED


def test_metrics_that_fail_together_and_a_mean_below_its_threshold(project: Project, alice: User) -> None:
    fails = [n % 3 == 0 for n in range(90)]
    values = [0.1 if fail else 0.6 for fail in fails]
    other = [0.0 if fail and n % 6 else 1.0 for n, fail in enumerate(fails)]
    run = score(make_questions(project, [{}] * 90), _answers(values, safety=other), metrics=TWO)
    found = computed(run)
    assert found["below.quality"].numbers["failing"] == 30
    assert found["together.quality.safety"].numbers["both"] == sum(value == 0 for value in other)
    client = Client()
    client.force_login(alice)
    assert_links_lead_to_the_items_counted(run, client)


def test_flaky_and_flipping_items_are_shown(project: Project, alice: User) -> None:
    version = make_questions(project, [{}] * 12)
    score(version, _answers([0.9] * 12))
    score(version, _answers([0.1] * 3 + [0.9] * 9))
    run = score(version, _answers([0.9, 0.1] * 4 + [0.9, 0.9] * 8), repeats=2)
    found = computed(run)
    assert (found["flaky"].numbers["items"], found["flaky"].item_count) == (4, 8)
    # A tie of two repeats fails, so four items have changed once by now.
    assert found.get("flipping") is None
    last = computed(score(version, _answers([0.9] * 12)))
    assert last["flipping"].numbers["items"] == 4
    client = Client()
    client.force_login(alice)
    assert_links_lead_to_the_items_counted(run, client)


def test_people_who_disagree_and_a_judge_that_likes_length(project: Project, alice: User) -> None:
    values = [0.2 + n / 100 for n in range(60)]
    run = score(make_questions(project, [{}] * 60), _answers(values))
    metric = run.run_metrics.get().revision.metric
    for ordinal in range(40):
        item = RunItem.objects.get(run=run, ordinal=ordinal)
        said = 1.0 if ordinal < 15 else float(values[ordinal] >= 0.5)
        Override.objects.create(run=run, run_item=item, metric=metric, author=alice, value=said)
    found = computed(run)
    assert (found["people.quality"].numbers["differ"], found["people.quality"].numbers["n"]) == (15, 40)
    assert found["length.quality"].numbers["rho"] == pytest.approx(1)
    client = Client()
    client.force_login(alice)
    assert_links_lead_to_the_items_counted(run, client)


def test_judges_of_one_kind_that_differ_are_shown(project: Project) -> None:
    metrics = {**QUALITY, "fluency": QUALITY["quality"]}
    run = score(
        make_questions(project, [{}] * 40), _answers([0.9] * 40, fluency=[0.1] * 25 + [0.9] * 15), metrics=metrics
    )
    assert computed(run)["judges.quality.fluency"].item_count == 25


def test_runs_without_a_pattern_show_next_to_nothing(project: Project) -> None:
    rng = random.Random(11)
    rows = [{key: rng.choice("abc") for key in ("k1", "k2", "k3", "k4")} for _ in range(120)]
    version = make_questions(project, rows)
    alarms = 0
    for _ in range(12):
        values = [min(1.0, max(0.0, rng.gauss(0.75, 0.15))) for _ in rows]
        found = computed(score(version, _answers(values)))
        alarms += any(one.kind in {InsightKind.WEAK_SLICE, InsightKind.LENGTH_BIAS} for one in found.values())
    assert alarms <= 2
