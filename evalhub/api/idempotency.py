"""`Idempotency-Key`: a request that is sent twice with one key is carried out once and answered alike both times.

After draft-ietf-httpapi-idempotency-key-header: another request under a used key is answered 422, one that comes while
the first is still being carried out 409. Only answers that made something are kept; after an error nothing was made, so
the same request is tried anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.models import User
from evalhub.api.models import LONGEST_KEY, KeptAnswer
from evalhub.core.errors import Conflict, EvalHubError, Invalid
from evalhub.core.ids import hash64

HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("Location",)


class KeyReused(EvalHubError):
    """The key belongs to another request."""

    status = 422


@dataclass(frozen=True, slots=True)
class Once:
    """Who sent which request under which key."""

    person: User
    key: str
    fingerprint: str


def key_of(request: Request) -> str | None:
    """The key that the request names, with or without the quotes of a structured field. Raises `Invalid`."""
    said = request.headers.get(HEADER)
    if said is None:
        return None
    key = said.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Invalid(
            "idempotency_key_invalid",
            f"An {HEADER} has 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID.",
            field=HEADER,
        )
    return key


def fingerprint_of(request: Request, body: bytes) -> str:
    """What tells this request from others: its method, address and body; not how long it waits for an answer."""
    query = request.query_params.copy()
    query.pop("wait", None)
    parts = (str(request.method).encode(), f"{request.path}?{query.urlencode()}".encode(), body)
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def canonical(parsed: object) -> bytes:
    """A parsed JSON body, the same bytes for the same content."""
    return json.dumps(parsed, sort_keys=True, default=str).encode()


@transaction.atomic
def answer_once(once: Once, make: Callable[[], Response]) -> Response:
    """The kept answer of the key, or that of `make`, kept in the same transaction as what it wrote.

    Raises `KeyReused`, and `Conflict` while the first request of the key is not answered yet.
    """
    if not _is_held(once):
        raise Conflict("idempotency_key_busy", f"The first request with this {HEADER} is still being carried out.")
    kept = KeptAnswer.objects.current().filter(user=once.person, key=once.key).first()
    if kept is None:
        response = make()
        _keep(once, response)
        return response
    if kept.fingerprint != once.fingerprint:
        raise KeyReused(
            "idempotency_key_reused",
            f"This {HEADER} was used for another request within the last day; send every new request with a new one.",
            field=HEADER,
        )
    return Response(kept.body, status=kept.status, headers=kept.headers)


def _is_held(once: Once) -> bool:
    """Hold the key to the end of the transaction; False when another request holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(once.person, once.key)])
        return bool(cursor.fetchone()[0])


def lock_number(person: User, key: str) -> int:
    """The number by which the database knows that the key is in use."""
    return hash64("idempotency", str(person.pk), key)


def _keep(once: Once, response: Response) -> None:
    if response.status_code >= 400:
        return
    KeptAnswer.objects.forget_old()
    KeptAnswer.objects.update_or_create(
        user=once.person,
        key=once.key,
        defaults={
            "fingerprint": once.fingerprint,
            "status": response.status_code,
            "headers": {name: response[name] for name in _KEPT_HEADERS if name in response},
            "body": response.data,
        },
    )
