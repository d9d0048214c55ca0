"""lm-evaluation-harness' samples become items with the metrics of each document; its summary says what to send."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from evalhub.core.errors import Invalid
from runs.importers.recognise import recognise
from tests.runs.importers.formats.reading import items_of, json_lines, left_of, real_items, score_of


def sample(**overrides: Any) -> dict[str, Any]:
    return {
        "doc_id": 7,
        "doc": {"question": "Capital?"},
        "target": "Bern",
        "arguments": {"gen_args_0": {"arg_0": "Q: Capital?\nA:", "arg_1": {"until": ["\n"]}}},
        "resps": [["Bern, I think"]],
        "filtered_resps": ["Bern"],
        "filter": "none",
        "metrics": ["exact_match"],
        "doc_hash": "h",
        "exact_match": 1.0,
        **overrides,
    }


def test_a_sample_becomes_an_item_with_all_its_parts() -> None:
    (item,) = items_of(json_lines(sample()), tool="lm-eval")
    assert (item.key, item.input, item.output, item.expected) == ("doc 7", "Q: Capital?\nA:", "Bern", "Bern")
    assert item.given_scores == {"exact_match": {"score": 1.0}}
    assert item.metadata["doc"] == {"question": "Capital?"}


def test_the_same_document_behind_two_filters_is_two_items_with_metrics_of_their_own() -> None:
    strict = sample(filter="strict-match", filtered_resps=["[invalid]"], exact_match=0.0)
    first, second = items_of(json_lines(sample(filter="flexible"), strict), tool="lm-eval")
    assert [first.key, second.key] == ["doc 7 flexible", "doc 7 strict-match"]
    assert score_of(second, "exact_match,strict-match") == 0
    assert score_of(first, "exact_match,flexible") == 1


def test_of_offered_answers_the_likeliest_is_the_output() -> None:
    asked = [["Capital?", " Bonn"], ["Capital?", " Bern"]]
    choice = sample(arguments=asked, target="1", filtered_resps=[[-3.5, False], [-0.5, True]], acc=1.0, metrics=["acc"])
    (item,) = items_of(json_lines(choice), tool="lm-eval")
    assert (item.input, item.output, item.expected) == ("Capital?", "Bern", "Bern")
    assert item.metadata["log_likelihoods"] == [-3.5, -0.5]


def test_what_only_the_task_makes_a_score_of_is_said_and_less_perplexity_is_better() -> None:
    counted = json_lines(sample(metrics=["word_perplexity", "perplexity"], word_perplexity=[-20.5, 8], perplexity=3.5))
    (item,) = items_of(counted, tool="lm-eval")
    assert item.given_scores == {"perplexity": {"score": 3.5, "direction": "lower"}}
    assert any("counts behind a perplexity" in left for left in left_of(counted, tool="lm-eval"))


def test_a_summary_is_told_by_name_what_to_send() -> None:
    summary = {"results": {"t": {}}, "configs": {"t": {}}, "versions": {"t": 1}, "n-shot": {"t": 0}}
    with pytest.raises(Invalid, match=r"lm-evaluation-harness' summary.*samples_"):
        recognise(io.BytesIO(json.dumps(summary).encode()), "results.json")


def test_the_real_samples_are_read_whole() -> None:
    items = real_items("lm-eval/samples_truthfulqa_gen_2025-05-31T14-30-51.983293.jsonl", tool="lm-eval")
    assert len({item.key for item in items}) == 20
    assert all(len(item.given_scores or {}) == 12 for item in items)
