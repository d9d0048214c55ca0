"""What a method of an address asks for."""

from __future__ import annotations

from dataclasses import dataclass

from evalhub.accounts.access import Right


@dataclass(frozen=True, slots=True)
class Door:
    """The right that each method asks for; None where there is no such method."""

    get: Right | None = None
    post: Right | None = None
    patch: Right | None = None
    put: Right | None = None
    delete: Right | None = None


SEEN = Door(get=Right.VIEW)


def form(right: Right) -> Door:
    """A page with a form: whoever may not send it is not shown it."""
    return Door(get=right, post=right)


def button(right: Right) -> Door:
    return Door(post=right)
