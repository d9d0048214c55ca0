"""Where EvalHub answers, and the claim that keeps two of it off one data folder."""

import contextlib
import fcntl
import http.client
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evalhub.launch.errors import LaunchError

_EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True)
class Address:
    """A host to bind to, and a port."""

    host: str
    port: int

    @property
    def local_host(self) -> str:
        """The name under which this machine itself reaches it."""
        return "127.0.0.1" if self.host in _EVERYWHERE else self.host

    @property
    def url(self) -> str:
        host = "localhost" if self.local_host == "127.0.0.1" else self.local_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


def read_address(environment: Mapping[str, str]) -> Address:
    """The address chosen by EVALHUB_HOST and EVALHUB_PORT."""
    chosen = environment.get("EVALHUB_PORT", "") or "8000"
    if not (chosen.isascii() and chosen.isdigit() and 0 < int(chosen) < 65536):
        raise LaunchError(f"EVALHUB_PORT is {chosen!r}; it must be a number from 1 to 65535.")
    return Address(host=environment.get("EVALHUB_HOST", "") or "127.0.0.1", port=int(chosen))


def require_free(address: Address) -> None:
    """Raise the one clear sentence when another program listens there already."""
    try:
        family, _, _, _, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the web server does: the remains of closed connections do not make a port taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise LaunchError(
            f"EvalHub cannot listen on {address.host}:{address.port}: {(error.strerror or str(error)).lower()}."
            " Choose another port with EVALHUB_PORT, or stop what uses this one."
        ) from error


def answers(address: Address) -> bool:
    """Whether the web server says that it is well."""
    connection = http.client.HTTPConnection(address.local_host, address.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def claim_data_dir(data: Path, address: Address) -> Iterator[None]:
    """Hold the data folder; the kernel lets go when this process ends, however it does."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        claim = (data / "up.json").open("a+")
    except OSError as error:
        raise LaunchError(
            f"The data folder {data} cannot be written: {(error.strerror or str(error)).lower()}."
            " Choose another with EVALHUB_DATA_DIR."
        ) from error
    with claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.seek(0)
            raise LaunchError(_already_runs(data, claim.read())) from None
        claim.truncate(0)
        json.dump({"address": address.url, "pid": os.getpid()}, claim)
        claim.flush()
        yield


def _already_runs(data: Path, written: str) -> str:
    with contextlib.suppress(ValueError, KeyError):
        said = json.loads(written)
        return f"EvalHub already runs on {data}: {said['address']} (process {said['pid']})."
    return f"EvalHub is just starting on {data} already."
