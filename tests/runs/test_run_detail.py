"""The page of a run: who sees it, what it says, and that its address can say anything without breaking it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evalhub.accounts.models import Project, User
from metrics.choices import ValueType
from runs.models import Item, Run
from tests.runs.scored_runs import ERROR, Answer, make_scored_run

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'
METRICS: dict[str, dict[str, object]] = {
    "relevance": {"name": "Relevance", "threshold": 0.5, "is_star": True},
    "toxicity": {"name": "Toxicity", "threshold": 0.2, "direction": "lower"},
    "exact": {"name": "Exact", "value_type": ValueType.BOOLEAN},
}


def answers(count: int, text: str = "word ") -> list[Answer]:
    return [
        Answer(
            input=f"question {place} {text}",
            output=f"answer {place} {text}",
            scores={"relevance": (place % 10) / 10, "toxicity": None if place % 7 == 0 else 0.1, "exact": place % 2},
            expected=f"answer {place}",
            metadata={"topic": f"t{place % 3}"},
            overall=(place % 10) / 10,
            passed=place % 10 >= 5,
        )
        for place in range(count)
    ]


@pytest.fixture
def run(project: Project) -> Run:
    run = make_scored_run(project=project, answers=answers(40), metrics=METRICS)
    facts = {"items": 40, "values": [["t0", 14], ["t1", 13], ["t2", 13]], "has_more": False}
    run.dataset_version.metadata_keys = {"topic": facts}
    run.dataset_version.save(update_fields=["metadata_keys"])
    return run


def page(client: Client, run: Run, query: str = "", **headers: str) -> str:
    response = client.get(f"/runs/{run.pk}/?{query}" if query else f"/runs/{run.pk}/", headers=headers)
    assert response.status_code == 200, response
    return response.content.decode()


def in_words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def numbers(html: str) -> list[int]:
    """The ordinals of the items in the table, in order; people read them counted from 1."""
    return [int(number) - 1 for number in re.findall(r'id="item-\d+"[^>]*>(\d+)', html)]


def test_the_page_says_why_the_run_failed_and_how_each_metric_stands(client_of: type, alice: User, run: Run) -> None:
    words = in_words(page(client_of(alice), run))
    assert "Failed: Relevance is 0.45, wanted ≥ 0.50" in words
    assert "40 of 40 items" in words
    assert "≤ 0.20" in words
    assert "6 unscored" in words
    assert "50.0 %" in words


def test_a_teammate_sees_the_run(client_of: type, bob: User, run: Run) -> None:
    assert numbers(page(client_of(bob), run)) == list(range(25))


def test_charlie_does_not_learn_that_the_run_exists(client_of: type, charlie: User, run: Run) -> None:
    assert client_of(charlie).get(f"/runs/{run.pk}/").status_code == 404


def test_anonymous_people_are_asked_to_sign_in(client: Client, run: Run) -> None:
    response = client.get(f"/runs/{run.pk}/")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_the_page_answers_get_only(client_of: type, alice: User, run: Run) -> None:
    assert client_of(alice).post(f"/runs/{run.pk}/").status_code == 405


def test_a_viewer_is_offered_no_action(client_of: type, viewer: User, alice: User, run: Run) -> None:
    assert f"/runs/{run.pk}/deletion/" in page(client_of(alice), run)
    seen = page(client_of(viewer), run)
    assert f"/runs/{run.pk}/export.csv" in seen
    for action in ("deletion", "naming", "rescoring", "baseline", "resumption", "cancellation"):
        assert f"/runs/{run.pk}/{action}/" not in seen


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("failing=1&m.relevance=0.1..<0.3", [1, 2, 11, 12, 21, 22, 31, 32]),
        ("sort=-m.relevance&size=15&page=2", [36, 5, 15, 25, 35, 4, 14, 24, 34, 3, 13, 23, 33, 2, 12]),
        ("q=QUESTION+3+word", [3]),
        ("q=answer+3+w&in=output", [3]),
        ("meta.topic=t1&m.exact=1&failing=1", [1, 13, 31]),
        ("status.toxicity=unscored", [0, 7, 14, 21, 28, 35]),
        ("page=2", list(range(25, 40))),
        ("page=99", list(range(25, 40))),
        ("sort=-ordinal&size=15&page=3", list(range(9, -1, -1))),
    ],
)
def test_the_address_chooses_the_items(client_of: type, alice: User, run: Run, query: str, found: list[int]) -> None:
    assert numbers(page(client_of(alice), run, query)) == found


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("m.relevence=0..1", 'Metric "relevence" is not in this run; did you mean "relevance"?'),
        ("m.relevance=low..high", '"low" in "low..high" is not a number'),
        ("m.relevance=..", 'The range ".." of relevance has no number'),
        ("m.relevance=0.9..0.1", "is empty: 0.9 is above 0.1"),
        ("m.relevance=nan..1", '"nan" in "nan..1" is not a number'),
        ("m.relevance=-inf..1", '"-inf" in "-inf..1" is not a number'),
        ("status.relevance=great", 'A score cannot be "great"; it can be scored'),
        ("sort=colour", 'Items cannot be sorted by "colour"'),
        ("sort=m.nope", 'Metric "nope" is not in this run'),
        ("view=giant", "View: Select a valid choice. giant"),
        ("page=-3", "Page: Ensure this value is greater than or equal to 1"),
        ("page=two", "Page: Enter a whole number"),
        ("size=1000000", "Rows: Select a valid choice"),
        ("review=maybe", "Review: Select a valid choice"),
        ("in=elsewhere&q=word", "Search in: Select a valid choice"),
        ("q=%00", "Search: Null characters are not allowed"),
        ("meta.topic=%00", "without zero characters"),
        ("group=%00", "Group: Null characters are not allowed"),
        ("item=x", "Item: Enter a whole number"),
    ],
)
def test_an_address_that_cannot_be_understood_says_so(
    client_of: type, alice: User, run: Run, query: str, sentence: str
) -> None:
    seen = page(client_of(alice), run, query).replace("&quot;", '"').replace("&gt;", ">")
    assert sentence in seen
    assert numbers(seen)


def test_an_item_that_the_run_lacks_opens_nothing(client_of: type, alice: User, run: Run) -> None:
    for query in ("item=40", "item=99999999999999999999", "item=1&repeat=1"):
        assert 'id="item-drawer" hidden' in page(client_of(alice), run, query)
    assert f'hx-get="/runs/{run.pk}/items/7/"' in page(client_of(alice), run, "item=7")


def test_a_filled_in_form_leads_to_the_short_address(client_of: type, alice: User, run: Run) -> None:
    filled = "q=&in=input&in=output&in=explanation&add_metric=relevance&add_low=0.2&add_high=&add_status=&page=1&view="
    response = client_of(alice).get(f"/runs/{run.pk}/?{filled}")
    assert (response.status_code, response["Location"]) == (302, f"/runs/{run.pk}/?m.relevance=0.2..")
    fragment = client_of(alice).get(
        f"/runs/{run.pk}/?{filled}", headers={"HX-Request": "true", "HX-Target": "item-table"}
    )
    assert (fragment.status_code, fragment["HX-Push-Url"]) == (200, f"/runs/{run.pk}/?m.relevance=0.2..")


def test_htmx_gets_the_table_alone(client_of: type, alice: User, run: Run) -> None:
    fragment = page(client_of(alice), run, "failing=1", HX_Request="true", HX_Target="item-table")
    assert fragment.lstrip().startswith('<div class="item-table"')
    assert "20 of 40 items" in in_words(fragment)


def test_hostile_text_stays_text(client_of: type, alice: User, project: Project) -> None:
    run = make_scored_run(
        project=project,
        answers=[Answer(HOSTILE, HOSTILE, {"m": 0.5}, HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, error=HOSTILE)],
        metrics={"m": {"name": HOSTILE}},
        name=HOSTILE,
        description=HOSTILE,
        tags=[HOSTILE],
    )
    facts = {"items": 1, "values": [[HOSTILE, 1]], "has_more": False}
    run.dataset_version.metadata_keys = {HOSTILE: facts}
    run.dataset_version.save(update_fields=["metadata_keys"])
    client = client_of(alice)
    for query in ("", "view=full", "view=diff", "q=<script>alert(", f"group={HOSTILE}", f"meta.{HOSTILE}={HOSTILE}"):
        seen = client.get(f"/runs/{run.pk}/", dict([query.split("=", 1)]) if query else {}, follow=True)
        assert seen.status_code == 200
        assert b"<script>alert" not in seen.content
        assert b"<img src=x" not in seen.content


def test_a_live_run_shows_what_there_is_so_far(client_of: type, alice: User, project: Project) -> None:
    run = make_scored_run(project=project, answers=answers(10), metrics=METRICS, is_over=False)
    words = in_words(page(client_of(alice), run))
    assert "10 scored" in words
    assert "0.45" in words
    assert "10 of 10 items" in words


def test_unscored_errored_and_missing_values_are_told_apart(client_of: type, alice: User, project: Project) -> None:
    said: list[dict[str, float | str | None]] = [{"relevance": 0.5}, {"relevance": None}, {"relevance": ERROR}, {}]
    run = make_scored_run(project=project, answers=[Answer(scores=one) for one in said], metrics={"relevance": {}})
    seen = page(client_of(alice), run)
    assert re.findall(r'class="chip" data-status="(\w+)"', seen) == ["scored", "unscored", "errored", "waiting"]
    assert in_words(seen).count("–") >= 3


def test_the_baseline_is_named_with_the_distance_and_its_interval(
    client_of: type, alice: User, project: Project
) -> None:
    metrics: dict[str, dict[str, object]] = {"relevance": {}}
    low = [Answer(scores={"relevance": 0.1 + (place % 2) / 100}) for place in range(20)]
    high = [Answer(scores={"relevance": 0.9 + (place % 2) / 100}) for place in range(20)]
    baseline = make_scored_run(project=project, answers=low, metrics=metrics, name="April", is_baseline=True)
    run = make_scored_run(project=project, answers=high, metrics=metrics, dataset="Other")
    assert "April" not in page(client_of(alice), run)
    Run.objects.filter(pk=run.pk).update(dataset=baseline.dataset)
    words = in_words(page(client_of(alice), run))
    assert "Baseline April" in words
    assert re.search(r"\+0\.80 \+0\.\d\d to \+0\.\d\d better against the baseline April", words)


def test_groups_have_counts_and_means(client_of: type, alice: User, run: Run) -> None:
    words = in_words(page(client_of(alice), run, "group=topic&m.relevance=0.5..0.5"))
    assert re.search(r"t0 \s*1 0\.50", words)
    assert re.search(r"t2 \s*2 0\.50", words)


def test_a_group_says_of_how_many_items_its_mean_is(client_of: type, alice: User, project: Project) -> None:
    answers = [Answer(scores={"relevance": value}, metadata={"topic": "t"}) for value in (0.25, 0.75, None)]
    run = make_scored_run(project=project, answers=answers, metrics={"relevance": {"name": "Relevance"}}, dataset="Few")
    assert re.search(r"t \s*3 0\.50\s+of 2\b", in_words(page(client_of(alice), run, "group=topic")))


def test_the_page_asks_few_questions(client_of: type, alice: User, run: Run) -> None:
    client = client_of(alice)
    for query in ("", "view=diff&failing=1&sort=-m.relevance", "q=question&review=none&meta.topic=t1&group=topic"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client, run, query)
        asked = [query["sql"] for query in queries if query["sql"].lstrip().startswith('SELECT "')]
        assert len(asked) <= 13, asked
        assert len(queries) <= 20, [query["sql"] for query in queries]


def test_the_page_does_not_grow_with_the_length_of_texts_or_of_the_run(
    client_of: type, alice: User, project: Project
) -> None:
    small = make_scored_run(project=project, answers=answers(25, "word " * 2_000), metrics=METRICS, dataset="Short")
    long = make_scored_run(project=project, answers=answers(60, "word " * 40_000), metrics=METRICS, dataset="Long")
    for query in ("", "view=full", "view=diff"):
        sizes = [len(page(client_of(alice), run, query)) for run in (small, long)]
        assert sizes[1] < sizes[0] * 1.05


def test_a_key_of_metadata_may_be_called_items(run: Run, client: Client, alice: User) -> None:
    Item.objects.update(metadata={"items": "box"})
    run.dataset_version.metadata_keys = {"items": {"items": 40, "values": [["box", 40]], "has_more": False}}
    run.dataset_version.save(update_fields=["metadata_keys"])
    client.force_login(alice)
    html = page(client, run, "meta.items=box&group=items")
    assert '<option value="box" label="items, 40">' in html
