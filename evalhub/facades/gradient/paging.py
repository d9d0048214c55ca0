"""Pages of the lists that have them: counted from 1, with the addresses of the pages around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet
from rest_framework.request import Request

from evalhub.core.addresses import with_query
from evalhub.core.errors import Invalid
from evalhub.facades.gradient.addresses import whole_address

ON_PAGE = 20
MOST_ON_PAGE = 200
_LARGEST = 2**31 - 1

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a list is asked for; a page past the end has no rows."""

    request: Request
    number: int
    size: int

    @classmethod
    def of(cls, request: Request) -> Page:
        """Read the address. Raises `Invalid` for what is no page."""
        size = _number(request, "per_page", ON_PAGE)
        if size > MOST_ON_PAGE:
            raise Invalid("per_page_invalid", f"per_page must be at most {MOST_ON_PAGE}.", field="per_page")
        return cls(request, _number(request, "page", 1), size)

    def rows(self, found: QuerySet[Any, Row] | Sequence[Row]) -> list[Row]:
        start = (self.number - 1) * self.size
        return list(found[start : start + self.size])

    def around(self, total: int) -> dict[str, Any]:
        """The `meta` and `links` of the answer."""
        pages = max(1, -(-total // self.size))
        numbers: dict[str, int] = {}
        if self.number > 1:
            numbers |= {"first": 1, "previous": min(self.number - 1, pages)}
        if self.number < pages:
            numbers |= {"next": self.number + 1, "last": pages}
        return {
            "meta": {"page": self.number, "pages": pages, "total": total},
            "links": {"pages": {name: self._address(number) for name, number in numbers.items()}},
        }

    def _address(self, number: int) -> str:
        query = with_query(self.request.query_params, page=number, per_page=self.size)
        return whole_address(self.request, self.request.path) + query


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "") or str(default)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:10]) <= _LARGEST):
        raise Invalid(f"{name}_invalid", f"{name} must be a whole number from 1.", field=name)
    return int(text)
