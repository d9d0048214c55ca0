"""OpenAI Evals' logs become an item per sample out of the events about it."""

from __future__ import annotations

from typing import Any

from tests.runs.importers.formats.reading import items_of, json_lines, left_of, real_items, score_of

SPEC = {"spec": {"completion_fns": ["small"], "eval_name": "capitals", "split": "dev", "run_id": "r"}}


def event(sample: str, kind: str, **told: Any) -> dict[str, Any]:
    return {"run_id": "r", "event_id": 0, "sample_id": sample, "type": kind, "data": told}


def test_events_of_a_sample_are_one_item_wherever_they_stand() -> None:
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital?"}]
    content = json_lines(
        SPEC,
        {"final_report": {"accuracy": 0.5}},
        event("s1", "sampling", prompt=chat, sampled=["Bern"]),
        event("s2", "sampling", prompt="Largest?", sampled="Geneva"),
        event("s2", "match", correct=False, expected="Zurich", picked=None, sampled="Geneva"),
        event("s1", "match", correct=True, expected="Bern", picked="Bern", sampled="Bern"),
        event("s1", "metrics", score=0.75, choice="A"),
    )
    first, second = items_of(content, tool="openai-evals")
    assert (first.key, first.input, first.output, first.expected) == ("s1", "Capital?", "Bern", "Bern")
    assert first.trace == chat
    assert first.given_scores == {
        "match": {"score": True, "reason": "Picked was Bern; expected Bern."},
        "score": {"score": 0.75},
    }
    assert (second.input, second.output, score_of(second, "match")) == ("Largest?", "Geneva", False)
    assert second.metadata["model"] == "small"
    assert left_of(content, tool="openai-evals") == {
        "The final report: accuracy 0.5. It is measured again over the items."
    }


def test_calls_of_a_grader_are_not_the_answer() -> None:
    content = json_lines(
        SPEC,
        event("s1", "sampling", prompt="Capital?", sampled="Bern"),
        event("s1", "sampling", prompt="Is that right?", sampled="Y"),
    )
    (item,) = items_of(content, tool="openai-evals")
    assert (item.input, item.output) == ("Capital?", "Bern")
    assert any("grades" in left for left in left_of(content, tool="openai-evals"))


def test_a_log_without_its_first_line_is_known_by_its_events() -> None:
    (item,) = items_of(json_lines(event("s1", "raw_sample", input="Capital?", ideal="Bern")), tool="openai-evals")
    assert (item.input, item.output, item.given_scores) == ("Capital?", None, None)


def test_the_real_log_has_its_three_samples() -> None:
    items = real_items("openai-evals/230417220821DPM75QNS_test-match.jsonl", tool="openai-evals")
    assert [score_of(item, "match") for item in items] == [False, True, False]
    assert items[1].output == "George Washington"
