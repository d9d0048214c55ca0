"""Which hosts are called, and at which addresses."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any

import pytest

from evalhub.connections.chat import CallFailed, CallFault
from evalhub.connections.hosts import AllowedHosts, HostRefused, resolve
from evalhub.core.loops import run_apart


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("api.example.org", "https://api.example.org/v1"),
        ("api.example.org", "https://API.example.org:8443/v1"),
        ("API.example.org.", "https://api.example.org./v1"),
        ("api.example.org:8443", "https://api.example.org:8443"),
        ("*.example.org", "https://a.b.example.org"),
        ("10.0.0.0/8", "http://10.1.2.3:8000/v1"),
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_listed_host_may_be_called(entry: str, url: str) -> None:
    AllowedHosts(("other.example", entry)).check_address_of(url)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("api.example.org", "https://evil.example/api.example.org"),
        ("api.example.org", "https://api.example.org.evil.example"),
        ("api.example.org", "https://api.example.org@evil.example/"),
        ("api.example.org:443", "https://api.example.org:8443"),
        ("*.example.org", "https://example.org"),
        ("*.example.org", "https://badexample.org"),
        ("10.0.0.0/8", "http://11.0.0.1"),
        ("127.0.0.1", "http://127.0.0.2"),
        ("", "https://api.example.org"),
        ("*", "https://api.example.org"),
        ("api.example.org", "file://api.example.org/etc/passwd"),
        ("api.example.org", "https://api.example.org:99999"),
        ("api.example.org", "api.example.org"),
    ],
)
def test_any_other_is_refused(entry: str, url: str) -> None:
    with pytest.raises(HostRefused):
        AllowedHosts((entry,)).check_address_of(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"])
def test_a_public_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    hosts, found = AllowedHosts(("api.example.org",)), ipaddress.ip_address(address)
    with pytest.raises(HostRefused, match="private address"):
        hosts.check_resolved("api.example.org", found)
    AllowedHosts(("api.example.org", address)).check_resolved("api.example.org", found)


@pytest.mark.parametrize("host", ["vllm", "localhost", "judge.internal", "10.0.0.5"])
def test_a_name_near_by_means_its_private_address(host: str) -> None:
    AllowedHosts((host,)).check_resolved(host, ipaddress.ip_address("10.0.0.5"))


def test_a_public_address_needs_no_further_entry() -> None:
    AllowedHosts(("api.example.org",)).check_resolved("api.example.org", ipaddress.ip_address("93.184.216.34"))


def test_an_unknown_name_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", nobody)
    with pytest.raises(CallFailed, match="not known to the name service") as caught:
        run_apart(resolve("https://api.example.org", AllowedHosts(("api.example.org",))))
    assert caught.value.fault is CallFault.UNREACHABLE
