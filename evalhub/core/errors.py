"""The one family of errors that services raise and every door (page, API, facade, worker) translates."""

from __future__ import annotations


class EvalHubError(Exception):
    """Something a person can act on: a stable `code` for programs and a `message` that says what to do next."""

    status = 500

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class Invalid(EvalHubError):
    """The caller sent something that cannot be used; `field` names the part, where one part is at fault."""

    status = 400


class NotAllowed(EvalHubError):
    """The caller is known but lacks the right."""

    status = 403


class NotFound(EvalHubError):
    """There is no such thing, or the caller may not know that there is."""

    status = 404


class Conflict(EvalHubError):
    """The request is fine but the thing is not in a state for it."""

    status = 409


class TooLarge(EvalHubError):
    """What was sent is over a limit that the message names."""

    status = 413


class UpstreamError(EvalHubError):
    """A service that EvalHub depends on failed; not the caller's fault."""

    status = 502
