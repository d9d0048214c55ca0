"""Finding whom a remark names with @: members by their whole name, or by the first part of their mail. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_AT = re.compile(r"(?<![\w.@])@(?=\w)")


def mentioned(body: str, handles: Mapping[str, int]) -> set[int]:
    """The ids of the people named in `body`; `handles` are in small letters, and of two that fit the longer counts."""
    text = body.casefold()
    longest_first = sorted(handles, key=len, reverse=True)
    found = set()
    for at in _AT.finditer(text):
        rest = text[at.end() :]
        fitting = next((handle for handle in longest_first if _begins(rest, handle)), None)
        if fitting is not None:
            found.add(handles[fitting])
    return found


def _begins(text: str, handle: str) -> bool:
    """Whether the text begins with the handle as whole words."""
    after = text[len(handle) : len(handle) + 1]
    return bool(handle) and text.startswith(handle) and not (after.isalnum() or after == "_")


def handles_of(people: Mapping[int, tuple[str, str]]) -> dict[str, int]:
    """What each person is called, from id → (name, mail). A name that two of them share names neither."""
    handles: dict[str, int] = {}
    shared = set()
    for person_id, (name, mail) in people.items():
        for handle in {name.casefold(), mail.casefold(), mail.partition("@")[0].casefold()}:
            if handles.setdefault(handle, person_id) != person_id:
                shared.add(handle)
    return {handle: person_id for handle, person_id in handles.items() if handle and handle not in shared}
