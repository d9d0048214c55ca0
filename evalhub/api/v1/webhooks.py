"""Webhooks: list, make, read, change, delete, test; their secrets and deliveries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.core.errors import Invalid
from evalhub.webhooks import services
from evalhub.webhooks.choices import CHOSEN_EVENTS, DeliveryState
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.services import WebhookValues


class WebhookOut(serializers.ModelSerializer[Webhook]):
    """An address that is told of a project's events."""

    id = serializers.UUIDField(source="uuid")
    project = serializers.UUIDField(source="project.uuid")
    events = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(help_text="Why EvalHub switched it off by itself.")

    class Meta:
        model = Webhook
        fields = ("id", "project", "url", "events", "is_active", "note", "created_at")


class SecretOut(serializers.Serializer[Any]):
    """A webhook with its new signing secret, which is not shown again."""

    webhook = WebhookOut()
    secret = serializers.CharField(help_text="`whsec_…`, as libraries for Standard Webhooks take it.")


class WebhookIn(serializers.Serializer[Any]):
    """A webhook to be made."""

    url = serializers.URLField(max_length=500, help_text="Its host must be on the admin's list of allowed hosts.")
    events = serializers.ListField(child=serializers.ChoiceField(CHOSEN_EVENTS), min_length=1)
    is_active = serializers.BooleanField(default=True)


class WebhookChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    url = serializers.URLField(max_length=500, required=False)
    events = serializers.ListField(child=serializers.ChoiceField(CHOSEN_EVENTS), min_length=1, required=False)
    is_active = serializers.BooleanField(required=False)


class DeliveryOut(serializers.ModelSerializer[Delivery]):
    """One event for one webhook, and where it stands."""

    id = serializers.UUIDField(source="uuid")
    message_id = serializers.CharField(help_text="The `webhook-id`, the same in every try.")

    class Meta:
        model = Delivery
        fields = (
            *("id", "message_id", "event", "state", "created_at", "tries", "tried_at", "next_try_at"),
            *("milliseconds", "status_code", "error"),
        )


class WebhookView(ApiView):
    """Finds webhooks and their deliveries among those that the caller sees."""

    def webhook(self, webhook_id: UUID) -> Webhook:
        seen = self.within_key(Webhook.objects.visible_to(self.person).select_related("project__team"))
        return get_object_or_404(seen, uuid=webhook_id)

    def delivery(self, webhook_id: UUID, delivery_id: UUID) -> Delivery:
        deliveries = Delivery.objects.filter(webhook=self.webhook(webhook_id))
        return get_object_or_404(deliveries.select_related("webhook__project__team"), uuid=delivery_id)


class WebhookList(WebhookView):
    """The webhooks of a project."""

    @extend_schema(operation_id="list_webhooks", parameters=PAGE_PARAMETERS, responses=page_of(WebhookOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        webhooks = Webhook.objects.filter(project=self.project(project_id)).select_related("project")
        return answer_page(request, newest_first(webhooks, PageWish.of(request)), WebhookOut)

    @extend_schema(operation_id="create_webhook", request=WebhookIn, responses={201: SecretOut})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.CONFIGURE, project)
        asked = WebhookIn(data=request.data)
        asked.is_valid(raise_exception=True)
        values = WebhookValues(**asked.validated_data)
        issued = services.create_webhook(project=project, values=values, by=self.person)
        return self.created(SecretOut(issued).data, address=self.address_of("webhook", issued.webhook.uuid))


class WebhookDetail(WebhookView):
    """One webhook."""

    @extend_schema(operation_id="read_webhook", responses=WebhookOut)
    def get(self, request: Request, webhook_id: UUID) -> Response:
        return Response(WebhookOut(self.webhook(webhook_id)).data)

    @extend_schema(operation_id="change_webhook", request=WebhookChange, responses=WebhookOut)
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        webhook = self.webhook(webhook_id)
        require_right(self.person, Right.CONFIGURE, webhook.project)
        asked = WebhookChange(data=request.data)
        asked.is_valid(raise_exception=True)
        stored = {"url": webhook.url, "events": webhook.events, "is_active": webhook.is_active}
        values = WebhookValues(**(stored | asked.validated_data))
        return Response(WebhookOut(services.edit_webhook(webhook, values=values, by=self.person)).data)

    @extend_schema(operation_id="delete_webhook", responses={204: None})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        services.delete_webhook(self.webhook(webhook_id), by=self.person)
        return Response(status=204)


class WebhookSecret(WebhookView):
    """The signing secret, which is made anew and never read."""

    @extend_schema(operation_id="renew_webhook_secret", request=None, responses={201: SecretOut})
    def post(self, request: Request, webhook_id: UUID) -> Response:
        issued = services.renew_secret(self.webhook(webhook_id), by=self.person)
        return Response(SecretOut(issued).data, status=201)


class WebhookTest(WebhookView):
    """A test event, delivered like every other."""

    @extend_schema(operation_id="test_webhook", request=None, responses={202: DeliveryOut})
    def post(self, request: Request, webhook_id: UUID) -> Response:
        delivery = services.send_test(self.webhook(webhook_id), by=self.person)
        return Response(DeliveryOut(delivery).data, status=202)


class DeliveryList(WebhookView):
    """The log of a webhook, the newest first; what is over is kept for a month."""

    @extend_schema(
        operation_id="list_webhook_deliveries",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("state", str, enum=DeliveryState.values)],
        responses=page_of(DeliveryOut),
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        deliveries = Delivery.objects.filter(webhook=self.webhook(webhook_id)).for_table()
        if state := request.query_params.get("state"):
            if state not in DeliveryState.values:
                known = ", ".join(DeliveryState.values)
                raise Invalid("state_unknown", f"There are the states {known}.", field="state")
            deliveries = deliveries.filter(state=state)
        return answer_page(request, newest_first(deliveries, PageWish.of(request)), DeliveryOut)


class Redelivery(WebhookView):
    """Delivering an event once more, under its old id."""

    @extend_schema(operation_id="redeliver_webhook_event", request=None, responses={202: DeliveryOut})
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        delivery = services.redeliver(self.delivery(webhook_id, delivery_id), by=self.person)
        return Response(DeliveryOut(delivery).data, status=202)
