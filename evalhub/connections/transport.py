"""One HTTP exchange with an endpoint at the address it was resolved to; alone knows the libraries that speak HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass

import aiohttp
import httpx2
import openai

from evalhub.connections.chat import CallFailed, CallFault, JsonValue
from evalhub.connections.endpoint import Endpoint
from evalhub.connections.hosts import AllowedHosts, host_and_port, resolve

KEY_HEADER = "Authorization"
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Addresses:
    """The addresses of a host, found once; calls go to the first, and to the next one when it cannot be reached."""

    def __init__(self, host: str, addresses: list[str]) -> None:
        self._host = host
        self._addresses = addresses

    @property
    def count(self) -> int:
        return len(self._addresses)

    async def pin(self, request: httpx2.Request) -> None:
        """Send the request to the known address, under the host's own name for TLS and in the `Host` header."""
        request.url = request.url.copy_with(host=self._addresses[0])
        request.extensions = {**request.extensions, "sni_hostname": self._host}

    def move_on(self) -> None:
        self._addresses.append(self._addresses.pop(0))


class Transport:
    """Sends requests to one endpoint. Answers of any status are answers; all else raises `CallFailed`."""

    def __init__(self, endpoint: Endpoint, http: httpx2.AsyncClient, addresses: Addresses) -> None:
        self._endpoint = endpoint
        self._http = http
        self._addresses = addresses
        # Its own retries are off: they know neither our limits nor those of other calls.
        self._openai = openai.AsyncOpenAI(
            api_key=endpoint.api_key or "none",
            base_url=endpoint.base_url,
            http_client=http,
            max_retries=0,
        )
        self._headers = {} if endpoint.api_key else {"Authorization": openai.Omit()}
        # Read from the environment by the library, and none of this endpoint's business.
        self._openai.organization = self._openai.project = None

    async def chat(self, body: Mapping[str, JsonValue]) -> Answer:
        """Ask for a chat completion. Raises `CallFailed`."""
        with self._translated():
            async with asyncio.timeout(self._endpoint.timeout_seconds):
                try:
                    # The bare response: building the library's objects takes more than twice the time.
                    response = await self._openai.post(
                        "/chat/completions", body=body, cast_to=httpx2.Response, options={"headers": self._headers}
                    )
                except openai.APIStatusError as error:
                    response = error.response
                return _answer(response)

    async def send(self, *, method: str, path: str, body: JsonValue, headers: Mapping[str, str]) -> Answer:
        """Send JSON, or nothing where the body is None, to a path below the base URL. Raises `CallFailed`."""
        url = f"{self._endpoint.base_url.rstrip('/')}/{path.lstrip('/')}" if path else self._endpoint.base_url
        with self._translated():
            async with asyncio.timeout(self._endpoint.timeout_seconds):
                return _answer(await self._http.request(method, url, json=body, headers=headers))

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        endpoint = self._endpoint
        try:
            with translated(endpoint.name, endpoint.base_url, addresses=self._addresses):
                yield
        except TimeoutError:
            seconds = f"{endpoint.timeout_seconds:g}"
            raise CallFailed(CallFault.TIMED_OUT, f"{endpoint.name} did not answer within {seconds} seconds.") from None


@contextlib.contextmanager
def translated(name: str, url: str, *, addresses: Addresses) -> Iterator[None]:
    """Raise what the libraries raise as `CallFailed`, in a sentence about whom people know by `name`."""
    try:
        yield
    except (openai.APIConnectionError, httpx2.TransportError) as error:
        raise _broken(error, name=name, url=url, addresses=addresses) from None


def _broken(error: BaseException, *, name: str, url: str, addresses: Addresses) -> CallFailed:
    """The library calls every lost connection a time-out, so its cause is asked."""
    causes = list(_causes(error))
    host, port = host_and_port(url)
    if any(isinstance(cause, aiohttp.ClientSSLError | ssl.SSLError) for cause in causes):
        return CallFailed(CallFault.UNREACHABLE, f"{name} shows no valid certificate for “{host}”.")
    if any(isinstance(cause, aiohttp.ClientConnectorError) for cause in causes):
        addresses.move_on()
        return CallFailed(CallFault.UNREACHABLE, f"{name} cannot be reached at {host}:{port}.")
    if any(isinstance(cause, TimeoutError) for cause in causes):
        addresses.move_on()
        return CallFailed(CallFault.TIMED_OUT, f"{name} did not answer in time.")
    return CallFailed(CallFault.BROKEN_REPLY, f"{name} broke the connection off.")


@contextlib.asynccontextmanager
async def open_transport(endpoint: Endpoint) -> AsyncIterator[Transport]:
    """Resolve the endpoint's host and keep connections to it. Raises `HostRefused`, `CallFailed`."""
    connections = endpoint.max_concurrency
    async with open_http(endpoint.base_url, endpoint.allowed_hosts, max_connections=connections) as (http, addresses):
        yield Transport(endpoint, http, addresses)


@contextlib.asynccontextmanager
async def open_http(
    url: str, allowed: AllowedHosts, *, max_connections: int = 1
) -> AsyncIterator[tuple[httpx2.AsyncClient, Addresses]]:
    """Resolve the host of the address, once, and speak HTTP with nobody else. Raises `HostRefused`, `CallFailed`."""
    host, _port = host_and_port(url)
    addresses = Addresses(host, await resolve(url, allowed))
    http = openai.DefaultAioHttpClient(
        # Certificates as the environment names them (SSL_CERT_FILE), but none of its proxies: they would resolve anew.
        verify=httpx2.create_ssl_context(),
        trust_env=False,
        limits=httpx2.Limits(max_connections=max_connections),
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
        follow_redirects=False,
        event_hooks={"request": [addresses.pin]},
    )
    async with http:
        yield http, addresses


def key_headers(endpoint: Endpoint, name: str) -> dict[str, str]:
    """The endpoint's key in the header of that name, as a bearer token in the usual one; nothing without a key."""
    if not endpoint.api_key:
        return {}
    return {name: f"Bearer {endpoint.api_key}" if name.lower() == KEY_HEADER.lower() else endpoint.api_key}


def _answer(response: httpx2.Response) -> Answer:
    return Answer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        content=response.content,
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
