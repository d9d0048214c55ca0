"""Cutting texts into words, so that two of them can be compared by their words."""

from __future__ import annotations

import re
import string

# Scripts that put no spaces between words: each of their characters is taken as a word of its own.
_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")
_PRINTED_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+(?:['’-][^\W_{_SPACELESS}]+)*")
_SPACELESS_CHARACTER = re.compile(f"([{_SPACELESS}])")
_ARTICLE = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def words(text: str) -> list[str]:
    """Runs of letters and digits in lower case, as ROUGE counts them."""
    return _WORD.findall(text.lower())


def answer_words(text: str) -> list[str]:
    """What SQuAD's normalisation leaves: lower case, no punctuation, no articles, cut at spaces."""
    bare = _ARTICLE.sub(" ", text.lower().translate(_NO_PUNCTUATION))
    return _SPACELESS_CHARACTER.sub(r" \1 ", bare).split()


def count_words(text: str) -> int:
    """Words as people count them: “isn't” and “well-kept” are one each."""
    return sum(1 for _ in _PRINTED_WORD.finditer(text))
