"""Agents in this vendor's shape."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid5

from evalhub.connections.models import Connection
from evalhub.facades.gradient.agents import fields_of
from evalhub.facades.gradient.translate.words import NO_RETRIEVAL, moment
from runs.models import Target

_PROVIDERS = {"anthropic.com": "MODEL_PROVIDER_ANTHROPIC", "do-ai.run": "MODEL_PROVIDER_DIGITALOCEAN"}


def agent_object(agent: Target, *, url: str) -> dict[str, Any]:
    """The agent; `url` is where people look at it."""
    fields = fields_of(agent)
    created_at, updated_at = moment(agent.created_at), moment(agent.updated_at)
    return {
        "uuid": str(agent.uuid),
        "name": agent.name,
        "description": agent.description,
        "instruction": fields.get("instruction", ""),
        "model": _model(agent),
        "region": fields.get("region") or "local",
        "project_id": fields.get("project_id"),
        "tags": agent.tags,
        **{name: fields.get(name) for name in ("temperature", "top_p", "max_tokens", "k")},
        "retrieval_method": fields.get("retrieval_method") or NO_RETRIEVAL,
        "provide_citations": fields.get("provide_citations", False),
        "conversation_logs_enabled": fields.get("conversation_logs_enabled", False),
        "created_at": created_at,
        "updated_at": updated_at,
        "user_id": str(agent.created_by_id or 0),
        "version_hash": version_hash(agent),
        "url": url,
        "deployment": {
            "uuid": str(uuid5(agent.uuid, "deployment")),
            "name": agent.name,
            "url": url,
            "status": "STATUS_RUNNING",
            "visibility": "VISIBILITY_PRIVATE",
            "created_at": created_at,
            "updated_at": updated_at,
        },
    }


def version_hash(agent: Target) -> str:
    """Another one after every update, also of what does not shape answers."""
    return hashlib.sha256(f"{agent.uuid} {agent.updated_at.isoformat()}".encode()).hexdigest()


def model_object(connection: Connection) -> dict[str, Any]:
    """A connection as a model that agents may use."""
    return {
        "id": connection.default_model,
        "uuid": str(connection.uuid),
        "name": f"{connection.default_model} ({connection.name})",
        "created_at": moment(connection.created_at),
        "updated_at": moment(connection.created_at),
        "is_foundational": True,
        "upload_complete": True,
        "url": connection.base_url,
        "parent_uuid": None,
        "version": {"major": 1, "minor": 0, "patch": 0},
    }


def _model(agent: Target) -> dict[str, Any] | None:
    connection = agent.connection
    if connection is None:
        return None
    host = urlsplit(connection.base_url).hostname or ""
    provider = next((name for end, name in _PROVIDERS.items() if host.endswith(end)), "MODEL_PROVIDER_OPENAI")
    return {
        "uuid": str(connection.uuid),
        "name": agent.model_in_force or connection.name,
        "inference_name": agent.model_in_force or connection.name,
        "provider": provider,
        "is_foundational": True,
        "created_at": moment(connection.created_at),
    }
