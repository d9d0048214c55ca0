"""An HTTP endpoint as a target: the request that an item becomes, and what is read from the reply."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from evalhub.core.loops import run_apart
from runs.targets.answer import Answer, JsonValue, Question
from runs.targets.http_request import RequestInvalid
from runs.targets.json_path import PathInvalid, all_at, compile_path
from runs.targets.registry import asked_target
from tests.runs.targets.clients import GivenReply, ScriptedClient

REPLY = {
    "result": {"answer": "Berlin", "parts": ["a", "b"], "none": None, "score": 0.5},
    "passages": [{"text": "One.", "source": "a"}, {"text": "Two.", "source": "b"}],
    "calls": [{"name": "find", "arguments": {"q": "x"}}],
    "usage": {"in": 12, "out": 3.0, "cost": "0.0021"},
}


def ask(request: dict[str, Any], reply: GivenReply, question: Question | None = None) -> tuple[Answer, ScriptedClient]:
    client = ScriptedClient(reply)
    answerer = asked_target({"kind": "http_endpoint", "request": request})
    return run_apart(answerer.answer(question or Question("Where?"), client=client, repeat=0)), client


def read(paths: dict[str, str], body: JsonValue = REPLY) -> Answer:
    answer, _ = ask({"path": "/answer", "paths": paths}, GivenReply(json.dumps(body)))
    return answer


def test_an_item_becomes_one_request() -> None:
    request = {
        "method": "PUT",
        "path": "/ask/{{ metadata.bot }}?q={{ input }}",
        "headers": {"X-Environment": "test"},
        "key_header": "X-Api-Key",
        "body": {"question": "{{ input }}", "top": 3, "passages": "{{ context }}"},
    }
    question = Question('Why "?/&', context=["One."], metadata={"bot": "../a b"})
    _, client = ask(request, GivenReply("ok"), question)
    assert client.sent == [
        {
            "method": "PUT",
            "path": "/ask/..%2Fa%20b?q=Why%20%22%3F%2F%26",
            "headers": {"X-Environment": "test"},
            "key_header": "X-Api-Key",
            "body": {"question": 'Why "?/&', "top": 3, "passages": ["One."]},
        }
    ]


@pytest.mark.parametrize(
    ("path", "value"), [("/a/{{ input }}/b", ".."), ("/a/{{ input }}", "."), ("/{{ input }}.", ".")]
)
def test_a_value_of_dots_leads_nowhere_else(path: str, value: str) -> None:
    answer, client = ask({"path": path}, GivenReply("ok"), Question(value))
    assert (answer.error_code, client.sent) == ("path_refused", [])


@pytest.mark.parametrize(
    ("path", "output"),
    [
        ("$.result.answer", "Berlin"),
        ("result.answer", "Berlin"),
        ("$.result.parts", '["a", "b"]'),
        ("$.result.score", "0.5"),
        ("$.passages[-1].text", "Two."),
        ("$.passages[?@.source == 'b'].text", "Two."),
        ("$..answer", "Berlin"),
    ],
)
def test_the_answer_is_found_by_its_path(path: str, output: str) -> None:
    assert read({"answer": path}).output == output


def test_context_tool_calls_tokens_and_cost_are_read() -> None:
    answer = read(
        {
            "answer": "$.result.answer",
            "context": "$.passages",
            "tool_calls": "$.calls",
            "input_tokens": "$.usage.in",
            "output_tokens": "$.usage.out",
            "cost": "$.usage.cost",
        }
    )
    assert answer.context == REPLY["passages"]
    assert (answer.input_tokens, answer.output_tokens, answer.cost) == (12, 3, Decimal("0.0021"))
    assert answer.trace["messages"][-1] == {"role": "assistant", "content": "Berlin", "tool_calls": REPLY["calls"]}
    assert answer.milliseconds == 12


@pytest.mark.parametrize(
    ("path", "found"), [("$.passages[*].text", ["One.", "Two."]), ("$.result.answer", ["Berlin"]), ("$.nothing", [])]
)
def test_context_may_be_many_finds_or_one_list(path: str, found: list[Any]) -> None:
    assert read({"answer": "$.result.answer", "context": path}).context == found


@pytest.mark.parametrize("value", [None, True, -1, "12", [], 2**40, 1.5e300])
def test_what_is_no_count_of_tokens_is_unknown(value: JsonValue) -> None:
    assert read({"input_tokens": "$.n"}, {"n": value}).input_tokens is None


@pytest.mark.parametrize("value", [None, False, "free", "NaN", "Infinity", -0.1, {}, "1e99"])
def test_what_is_no_amount_of_money_is_unknown(value: JsonValue) -> None:
    assert read({"cost": "$.c"}, {"c": value}).cost is None


def test_without_a_path_the_whole_reply_is_the_answer() -> None:
    answer, _ = ask({}, GivenReply("Just text."))
    assert (answer.output, answer.context, answer.error_code) == ("Just text.", None, "")


@pytest.mark.parametrize(
    ("reply", "code", "message"),
    [
        (GivenReply("<h1>Hi</h1>"), "reply_not_json", 'is not JSON; its reply is: "<h1>Hi</h1>"'),
        (GivenReply('{"a": 1}'), "answer_not_found", "has nothing at $['result']['answer']"),
        (GivenReply('{"result": {"answer": null}}'), "answer_not_found", "has nothing at"),
        (GivenReply("null"), "answer_not_found", "has nothing at"),
        (GivenReply(""), "reply_not_json", "POST /answer answered something that is not JSON, and its reply is empty."),
        (GivenReply("x" * 400), "reply_not_json", f'its reply begins: "{"x" * 300}"'),
        (GivenReply("[" * 200_000), "reply_not_json", "is not JSON"),
    ],
)
def test_a_reply_without_an_answer_says_what_came_instead(reply: GivenReply, code: str, message: str) -> None:
    answer, _ = ask({"path": "/answer", "paths": {"answer": "$.result.answer"}}, reply)
    assert (answer.output, answer.error_code) == (None, code)
    assert message in answer.error_message
    assert answer.calls[0]["status"] == reply.status


def test_nobody_is_asked_when_the_item_lacks_what_the_body_names() -> None:
    answer, client = ask({"body": {"lang": "{{ metadata.language }}"}}, GivenReply("ok"))
    assert (answer.error_code, client.sent) == ("value_missing", [])


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "DELETE"},
        {"path": "answer"},
        {"path": "//other.host/answer"},
        {"path": "/a/../../b"},
        {"path": "/a/%2e%2E"},
        {"path": "/a\nb"},
        {"path": "/a\\b"},
        {"headers": {"Authorization": "Bearer x"}},
        {"headers": {"X-Api-Key": "x"}},
        {"headers": {"Cookie": "x"}},
        {"headers": {"Host": "x"}},
        {"headers": {"X-Two": "a\r\nX-Three: b"}},
        {"headers": {"X Two": "a"}},
        {"headers": {"X-Number": 3}},
        {"key_header": "Content-Length"},
        {"key_header": "X Key"},
    ],
)
def test_a_request_that_must_not_be_sent_is_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(RequestInvalid):
        asked_target({"kind": "http_endpoint", "request": request_})


@pytest.mark.parametrize("path", ["", "$.a[", "$.a b", "$[?match(@.a, '(a+)+')]", "$[?search(@.a, 'x')]", "$.a | $.b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathInvalid):
        compile_path(path)


def test_a_reply_too_deep_to_search_holds_nothing() -> None:
    body: JsonValue = "x"
    for _ in range(200):
        body = {"a": body}
    assert all_at(compile_path("$..b"), body) == []
