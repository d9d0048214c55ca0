"""Finding text in a run's inputs, outputs and explanations, slice by slice, so that no search holds up a page.

A search reads every body once, which takes seconds at a million items. It is therefore cut after a given patience,
keeps what it found, and goes on from there when it is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import cast

import numpy as np
from django.db import OperationalError, connection, transaction
from numpy.typing import NDArray
from psycopg.errors import QueryCanceled

from runs.filters import TextField
from runs.models import Run

FIRST_SLICE = 2_000
LARGEST_SLICE = 64_000
# A slice with unusually long bodies is given up after this long and tried again smaller.
SLICE_TIMEOUT_MS = 2_000

# Why no index: trigrams of 100,000 outputs take 18 s to write (0.4 s without), more than the run itself, and a common
# word is found no faster by them. One statement a field; each is fenced, because the planner, sure that a pattern is
# rare, would read the whole table for every slice. The places come packed as big-endian integers, which NumPy reads.
_PLACES = "SELECT string_agg(int4send(place::int), ''::bytea) FROM ({}) AS found"
_SLICE = "run_id = %(run)s AND ordinal >= %(start)s AND ordinal < %(stop)s"
# Marked S608: nothing but constants is put together here; what people typed travels as parameters.
_BY_OUTPUT = f"""
    SELECT ordinal * %(repeats)s + repeat AS place FROM runs_runitem WHERE {_SLICE} AND output {{matches}}"""  # noqa: S608
_BY_INPUT = f"""
    SELECT answered.place FROM
    (SELECT ordinal * %(repeats)s + repeat AS place, item_id FROM runs_runitem WHERE {_SLICE} OFFSET 0) AS answered,
    LATERAL (SELECT input FROM runs_item WHERE id = answered.item_id OFFSET 0) AS item WHERE item.input {{matches}}"""  # noqa: S608
_BY_EXPLANATION = f"""
    SELECT place FROM (
        WITH answered AS MATERIALIZED
        (SELECT id, ordinal * %(repeats)s + repeat AS place FROM runs_runitem WHERE {_SLICE})
        SELECT answered.place FROM answered JOIN runs_score score ON score.run_item_id = answered.id
        WHERE score.run_id = %(run)s AND score.explanation {{matches}}
        AND score.run_item_id BETWEEN (SELECT min(id) FROM answered) AND (SELECT max(id) FROM answered)
    ) AS explained"""  # noqa: S608
_QUERIES = {TextField.INPUT: _BY_INPUT, TextField.OUTPUT: _BY_OUTPUT, TextField.EXPLANATION: _BY_EXPLANATION}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is searched: one state of a run, and how its places are counted."""

    run_id: int
    version: tuple[int, ...]
    ordinals: int
    repeats: int


class TextSearch:
    """One search over one state of a run: what was found so far, and how far it has come."""

    def __init__(self, shape: _Shape, *, text: str, within: tuple[TextField, ...]) -> None:
        self.ordinals = shape.ordinals
        self.searched = 0
        self.found: NDArray[np.bool_] = np.zeros(shape.ordinals * shape.repeats, dtype=np.bool_)
        self._lock = Lock()
        self._slice = FIRST_SLICE
        fields = " UNION ALL ".join(_QUERIES[field].format(matches=_matches()) for field in within)
        self._statement = _PLACES.format(fields)
        self._parameters: dict[str, int | str] = {
            "run": shape.run_id,
            "repeats": shape.repeats,
            "pattern": f"%{_escaped(text)}%",
        }

    @property
    def is_complete(self) -> bool:
        return self.searched >= self.ordinals

    def advance(self, patience: float | None) -> None:
        """Search on for about `patience` seconds, at least one slice; to the end when it is None."""
        began = monotonic()
        with self._lock:
            while not self.is_complete:
                self._take_slice(patience)
                if patience is not None and monotonic() - began >= patience:
                    return

    def _take_slice(self, patience: float | None) -> None:
        stop = min(self.ordinals, self.searched + self._slice)
        began = monotonic()
        try:
            places = self._places(stop, is_bounded=patience is not None and self._slice > 1)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            self._slice = max(1, self._slice // 8)
            return
        self.found[places] = True
        self.searched = stop
        if patience is None or monotonic() - began < patience / 4:
            self._slice = min(LARGEST_SLICE, self._slice * 2)

    def _places(self, stop: int, *, is_bounded: bool) -> NDArray[np.int32]:
        parameters = {**self._parameters, "start": self.searched, "stop": stop}
        with transaction.atomic(), connection.cursor() as cursor:
            if is_bounded:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(SLICE_TIMEOUT_MS)])
            cursor.execute(self._statement, parameters)
            packed = cast(tuple[bytes | None], cursor.fetchone())[0]
        return np.frombuffer(packed or b"", dtype=">i4").astype(np.int32)


def text_search(run: Run, *, version: tuple[int, ...], text: str, within: tuple[TextField, ...]) -> TextSearch:
    """The search, taken up where it stood when the same was asked of the same state (`version`) of the run."""
    shape = _Shape(run_id=run.pk, version=version, ordinals=run.item_count // run.repeats, repeats=run.repeats)
    return _search(shape, text, within)


@lru_cache(maxsize=16)
def _search(shape: _Shape, text: str, within: tuple[TextField, ...]) -> TextSearch:
    return TextSearch(shape, text=text, within=within)


def _matches() -> str:
    """Without regard to case by Unicode's rules; from PostgreSQL 17 in the collation that is four times as quick."""
    return f"{'COLLATE pg_c_utf8 ' if _is_from_17() else ''}ILIKE %(pattern)s"


def _is_from_17() -> bool:
    return int(connection.get_database_version()[0]) >= 17


def _escaped(text: str) -> str:
    """The text with LIKE's own signs made plain."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def forget() -> None:
    """Drop the searches of this process."""
    _search.cache_clear()
