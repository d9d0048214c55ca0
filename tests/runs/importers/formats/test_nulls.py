"""NaN and Infinity are read as null outside of strings, however the text is cut, and no long string is held."""

from __future__ import annotations

import io

import pytest

from runs.importers.formats.nulls import NullForNan, without_nan

TEXT = rb'{"a": NaN, "b": [-Infinity, Infinity, "NaN \" NaN \\"], "NaN": "\\\"", "c": "Infinity", "d":NaN}'
READ = rb'{"a": null, "b": [null, null, "NaN \" NaN \\"], "NaN": "\\\"", "c": "Infinity", "d":null}'


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 1_000, -1])
def test_every_cut_gives_the_same(size: int) -> None:
    stream = NullForNan(io.BytesIO(TEXT))
    read = b"".join(iter(lambda: stream.read(size), b""))
    assert read == without_nan(TEXT) == READ


def test_a_string_of_any_length_passes_through_piece_by_piece() -> None:
    stream = NullForNan(io.BytesIO(b'["' + b"NaN " * 500_000 + b'", NaN]'))
    pieces = list(iter(lambda: stream.read(65_536), b""))
    assert max(map(len, pieces)) < 140_000
    assert b"".join(pieces[-2:]).endswith(b'NaN ", null]')
