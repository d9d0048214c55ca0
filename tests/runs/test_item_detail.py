"""The page of a run item: what it shows, who may see it, how it follows the table, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertNotContains
from pytest_django.fixtures import DjangoAssertNumQueries

from evalhub.accounts.models import Project, User
from metrics.choices import Direction, MetricKind, ScoreStatus, ValueType
from runs.choices import ReviewSource, ReviewState, RunState
from runs.models import Comment, Override, Review, Run
from tests.factories import make_dataset, make_metric, make_run, make_run_metric, make_version
from tests.runs.answers import Answer, answer_run

ClientOf = Callable[[User], Client]
ROWS: list[dict[str, Any]] = [
    {"key": f"q{n}", "input": f"question {n}", "expected": f"answer {n}", "metadata": {"topic": "ab"[n % 2]}}
    for n in range(6)
]


def make_answered(project: Project, *, name: str = "run one", repeats: int = 1, **changes: Any) -> Run:
    """A finished run of six items, of which 1, 3 and 5 fail; `changes` are of the answer at place 1."""
    dataset = project.datasets.first() or make_dataset(project=project)
    version = dataset.versions.first() or make_version(dataset=dataset, rows=ROWS)
    run = make_run(version=version, name=name, state=RunState.FINISHED, repeats=repeats)
    metric = make_metric(key=f"exact-{run.pk}", project=project)
    make_run_metric(run=run, revision=metric, threshold=0.5)
    answers = [
        Answer(
            output=f"output {place}",
            overall=float(place % 2 == 0),
            passed=place % 2 == 0,
            scores={metric.metric.key: {"value": float(place % 2 == 0), "passed": place % 2 == 0}},
        )
        for place in range(len(ROWS) * repeats)
    ]
    if changes:
        answers[1] = Answer(**changes)
    answer_run(run, answers)
    return run


def address(run: Run, ordinal: int = 1, query: str = "") -> str:
    return reverse("runs:item_detail", args=[run.pk, ordinal]) + query


def page(client: Client, run: Run, ordinal: int = 1, query: str = "") -> str:
    response = client.get(address(run, ordinal, query))
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_member_reads_the_item(project: Project, viewer: User, client_of: ClientOf) -> None:
    html = page(client_of(viewer), make_answered(project))
    for text in ("q1", "question 1", "answer 1", "output 1", "Failing", "2 of 6 items"):
        assert text in html


def test_the_way_to_the_projects_other_pages_stands_beside_it(
    project: Project, viewer: User, client_of: ClientOf
) -> None:
    assert f'href="{reverse("runs:dataset_list", args=[project.pk])}"' in page(
        client_of(viewer), make_answered(project)
    )


def test_charlie_does_not_learn_that_the_item_exists(project: Project, charlie: User, client_of: ClientOf) -> None:
    run = make_answered(project)
    client = client_of(charlie)
    assert client.get(address(run)).status_code == 404
    assert client.get(reverse("runs:item_body", args=[run.pk, 1, "output"])).status_code == 404


def test_whoever_is_not_signed_in_is_asked_to(project: Project, client: Client) -> None:
    assert client.get(address(make_answered(project))).status_code == 302


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(project: Project, alice: User, client_of: ClientOf, method: str) -> None:
    assert getattr(client_of(alice), method)(address(make_answered(project))).status_code == 405


@pytest.mark.parametrize("query", ["?repeat=7", "?repeat=99999999999"])
def test_an_item_that_is_not_there_is_said_to_be_missing(
    project: Project, alice: User, client_of: ClientOf, query: str
) -> None:
    run = make_answered(project)
    client = client_of(alice)
    assert client.get(address(run, 99)).status_code == 404
    assert client.get(address(run, 1, "?repeat=7")).status_code == 404


def test_neighbours_follow_the_filters_and_the_order_of_the_table(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    run = make_answered(project)
    html = page(client_of(alice), run, 3, "?failing=1&sort=-ordinal")
    assert "2 of 3 failing" in html
    assert f'data-prev="{address(run, 5)}?failing=1&amp;sort=-ordinal"' in html
    assert f'data-next="{address(run, 1)}?failing=1&amp;sort=-ordinal"' in html


def test_the_ends_of_the_table_have_one_neighbour(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_answered(project)
    client = client_of(alice)
    assert 'data-prev=""' in page(client, run, 0)
    assert 'data-next=""' in page(client, run, 5)


def test_an_item_outside_the_filter_says_so(project: Project, alice: User, client_of: ClientOf) -> None:
    assert "not among the 3 failing" in page(client_of(alice), make_answered(project), 2, "?failing=1")


def test_closing_leads_back_to_the_same_table(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_answered(project)
    html = page(client_of(alice), run, 1, "?failing=1&page=2&render=plain")
    assert f'href="{reverse("runs:run_detail", args=[run.pk])}?failing=1&amp;page=2"' in html


def test_htmx_gets_the_drawer_alone_and_the_address_of_the_place_it_opened_in(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    run = make_answered(project)
    run_page = reverse("runs:run_detail", args=[run.pk])
    headers = {"HX-Request": "true", "HX-Target": "item-drawer"}
    client = client_of(alice)
    beside = client.get(
        address(run, 1, "?failing=1"), headers={**headers, "HX-Current-URL": f"http://testserver{run_page}"}
    )
    assertNotContains(beside, "<html")
    assert beside.headers["HX-Push-Url"] == f"{run_page}?failing=1&item=1"
    there = f"http://testserver{run_page}?failing=1&item=1"
    again = client.get(address(run, 1, "?failing=1"), headers={**headers, "HX-Current-URL": there})
    assert again.headers["HX-Push-Url"] == "false"
    own = client.get(address(run), headers={**headers, "HX-Current-URL": f"http://testserver{address(run, 2)}"})
    assert own.headers["HX-Push-Url"] == address(run)


def test_the_way_of_showing_is_the_readers_choice(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_answered(project, output="**bold** answer 1")
    client = client_of(alice)
    assert "<strong>bold</strong>" in page(client, run)
    assert "**bold**" in page(client, run, 1, "?render.output=plain")
    assert "<ins>**bold** </ins>answer 1" in page(client, run, 1, "?render.output=diff")


def test_scripts_in_every_field_are_shown_as_text(project: Project, alice: User, client_of: ClientOf) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    row = {"key": evil, "input": evil, "expected": [evil, {"a": evil}], "metadata": {evil: evil}, "context": [evil]}
    dataset = make_dataset(project=project)
    version = make_version(dataset=dataset, rows=[row])
    run = make_run(version=version, name=evil, state=RunState.FINISHED)
    revision = make_metric(key="evil", name=evil, project=project)
    make_run_metric(run=run, revision=revision)
    score = {"value": 0.0, "passed": False, "explanation": evil, "label": evil, "judge_model": evil}
    trace = [
        {"role": "user", "content": evil},
        {"role": "assistant", "tool_calls": [{"name": evil, "args": {evil: 1}}]},
    ]
    (run_item,) = answer_run(run, [Answer(output=evil, scores={"evil": score}, trace=trace)])
    Override.objects.create(
        run=run,
        run_item=run_item,
        metric=revision.metric,
        annotator=evil,
        label=evil,
        note=evil,
        spans=[{"start": 0, "end": 9, "label": evil, "note": evil}],
    )
    Comment.objects.create(run=run, run_item=run_item, author=alice, body=evil)
    for query in ("", "?render=markdown", "?render=json", "?render=plain", "?render.output=marks"):
        html = page(client_of(alice), run, 0, query)
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_every_metric_has_a_row_that_says_where_its_score_came_from(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    version = make_version(dataset=make_dataset(project=project), rows=ROWS[:1])
    run = make_run(version=version, state=RunState.FINISHED)
    kinds = {"good": MetricKind.HEURISTIC, "judged": MetricKind.JUDGE, "given": MetricKind.IMPORTED}
    for key, kind in kinds.items():
        make_run_metric(run=run, revision=make_metric(key=key, kind=kind, project=project), threshold=0.7)
    late = make_metric(key="late", project=project, direction=Direction.LOWER, range_min=None, range_max=None)
    make_run_metric(run=run, revision=late, threshold=3, is_sample=True)
    boolean = make_metric(key="found", project=project, value_type=ValueType.BOOLEAN)
    make_run_metric(run=run, revision=boolean, threshold=1)
    judged = {"status": ScoreStatus.ERRORED, "reason": "judge_unreachable", "judge_model": "judge-7b"}
    scores: dict[str, dict[str, Any]] = {
        "good": {"value": 0.9, "passed": True},
        "judged": judged,
        "given": {"status": ScoreStatus.UNSCORED, "reason": "missing", "judge_model": "someone"},
        "found": {"value": 0.0, "passed": False},
    }
    answer_run(run, [Answer(scores=scores)])
    html = page(client_of(alice), run, 0)
    for text in (
        "Heuristic, revision 1",
        "Judge judge-7b, revision 1",
        "Came with the data, from someone",
        "judge_unreachable",
        "Not scored yet.",
        "≤ 3",
        "≥ 0.70",
        "yes or no, higher is better",
        "sample data",
    ):
        assert text in html
    opened = {key: f'data-metric="{key}" open' in html for key in (*kinds, "late", "found")}
    assert opened == {"good": False, "judged": True, "given": True, "late": False, "found": True}


def test_what_people_said_stands_beside_the_scores(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_answered(project)
    run_item = run.run_items.get(ordinal=1)
    metric = run.run_metrics.get().revision.metric
    review = Review.objects.create(run=run, run_item=run_item, state=ReviewState.JUDGE_WRONG, assignee=alice)
    review.labels.create(project=project, name="tone")
    Override.objects.create(
        run=run,
        run_item=run_item,
        metric=metric,
        annotator="Rater 3",
        label="fine",
        value=1,
        spans=[{"start": 0, "end": 6, "label": "odd word"}],
        source=ReviewSource.IMPORT,
    )
    Override.objects.create(
        run=run, run_item=run_item, metric=metric, annotator="Rater 4", label="old", is_current=False
    )
    Comment.objects.create(run=run, run_item=run_item, author=alice, body="I see it differently.")
    html = page(client_of(alice), run)
    for text in (
        "Judge is wrong",
        "tone",
        "Rater 3",
        "fine (1)",
        "<mark>output</mark>",
        "odd word",
        "see it differently",
    ):
        assert text in html
    assert "Rater 4" not in html


def test_a_trace_is_a_conversation_and_passages_say_whether_they_were_used(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    trace = [
        {"role": "assistant", "tool_calls": [{"id": "c", "name": "find_order", "arguments": {"number": 17}}]},
        {"role": "tool", "tool_call_id": "c", "content": '{"state": "sent"}'},
    ]
    context = [{"text": "Passage text", "source": "faq.md", "used": False}]
    html = page(client_of(alice), make_answered(project, output="x", trace=trace, fields={"context": context}))
    for text in ("find_order", "number", "Result of", "sent", "faq.md", "not used"):
        assert text in html


def test_metadata_leads_to_the_items_that_share_it(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_answered(project)
    assert f'href="{reverse("runs:run_detail", args=[run.pk])}?meta.topic=b"' in page(client_of(alice), run)


def test_repeats_lead_to_each_other(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_answered(project, repeats=2)
    html = page(client_of(alice), run, 1, "?repeat=1")
    assert "repeat 2" in html
    assert "4 of 12 items" in html
    assert f'data-prev="{address(run, 1)}"' in html
    assert f'data-next="{address(run, 2)}"' in html


@pytest.mark.parametrize("others", [2, 25])
def test_the_page_takes_few_queries_however_many_runs_there_are(
    project: Project,
    alice: User,
    client_of: ClientOf,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    others: int,
) -> None:
    for number in range(others):
        make_answered(project, name=f"run {number}")
    run = make_answered(project)
    client = client_of(alice)
    page(client, run)
    with django_assert_max_num_queries(16) as captured:
        page(client, run, 1, "?failing=1&sort=-overall")
    read = " ".join(query["sql"] for query in captured.captured_queries)
    assert '"runs_item"."raw"' not in read
    assert read.count('"runs_score"."explanation"') == read.count('("runs_score"."explanation"') == 2
