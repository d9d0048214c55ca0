"""The addresses of the REST API with the right that each of their methods asks for."""

from __future__ import annotations

from evalhub.accounts.access import Right
from tests.rights.door import SEEN, Door, button

_RUNS, _DATASETS, _TARGETS = Right.START_RUN, Right.EDIT_DATASET, Right.EDIT_TARGET

REST: dict[str, Door] = {
    "api:project": Door(get=Right.VIEW, patch=Right.CONFIGURE),
    "api:project_retention": Door(get=Right.EXPORT, put=Right.DELETE_PROJECT),
    "api:project_deletion": Door(get=Right.DELETE_PROJECT, post=Right.DELETE_PROJECT),
    "api:project_exports": Door(get=Right.EXPORT, post=Right.EXPORT),
    "api:project_export": Door(get=Right.EXPORT),
    "api:project_export_file": Door(get=Right.EXPORT),
    "api:overview": SEEN,
    "api:trends": SEEN,
    "api:releases": Door(get=Right.VIEW, post=_RUNS),
    "api:release": Door(get=Right.VIEW, patch=_RUNS, delete=_RUNS),
    # Datasets and targets
    "api:datasets": Door(get=Right.VIEW, post=_DATASETS),
    "api:item_history": SEEN,
    "api:dataset": Door(get=Right.VIEW, patch=_DATASETS, delete=_DATASETS),
    "api:imports": Door(get=Right.VIEW, post=_DATASETS),
    "api:import": SEEN,
    "api:import_rejections": SEEN,
    "api:versions": Door(get=Right.VIEW, post=_DATASETS),
    "api:version": SEEN,
    "api:version_items": SEEN,
    "api:version_export": SEEN,
    "api:targets": Door(get=Right.VIEW, post=_TARGETS),
    "api:target": Door(get=Right.VIEW, patch=_TARGETS, delete=_TARGETS),
    "api:target_tryout": button(_TARGETS),
    # Metrics
    "api:metric": Door(get=Right.VIEW, delete=Right.CONFIGURE),
    "api:metric_revisions": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "api:team_metrics": button(Right.CONFIGURE),
    "api:project_metrics": SEEN,
    "api:project_metric": Door(get=Right.VIEW, patch=Right.CONFIGURE),
    "api:judge_trust": SEEN,
    "api:judge_measurement": button(Right.REVIEW),
    # Runs
    "api:shared_reports": Door(get=_RUNS, post=_RUNS),
    "api:shared_report": Door(get=_RUNS, delete=_RUNS),
    "api:runs": Door(get=Right.VIEW, post=_RUNS),
    "api:bulk_runs": button(_DATASETS),
    "api:run": Door(get=Right.VIEW, patch=_RUNS, delete=Right.DELETE),
    "api:run_start": button(_RUNS),
    "api:run_cancellation": button(_RUNS),
    "api:run_resumption": button(_RUNS),
    "api:run_rescoring": button(_RUNS),
    "api:run_repetition": button(_RUNS),
    "api:run_baseline": Door(put=_RUNS, delete=_RUNS),
    "api:run_items": SEEN,
    "api:run_export": SEEN,
    "api:run_insights": Door(get=Right.VIEW, post=_RUNS),
    "api:failure_groups": SEEN,
    "api:project_insights": SEEN,
    "api:run_item": SEEN,
    "api:judge_calls": SEEN,
    "api:item_review": Door(get=Right.VIEW, put=Right.REVIEW, patch=Right.REVIEW),
    "api:item_value": Door(put=Right.REVIEW, delete=Right.REVIEW),
    "api:run_values": button(Right.REVIEW),
    "api:item_comments": Door(get=Right.VIEW, post=Right.REVIEW),
    "api:review_queues": Door(get=Right.VIEW, post=Right.HAND_OUT_REVIEWS),
    "api:review_queue": Door(get=Right.VIEW, patch=Right.HAND_OUT_REVIEWS, delete=Right.HAND_OUT_REVIEWS),
    "api:review_result": SEEN,
    "api:review_tasks": Door(get=Right.VIEW, post=Right.HAND_OUT_REVIEWS),
    "api:review_next": button(Right.REVIEW),
    "api:review_task": Door(get=Right.REVIEW),
    "api:review_decision": Door(put=Right.REVIEW),
    "api:review_skip": button(Right.REVIEW),
    # Evaluations
    "api:evaluations": Door(get=Right.VIEW, post=_RUNS),
    "api:evaluation_files": button(_RUNS),
    "api:evaluation": Door(get=Right.VIEW, put=_RUNS, delete=_RUNS),
    "api:evaluation_versions": SEEN,
    "api:evaluation_schedule": Door(get=Right.VIEW, put=_RUNS, delete=_RUNS),
    "api:schedule_pause": Door(put=_RUNS, delete=_RUNS),
    "api:executions": Door(get=Right.VIEW, post=_RUNS),
    "api:execution": SEEN,
    "api:execution_start": button(_RUNS),
    "api:execution_cancellation": button(_RUNS),
    "api:execution_retry": button(_RUNS),
    "api:execution_repetition": button(_RUNS),
    # Teams
    "api:team": SEEN,
    "api:members": Door(get=Right.VIEW, post=Right.MANAGE_PEOPLE),
    "api:member": Door(get=Right.VIEW, patch=Right.MANAGE_PEOPLE, delete=Right.MANAGE_PEOPLE),
    "api:invitations": Door(get=Right.MANAGE_PEOPLE, post=Right.MANAGE_PEOPLE),
    "api:invitation": Door(get=Right.MANAGE_PEOPLE, delete=Right.MANAGE_PEOPLE),
    "api:invitation_renewal": button(Right.MANAGE_PEOPLE),
    "api:audit_log": Door(get=Right.VIEW_AUDIT),
    "api:keys": Door(get=Right.VIEW, post=Right.MANAGE_KEYS),
    "api:connections": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "api:connection": Door(get=Right.VIEW, patch=Right.CONFIGURE, delete=Right.CONFIGURE),
    "api:connection_test": button(Right.CONFIGURE),
    "api:connection_restoration": button(Right.CONFIGURE),
    "api:webhooks": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "api:webhook": Door(get=Right.VIEW, patch=Right.CONFIGURE, delete=Right.CONFIGURE),
    "api:webhook_secret": button(Right.CONFIGURE),
    "api:webhook_test": button(Right.CONFIGURE),
    "api:webhook_deliveries": SEEN,
    "api:webhook_redelivery": button(Right.CONFIGURE),
}
# What these compare is named in the query; tests/api/test_comparisons.py has strangers name it.
REST_OWN = {"api:comparison", "api:compared_items", "api:comparison_plan", "api:comparison_insights"}
# Lists of what the caller sees, and keys, which other people than their owner and admins do not see.
REST_OWN |= {"api:projects", "api:metrics", "api:teams", "api:key", "api:notices", "api:notice_reading"}
# A remark is changed by its author alone, whatever the role of others; tests/api/test_reviews.py has somebody else try.
REST_OWN |= {"api:item_comment"}
