"""Answers that are not what was asked for, in sentences for people that hold no secret. No Django and no network."""

from __future__ import annotations

from collections.abc import Mapping

from evalhub.connections.chat import CallFailed, CallFault
from evalhub.connections.endpoint import Endpoint
from evalhub.connections.retries import asked_wait, fault_of, is_tried_again
from evalhub.connections.transport import Answer
from evalhub.connections.wire import complaint_in, error_code_in

# How much of an answer without words of its own is shown.
_LONGEST_BEGINNING = 300
_MOST_READ = 10_000
# A 429 that no waiting mends.
_QUOTA_USED_UP = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


class Refusal(CallFailed):
    """An answer with a status other than success, and what that means for trying again."""

    def __init__(self, fault: CallFault, message: str, *, status: int, is_final: bool, asked: float | None) -> None:
        super().__init__(fault, message)
        self.status = status
        self.is_final = is_final
        self.asked_wait = asked


def refusal_of(answer: Answer, *, endpoint: Endpoint, model: str) -> Refusal:
    """What an answer other than success means."""
    fault = fault_of(answer.status)
    is_used_up = answer.status == 429 and error_code_in(answer.content) in _QUOTA_USED_UP
    return Refusal(
        fault,
        _sentence(answer, fault, endpoint=endpoint, model=model),
        status=answer.status,
        is_final=is_used_up or not is_tried_again(answer.status),
        asked=asked_wait(answer.headers),
    )


def without_key(text: str, api_key: str) -> str:
    """The text with the key struck out, should an endpoint repeat it."""
    return text.replace(api_key, "…") if api_key else text


def _sentence(answer: Answer, fault: CallFault, *, endpoint: Endpoint, model: str) -> str:
    name, status = endpoint.name, answer.status
    if 300 <= status < 400:
        return f"{name} answered with a redirect ({status}), which is not followed; enter its final address."
    if fault is CallFault.REFUSED_KEY:
        return f"{name} refused the API key ({status}); enter a valid one in the connection's settings."
    words = _words(answer, endpoint)
    if fault is CallFault.UNKNOWN_MODEL:
        thing = f"the model “{model}”" if model else "this path"
        return f"{name} does not know {thing} ({status}){words or '; check the name and the base URL.'}"
    return f"{name} {_WHAT_HAPPENED[fault]} ({status}){words or '.'}"


_WHAT_HAPPENED: Mapping[CallFault, str] = {
    CallFault.BAD_REQUEST: "did not accept the request",
    CallFault.RATE_LIMITED: "turned the call away, too many at once or in a minute",
    CallFault.TIMED_OUT: "gave up waiting for the request",
    CallFault.SERVER_ERROR: "had an error of its own",
}


def _words(answer: Answer, endpoint: Endpoint) -> str:
    complaint = without_key(complaint_in(answer.content), endpoint.api_key) or _beginning(answer, endpoint)
    return f": {complaint}" if complaint else ""


def _beginning(answer: Answer, endpoint: Endpoint) -> str:
    """Of an answer without words that can be told from the rest; the key goes before the cut could halve it."""
    text = without_key(answer.content[:_MOST_READ].decode(errors="replace"), endpoint.api_key)
    return " ".join(text.split())[:_LONGEST_BEGINNING]
