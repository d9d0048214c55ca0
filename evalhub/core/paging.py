"""Pages of a list that is counted: which rows, and the addresses of the pages before and after."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from evalhub.core.addresses import with_query


@dataclass(frozen=True, slots=True)
class Page:
    """One page, counted from 1. A number past the end is the last page."""

    number: int
    size: int
    total: int
    query: QueryDict

    @classmethod
    def of(cls, query: QueryDict, *, number: int, size: int, total: int) -> Page:
        return cls(min(number, max(-(-total // size), 1)), size, total, query)

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)

    @property
    def previous_href(self) -> str:
        return with_query(self.query, page=self.number - 1) if self.number > 1 else ""

    @property
    def next_href(self) -> str:
        return with_query(self.query, page=self.number + 1) if self.last < self.total else ""
