"""Answers and verdicts that were paid for once, found again by the hash of everything that shapes the reply."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection

from evalhub.connections.chat import ChatReply, ChatRequest, ReplyMode
from runs.bulk import storable_json
from runs.choices import CacheKind, CachePolicy
from runs.models import CacheEntry, Run

JsonValue = Any


@dataclass(frozen=True, slots=True)
class Entry:
    """A reply to be kept, under the hash of its request."""

    kind: CacheKind
    key_hash: str
    reply: Mapping[str, JsonValue]


def key_of(*, base_url: str, defaults: Mapping[str, JsonValue], request: Mapping[str, JsonValue], repeat: int) -> str:
    """The hash of all that shapes a reply: where it is asked, what the connection adds, what is said, which time."""
    parts = {"base_url": base_url.rstrip("/"), "defaults": dict(defaults), "request": dict(request), "repeat": repeat}
    try:
        text = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a lone surrogate, or a whole number of more than 64 bits
        text = json.dumps(parts, sort_keys=True).encode()
    return hashlib.sha256(text).hexdigest()


def chat_request(request: ChatRequest) -> dict[str, JsonValue]:
    """The parts of a chat request that shape its reply."""
    return {
        "model": request.model,
        "messages": [dict(message) for message in request.messages],
        "parameters": dict(request.parameters),
        "schema": request.schema,
    }


def reply_to_keep(reply: ChatReply) -> dict[str, JsonValue]:
    """A chat reply as the cache holds it."""
    return {
        "text": reply.text,
        "model": reply.model,
        "input_tokens": reply.input_tokens,
        "output_tokens": reply.output_tokens,
        "milliseconds": reply.milliseconds,
        "mode": reply.mode,
        "sent": dict(reply.sent),
        "tool_calls": list(reply.tool_calls),
    }


def kept_reply(kept: Mapping[str, JsonValue]) -> ChatReply:
    """A chat reply from the cache: it costs nothing now and says what it once took."""
    return ChatReply(
        text=kept["text"],
        model=kept["model"],
        input_tokens=kept["input_tokens"],
        output_tokens=kept["output_tokens"],
        cost=Decimal(0),
        milliseconds=kept["milliseconds"],
        mode=ReplyMode(kept["mode"]),
        sent=kept["sent"],
        tool_calls=kept["tool_calls"],
        is_cached=True,
    )


def find_entries(run: Run, *, kind: CacheKind, key_hashes: Collection[str]) -> dict[str, JsonValue]:
    """What the run's team has kept under the hashes."""
    entries = CacheEntry.objects.filter(team_id=run.project.team_id, kind=kind, key_hash__in=key_hashes)
    return dict(entries.values_list("key_hash", "reply"))


def store_entries(run: Run, entries: Sequence[Entry]) -> None:
    """Keep the replies for later runs, as the run's policy has it. Runs in the transaction that writes the scores."""
    if not entries or run.cache_policy == CachePolicy.NO_CACHE:
        return
    # In the order of their keys: two workers that keep the same replies wait for each other and do not lock up.
    unique = sorted({(entry.kind, entry.key_hash): entry for entry in entries}.values(), key=lambda one: one.key_hash)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_cacheentry (team_id, kind, key_hash, reply, created_at, used_at)"
            " SELECT %s, kind, key_hash, reply::jsonb, now(), now()"
            " FROM unnest(%s::text[], %s::text[], %s::text[]) AS kept(kind, key_hash, reply)"
            " ON CONFLICT (team_id, kind, key_hash)"
            " DO UPDATE SET reply = excluded.reply, created_at = now(), used_at = now()",
            [
                run.project.team_id,
                [entry.kind.value for entry in unique],
                [entry.key_hash for entry in unique],
                [storable_json(entry.reply).decode() for entry in unique],
            ],
        )
