"""Addresses of this vendor's API: exact paths, never a slash at the end, nothing that redirects."""

from __future__ import annotations

from django.urls import path

from evalhub.facades.gradient.views import agents, datasets, metrics, runs, test_cases, workspaces
from evalhub.facades.gradient.views.base import UnknownAddress

app_name = "gradient"
urlpatterns = [
    path("evaluation_metrics", metrics.MetricList.as_view(), name="metrics"),
    path("evaluation_datasets/file_upload_presigned_urls", datasets.UploadAddresses.as_view(), name="upload_addresses"),
    path("evaluation_datasets/uploads/<slug:name>", datasets.Upload.as_view(), name="upload"),
    path("evaluation_datasets", datasets.DatasetList.as_view(), name="datasets"),
    path("evaluation_test_cases", test_cases.TestCaseList.as_view(), name="test_cases"),
    path("evaluation_test_cases/<uuid:evaluation_id>", test_cases.TestCaseDetail.as_view(), name="test_case"),
    path(
        "evaluation_test_cases/<uuid:evaluation_id>/evaluation_runs",
        test_cases.TestCaseRuns.as_view(),
        name="test_case_runs",
    ),
    path("evaluation_runs", runs.RunCreate.as_view(), name="runs"),
    path("evaluation_runs/<uuid:run_id>", runs.RunDetail.as_view(), name="run"),
    path("evaluation_runs/<uuid:run_id>/results", runs.RunResults.as_view(), name="run_results"),
    path("evaluation_runs/<uuid:run_id>/results/<int:prompt_id>", runs.RunResult.as_view(), name="run_result"),
    path("agents", agents.AgentList.as_view(), name="agents"),
    path("agents/<uuid:target_id>", agents.AgentDetail.as_view(), name="agent"),
    path("workspaces", workspaces.WorkspaceList.as_view(), name="workspaces"),
    path("workspaces/<uuid:project_id>", workspaces.WorkspaceDetail.as_view(), name="workspace"),
    path(
        "workspaces/<uuid:project_id>/evaluation_test_cases",
        workspaces.WorkspaceTestCases.as_view(),
        name="workspace_test_cases",
    ),
    path("workspaces/<uuid:project_id>/agents", workspaces.WorkspaceAgents.as_view(), name="workspace_agents"),
    path("models", metrics.ModelList.as_view(), name="models"),
    path("regions", metrics.RegionList.as_view(), name="regions"),
    path("<path:address>", UnknownAddress.as_view(), name="unknown"),
]
