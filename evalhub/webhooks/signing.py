"""Secrets and signatures by the Standard Webhooks specification. No Django here."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer

_SECRET_BYTES = 32


def new_secret() -> str:
    """A signing secret in the form that receivers' libraries take."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(*, secret: str, message_id: str, body: str, now: datetime | None = None) -> dict[str, str]:
    """The three headers that let a receiver see who sent the body, and when."""
    at = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(secret).sign(message_id, at, body),
    }
