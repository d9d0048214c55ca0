"""Ids that leave the server: UUIDs beside the integer keys that pages and joins use."""

from __future__ import annotations

import hashlib
import uuid

from django.db import models


def public_id() -> models.UUIDField[uuid.UUID, uuid.UUID]:
    """A unique UUID column for things that programs name by id."""
    return models.UUIDField(default=uuid.uuid4, unique=True, editable=False)


def hash64(*parts: str) -> int:
    """A signed 64-bit hash of the parts, the same on every machine, for pairing and for bigint columns."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return int.from_bytes(digest.digest(), "big", signed=True)
