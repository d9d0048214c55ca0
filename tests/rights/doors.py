"""Every address of the product with the right that each of its methods asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from evalhub.accounts.access import Right

# Addresses of other people's applications, which keep their own doors: the admin site and the sign-in.
FOREIGN = ("admin:", "account_", "socialaccount_", "mfa_", "openid_connect_")
# Nobody's rows are behind these.
WITHOUT_ROWS = {
    *("healthz", "readyz", "styleguide", "runs:home", "api:schema", "api:docs", "api:unknown"),
    # A signed address lets in whoever holds it, for one file.
    *("gradient:upload", "gradient:unknown", "gradient:regions"),
}
# Lists of whatever the caller sees; a stranger's is empty.
OWN_LISTS = {
    *("api:projects", "runs:project_create"),
    *("gradient:metrics", "gradient:models", "gradient:agents", "gradient:workspaces", "gradient:test_cases"),
    *("gradient:datasets", "gradient:upload_addresses", "gradient:runs"),
}


@dataclass(frozen=True, slots=True)
class Door:
    """The right that reading and that writing asks for; None where there is no such method."""

    read: Right | None = None
    write: Right | None = None


SEEN = Door(read=Right.VIEW)


def _form(right: Right) -> Door:
    """A page with a form: whoever may not send it is not shown it."""
    return Door(read=right, write=right)


def _button(right: Right) -> Door:
    return Door(write=right)


DOORS: dict[str, Door] = {
    "api:project": Door(read=Right.VIEW, write=None),
    "gradient:test_case": SEEN,
    "gradient:test_case_runs": SEEN,
    "gradient:run": SEEN,
    "gradient:run_results": SEEN,
    "gradient:run_result": SEEN,
    "gradient:agent": SEEN,
    "gradient:workspace": SEEN,
    "gradient:workspace_test_cases": SEEN,
    "gradient:workspace_agents": SEEN,
    "runs:project_overview": SEEN,
    "runs:project_settings": Door(read=Right.VIEW, write=Right.CONFIGURE),
    "runs:project_metrics": _button(Right.CONFIGURE),
    "runs:project_archival": _button(Right.CONFIGURE),
    "runs:run_list": SEEN,
    "runs:run_list_progress": SEEN,
    "runs:run_create": _form(Right.START_RUN),
    "runs:run_view_create": _button(Right.START_RUN),
    "runs:run_view_deletion": _button(Right.START_RUN),
    "runs:run_progress": SEEN,
    "runs:run_detail": SEEN,
    "runs:run_export": SEEN,
    "runs:item_detail": SEEN,
    "runs:item_body": SEEN,
    "runs:judge_call": SEEN,
    "runs:item_review": _button(Right.REVIEW),
    "runs:item_comments": _button(Right.REVIEW),
    "runs:run_cancellation": _button(Right.START_RUN),
    "runs:run_resumption": _button(Right.START_RUN),
    "runs:run_rescoring": _form(Right.START_RUN),
    "runs:run_baseline": _button(Right.START_RUN),
    "runs:run_naming": _form(Right.START_RUN),
    "runs:run_deletion": _form(Right.DELETE),
    "runs:target_list": SEEN,
    "runs:target_create": _form(Right.EDIT_TARGET),
    "runs:target_tryout": _button(Right.EDIT_TARGET),
    "runs:target_detail": SEEN,
    "runs:target_edit": _form(Right.EDIT_TARGET),
    "runs:target_archival": _form(Right.EDIT_TARGET),
    "runs:evaluation_list": SEEN,
    "runs:evaluation_create": _form(Right.START_RUN),
    "runs:evaluation_upload": _form(Right.START_RUN),
    "runs:evaluation_detail": SEEN,
    "runs:evaluation_revision": _form(Right.START_RUN),
    "runs:evaluation_archival": _button(Right.START_RUN),
    "runs:evaluation_start": _button(Right.START_RUN),
    "runs:evaluation_schedule": _form(Right.START_RUN),
    "runs:schedule_pause": _button(Right.START_RUN),
    "runs:schedule_resumption": _button(Right.START_RUN),
    "runs:schedule_deletion": _button(Right.START_RUN),
    "runs:execution_detail": SEEN,
    "runs:execution_start": _button(Right.START_RUN),
    "runs:execution_cancellation": _button(Right.START_RUN),
    "runs:execution_retry": _button(Right.START_RUN),
    "runs:execution_rerun": _button(Right.START_RUN),
    "runs:dataset_list": SEEN,
    "runs:dataset_upload": _form(Right.EDIT_DATASET),
    "runs:import_detail": SEEN,
    "runs:import_progress": SEEN,
    "runs:import_rejections": SEEN,
    "runs:import_confirmation": _button(Right.EDIT_DATASET),
    "runs:import_deletion": _button(Right.EDIT_DATASET),
    "runs:dataset_detail": SEEN,
    "runs:version_detail": SEEN,
    "accounts:team_detail": Door(read=Right.VIEW, write=Right.MANAGE_PEOPLE),
    "accounts:member_role": _button(Right.MANAGE_PEOPLE),
    "accounts:member_removal": _button(Right.MANAGE_PEOPLE),
    "accounts:api_key_list": Door(read=Right.VIEW, write=Right.MANAGE_KEYS),
    # Of somebody else; of their own keys people dispose themselves.
    "accounts:api_key_revocation": _button(Right.MANAGE_PEOPLE),
    "connections:connection_list": SEEN,
    "connections:connection_create": _form(Right.CONFIGURE),
    "connections:connection_edit": _form(Right.CONFIGURE),
    "connections:connection_archival": _button(Right.CONFIGURE),
    "connections:connection_test": _button(Right.CONFIGURE),
}


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
