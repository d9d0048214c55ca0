"""From a target's settings, as a run keeps them, to what answers for it. One explicit table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runs.choices import TargetKind
from runs.targets.answer import Answerer
from runs.targets.chat_model import ChatModel
from runs.targets.http_endpoint import HttpEndpoint
from runs.targets.recorded import Recorded, RecordedFirst

JsonValue = Any

_ASKED: dict[TargetKind, Callable[[Mapping[str, JsonValue]], Answerer]] = {
    TargetKind.CHAT_MODEL: ChatModel.of,
    TargetKind.HTTP_ENDPOINT: lambda snapshot: HttpEndpoint.of(snapshot["request"]),
}


def answerer_for(snapshot: Mapping[str, JsonValue]) -> Answerer:
    """What answers for the target of a run. Recorded outputs stand before anyone is asked.

    Raises `PlaceholderUnknown`, `PathInvalid` or `RequestInvalid` for settings that were never checked.
    """
    kind = TargetKind(snapshot["kind"])
    return RecordedFirst(asked_target(snapshot)) if kind in _ASKED else Recorded()


def asked_target(snapshot: Mapping[str, JsonValue]) -> Answerer:
    """What asks the target itself, whatever the data brought: for trying it out. Raises as `answerer_for`."""
    return _ASKED[TargetKind(snapshot["kind"])](snapshot)
