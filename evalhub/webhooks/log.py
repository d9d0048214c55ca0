"""What the pages of webhooks show: the list with each one's last delivery, and the log, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Subquery

from evalhub.accounts.models import Project
from evalhub.webhooks.choices import DeliveryState
from evalhub.webhooks.delivering import most_tries
from evalhub.webhooks.models import Delivery, Webhook

ON_PAGE = 25


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """A webhook with its newest delivery, None before the first."""

    webhook: Webhook
    last: Delivery | None


@dataclass(frozen=True, slots=True)
class DeliveryLog:
    """One page of the log. `is_moving` while a first try is awaited, so that it is worth looking again soon."""

    place: Page[Delivery]
    rows: Sequence[Delivery]
    most_tries: int

    @property
    def is_moving(self) -> bool:
        return any(
            row.state == DeliveryState.SENDING or (row.state == DeliveryState.WAITING and not row.tries)
            for row in self.rows
        )


def last_deliveries(project: Project) -> list[WebhookRow]:
    newest = Delivery.objects.filter(webhook=OuterRef("pk")).order_by("-id").values("id")[:1]
    ids = project.webhooks.annotate(last_id=Subquery(newest)).values_list("last_id", flat=True)
    found = {delivery.webhook_id: delivery for delivery in Delivery.objects.for_table().filter(id__in=ids)}
    return [WebhookRow(webhook, found.get(webhook.pk)) for webhook in project.webhooks.all()]


def deliveries_shown(webhook: Webhook, *, page: str | None) -> DeliveryLog:
    """The page of that number, or the nearest there is."""
    place = Paginator(Delivery.objects.filter(webhook=webhook).for_table(), ON_PAGE).get_page(page)
    return DeliveryLog(place, list(place.object_list), most_tries())


def shown_body(delivery: Delivery) -> str:
    """What was said, laid out for people."""
    return orjson.dumps(orjson.loads(delivery.body), option=orjson.OPT_INDENT_2).decode()
