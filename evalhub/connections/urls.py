"""Addresses of a team's connections."""

from __future__ import annotations

from django.urls import path

from evalhub.connections import views

app_name = "connections"
_ONE = "teams/<slug:team_slug>/connections/<int:connection_id>/"
urlpatterns = [
    path("teams/<slug:team_slug>/connections/", views.connection_list, name="connection_list"),
    path("teams/<slug:team_slug>/connections/new/", views.connection_create, name="connection_create"),
    path(_ONE, views.connection_edit, name="connection_edit"),
    path(f"{_ONE}archival/", views.connection_archival, name="connection_archival"),
    path(f"{_ONE}test/", views.connection_test, name="connection_test"),
]
