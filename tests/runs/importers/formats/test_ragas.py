"""Ragas' results become items in whichever way they were saved; NaN is a missing score with its reason."""

from __future__ import annotations

import csv
import io
import json

from tests.runs.importers.formats.reading import items_of, json_lines, real_items, score_of

SAMPLE = {
    "user_input": "Capital?",
    "retrieved_contexts": ["Its seat is Bern.", "It has lakes."],
    "response": "Bern",
    "reference": "Bern is the capital.",
    "faithfulness": 0.5,
    "own_metric": 1,
}


def test_a_sample_becomes_an_item_with_every_number_as_a_score() -> None:
    (item,) = items_of(json.dumps([SAMPLE]).encode(), tool="ragas")
    assert (item.input, item.output, item.expected) == ("Capital?", "Bern", "Bern is the capital.")
    assert item.context == ["Its seat is Bern.", "It has lakes."]
    assert item.given_scores == {"faithfulness": {"score": 0.5}, "own_metric": {"score": 1}}


def test_not_a_number_is_missing_and_not_zero() -> None:
    content = json.dumps([SAMPLE]).replace("0.5", "NaN").encode()
    (item,) = items_of(content, tool="ragas")
    assert item.given_scores is not None
    assert item.given_scores["faithfulness"] == {"score": None, "reason": "Ragas gave no number (NaN)."}


def test_former_names_and_lines_are_read_alike() -> None:
    former = {"question": "Capital?", "contexts": ["Seat."], "answer": "Bern", "ground_truth": "Bern"}
    (item,) = items_of(json_lines(former | {"answer_relevancy": 0.25}), tool="ragas")
    assert (item.input, item.output, item.expected, item.context) == ("Capital?", "Bern", "Bern", ["Seat."])
    assert score_of(item, "answer_relevancy") == 0.25


def test_a_table_spells_its_passages_as_python_does() -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["", "user_input", "retrieved_contexts", "response", "faithfulness"])
    writer.writerow([0, "Capital?", "['It\\'s Bern.', 'It has lakes.']", "Bern", "0.75"])
    writer.writerow([1, "Largest?", "[" * 5_000, "Zurich", ""])
    first, second = items_of(text.getvalue().encode(), tool="ragas")
    assert first.context == ["It's Bern.", "It has lakes."]
    assert first.given_scores == {"faithfulness": {"score": 0.75}}
    assert second.context == ["[" * 5_000]
    assert score_of(second, "faithfulness") is None


def test_a_chat_is_asked_by_its_last_question() -> None:
    turns = [{"type": "human", "content": "Capital?"}, {"type": "ai", "content": "Bern"}]
    (item,) = items_of(json.dumps([{"user_input": turns, "reference": "x", "faithfulness": 1}]).encode(), tool="ragas")
    assert (item.input, item.output) == ("Capital?", "Bern")
    assert item.trace == [{**turn, "role": turn["type"]} for turn in turns]


def test_an_annotation_keeps_the_judges_verdict_and_the_persons() -> None:
    prompt = {"prompt_output": {"reason": "On point.", "verdict": 1}, "edited_output": {"reason": "No.", "verdict": 0}}
    verdict = {
        "metric_input": {"user_input": "Capital?", "response": "Bonn"},
        "metric_output": 1,
        "prompts": {"p": prompt},
        "is_accepted": False,
    }
    (item,) = items_of(json.dumps({"helpfulness": [verdict]}).encode(), tool="ragas-annotated")
    assert item.given_scores == {"helpfulness": {"score": 1, "reason": "On point."}}
    assert item.human == {"metric": "helpfulness", "label": "rejected", "score": 0, "reason": "No."}


def test_the_real_files_are_read_whole() -> None:
    items = real_items("ragas/ragas_results.json", tool="ragas")
    assert len(items) == 25
    assert score_of(items[0], "faithfulness") is None
    assert score_of(items[0], "context_recall") == 1
    annotated = real_items("ragas/annotated_data.json", tool="ragas-annotated")
    labels = [item.human["label"] for item in annotated if isinstance(item.human, dict)]
    assert (labels.count("accepted"), labels.count("rejected")) == (16, 5)
