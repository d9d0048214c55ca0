"""Categories, percentages and what is better when lower, from a judge's reply to every page and file."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal

import pytest
from django.test import Client

from evalhub.accounts.models import User
from metrics.choices import Direction
from runs.choices import RunState
from runs.models import Run, RunMetric, Score
from tests.runs.value_types.conftest import METRICS, VERDICTS

pytestmark = pytest.mark.django_db


def metric(run: Run, key: str) -> RunMetric:
    return run.run_metrics.get(key=key)


def in_words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def keys_shown(client: Client, run: Run, query: str) -> list[str]:
    html = client.get(f"/runs/{run.pk}/?{query}").content.decode()
    numbers = [int(number) for number in re.findall(r'id="item-\d+"[^>]*>(\d+)', html)]
    return [list(VERDICTS)[number - 1] for number in numbers]


def test_a_category_is_counted_by_label_and_its_share_of_allowed_ones_decides(judged_run: Run) -> None:
    tone = metric(judged_run, "tone")
    labels = (
        Score.objects.filter(run=judged_run, run_metric=tone).order_by("run_item_id").values_list("label", "passed")
    )
    assert list(labels) == [("neutral", True), ("joy", True), ("anger", False), ("annoyance", False)]
    assert (tone.n_scored, tone.n_passed, tone.mean) == (4, 2, 0.5)
    assert dict(zip(tone.labels, tone.histogram, strict=True)) == {
        **dict.fromkeys(tone.labels, 0),
        "neutral": 1,
        "joy": 1,
        "anger": 1,
        "annoyance": 1,
    }
    assert judged_run.passed is False


def test_what_is_better_when_lower_passes_below_its_threshold(judged_run: Run) -> None:
    toxicity, leaks = metric(judged_run, "toxicity"), metric(judged_run, "pii_leaks")
    assert toxicity.direction == leaks.direction == Direction.LOWER
    assert toxicity.threshold == pytest.approx(0.3)
    assert (toxicity.mean, toxicity.n_passed) == (leaks.mean, leaks.n_passed) == (0.25, 3)


def test_percentages_keep_their_unit(judged_run: Run) -> None:
    adherence, chunks = metric(judged_run, "context_adherence"), metric(judged_run, "chunk_attribution")
    assert (adherence.mean, adherence.threshold, adherence.range_max) == (62.5, 70.0, 100.0)
    assert (adherence.minimum, adherence.maximum) == (25.0, 100.0)
    assert (chunks.mean, chunks.maximum) == (12.5, 50.0)


def test_the_overall_takes_each_by_how_good_it_is(judged_run: Run) -> None:
    # Allowed tones 0.5, not toxic 0.75, adherence 0.625, chunks 0.125, no leaks 0.75.
    assert judged_run.overall == pytest.approx((0.5 + 0.75 + 0.625 + 0.125 + 0.75) / 5)
    overalls = dict(judged_run.run_items.values_list("item__key", "overall"))
    assert overalls["calm"] == pytest.approx((1 + 1 + 1 + 0.5 + 1) / 5)
    assert overalls["rude"] == pytest.approx((0 + 0 + 0.25 + 0 + 0) / 5)
    assert judged_run.state == RunState.FINISHED


def test_the_tiles_say_shares_and_labels(client_of: type, alice: User, judged_run: Run) -> None:
    page = client_of(alice).get(f"/runs/{judged_run.pk}/")
    tiles = {tile.name: tile for tile in page.context["tiles"]}
    tone, toxicity, adherence = (tiles[name] for name in ("Tone", "Toxicity", "Context Adherence"))
    assert (tone.mean, tone.threshold, tone.scale) == ("50.0 %", "≥ 70.0 %", "9 categories")
    assert {bar.label: bar.tone for bar in tone.bars if bar.href} == {
        "neutral: 1 item": "good",
        "joy: 1 item": "good",
        "annoyance: 1 item": "bad",
        "anger: 1 item": "bad",
    }
    assert (toxicity.mean, toxicity.threshold, toxicity.is_higher_better) == ("25.0 %", "≤ 30.0 %", False)
    assert [(bar.label, bar.tone) for bar in toxicity.bars] == [("no: 3 items", "good"), ("yes: 1 item", "bad")]
    assert (adherence.mean, adherence.scale, adherence.bars[5].label) == (
        "62.5 %",
        "0–100 %",
        "25.0 % to 30.0 %: 1 item",
    )
    words = in_words(page.content.decode())
    assert "Failed: Tone is 50.0 %, wanted ≥ 70.0 %" in words


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("m.tone=anger", ["rude"]),
        ("status.tone=failing", ["rude", "curt"]),
        ("status.tone=passing", ["calm", "glad"]),
        ("m.toxicity=1..1", ["rude"]),
        ("status.toxicity=passing", ["calm", "glad", "curt"]),
        ("m.context_adherence=40..80", ["glad", "curt"]),
        ("failing=1", ["rude", "curt"]),
        ("sort=m.tone", ["calm", "glad", "curt", "rude"]),
        ("sort=-m.context_adherence", ["calm", "glad", "curt", "rude"]),
        ("sort=-m.toxicity", ["rude", "calm", "glad", "curt"]),
    ],
)
def test_items_are_found_and_sorted_by_them(
    client_of: type, alice: User, judged_run: Run, query: str, keys: list[str]
) -> None:
    assert keys_shown(client_of(alice), judged_run, query) == keys


def test_filters_in_force_read_in_the_words_of_the_metric(client_of: type, alice: User, judged_run: Run) -> None:
    client = client_of(alice)
    query = "m.tone=anger&m.toxicity=1..1&m.context_adherence=20..40"
    pills = client.get(f"/runs/{judged_run.pk}/?{query}").context["table"].bar.pills()
    assert [pill.value for pill in pills] == ["anger", "yes", "20.0 % to 40.0 %"]
    filled_in = client.get(f"/runs/{judged_run.pk}/?add_label=tone:joy")
    assert filled_in["Location"] == f"/runs/{judged_run.pk}/?m.tone=joy"
    unknown = in_words(client.get(f"/runs/{judged_run.pk}/?m.tone=furious").content.decode())
    assert "furious" in unknown


def test_chips_of_the_table_and_rows_of_the_drawer_show_the_label(
    client_of: type, alice: User, judged_run: Run
) -> None:
    client = client_of(alice)
    rows = client.get(f"/runs/{judged_run.pk}/").context["table"].rows()
    rude = {chip.name: (chip.value, chip.status) for chip in rows[2].item.chips}
    assert rude == {
        "Tone": ("anger", "failed"),
        "Toxicity": ("yes", "failed"),
        "Context Adherence": ("25.0 %", "failed"),
        "Chunk Attribution": ("0.0 %", "failed"),
        "PII Leaks": ("yes", "failed"),
    }
    drawer = client.get(f"/runs/{judged_run.pk}/items/2/")
    wanted = {row["verdict"].metric.key: row["verdict"].wanted for row in drawer.context["verdicts"]}
    assert wanted["tone"] == "wanted: neutral, joy, love or surprise"
    assert wanted["toxicity"] == "wanted: no"
    assert wanted["context_adherence"] == "≥ 70.0 %"
    assert "anna.berg" not in drawer.context["verdicts"][4]["verdict"].explanation.html


def test_the_drawer_marks_the_passages_that_were_used(client_of: type, alice: User, judged_run: Run) -> None:
    client = client_of(alice)
    words = in_words(client.get(f"/runs/{judged_run.pk}/items/0/").content.decode())
    assert "used 100 % of it Parcels take three working days" in words
    assert "not used Returns are free." in words


def test_files_hold_labels_beside_numbers(client_of: type, alice: User, judged_run: Run) -> None:
    client = client_of(alice)
    table = b"".join(client.get(f"/runs/{judged_run.pk}/export.csv?sort=ordinal").streaming_content).decode()
    rude = next(row for row in csv.DictReader(io.StringIO(table)) if row["key"] == "rude")
    assert rude["tone"] == rude["tone.label"] == "anger"
    assert (rude["toxicity"], rude["context_adherence"], rude["tone.passed"]) == ("1.0", "25.0", "false")
    lines_of_json = b"".join(client.get(f"/runs/{judged_run.pk}/export.jsonl").streaming_content).splitlines()
    scores = json.loads(lines_of_json[2])["judge"]
    assert (scores["tone"]["label"], scores["tone"]["passed"]) == ("anger", False)
    assert (scores["toxicity"]["score"], scores["context_adherence"]["score"]) == (1.0, 25.0)


def test_lists_of_runs_and_the_project_read_them_by_direction(client_of: type, alice: User, judged_run: Run) -> None:
    client = client_of(alice)
    project = judged_run.project_id
    row = client.get(f"/projects/{project}/runs/").context["table"].rows[0]
    cells = {cell.column.metric_key: (cell.mean, cell.tone, cell.fraction) for cell in row.metrics}
    assert cells["tone"] == ("50.0 %", "bad", 0.5)
    assert cells["toxicity"] == ("25.0 %", "good", 0.75)
    assert cells["context_adherence"] == ("62.5 %", "bad", 0.625)
    overview = in_words(client.get(f"/projects/{project}/").content.decode())
    assert "category, passes: neutral, joy, love, surprise" in overview


def test_the_form_of_a_run_says_what_passes(client_of: type, bob: User, judged_run: Run) -> None:
    page = client_of(bob).get(f"/projects/{judged_run.project_id}/runs/new/?version={judged_run.dataset_version_id}")
    words = in_words(page.content.decode())
    assert "passes: neutral, joy, love, surprise" in words
    assert "↓ lower is better yes or no" in words
    assert "↑ higher is better 0 to 100 %" in words
    chosen = {form.option.key for form in page.context["metric_forms"] if form["is_chosen"].value()}
    assert not chosen & set(METRICS)


def test_a_share_may_be_wanted_of_a_category_as_of_yes_and_no(judged_run: Run) -> None:
    tone = metric(judged_run, "tone")
    tone.threshold = 0.5
    assert tone.criterion.passes(0.0) is True
    assert tone.scale.passes(tone.mean or 0.0, tone.threshold)
    assert judged_run.cost > Decimal(0)
