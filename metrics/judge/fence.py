"""The fence around an item's texts in a judge's prompt: nothing in a text can look like its end or like a turn."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

MARK_LENGTH = 12
# Put before a line of the material that imitates the fence.
DEFUSED = "¦ "

_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# There to be read by a model and not by a person: zero-width, direction of writing, tag characters.
_UNSEEN = re.compile("[\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# What chat templates put between turns. Some servers take it for that wherever it stands.
_TURN_TOKENS = re.compile(
    r"<(?=[|\uff5c]|/?s>|<\s*/?SYS\s*>>|(?:start|end)_of_turn>|/?(?:bos|eos|pad)>)|\[(?=/?INST\])", re.IGNORECASE
)
_SYMBOLS_BEFORE_A_WORD = re.compile(r"((?:[^\w\s]|_){3}[^\w\n]*)(\S{0,24})")
_FIRST_WORD = re.compile("(?:begin|end)(?![a-z])")
# Symbols and, in lower case, Cyrillic, Greek and other letters that are drawn like those of the fence.
_LOOK_ALIKES = str.maketrans(
    {
        **dict.fromkeys(
            "\u2550\ua78a\u1400\u30a0\u2e40\u3013\u2261\u2263\u2500\u2501\u2504\u254c\u223c\u2248_~\u00af\u203e", "="
        ),
        **dict.fromkeys("\u0432\u03b2\u13f4\ua4d0\u0253\u0184", "b"),
        **dict.fromkeys("\u0435\u03b5\u13ac\ua4f0\u0454", "e"),
        **dict.fromkeys("\u050d\u13c0\ua4d6\u0261", "g"),
        **dict.fromkeys("\u0456\u03b9\u04cf\ua4f2\u0131\u01c0l|1", "i"),
        **dict.fromkeys("\u03bd\ua4e0\u043f\u03b7\u0274", "n"),
        **dict.fromkeys("\u13a0\ua4d3\u0501", "d"),
    }
)


# Every metric of an item shows a judge the same texts.
@lru_cache(maxsize=128)
def neutralised(text: str) -> str:
    """The text as a person would read it, with nothing in it that ends a line unseen, a turn, or the fence."""
    text = _LINE_BREAKS.sub("\n", _UNPRINTABLE.sub("\ufffd", _UNSEEN.sub("", text)))
    text = _TURN_TOKENS.sub(lambda found: found[0] + " ", text)
    return "\n".join(DEFUSED + line if _imitates_fence(line) else line for line in text.split("\n"))


def mark_of(texts: Iterable[str]) -> str:
    """The mark of a prompt's fences: follows from all the texts, so it can be foreseen by none, and is in none."""
    texts = list(texts)
    seed = "".join(f"{len(text)}:{text}" for text in texts).encode(errors="surrogatepass")
    while True:
        seed = hashlib.sha256(seed).digest()
        mark = seed.hex()[:MARK_LENGTH]
        if not any(mark in text for text in texts):
            return mark


def fenced(title: str, text: str, *, mark: str) -> str:
    """The text between two lines that carry the mark."""
    return f"=====BEGIN {title} {mark}=====\n{text}\n=====END {title} {mark}====="


def _imitates_fence(line: str) -> bool:
    return any(
        "===" in _folded(found[1]) and _FIRST_WORD.match(_folded(found[2]))
        for found in _SYMBOLS_BEFORE_A_WORD.finditer(line)
    )


def _folded(text: str) -> str:
    """Letters of every width and case as one, look-alikes as what they look like, unseen characters left out."""
    kinds = ((character, unicodedata.category(character)) for character in unicodedata.normalize("NFKC", text))
    return (
        "".join("=" if kind == "Pd" else one for one, kind in kinds if kind != "Cf").casefold().translate(_LOOK_ALIKES)
    )
