"""What programs do with the client, in few words."""

from __future__ import annotations

from typing import Any

from gradient import Gradient
from gradient.types.agents import APIEvaluationRun

from runs.models import Run
from tests.facades.gradient.in_process import send_file
from tests.runs.execution.judged import work

SIX_ROWS = (
    "query,expected_response,output\n"
    "Capital of France?,Paris,Paris\n"
    "Capital of Spain?,Madrid,Madrid\n"
    "Capital of Italy?,Rome,Rome\n"
    "Capital of Peru?,Lima,Lima\n"
    "Capital of Chad?,N'Djamena,Abuja\n"
    "Capital of Mali?,Bamako,Dakar\n"
)


def put_file(client: Gradient, content: str | bytes, *, file_name: str = "rows.csv") -> str:
    """Upload the file as the vendor's documentation says; its object key."""
    body = content.encode() if isinstance(content, str) else content
    answer = client.agents.evaluation_datasets.create_file_upload_presigned_urls(
        files=[{"file_name": file_name, "file_size": str(len(body))}]
    )
    [place] = answer.uploads or []
    assert place.presigned_url
    assert place.object_key
    assert send_file(place.presigned_url, body, {"Content-Type": "text/csv"}).status_code == 200
    return place.object_key


def make_dataset(client: Gradient, content: str | bytes = SIX_ROWS, *, name: str = "Capitals") -> str:
    key = put_file(client, content)
    answer = client.agents.evaluation_datasets.create(
        name=name,
        dataset_type="EVALUATION_DATASET_TYPE_NON_ADK",
        file_upload_dataset={"original_file_name": "rows.csv", "size_in_bytes": "1", "stored_object_key": key},
    )
    assert answer.evaluation_dataset_uuid
    return answer.evaluation_dataset_uuid


def metric_ids(client: Gradient, *keys: str) -> list[str]:
    listed = client.agents.evaluation_metrics.list().metrics or []
    known = {metric.metric_name: metric.metric_uuid for metric in listed}
    return [known[key] or "" for key in keys]


def make_test_case(
    client: Gradient, *metrics: str, content: str = SIX_ROWS, name: str = "Capitals test", **fields: Any
) -> str:
    dataset = fields.pop("dataset_uuid", None) or make_dataset(client, content)
    ids = metric_ids(client, *(metrics or ("equals", "levenshtein")))
    answer = client.agents.evaluation_test_cases.create(name=name, dataset_uuid=dataset, metrics=ids, **fields)
    assert answer.test_case_uuid
    return answer.test_case_uuid


def make_agent(client: Gradient, name: str = "bot", **fields: Any) -> str:
    agent = client.agents.create(name=name, **fields).agent
    assert agent
    assert agent.uuid
    return agent.uuid


def start(client: Gradient, test_case: str, *agents: str, **fields: Any) -> list[str]:
    answer = client.agents.evaluation_runs.create(test_case_uuid=test_case, agent_uuids=list(agents), **fields)
    return answer.evaluation_run_uuids or []


def run_of(client: Gradient, uuid: str) -> APIEvaluationRun:
    run = client.agents.evaluation_runs.retrieve(uuid).evaluation_run
    assert run
    return run


def finish_all() -> None:
    """Do what workers would do."""
    for run in Run.objects.live():
        work(run)


def finished_run(client: Gradient, *metrics: str, **fields: Any) -> str:
    """A run over recorded answers that is over."""
    [uuid] = start(client, make_test_case(client, *metrics, **fields), make_agent(client))
    finish_all()
    return uuid
