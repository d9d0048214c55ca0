"""Pages of lists: a cursor says where the next page begins, so that a page is as quick at the end as at the start."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.core.addresses import with_query
from evalhub.core.errors import Invalid

PAGE_SIZE = 50
MOST_ROWS = 1000
_LARGEST = 2**63 - 1

M = TypeVar("M", bound=Model)
R = TypeVar("R")

PAGE_PARAMETERS = [
    OpenApiParameter("cursor", str, description="Where the page begins; taken from `next` of the page before."),
    OpenApiParameter("size", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": PAGE_SIZE}),
]


@dataclass(frozen=True, slots=True)
class PageWish:
    """How many rows are wanted, and behind which number; None is the beginning."""

    size: int
    after: int | None

    @classmethod
    def of(cls, request: Request, *, usual: int = PAGE_SIZE) -> PageWish:
        """Read the address. Raises `Invalid` for a size or cursor that is none."""
        size = request.query_params.get("size") or str(usual)
        if not (size.isascii() and size.isdecimal() and 1 <= int(size[:9]) <= MOST_ROWS):
            raise Invalid("size_invalid", f"A page has 1 to {MOST_ROWS} rows.", field="size")
        cursor = request.query_params.get("cursor")
        return cls(int(size), _decoded(cursor) if cursor else None)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """The rows of one page; `last` is the number behind which the next one begins, None at the end."""

    rows: Sequence[R]
    last: int | None


def newest_first(rows: QuerySet[M], wish: PageWish) -> Page[M]:
    """A page of rows in the order in which they were made, the newest first."""
    if wish.after is not None:
        rows = rows.filter(pk__lt=wish.after)
    found = list(rows.order_by("-pk")[: wish.size + 1])
    shown = found[: wish.size]
    return Page(shown, shown[-1].pk if len(found) > wish.size else None)


def by_number(rows: QuerySet[M], wish: PageWish, *, field: str) -> Page[M]:
    """A page of rows in the order of a number that each of them has for itself."""
    if wish.after is not None:
        rows = rows.filter(**{f"{field}__gt": wish.after})
    found = list(rows.order_by(field)[: wish.size + 1])
    shown = found[: wish.size]
    return Page(shown, getattr(shown[-1], field) if len(found) > wish.size else None)


def answer_page(request: Request, page: Page[R], shape: type[serializers.BaseSerializer[Any]]) -> Response:
    """The page with the address of the next one."""
    return Response({"results": shape(page.rows, many=True).data, "next": address_behind(request, page.last)})


def address_behind(request: Request, last: int | None) -> str | None:
    """Where the list goes on behind that number; None at the end."""
    if last is None:
        return None
    return request.build_absolute_uri(request.path) + with_query(request.query_params, cursor=_encoded(last))


def page_of(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a page of such rows, for the description of the API."""
    name = shape.__name__.removesuffix("Out") + "Page"
    fields = {
        "results": shape(many=True),
        "next": serializers.URLField(allow_null=True, help_text="The address of the next page; null on the last."),
    }
    return type(name, (serializers.Serializer,), fields)


def _encoded(number: int) -> str:
    return base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


def _decoded(cursor: str) -> int:
    try:
        number = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if number.isdigit() and len(number) < 20 and int(number) <= _LARGEST:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Invalid("cursor_invalid", "This cursor was not given out here; begin without one.", field="cursor")
