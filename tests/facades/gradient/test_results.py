"""What a run says prompt by prompt, page by page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from gradient import BadRequestError, Gradient, NotFoundError
from gradient.types.agents import APIEvaluationPrompt

from evalhub.accounts.models import Project
from runs.models import Item, Run, RunItem
from tests.facades.gradient.in_process import ADDRESS
from tests.facades.gradient.steps import finish_all, finished_run, make_agent, make_test_case, start
from tests.runs.execution.judged import make_connection
from tests.stub_endpoint import StubEndpoint

WITH_CONTEXT = 'query,expected,output,context\nOne?,1,1,"[""a"", ""b""]"\nTwo?,,3,\n'
TRACE = {
    "trace_id": "t-1",
    "spans": [
        {"name": "answer", "span_id": "1", "type": "chain", "input": "One?"},
        {"name": "search", "span_id": "2", "parent_id": "1", "type": "retriever", "output": [{"text": "a"}]},
        {"name": "gpt", "span_id": "3", "parent_id": "1", "type": "llm", "input": {"q": 1}, "output": "1"},
        {"name": "adder", "span_id": "4", "parent_id": "1", "type": "tool", "input": "1+0", "output": "1"},
    ],
}


def _prompts(client: Gradient, run: str, **page: Any) -> list[APIEvaluationPrompt]:
    return client.agents.evaluation_runs.list_results(run, **page).prompts or []


def test_a_prompt_has_what_was_asked_answered_and_scored(bobs: Gradient) -> None:
    first, second = _prompts(bobs, finished_run(bobs, "levenshtein", "equals", content=WITH_CONTEXT))
    assert (first.prompt_id, second.prompt_id) == (1, 2)
    assert (first.input, first.output, first.ground_truth) == ("One?", "1", "1")
    assert (second.input, second.output, second.ground_truth) == ("Two?", "3", "")
    assert (first.input_tokens, first.output_tokens) == (None, None)
    results = first.prompt_level_metric_results or []
    assert [result.metric_name for result in results] == ["levenshtein", "equals"]
    assert all(result.number_value == 1 and result.reasoning for result in results)
    assert [chunk.text for chunk in first.prompt_chunks or []] == ["a", "b"]
    assert (second.prompt_chunks, first.evaluation_trace_spans) == ([], [])


def test_without_its_column_there_is_no_ground_truth(bobs: Gradient) -> None:
    [prompt] = _prompts(bobs, finished_run(bobs, "equals", content="query,output\nOne?,1\n"))
    assert prompt.ground_truth is None


def test_one_prompt_is_read_by_its_number(bobs: Gradient) -> None:
    run = finished_run(bobs, "equals")
    runs = bobs.agents.evaluation_runs
    prompt = runs.retrieve_results(5, evaluation_run_uuid=run).prompt
    assert prompt
    assert (prompt.prompt_id, prompt.output) == (5, "Abuja")
    for number in (0, 7, 99999999999999999999):
        with pytest.raises(NotFoundError):
            runs.retrieve_results(number, evaluation_run_uuid=run)
    wrong: Any = "first"
    with pytest.raises(NotFoundError):
        runs.retrieve_results(wrong, evaluation_run_uuid=run)


def test_pages_know_what_is_around_them(bobs: Gradient) -> None:
    run = finished_run(bobs, "equals")
    page = bobs.agents.evaluation_runs.list_results(run, page=2, per_page=2, extra_query={"note": "kept"})
    assert [prompt.prompt_id for prompt in page.prompts or []] == [3, 4]
    assert page.evaluation_run
    assert page.meta
    assert page.links
    assert page.links.pages
    assert (page.meta.page, page.meta.pages, page.meta.total) == (2, 3, 6)
    links = page.links.pages.to_dict()
    numbers = {name: parse_qs(urlsplit(str(address)).query)["page"] for name, address in links.items()}
    assert numbers == {"first": ["1"], "previous": ["1"], "next": ["3"], "last": ["3"]}
    assert all(str(address).startswith(ADDRESS) and "note=kept" in str(address) for address in links.values())


@pytest.mark.parametrize(
    ("number", "names"), [(1, {"next", "last"}), (3, {"first", "previous"}), (9, {"first", "previous"})]
)
def test_the_ends_have_no_links_beyond(bobs: Gradient, number: int, names: set[str]) -> None:
    run = finished_run(bobs, "equals")
    page = bobs.agents.evaluation_runs.list_results(run, page=number, per_page=2)
    assert page.links
    assert page.links.pages
    assert set(page.links.pages.to_dict()) == names
    assert page.meta
    assert (page.meta.page, page.meta.total, len(page.prompts or [])) == (number, 6, 0 if number == 9 else 2)


@pytest.mark.parametrize("wrong", [{"page": 0}, {"per_page": 0}, {"per_page": 201}, {"page": -1}, {"page": "two"}])
def test_what_is_no_page_is_a_bad_request(bobs: Gradient, wrong: dict[str, Any]) -> None:
    run = finished_run(bobs, "equals")
    with pytest.raises(BadRequestError):
        bobs.agents.evaluation_runs.list_results(run, **wrong)
    with pytest.raises(BadRequestError):
        bobs.agents.list(**wrong)


def test_a_run_that_waits_has_no_prompts_yet(bobs: Gradient) -> None:
    [run] = start(bobs, make_test_case(bobs), make_agent(bobs))
    page = bobs.agents.evaluation_runs.list_results(run)
    assert page.meta
    assert (page.prompts, page.meta.total, page.meta.pages) == ([], 0, 1)


def test_an_agent_that_is_asked_answers_what_is_not_recorded(
    bobs: Gradient, project: Project, stub: StubEndpoint
) -> None:
    make_connection(project, stub)
    stub.behaviour.reply = lambda body: "Paris"
    agent = make_agent(bobs, "atlas", instruction="Answer in one word. {{ braces }} stay.")
    bobs.agents.update(agent, temperature=0.25, top_p=0.5, max_tokens=7)
    content = (
        'query,expected,output\nCapital?,Paris,\n"{""id"": 7, ""question"": ""City?""}",Paris,\nKnown?,Rome,Rome\n'
    )
    [uuid] = start(bobs, make_test_case(bobs, "equals", content=content), agent)
    finish_all()

    asked, adk, recorded = _prompts(bobs, uuid)
    assert [prompt.output for prompt in (asked, adk, recorded)] == ["Paris", "Paris", "Rome"]
    assert adk.input == '{"id": 7, "question": "City?"}'
    assert sorted(request["messages"][1]["content"] for request in stub.requests) == ["Capital?", "City?"]
    sent = stub.requests[0]
    assert sent["messages"][0] == {"role": "system", "content": "Answer in one word. {{ braces }} stay."}
    assert (sent["temperature"], sent["top_p"], sent["max_tokens"]) == (0.25, 0.5, 7)
    assert (asked.input_tokens, asked.output_tokens) == ("100", "10")
    assert (recorded.input_tokens, recorded.evaluation_trace_spans) == (None, [])
    [span] = asked.evaluation_trace_spans or []
    assert (span.name, span.type, span.input, span.output) == ("atlas", "TRACE_SPAN_TYPE_LLM", "Capital?", "Paris")


def test_an_agent_that_fails_leaves_its_prompts_with_a_reason(
    bobs: Gradient, project: Project, stub: StubEndpoint
) -> None:
    make_connection(project, stub)
    stub.behaviour.status = 400
    [uuid] = start(bobs, make_test_case(bobs, "equals", content="query,expected\nOne?,1\n"), make_agent(bobs))
    finish_all()
    run = bobs.agents.evaluation_runs.retrieve(uuid).evaluation_run
    assert run
    assert run.status == "EVALUATION_RUN_FAILED"
    assert run.error_description
    for prompt in _prompts(bobs, uuid):
        assert prompt.output is None
        assert all(result.error_description for result in prompt.prompt_level_metric_results or [])


def test_steps_of_a_recorded_answer_are_spans(bobs: Gradient) -> None:
    uuid = finished_run(bobs, "equals", content=WITH_CONTEXT)
    Item.objects.filter(input="One?").update(trace=TRACE)
    prompt = _prompts(bobs, uuid)[0]
    spans = {span.name: span for span in prompt.evaluation_trace_spans or []}
    assert {name: (span.type or "").removeprefix("TRACE_SPAN_TYPE_") for name, span in spans.items()} == {
        "answer": "UNKNOWN",
        "search": "RETRIEVER",
        "gpt": "LLM",
        "adder": "TOOL",
    }
    assert prompt.trace_id == "t-1"
    assert (spans["gpt"].input, spans["adder"].output) == ({"q": 1}, "1")
    assert [chunk.text for chunk in spans["search"].retriever_chunks or []] == ["a"]


def test_a_conversation_with_tools_is_told_step_by_step(bobs: Gradient) -> None:
    call = {"id": "c1", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
    messages = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
        {"role": "assistant", "content": "Sunny."},
    ]
    uuid = finished_run(bobs, "equals", content=WITH_CONTEXT)
    Item.objects.filter(input="One?").update(trace={"messages": messages})
    first, tool, last = _prompts(bobs, uuid)[0].evaluation_trace_spans or []
    assert (first.type, tool.type, last.type) == (
        "TRACE_SPAN_TYPE_LLM",
        "TRACE_SPAN_TYPE_TOOL",
        "TRACE_SPAN_TYPE_LLM",
    )
    assert (tool.name, tool.input, tool.output) == ("weather", {"city": "Rome"}, "sunny")
    assert first.input == [{"role": "user", "content": "Weather?"}]
    assert last.output == "Sunny."


def test_passages_that_an_agent_brought_are_its_chunks_with_what_it_says_of_them(bobs: Gradient) -> None:
    uuid = finished_run(bobs, "equals", content=WITH_CONTEXT)
    used = {"text": "c", "source": "atlas.pdf", "used": True, "chunk_usage_pct": 62.5}
    RunItem.objects.filter(run=Run.objects.get(uuid=uuid), ordinal=0).update(context=[used, {"content": "d"}])
    prompt = _prompts(bobs, uuid)[0]
    first, second = prompt.prompt_chunks or []
    assert (first.text, first.source_name, first.chunk_used, first.chunk_usage_pct) == ("c", "atlas.pdf", True, 62.5)
    assert (second.text, second.chunk_used) == ("d", None)
    [span] = prompt.evaluation_trace_spans or []
    assert (span.type, len(span.retriever_chunks or [])) == ("TRACE_SPAN_TYPE_RETRIEVER", 2)


def test_a_run_that_measures_chunks_says_which_were_used(bobs: Gradient) -> None:
    uuid = finished_run(bobs, "chunk_attribution", content=WITH_CONTEXT)
    rows = RunItem.objects.filter(run=Run.objects.get(uuid=uuid), ordinal=0)
    rows.update(output="The river Aare flows through Bern.", context=["The river Aare flows.", "Cheese has holes."])
    first, second = _prompts(bobs, uuid)[0].prompt_chunks or []
    assert (first.chunk_used, second.chunk_used) == (True, False)
    assert (first.chunk_usage_pct or 0) > 50
    assert second.chunk_usage_pct == 0


def test_what_was_measured_of_a_span_stands_with_it(bobs: Gradient) -> None:
    scores = [{"name": "helpful", "score": 0.5, "reason": "Half."}, {"name": "tone", "label": "calm"}]
    span = {"name": "answer", "span_type": "llm", "input": "a", "output": "b", "scores": scores}
    uuid = finished_run(bobs, "equals", content=WITH_CONTEXT)
    Item.objects.filter(input="One?").update(trace={"spans": [span]})
    [shown] = _prompts(bobs, uuid)[0].evaluation_trace_spans or []
    number, label = shown.span_level_metric_results or []
    assert (number.metric_name, number.number_value, number.reasoning) == ("helpful", 0.5, "Half.")
    assert (label.metric_name, label.string_value, label.number_value) == ("tone", "calm", None)
