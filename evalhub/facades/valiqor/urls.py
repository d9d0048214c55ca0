"""The addresses that the Valiqor client calls, exactly as it writes them: one ends in a slash, all others do not."""

from __future__ import annotations

from django.urls import path

from evalhub.facades.valiqor.base import UnknownPath
from evalhub.facades.valiqor.views import account, evaluations, metrics, projects, runs

app_name = "valiqor"
urlpatterns = [
    path("auth/validate", account.AuthValidate.as_view(), name="auth_validate"),
    path("auth/usage", account.AuthUsage.as_view(), name="auth_usage"),
    path("evaluate/", evaluations.Evaluate.as_view(), name="evaluate"),
    # For clients that are written by hand.
    path("evaluate", evaluations.Evaluate.as_view(), name="evaluate_without_slash"),
    path("evaluate/trace", evaluations.EvaluateTrace.as_view(), name="evaluate_trace"),
    path("evaluate/runs/<str:run_id>", runs.RunDetail.as_view(), name="run"),
    path("evaluate/runs/<str:run_id>/metrics", runs.RunMetrics.as_view(), name="run_metrics"),
    path("evaluate/runs/<str:run_id>/items", runs.RunItems.as_view(), name="run_items"),
    path("evaluate/items/<str:item_id>", runs.ItemDetail.as_view(), name="item"),
    path("evaluate/trends", runs.Trends.as_view(), name="trends"),
    path("evaluate/compare", runs.Comparison.as_view(), name="compare"),
    path("evaluate/jobs/<str:job_id>/status", runs.JobStatus.as_view(), name="job_status"),
    path("evaluate/jobs/<str:job_id>/cancel", runs.JobCancellation.as_view(), name="job_cancel"),
    path("evaluate/projects/<str:project_id>/stats", projects.ProjectStats.as_view(), name="project_stats"),
    path("admin/projects", projects.ProjectList.as_view(), name="admin_projects"),
    path("admin/projects/<str:project_id>/metrics", metrics.ProjectMetrics.as_view(), name="project_metrics"),
    path("admin/metric-templates", metrics.MetricTemplates.as_view(), name="metric_templates"),
    path("projects", projects.ProjectList.as_view(), name="projects"),
    path("projects/<str:project_id>", projects.ProjectDetail.as_view(), name="project"),
    path("", UnknownPath.as_view(), name="unknown_root"),
    path("<path:address>", UnknownPath.as_view(), name="unknown"),
]
