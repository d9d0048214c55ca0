"""What can go wrong between a program and EvalHub, in one family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ClientError(Exception):
    """Base of all errors of the client; its text is a sentence for people."""


class Misused(ClientError):
    """The caller asked for something that cannot be asked for so."""


class Unreachable(ClientError):
    """EvalHub did not answer, or what answered is no EvalHub."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was sent; `field` is the way to it, as in `rows.3.input`."""

    field: str
    code: str
    detail: str


class Refused(ClientError):
    """EvalHub answered with an error. `code` is for programs, `detail` for people, `field` names the part at fault."""

    def __init__(
        self, *, status: int, code: str, detail: str, field: str | None = None, faults: Sequence[Fault] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.faults = tuple(faults)


class NoAccess(Refused):
    """The key is unknown, over, or may not do this."""


class NotFound(Refused):
    """There is no such thing, or the key does not reach it."""
