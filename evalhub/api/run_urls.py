"""Addresses of runs and of what belongs to them."""

from __future__ import annotations

from django.urls import path

from evalhub.api.v1 import bulk_runs, run_items, runs

patterns = [
    path("projects/<uuid:project_id>/runs/", runs.RunList.as_view(), name="runs"),
    path("projects/<uuid:project_id>/runs/bulk/", bulk_runs.BulkRuns.as_view(), name="bulk_runs"),
    path("runs/<uuid:run_id>/", runs.RunDetail.as_view(), name="run"),
    path("runs/<uuid:run_id>/start/", runs.RunStart.as_view(), name="run_start"),
    path("runs/<uuid:run_id>/cancellation/", runs.RunCancellation.as_view(), name="run_cancellation"),
    path("runs/<uuid:run_id>/resumption/", runs.RunResumption.as_view(), name="run_resumption"),
    path("runs/<uuid:run_id>/rescoring/", runs.RunRescoring.as_view(), name="run_rescoring"),
    path("runs/<uuid:run_id>/repetition/", runs.RunRepetition.as_view(), name="run_repetition"),
    path("runs/<uuid:run_id>/baseline/", runs.RunBaseline.as_view(), name="run_baseline"),
    path("runs/<uuid:run_id>/items/", run_items.RunItemList.as_view(), name="run_items"),
    path("runs/<uuid:run_id>/items.<str:file_format>", run_items.RunExport.as_view(), name="run_export"),
    path("runs/<uuid:run_id>/items/<int:ordinal>/", run_items.RunItemDetail.as_view(), name="run_item"),
    path(
        "runs/<uuid:run_id>/items/<int:ordinal>/judge-calls/<str:metric>/",
        run_items.JudgeCalls.as_view(),
        name="judge_calls",
    ),
]
