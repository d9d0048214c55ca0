"""What the caller is told, and that they have read it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.core.addresses import page_address
from evalhub.core.errors import Invalid
from evalhub.notices.choices import NoticeKind
from evalhub.notices.models import Notice, NoticeQuerySet
from evalhub.notices.services import mark_read

_MOST_MARKED = 1000
_UNREAD = OpenApiParameter("unread", str, enum=["true", "false"], description="`true`: only what was not read yet.")


class NoticeOut(serializers.Serializer[Notice]):
    """Something that one is told."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=NoticeKind.choices)
    text = serializers.CharField()
    url = serializers.SerializerMethodField()
    project = serializers.UUIDField(source="project.uuid")
    by = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)

    def get_url(self, notice: Notice) -> str:
        return page_address(notice.address)

    def get_by(self, notice: Notice) -> str:
        return str(notice.by or "")


class ReadNotices(serializers.Serializer[Any]):
    """Which notices were read; all of one's own where none are named."""

    notices = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, max_length=_MOST_MARKED
    )


class MarkedNotices(serializers.Serializer[Any]):
    """How many of them were not read before."""

    marked = serializers.IntegerField()


class NoticeList(ApiView):
    """One's own notices, the newest first; of a key held to a project, of that project."""

    @extend_schema(operation_id="list_notices", parameters=[_UNREAD, *PAGE_PARAMETERS], responses=page_of(NoticeOut))
    def get(self, request: Request) -> Response:
        wanted = request.query_params.get("unread") or "false"
        if wanted not in {"true", "false"}:
            raise Invalid("unread_invalid", "unread is true or false.", field="unread")
        rows = _own(self).unread() if wanted == "true" else _own(self)
        return answer_page(request, newest_first(rows.for_list(), PageWish.of(request)), NoticeOut)


class NoticeReading(ApiView):
    """That notices were read."""

    @extend_schema(operation_id="mark_notices_read", request=ReadNotices, responses=MarkedNotices)
    def post(self, request: Request) -> Response:
        asked = ReadNotices(data=request.data)
        asked.is_valid(raise_exception=True)
        rows, named = _own(self), asked.validated_data.get("notices")
        return Response({"marked": mark_read(rows if named is None else rows.filter(id__in=named))})


def _own(view: ApiView) -> NoticeQuerySet:
    return view.within_key(Notice.objects.visible_to(view.person))
