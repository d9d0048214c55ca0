"""Addresses of teams and their keys."""

from __future__ import annotations

from django.urls import path

from evalhub.accounts import views

app_name = "accounts"
urlpatterns = [
    path("teams/<slug:team_slug>/", views.team_detail, name="team_detail"),
    path("teams/<slug:team_slug>/report-sharing/", views.report_sharing, name="report_sharing"),
    path("teams/<slug:team_slug>/members/<int:membership_id>/role/", views.member_role, name="member_role"),
    path("teams/<slug:team_slug>/members/<int:membership_id>/removal/", views.member_removal, name="member_removal"),
    path("teams/<slug:team_slug>/keys/", views.api_key_list, name="api_key_list"),
    path("teams/<slug:team_slug>/keys/<int:key_id>/revocation/", views.api_key_revocation, name="api_key_revocation"),
]
