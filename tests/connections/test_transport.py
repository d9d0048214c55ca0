"""Calls go to the address that was resolved first, under the host's own name, over TLS that is checked."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from evalhub.connections.chat import CallFailed
from evalhub.connections.client import open_client
from evalhub.connections.endpoint import Endpoint
from evalhub.connections.hosts import AllowedHosts
from evalhub.core.loops import run_apart
from tests.connections.endpoints import QUICK, ask_all, make_request
from tests.stub_endpoint import StubEndpoint

NAME = "judge.internal"


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were looked up; the first answer is the stub's address, and any later one nobody's."""
    asked: list[str] = []

    async def getaddrinfo(_loop: object, host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.99"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


def endpoint_named(base_url: str) -> Endpoint:
    return Endpoint(id=2, name="Judge", base_url=base_url, api_key="key", allowed_hosts=AllowedHosts((NAME,)))


def ask_twice(endpoint: Endpoint) -> list[Any]:
    async def run() -> list[Any]:
        async with open_client(endpoint, policy=QUICK) as client:
            return [*await ask_all(client, [make_request()]), *await ask_all(client, [make_request()])]

    return run_apart(run())


def test_a_name_is_looked_up_once_and_stays_in_the_host_header(stub: StubEndpoint, lookups: list[str]) -> None:
    replies = ask_twice(endpoint_named(f"http://{NAME}:{stub.port}/v1"))
    assert not [reply for reply in replies if isinstance(reply, Exception)]
    assert lookups == [NAME]
    assert {headers["Host"] for headers in stub.headers} == {f"{NAME}:{stub.port}"}


@pytest.fixture
def secure_stub(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StubEndpoint]:
    """A stub with a certificate for the name in the test's parameter, signed by itself and trusted."""
    certificate = make_certificate(tmp_path, request.param)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with StubEndpoint(tls=context) as stub:
        yield stub


def make_certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "certificate.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(pem))
    return path


@pytest.mark.parametrize("secure_stub", [NAME], indirect=True)
def test_the_certificate_is_checked_for_the_name_not_for_the_address(
    secure_stub: StubEndpoint, lookups: list[str]
) -> None:
    replies = ask_twice(endpoint_named(f"https://{NAME}:{secure_stub.port}/v1"))
    assert not [reply for reply in replies if isinstance(reply, Exception)]
    assert secure_stub.counts["ok"] == 2


@pytest.mark.parametrize("secure_stub", ["other.internal"], indirect=True)
def test_a_certificate_for_another_name_is_refused(secure_stub: StubEndpoint, lookups: list[str]) -> None:
    failure = ask_twice(endpoint_named(f"https://{NAME}:{secure_stub.port}/v1"))[0]
    assert isinstance(failure, CallFailed)
    assert "certificate" in failure.message
    assert secure_stub.calls == 0
