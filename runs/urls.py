"""Addresses of projects, runs and datasets."""

from __future__ import annotations

from django.urls import path

from runs.views import (
    datasets,
    evaluation_schedule,
    evaluation_upload,
    evaluations,
    executions,
    home,
    imports,
    item_detail,
    item_review,
    project_data,
    projects,
    run_actions,
    run_comparison,
    run_create,
    run_detail,
    run_export,
    run_list,
    run_progress,
    run_views,
    targets,
)

app_name = "runs"
urlpatterns = [
    path("", home.home, name="home"),
    path("projects/new/", projects.project_create, name="project_create"),
    path("projects/<int:project_id>/", projects.project_overview, name="project_overview"),
    path("projects/<int:project_id>/settings/", projects.project_settings, name="project_settings"),
    path("projects/<int:project_id>/settings/metrics/", projects.project_metrics, name="project_metrics"),
    path("projects/<int:project_id>/data/", project_data.project_data, name="project_data"),
    path("projects/<int:project_id>/data/retention/", project_data.project_retention, name="project_retention"),
    path("projects/<int:project_id>/data/exports/", project_data.project_exports, name="project_exports"),
    path(
        "projects/<int:project_id>/data/exports/<int:export_id>/file/",
        project_data.project_export_file,
        name="project_export_file",
    ),
    path("projects/<int:project_id>/deletion/", project_data.project_deletion, name="project_deletion"),
    path("projects/<int:project_id>/archival/", projects.project_archival, name="project_archival"),
    path("projects/<int:project_id>/runs/", run_list.run_list, name="run_list"),
    path("projects/<int:project_id>/runs/new/", run_create.run_create, name="run_create"),
    path("projects/<int:project_id>/runs/progress/", run_progress.run_list_progress, name="run_list_progress"),
    path("projects/<int:project_id>/compare/", run_comparison.run_comparison, name="run_comparison"),
    path(
        "projects/<int:project_id>/compare/charts/", run_comparison.run_comparison_charts, name="run_comparison_charts"
    ),
    path(
        "projects/<int:project_id>/compare/items/<int:ordinal>/",
        run_comparison.run_comparison_item,
        name="run_comparison_item",
    ),
    path("projects/<int:project_id>/run-views/", run_views.run_view_create, name="run_view_create"),
    path(
        "projects/<int:project_id>/run-views/<int:view_id>/deletion/",
        run_views.run_view_deletion,
        name="run_view_deletion",
    ),
    path("runs/<int:run_id>/progress/", run_progress.run_progress, name="run_progress"),
    path("runs/<int:run_id>/", run_detail.run_detail, name="run_detail"),
    path("runs/<int:run_id>/export.<str:file_format>", run_export.run_export, name="run_export"),
    path("runs/<int:run_id>/items/<int:ordinal>/", item_detail.item_detail, name="item_detail"),
    path("runs/<int:run_id>/items/<int:ordinal>/review/", item_review.item_review, name="item_review"),
    path("runs/<int:run_id>/items/<int:ordinal>/comments/", item_review.item_comments, name="item_comments"),
    path("runs/<int:run_id>/items/<int:ordinal>/calls/<slug:metric_key>/", item_detail.judge_call, name="judge_call"),
    path("runs/<int:run_id>/items/<int:ordinal>/<str:field>/", item_detail.item_body, name="item_body"),
    path("runs/<int:run_id>/cancellation/", run_actions.run_cancellation, name="run_cancellation"),
    path("runs/<int:run_id>/resumption/", run_actions.run_resumption, name="run_resumption"),
    path("runs/<int:run_id>/rescoring/", run_create.run_rescoring, name="run_rescoring"),
    path("runs/<int:run_id>/baseline/", run_actions.run_baseline, name="run_baseline"),
    path("runs/<int:run_id>/naming/", run_actions.run_naming, name="run_naming"),
    path("runs/<int:run_id>/deletion/", run_actions.run_deletion, name="run_deletion"),
    path("projects/<int:project_id>/targets/", targets.target_list, name="target_list"),
    path("projects/<int:project_id>/targets/new/", targets.target_create, name="target_create"),
    path("projects/<int:project_id>/targets/tryout/", targets.target_tryout, name="target_tryout"),
    path("targets/<int:target_id>/", targets.target_detail, name="target_detail"),
    path("targets/<int:target_id>/settings/", targets.target_edit, name="target_edit"),
    path("targets/<int:target_id>/archival/", targets.target_archival, name="target_archival"),
    path("projects/<int:project_id>/evaluations/", evaluations.evaluation_list, name="evaluation_list"),
    path("projects/<int:project_id>/evaluations/new/", evaluations.evaluation_create, name="evaluation_create"),
    path(
        "projects/<int:project_id>/evaluations/upload/", evaluation_upload.evaluation_upload, name="evaluation_upload"
    ),
    path("evaluations/<int:evaluation_id>/", evaluations.evaluation_detail, name="evaluation_detail"),
    path("evaluations/<int:evaluation_id>/revision/", evaluations.evaluation_revision, name="evaluation_revision"),
    path("evaluations/<int:evaluation_id>/archival/", evaluations.evaluation_archival, name="evaluation_archival"),
    path("evaluations/<int:evaluation_id>/executions/", executions.evaluation_start, name="evaluation_start"),
    path(
        "evaluations/<int:evaluation_id>/schedule/", evaluation_schedule.evaluation_schedule, name="evaluation_schedule"
    ),
    path("evaluations/<int:evaluation_id>/schedule/pause/", evaluation_schedule.schedule_pause, name="schedule_pause"),
    path(
        "evaluations/<int:evaluation_id>/schedule/resumption/",
        evaluation_schedule.schedule_resumption,
        name="schedule_resumption",
    ),
    path(
        "evaluations/<int:evaluation_id>/schedule/deletion/",
        evaluation_schedule.schedule_deletion,
        name="schedule_deletion",
    ),
    path("executions/<int:execution_id>/", executions.execution_detail, name="execution_detail"),
    path("executions/<int:execution_id>/start/", executions.execution_start, name="execution_start"),
    path(
        "executions/<int:execution_id>/cancellation/", executions.execution_cancellation, name="execution_cancellation"
    ),
    path("executions/<int:execution_id>/retry/", executions.execution_retry, name="execution_retry"),
    path("executions/<int:execution_id>/rerun/", executions.execution_rerun, name="execution_rerun"),
    path("projects/<int:project_id>/datasets/", datasets.dataset_list, name="dataset_list"),
    path("projects/<int:project_id>/datasets/upload/", imports.dataset_upload, name="dataset_upload"),
    path("imports/<int:import_id>/", imports.import_detail, name="import_detail"),
    path("imports/<int:import_id>/confirmation/", imports.import_confirmation, name="import_confirmation"),
    path("imports/<int:import_id>/deletion/", imports.import_deletion, name="import_deletion"),
    path("imports/<int:import_id>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:import_id>/rejected.csv", imports.import_rejections, name="import_rejections"),
    path("datasets/<int:dataset_id>/", datasets.dataset_detail, name="dataset_detail"),
    path("datasets/<int:dataset_id>/versions/<int:number>/", datasets.version_detail, name="version_detail"),
]
