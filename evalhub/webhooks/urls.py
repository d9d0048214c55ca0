"""Addresses of a project's webhooks."""

from __future__ import annotations

from django.urls import path

from evalhub.webhooks import views

app_name = "webhooks"
_LIST = "projects/<int:project_id>/settings/webhooks/"
_ONE = "webhooks/<int:webhook_id>/"
urlpatterns = [
    path(_LIST, views.webhook_list, name="webhook_list"),
    path(f"{_LIST}new/", views.webhook_create, name="webhook_create"),
    path(_ONE, views.webhook_detail, name="webhook_detail"),
    path(f"{_ONE}secret/", views.webhook_secret, name="webhook_secret"),
    path(f"{_ONE}test/", views.webhook_test, name="webhook_test"),
    path(f"{_ONE}deletion/", views.webhook_deletion, name="webhook_deletion"),
    path("webhook-deliveries/<int:delivery_id>/", views.webhook_delivery, name="webhook_delivery"),
    path("webhook-deliveries/<int:delivery_id>/redelivery/", views.webhook_redelivery, name="webhook_redelivery"),
]
