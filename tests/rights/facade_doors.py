"""The addresses of the vendors' clients with the right that each of their methods asks for."""

from __future__ import annotations

from evalhub.accounts.access import Right
from tests.rights.door import SEEN, Door, button

FACADES: dict[str, Door] = {
    "valiqor:run": SEEN,
    "valiqor:run_metrics": SEEN,
    "valiqor:run_items": SEEN,
    "valiqor:item": SEEN,
    "valiqor:job_status": SEEN,
    "valiqor:job_cancel": button(Right.START_RUN),
    "valiqor:project": SEEN,
    "valiqor:project_stats": SEEN,
    "valiqor:project_metrics": Door(get=Right.VIEW, post=Right.CONFIGURE),
    "gradient:test_case": Door(get=Right.VIEW, put=Right.START_RUN),
    "gradient:test_case_runs": SEEN,
    "gradient:run": SEEN,
    "gradient:run_results": SEEN,
    "gradient:run_result": SEEN,
    "gradient:agent": Door(get=Right.VIEW, put=Right.EDIT_TARGET, delete=Right.EDIT_TARGET),
    "gradient:workspace": Door(get=Right.VIEW, put=Right.CONFIGURE, delete=Right.CONFIGURE),
    "gradient:workspace_test_cases": SEEN,
    "gradient:workspace_agents": Door(get=Right.VIEW, put=Right.EDIT_TARGET),
}
# Lists of what the caller sees, and doors whose rows are named in the query or the body.
FACADES_OWN = {
    *("valiqor:projects", "valiqor:admin_projects", "valiqor:metric_templates", "valiqor:trends", "valiqor:compare"),
    *("valiqor:auth_validate", "valiqor:auth_usage", "valiqor:unknown", "valiqor:unknown_root"),
    *("valiqor:evaluate", "valiqor:evaluate_without_slash", "valiqor:evaluate_trace"),
    *("gradient:metrics", "gradient:models", "gradient:regions", "gradient:agents", "gradient:workspaces"),
    *("gradient:test_cases", "gradient:datasets", "gradient:runs", "gradient:upload_addresses", "gradient:unknown"),
    # A signed address lets in whoever holds it, for one file.
    "gradient:upload",
}
