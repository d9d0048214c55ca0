"""Addresses of the REST API."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from evalhub.api import run_urls
from evalhub.api.base import UnknownAddress
from evalhub.api.schema import DocsView
from evalhub.api.v1 import (
    audit,
    comparisons,
    connections,
    datasets,
    imports,
    insights,
    invitations,
    item_history,
    judge_trust,
    keys,
    metrics,
    notices,
    plans,
    project_data,
    project_exports,
    project_metrics,
    projects,
    shared_reports,
    targets,
    teams,
    versions,
    webhooks,
)

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", login_required(DocsView.as_view()), name="docs"),
    path("projects/", projects.ProjectList.as_view(), name="projects"),
    path("projects/<uuid:project_id>/", projects.ProjectDetail.as_view(), name="project"),
    path("projects/<uuid:project_id>/archival/", projects.ProjectArchival.as_view(), name="project_archival"),
    path("projects/<uuid:project_id>/retention/", project_data.ProjectRetention.as_view(), name="project_retention"),
    path("projects/<uuid:project_id>/deletion/", project_data.ProjectDeletion.as_view(), name="project_deletion"),
    path("projects/<uuid:project_id>/exports/", project_exports.ExportList.as_view(), name="project_exports"),
    path(
        "projects/<uuid:project_id>/exports/<int:export_id>/",
        project_exports.ExportDetail.as_view(),
        name="project_export",
    ),
    path(
        "projects/<uuid:project_id>/exports/<int:export_id>/file/",
        project_exports.ExportFile.as_view(),
        name="project_export_file",
    ),
    path("projects/<uuid:project_id>/datasets/", datasets.DatasetList.as_view(), name="datasets"),
    path("datasets/<uuid:dataset_id>/", datasets.DatasetDetail.as_view(), name="dataset"),
    path("datasets/<uuid:dataset_id>/history/", item_history.ItemHistory.as_view(), name="item_history"),
    path("datasets/<uuid:dataset_id>/imports/", imports.ImportList.as_view(), name="imports"),
    path("datasets/<uuid:dataset_id>/versions/", versions.VersionList.as_view(), name="versions"),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/", versions.VersionDetail.as_view(), name="version"),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/items/", versions.ItemList.as_view(), name="version_items"),
    path(
        "datasets/<uuid:dataset_id>/versions/<int:number>/export/",
        versions.VersionExport.as_view(),
        name="version_export",
    ),
    path("imports/<int:import_id>/", imports.ImportDetail.as_view(), name="import"),
    path("imports/<int:import_id>/rejections/", imports.RejectionList.as_view(), name="import_rejections"),
    path("projects/<uuid:project_id>/judge-trust/", judge_trust.JudgeTrustList.as_view(), name="judge_trust"),
    path(
        "projects/<uuid:project_id>/judge-trust/measurement/",
        judge_trust.JudgeMeasurement.as_view(),
        name="judge_measurement",
    ),
    path("projects/<uuid:project_id>/targets/", targets.TargetList.as_view(), name="targets"),
    path("targets/<uuid:target_id>/", targets.TargetDetail.as_view(), name="target"),
    path("targets/<uuid:target_id>/tryout/", targets.TargetTryOut.as_view(), name="target_tryout"),
    path("teams/<slug:team_slug>/connections/", connections.ConnectionList.as_view(), name="connections"),
    path("connections/<uuid:connection_id>/", connections.ConnectionDetail.as_view(), name="connection"),
    path("connections/<uuid:connection_id>/test/", connections.ConnectionTest.as_view(), name="connection_test"),
    path(
        "connections/<uuid:connection_id>/restoration/",
        connections.ConnectionRestoration.as_view(),
        name="connection_restoration",
    ),
    path("metrics/", metrics.MetricList.as_view(), name="metrics"),
    path("metrics/<uuid:metric_id>/", metrics.MetricDetail.as_view(), name="metric"),
    path("metrics/<uuid:metric_id>/restoration/", metrics.MetricRestoration.as_view(), name="metric_restoration"),
    path("metrics/<uuid:metric_id>/revisions/", metrics.RevisionList.as_view(), name="metric_revisions"),
    path("teams/<slug:team_slug>/metrics/", metrics.TeamMetricList.as_view(), name="team_metrics"),
    path("projects/<uuid:project_id>/metrics/", project_metrics.ProjectMetricList.as_view(), name="project_metrics"),
    path(
        "projects/<uuid:project_id>/metrics/<uuid:metric_id>/",
        project_metrics.ProjectMetricDetail.as_view(),
        name="project_metric",
    ),
    path("teams/", teams.TeamList.as_view(), name="teams"),
    path("teams/<slug:team_slug>/", teams.TeamDetail.as_view(), name="team"),
    path("teams/<slug:team_slug>/report-sharing/", teams.ReportSharing.as_view(), name="report_sharing"),
    path("teams/<slug:team_slug>/members/", teams.MemberList.as_view(), name="members"),
    path("teams/<slug:team_slug>/members/<int:member_id>/", teams.MemberDetail.as_view(), name="member"),
    path("teams/<slug:team_slug>/keys/", keys.ApiKeyList.as_view(), name="keys"),
    path("teams/<slug:team_slug>/invitations/", invitations.InvitationList.as_view(), name="invitations"),
    path("invitations/<uuid:invitation_id>/", invitations.InvitationDetail.as_view(), name="invitation"),
    path(
        "invitations/<uuid:invitation_id>/renewal/", invitations.InvitationRenewal.as_view(), name="invitation_renewal"
    ),
    path("teams/<slug:team_slug>/audit/", audit.AuditLog.as_view(), name="audit_log"),
    path("keys/<uuid:key_id>/", keys.ApiKeyDetail.as_view(), name="key"),
    path("notices/", notices.NoticeList.as_view(), name="notices"),
    path("notices/reading/", notices.NoticeReading.as_view(), name="notice_reading"),
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
    *run_urls.patterns,
    path("comparisons/", comparisons.ComparisonDetail.as_view(), name="comparison"),
    path("comparisons/plan/", plans.ComparisonPlan.as_view(), name="comparison_plan"),
    path("comparisons/insights/", insights.InsightsOfComparison.as_view(), name="comparison_insights"),
    path("comparisons/items/", comparisons.ComparedItemList.as_view(), name="compared_items"),
    path(
        "projects/<uuid:project_id>/shared-reports/", shared_reports.SharedReportList.as_view(), name="shared_reports"
    ),
    path("shared-reports/<uuid:report_id>/", shared_reports.SharedReportDetail.as_view(), name="shared_report"),
    path("<path:address>", UnknownAddress.as_view(), name="unknown"),
]
