"""Addresses of teams, their keys, and one's own account."""

from __future__ import annotations

from django.urls import path

from evalhub.accounts.views import audit_log, invitations, people, profile

app_name = "accounts"
urlpatterns = [
    path("account/", profile.profile, name="profile"),
    path("teams/<slug:team_slug>/", people.team_detail, name="team_detail"),
    path("teams/<slug:team_slug>/report-sharing/", people.report_sharing, name="report_sharing"),
    path("teams/<slug:team_slug>/members/<int:membership_id>/role/", people.member_role, name="member_role"),
    path("teams/<slug:team_slug>/members/<int:membership_id>/removal/", people.member_removal, name="member_removal"),
    path("teams/<slug:team_slug>/keys/", people.api_key_list, name="api_key_list"),
    path("teams/<slug:team_slug>/keys/<int:key_id>/revocation/", people.api_key_revocation, name="api_key_revocation"),
    path(
        "teams/<slug:team_slug>/members/<int:membership_id>/ownership/",
        people.member_ownership,
        name="member_ownership",
    ),
    path("teams/<slug:team_slug>/settings/", people.team_settings, name="team_settings"),
    path("teams/<slug:team_slug>/invitations/", invitations.invitation_list, name="invitation_list"),
    path(
        "teams/<slug:team_slug>/invitations/<int:invitation_id>/renewal/",
        invitations.invitation_renewal,
        name="invitation_renewal",
    ),
    path(
        "teams/<slug:team_slug>/invitations/<int:invitation_id>/revocation/",
        invitations.invitation_revocation,
        name="invitation_revocation",
    ),
    path("invitations/<str:token>/", invitations.invitation_acceptance, name="invitation_acceptance"),
    path("teams/<slug:team_slug>/audit/", audit_log.audit_log, name="audit_log"),
    path("teams/<slug:team_slug>/audit/export/<str:file_format>/", audit_log.audit_export, name="audit_export"),
]
