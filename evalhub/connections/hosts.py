"""Which hosts may be called, and at which addresses. No Django here."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from evalhub.connections.chat import CallFailed, CallFault

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Names that can only mean a machine near by; whoever lists one means its private address.
_NEAR_BY = (".local", ".internal", ".lan", ".localhost", ".home.arpa")


class HostRefused(CallFailed):
    """The call was not made: an admin has not allowed its host."""

    def __init__(self, message: str) -> None:
        super().__init__(CallFault.HOST_NOT_ALLOWED, message)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The admin's list: names, `*.example.org` for every name below one, addresses, and networks as `10.0.0.0/8`.

    A name may be followed by a port, which then is the only one allowed.
    """

    entries: tuple[str, ...]

    def check_address_of(self, url: str) -> None:
        """Raise `HostRefused` unless the list has the host of this address. Nothing is resolved."""
        host, port = host_and_port(url)
        if not any(_names(entry, host, port) for entry in self.entries) and not self._has_network_of(host):
            raise HostRefused(
                f"The host “{host}” is not allowed; an admin can add it to EVALHUB_ALLOWED_ENDPOINT_HOSTS "
                "or to the allowed hosts on the admin site."
            )

    def check_resolved(self, host: str, address: Address) -> None:
        """Raise `HostRefused` when the name leads to a private address that nobody listed."""
        if address.is_global or self._has_network_of(str(address)):
            return
        if "." not in host or host.endswith(_NEAR_BY) or _address(host) is not None:
            return
        raise HostRefused(
            f"“{host}” leads to the private address {address}; an admin can allow it by adding the address "
            "itself to the allowed hosts."
        )

    def _has_network_of(self, host: str) -> bool:
        address = _address(host)
        return address is not None and any(
            address in network for entry in self.entries if (network := _network(entry)) is not None
        )


async def resolve(url: str, allowed: AllowedHosts) -> list[str]:
    """The addresses at which the host may be called, looked up once. Raises `HostRefused`, `CallFailed`."""
    allowed.check_address_of(url)
    host, port = host_and_port(url)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise CallFailed(
            CallFault.UNREACHABLE, f"The host “{host}” is not known to the name service; check the address."
        ) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        allowed.check_resolved(host, ipaddress.ip_address(address))
    return addresses


def host_and_port(url: str) -> tuple[str, int]:
    """The host in small letters and the port, the scheme's own where none is written. Raises `HostRefused`."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise HostRefused(f"“{url}” is not an address that can be called.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise HostRefused("Only addresses that begin with https:// or http:// can be called.")
    return parts.hostname.lower().rstrip("."), port


def _names(entry: str, host: str, port: int) -> bool:
    name, _, listed_port = (
        entry.strip().lower().rpartition(":") if _has_port(entry) else (entry.strip().lower(), "", "")
    )
    if listed_port and int(listed_port) != port:
        return False
    name = name.strip("[]").rstrip(".")
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _has_port(entry: str) -> bool:
    name, colon, port = entry.strip().rpartition(":")
    return bool(colon) and port.isdigit() and (":" not in name or name.startswith("["))


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry.strip(), strict=False)
    except ValueError:
        return None


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
