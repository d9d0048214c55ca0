"""Making the invisible visible: control characters and direction overrides that would make text lie to its reader."""

from __future__ import annotations

_CONTROLS = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: "\u2421"}
_C1_CONTROLS = {code: f"⟦U+{code:04X}⟧" for code in range(0x80, 0xA0)}
# Embeddings, overrides and isolates reorder what follows them; marks (U+200E, U+200F) do not, and stay.
_DIRECTIONS = {code: f"⟦U+{code:04X}⟧" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
# A lone surrogate cannot be sent as UTF-8.
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_VISIBLE = _CONTROLS | _C1_CONTROLS | _DIRECTIONS | _SURROGATES


def visible(text: str) -> str:
    """The text with every character that hides or reorders others replaced by a sign for it."""
    return text if text.isascii() and text.isprintable() else text.translate(_VISIBLE)
