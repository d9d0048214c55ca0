"""A target that is an HTTP endpoint: an item becomes one request, and paths say where its reply holds the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from jsonpath import JSONPath

from metrics.placeholders import Template, ValueMissing, fill_json
from runs.targets.answer import Answer, Client, HttpReply, Question
from runs.targets.http_request import (
    RequestInvalid,
    check_headers,
    check_key_header,
    check_method,
    fill_path,
    parse_path,
)
from runs.targets.json_path import all_at, compile_path, first_at
from runs.targets.template import VALUE_MISSING, parse_body, values_of

JsonValue = Any

# The parts of a reply that a path may be given for, in the order of the form.
PATH_NAMES = ("answer", "context", "tool_calls", "input_tokens", "output_tokens", "cost")
REPLY_NOT_JSON = "reply_not_json"
PATH_REFUSED = "path_refused"
ANSWER_NOT_FOUND = "answer_not_found"
# How much of a reply stands in an error's sentence.
_SHOWN = 300
_MOST_TOKENS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """Sends a request and reads the reply. Without a path to the answer the whole reply is the answer."""

    method: str
    path: Template
    body: JsonValue
    headers: Mapping[str, str] = field(default_factory=dict)
    key_header: str = "Authorization"
    paths: Mapping[str, JSONPath] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Mapping[str, JsonValue]) -> HttpEndpoint:
        """From a target's request. Raises `RequestInvalid`, `PlaceholderUnknown` and `PathInvalid`."""
        paths = request.get("paths") or {}
        return cls(
            method=check_method(request.get("method") or "POST"),
            path=parse_path(request.get("path") or ""),
            body=parse_body(request.get("body")),
            headers=check_headers(request.get("headers") or {}),
            key_header=check_key_header(request.get("key_header") or ""),
            paths={name: compile_path(paths[name]) for name in PATH_NAMES if paths.get(name)},
        )

    async def answer(self, question: Question, *, client: Client | None, repeat: int) -> Answer:
        if client is None:
            raise ValueError("an HTTP endpoint is asked through the client of its connection")
        values = values_of(question)
        try:
            path, body = fill_path(self.path, values), fill_json(self.body, values)
        except ValueMissing as missing:
            return Answer.failed(VALUE_MISSING, str(missing))
        except RequestInvalid as invalid:
            return Answer.failed(PATH_REFUSED, str(invalid))
        reply = await client.send(
            method=self.method, path=path, body=body, headers=self.headers, key_header=self.key_header
        )
        request = {"method": self.method, "path": path, "headers": dict(self.headers), "body": body}
        return self.read(reply, question, request)

    def read(self, reply: HttpReply, question: Question, request: Mapping[str, JsonValue]) -> Answer:
        """The answer that the reply holds, or why there is none."""
        calls = ({"request": dict(request), "status": reply.status, "reply": reply.text},)
        where = f"{request['method']} {request['path'] or '/'}"
        answer_path = self.paths.get("answer")
        body = _parsed(reply.text)
        if answer_path is None:
            return self._answer(reply.text, body, question, reply.milliseconds, calls)
        if body is _NOT_JSON:
            message = f"{where} answered something that is not JSON{_begins(reply.text)}"
            return Answer.failed(REPLY_NOT_JSON, message, calls=calls)
        found = first_at(answer_path, body)
        if found is None:
            message = f"The reply of {where} has nothing at {answer_path}{_begins(reply.text)}"
            return Answer.failed(ANSWER_NOT_FOUND, message, calls=calls)
        return self._answer(_as_answer(found), body, question, reply.milliseconds, calls)

    def _answer(
        self,
        output: str,
        body: JsonValue,
        question: Question,
        milliseconds: int,
        calls: Sequence[Mapping[str, JsonValue]],
    ) -> Answer:
        passages = self._list("context", body)
        tool_calls = self._list("tool_calls", body)
        said = {"role": "assistant", "content": output, "tool_calls": tool_calls}
        return Answer(
            output=output,
            context=passages,
            trace={"messages": [{"role": "user", "content": question.input}, said]} if tool_calls else None,
            input_tokens=_count(first_at(self.paths.get("input_tokens"), body)),
            output_tokens=_count(first_at(self.paths.get("output_tokens"), body)),
            milliseconds=milliseconds,
            cost=_money(first_at(self.paths.get("cost"), body)),
            calls=calls,
        )

    def _list(self, name: str, body: JsonValue) -> list[JsonValue] | None:
        """What a path finds: all its finds, or the members of the one list that it leads to; None without a path."""
        if name not in self.paths:
            return None
        found = all_at(self.paths[name], body)
        members = found[0] if len(found) == 1 and isinstance(found[0], list) else found
        return [member for member in members if member is not None]


class _NotJson:
    """Stands for a reply that is no JSON, which is not the same as one that is `null`."""


_NOT_JSON = _NotJson()


def _parsed(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _begins(text: str) -> str:
    shown = " ".join(text[:_SHOWN].split())
    if not shown:
        return ", and its reply is empty."
    return f'; its reply begins: "{shown}"' if len(text) > _SHOWN else f'; its reply is: "{shown}"'


def _as_answer(found: JsonValue) -> str:
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _count(found: JsonValue) -> int | None:
    is_count = isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= _MOST_TOKENS
    return int(found) if is_count else None


def _money(found: JsonValue) -> Decimal | None:
    """An amount in US dollars, written as a number or as text; None for anything else."""
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        amount = Decimal(str(found))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 1_000_000 else None
