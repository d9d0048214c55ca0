"""Addresses of runs and of what belongs to them."""

from __future__ import annotations

from django.urls import path

from evalhub.api.v1 import (
    bulk_runs,
    evaluation_files,
    evaluations,
    executions,
    overview,
    review_queues,
    review_tasks,
    reviews,
    run_items,
    runs,
    trends,
)

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
    path("runs/<uuid:run_id>/items/<int:ordinal>/review/", reviews.ItemReview.as_view(), name="item_review"),
    path("runs/<uuid:run_id>/items/<int:ordinal>/comments/", reviews.ItemComments.as_view(), name="item_comments"),
    path("projects/<uuid:project_id>/review-queues/", review_queues.ReviewQueueList.as_view(), name="review_queues"),
    path("review-queues/<uuid:queue_id>/", review_queues.ReviewQueueDetail.as_view(), name="review_queue"),
    path("review-queues/<uuid:queue_id>/result/", review_queues.BlindResult.as_view(), name="review_result"),
    path("review-queues/<uuid:queue_id>/tasks/", review_tasks.ReviewTaskList.as_view(), name="review_tasks"),
    path("review-queues/<uuid:queue_id>/next/", review_tasks.ReviewNext.as_view(), name="review_next"),
    path("review-tasks/<int:task_id>/", review_tasks.ReviewTaskDetail.as_view(), name="review_task"),
    path("review-tasks/<int:task_id>/decision/", review_tasks.ReviewDecision.as_view(), name="review_decision"),
    path("review-tasks/<int:task_id>/skip/", review_tasks.ReviewSkip.as_view(), name="review_skip"),
    path("projects/<uuid:project_id>/overview/", overview.Overview.as_view(), name="overview"),
    path("projects/<uuid:project_id>/trends/", trends.Trends.as_view(), name="trends"),
    path("projects/<uuid:project_id>/evaluations/", evaluations.EvaluationList.as_view(), name="evaluations"),
    path(
        "projects/<uuid:project_id>/evaluations/file/",
        evaluation_files.EvaluationFiles.as_view(),
        name="evaluation_files",
    ),
    path("evaluations/<uuid:evaluation_id>/", evaluations.EvaluationDetail.as_view(), name="evaluation"),
    path(
        "evaluations/<uuid:evaluation_id>/versions/",
        evaluations.EvaluationVersions.as_view(),
        name="evaluation_versions",
    ),
    path(
        "evaluations/<uuid:evaluation_id>/schedule/",
        evaluations.EvaluationTimes.as_view(),
        name="evaluation_schedule",
    ),
    path(
        "evaluations/<uuid:evaluation_id>/schedule/pause/",
        evaluations.SchedulePause.as_view(),
        name="schedule_pause",
    ),
    path("evaluations/<uuid:evaluation_id>/executions/", executions.ExecutionList.as_view(), name="executions"),
    path("executions/<uuid:execution_id>/", executions.ExecutionDetail.as_view(), name="execution"),
    path("executions/<uuid:execution_id>/start/", executions.ExecutionStart.as_view(), name="execution_start"),
    path(
        "executions/<uuid:execution_id>/cancellation/",
        executions.ExecutionCancellation.as_view(),
        name="execution_cancellation",
    ),
    path("executions/<uuid:execution_id>/retry/", executions.ExecutionRetry.as_view(), name="execution_retry"),
    path(
        "executions/<uuid:execution_id>/repetition/",
        executions.ExecutionRepetition.as_view(),
        name="execution_repetition",
    ),
]
