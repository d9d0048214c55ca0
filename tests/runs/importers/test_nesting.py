"""Nesting is followed exactly, however the text is cut into blocks."""

from __future__ import annotations

import pytest

from evalhub.core.errors import Invalid
from runs.importers.nesting import Nesting


def follow(text: bytes, *, step: int) -> None:
    nesting = Nesting()
    for start in range(0, len(text), step):
        nesting.follow(text[start : start + step])


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_what_is_deep_is_refused(step: int) -> None:
    follow(b'{"a": ' + b"[" * 999 + b"]" * 999 + b"}", step=step)
    with pytest.raises(Invalid, match="1,000 levels"):
        follow(b'{"a": ' + b"[" * 1_000, step=step)


@pytest.mark.parametrize("step", [1, 2, 3, 100_000])
@pytest.mark.parametrize("quoted", [b'"%s"', b'"\\"%s"', b'"\\\\\\"%s\\\\"', b'"\\n%s\\u005b\\\\"'])
def test_brackets_in_strings_count_for_nothing(step: int, quoted: bytes) -> None:
    follow(b"[" + quoted % (b"[" * 2_000) + b"]", step=step)
    with pytest.raises(Invalid):
        follow(b"[" + quoted % (b"]" * 2_000) + b"," + b"[" * 1_000, step=step)


def test_many_shallow_lists_are_not_deep() -> None:
    follow(b"[" + b"[]," * 50_000 + b"[]]", step=64)
