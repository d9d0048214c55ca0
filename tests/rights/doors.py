"""Every address of the product with the right that each of its methods asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from evalhub.accounts.access import Right
from tests.rights.door import SEEN, Door, button, form
from tests.rights.facade_doors import FACADES, FACADES_OWN
from tests.rights.rest_doors import REST, REST_OWN

# Addresses of other people's applications, which keep their own doors: the admin site and the sign-in.
# Its redirects from old addresses have no name.
FOREIGN = ("admin:", "account_", "socialaccount_", "mfa_", "openid_connect_", "None")
# Nobody's rows are behind these.
WITHOUT_ROWS = {
    "healthz",
    "readyz",
    "styleguide",
    "runs:home",
    "runs:my_reviews",
    "api:schema",
    "api:docs",
    "api:unknown",
}
# Whoever has the address reads what is behind it: it holds a secret.
BY_SECRET = {"runs:shared_report"}
# Whoever has the link comes in, also who is nobody yet; tests/accounts/test_invitations.py.
WITHOUT_ROWS |= {"accounts:invitation_acceptance"}
# Lists of whatever the caller sees, and things made where the caller is.
OWN_LISTS = REST_OWN | FACADES_OWN | {"runs:project_create"}
# What a person is told is nobody else's to see, whatever their role; tests/notices/ has others try.
OWN_LISTS |= {f"notices:{name}" for name in ("bell", "notice_list", "notice_detail", "notice_reading", "mail_wish")}
# One's own account.
OWN_LISTS |= {"accounts:profile"}


PAGES: dict[str, Door] = {
    "runs:project_overview": SEEN,
    "runs:project_settings": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "runs:project_metrics": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "runs:project_metric": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "runs:project_archival": button(Right.CONFIGURE),
    "runs:project_data": Door(get=Right.EXPORT),
    "runs:project_retention": button(Right.DELETE_PROJECT),
    "runs:project_exports": button(Right.EXPORT),
    "runs:project_export_file": Door(get=Right.EXPORT),
    "runs:project_deletion": form(Right.DELETE_PROJECT),
    "runs:run_list": SEEN,
    "runs:run_list_progress": SEEN,
    "runs:run_create": form(Right.START_RUN),
    "runs:project_trends": SEEN,
    "runs:trend_export": SEEN,
    "runs:release_create": form(Right.START_RUN),
    "runs:release_edit": form(Right.START_RUN),
    "runs:release_deletion": button(Right.START_RUN),
    "runs:run_view_create": button(Right.START_RUN),
    "runs:run_view_deletion": button(Right.START_RUN),
    "runs:run_progress": SEEN,
    "runs:run_detail": SEEN,
    "runs:run_comparison": SEEN,
    "runs:run_comparison_charts": SEEN,
    "runs:run_comparison_item": SEEN,
    "runs:history_grid": SEEN,
    "runs:history_export": SEEN,
    "runs:planner": SEEN,
    "runs:run_comparison_report": SEEN,
    "runs:run_comparison_report_markdown": SEEN,
    "runs:run_comparison_export": SEEN,
    "runs:item_pairs": Door(get=Right.VIEW, post=Right.START_RUN),
    "runs:item_pair_deletion": button(Right.START_RUN),
    "runs:shared_report_list": form(Right.START_RUN),
    "runs:shared_report_revocation": button(Right.START_RUN),
    "runs:run_export": SEEN,
    "runs:run_insights": Door(get=Right.VIEW, post=Right.START_RUN),
    "runs:failure_groups": SEEN,
    "runs:item_detail": SEEN,
    "runs:item_body": SEEN,
    "runs:judge_call": SEEN,
    "runs:item_review": button(Right.REVIEW),
    "runs:item_comments": button(Right.REVIEW),
    "runs:item_comment": button(Right.REVIEW),
    "runs:item_addition": form(Right.EDIT_DATASET),
    "runs:run_addition": form(Right.EDIT_DATASET),
    "runs:label_list": Door(get=Right.VIEW, post=Right.REVIEW),
    "runs:label_detail": button(Right.CONFIGURE),
    "runs:review_list": SEEN,
    "runs:review_work_list": SEEN,
    "runs:review_queue_create": form(Right.HAND_OUT_REVIEWS),
    "runs:review_queue_items": button(Right.HAND_OUT_REVIEWS),
    "runs:review_queue": SEEN,
    "runs:review_queue_edit": form(Right.HAND_OUT_REVIEWS),
    "runs:review_queue_closure": button(Right.HAND_OUT_REVIEWS),
    "runs:review_queue_reassignment": button(Right.HAND_OUT_REVIEWS),
    "runs:review_queue_deletion": form(Right.HAND_OUT_REVIEWS),
    "runs:review_result": SEEN,
    "runs:review_next": button(Right.REVIEW),
    "runs:review_task": Door(get=Right.REVIEW),
    "runs:review_lock": button(Right.REVIEW),
    "runs:review_decision": button(Right.REVIEW),
    "runs:review_skip": button(Right.REVIEW),
    "runs:review_answer": Door(get=Right.REVIEW),
    "runs:run_cancellation": button(Right.START_RUN),
    "runs:run_resumption": button(Right.START_RUN),
    "runs:run_rescoring": form(Right.START_RUN),
    "runs:run_baseline": button(Right.START_RUN),
    "runs:run_naming": form(Right.START_RUN),
    "runs:run_deletion": form(Right.DELETE),
    "runs:judge_list": SEEN,
    "runs:judge_detail": SEEN,
    "runs:judge_measurement": button(Right.REVIEW),
    "runs:judge_reference": button(Right.CONFIGURE),
    "runs:judge_threshold": button(Right.CONFIGURE),
    "runs:target_list": SEEN,
    "runs:target_create": form(Right.EDIT_TARGET),
    "runs:target_tryout": button(Right.EDIT_TARGET),
    "runs:target_detail": SEEN,
    "runs:target_edit": form(Right.EDIT_TARGET),
    "runs:target_archival": form(Right.EDIT_TARGET),
    "runs:evaluation_list": SEEN,
    "runs:evaluation_create": form(Right.START_RUN),
    "runs:evaluation_upload": form(Right.START_RUN),
    "runs:evaluation_detail": SEEN,
    "runs:evaluation_revision": form(Right.START_RUN),
    "runs:evaluation_archival": button(Right.START_RUN),
    "runs:evaluation_start": button(Right.START_RUN),
    "runs:evaluation_schedule": form(Right.START_RUN),
    "runs:schedule_pause": button(Right.START_RUN),
    "runs:schedule_resumption": button(Right.START_RUN),
    "runs:schedule_deletion": button(Right.START_RUN),
    "runs:execution_detail": SEEN,
    "runs:execution_start": button(Right.START_RUN),
    "runs:execution_cancellation": button(Right.START_RUN),
    "runs:execution_retry": button(Right.START_RUN),
    "runs:execution_rerun": button(Right.START_RUN),
    "runs:metric_list": SEEN,
    "runs:metric_create": form(Right.CONFIGURE),
    "runs:metric_tryout": button(Right.CONFIGURE),
    "runs:metric_detail": SEEN,
    "runs:metric_edit": form(Right.CONFIGURE),
    "runs:metric_archival": button(Right.CONFIGURE),
    "runs:metric_revision": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "runs:dataset_list": SEEN,
    "runs:dataset_upload": form(Right.EDIT_DATASET),
    "runs:import_detail": SEEN,
    "runs:import_progress": SEEN,
    "runs:import_rejections": SEEN,
    "runs:import_confirmation": button(Right.EDIT_DATASET),
    "runs:import_deletion": button(Right.EDIT_DATASET),
    "runs:dataset_detail": SEEN,
    "runs:dataset_clustering": button(Right.EDIT_DATASET),
    "runs:version_detail": SEEN,
    "accounts:team_detail": Door(get=Right.VIEW, post=Right.MANAGE_PEOPLE),
    "accounts:report_sharing": button(Right.MANAGE_PEOPLE),
    "accounts:member_role": button(Right.MANAGE_PEOPLE),
    "accounts:member_removal": button(Right.MANAGE_PEOPLE),
    "accounts:api_key_list": Door(get=Right.VIEW, post=Right.MANAGE_KEYS),
    # Of somebody else; of their own keys people dispose themselves.
    "accounts:api_key_revocation": button(Right.MANAGE_PEOPLE),
    "accounts:member_ownership": button(Right.OWN_TEAM),
    "accounts:team_settings": form(Right.OWN_TEAM),
    "accounts:invitation_list": form(Right.MANAGE_PEOPLE),
    "accounts:invitation_renewal": button(Right.MANAGE_PEOPLE),
    "accounts:invitation_revocation": button(Right.MANAGE_PEOPLE),
    "accounts:audit_log": Door(get=Right.VIEW_AUDIT),
    "accounts:audit_export": Door(get=Right.VIEW_AUDIT),
    "connections:connection_list": SEEN,
    "connections:connection_create": form(Right.CONFIGURE),
    "connections:connection_edit": form(Right.CONFIGURE),
    "connections:connection_archival": button(Right.CONFIGURE),
    "connections:connection_test": button(Right.CONFIGURE),
    "webhooks:webhook_list": SEEN,
    "webhooks:webhook_create": form(Right.CONFIGURE),
    "webhooks:webhook_detail": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "webhooks:webhook_secret": button(Right.CONFIGURE),
    "webhooks:webhook_test": button(Right.CONFIGURE),
    "webhooks:webhook_deletion": button(Right.CONFIGURE),
    "webhooks:webhook_delivery": SEEN,
    "webhooks:webhook_redelivery": button(Right.CONFIGURE),
}
DOORS = PAGES | REST | FACADES


# Those that programs come in by, with a key.


def addresses() -> dict[str, dict[str, Any]]:
    """The name of every address of ours → the arguments in it, each with its converter."""
    return {name: arguments for name, arguments in _walk(get_resolver(), "", {}) if not name.startswith(FOREIGN)}


def _walk(resolver: URLResolver, space: str, outer: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in resolver.url_patterns:
        arguments = outer | entry.pattern.converters
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", arguments
        else:
            yield from _walk(entry, f"{entry.namespace}:" if entry.namespace else space, arguments)
