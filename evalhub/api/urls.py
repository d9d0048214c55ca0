"""Addresses of the REST API."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from evalhub.api.base import UnknownAddress
from evalhub.api.schema import DocsView
from evalhub.api.v1 import projects, webhooks

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", login_required(DocsView.as_view()), name="docs"),
    path("projects/", projects.ProjectList.as_view(), name="projects"),
    path("projects/<uuid:project_id>/", projects.ProjectDetail.as_view(), name="project"),
    path("projects/<uuid:project_id>/webhooks/", webhooks.WebhookList.as_view(), name="webhooks"),
    path("webhooks/<uuid:webhook_id>/", webhooks.WebhookDetail.as_view(), name="webhook"),
    path("webhooks/<uuid:webhook_id>/secret/", webhooks.WebhookSecret.as_view(), name="webhook_secret"),
    path("webhooks/<uuid:webhook_id>/test/", webhooks.WebhookTest.as_view(), name="webhook_test"),
    path("webhooks/<uuid:webhook_id>/deliveries/", webhooks.DeliveryList.as_view(), name="webhook_deliveries"),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/redelivery/",
        webhooks.Redelivery.as_view(),
        name="webhook_redelivery",
    ),
    path("<path:address>", UnknownAddress.as_view(), name="unknown"),
]
