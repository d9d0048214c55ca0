"""How deep JSON is nested, followed block by block: what a parser must not be given, since it pays for each level."""

from __future__ import annotations

from evalhub.core.errors import Invalid

# Far above what a row may have; up to here a parser that spells out the path of every value is still quick.
_DEEPEST = 1_000
_ALL_BUT_SIGNS = bytes(set(range(256)) - set(b'"[]{}'))
_TO_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class Nesting:
    """The depth at the end of all blocks passed so far; brackets in strings do not count."""

    def __init__(self) -> None:
        self._depth = 0
        self._is_in_string = False
        self._held = b""

    def follow(self, block: bytes) -> None:
        """Pass over a block. Raises `Invalid` where it goes deeper than any use has."""
        text = self._held + block
        # An escape may be cut in two.
        slashes = len(text) - len(text.rstrip(b"\\"))
        self._held = b"\\" * (slashes % 2)
        signs = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _ALL_BUT_SIGNS)
        parts = signs.split(b'"')
        outside = b"".join(parts[self._is_in_string :: 2])
        self._is_in_string ^= len(parts) % 2 == 0
        opened = outside.count(b"[") + outside.count(b"{")
        if self._depth + opened > _DEEPEST:
            self._check(outside)
        self._depth += 2 * opened - len(outside)

    def _check(self, signs: bytes) -> None:
        depth = self._depth
        for sign in signs:
            depth += _TO_STEPS[sign]
            if depth > _DEEPEST:
                raise Invalid(
                    "json_too_deep",
                    f"The JSON is nested more than {_DEEPEST:,} levels deep; nothing behind that is read.",
                )
