"""A connection as its client needs it: everything read from the database once, the key in clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings

from evalhub.connections.chat import JsonValue
from evalhub.connections.hosts import AllowedHosts
from evalhub.connections.models import AUTOMATIC_CEILING, AllowedHost, Connection

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible endpoint, ready to be called. Prices are US dollars per million tokens."""

    id: int
    name: str
    base_url: str
    api_key: str = field(repr=False)
    allowed_hosts: AllowedHosts
    default_model: str = ""
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    max_concurrency: int = AUTOMATIC_CEILING
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    timeout_seconds: float = 120.0

    def cost(self, *, input_tokens: int | None, output_tokens: int | None) -> Decimal | None:
        """US dollars for the tokens; None where a price or a count is not known."""
        if self.input_price is None or self.output_price is None or input_tokens is None or output_tokens is None:
            return None
        return (self.input_price * input_tokens + self.output_price * output_tokens) / _MILLION


def endpoint_of(connection: Connection, *, api_key: str | None = None) -> Endpoint:
    """Read the connection for a client, with another key than its own where one is given.

    Raises `Invalid` when the key cannot be decrypted.
    """
    return Endpoint(
        id=connection.pk,
        name=connection.name,
        base_url=connection.base_url,
        api_key=connection.reveal_secret() if api_key is None else api_key,
        allowed_hosts=allowed_hosts(for_lent_keys=connection.takes_lent_keys),
        default_model=connection.default_model,
        parameters=connection.parameters,
        max_concurrency=connection.ceiling,
        requests_per_minute=connection.requests_per_minute,
        tokens_per_minute=connection.tokens_per_minute,
        input_price=connection.input_price,
        output_price=connection.output_price,
        timeout_seconds=connection.timeout_seconds,
    )


def allowed_hosts(*, for_lent_keys: bool = False) -> AllowedHosts:
    """What the environment and the admin site allow, and the host of the judge that the environment names.

    The one endpoint that takes keys of callers is allowed to it alone: a person who sends a key means that host.
    """
    named = [settings.EVALHUB_JUDGE_BASE_URL, settings.EVALHUB_OPENAI_BASE_URL if for_lent_keys else ""]
    hosts = filter(None, (urlsplit(address).netloc.rpartition("@")[2] for address in named))
    listed = AllowedHost.objects.values_list("host", flat=True)
    return AllowedHosts((*settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS, *hosts, *listed))
