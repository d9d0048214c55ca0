"""Real result files load into a version, and a run over its scores has the means that the tools themselves printed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.choices import ImportState
from runs.models import DatasetVersion, Run
from runs.services.runs import MetricChoice, RunRequest, create_run
from runs.services.targets import recorded_target
from tests.runs.datasets.loading import load
from tests.runs.execution.judged import work
from tests.runs.importers.formats.reading import DATA

pytestmark = [
    # What a load reports while it goes on comes over a connection of its own.
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DATA.exists(), reason=f"no result files beside the repository: {DATA} is missing"),
]
FILES = sorted(str(path.relative_to(DATA)) for path in DATA.glob("*/*") if path.suffix != ".md")
# Files beside results, which hold no items.
SUMMARIES = ("run_spec", "stats", "per_instance_stats", "nq-gpt4.run", "results_many", "results_truthfulqa")


def real(name: str) -> Any:  # noqa: ANN401  # whatever the tool wrote
    return json.loads((DATA / name).read_bytes())


def run_over(content: bytes, *, project: Project, by: User, name: str) -> Run:
    version = loaded(content, project=project, by=by, name=name)
    choices = [
        MetricChoice(key=given["key"], is_given=True) for given in version.given_metrics if given["minimum"] is not None
    ]
    target = recorded_target(project=project, name=name, version="1", by=by)
    return work(create_run(RunRequest(project=project, version=version, target=target, metrics=choices), by=by))


def loaded(content: bytes, *, project: Project, by: User, name: str) -> DatasetVersion:
    result = load(content, project=project, by=by, name=name)
    assert result.state == ImportState.FINISHED, result.error
    assert result.rows_rejected == 0
    assert result.version is not None
    return result.version


def means_of(run: Run) -> dict[str, float | None]:
    return {one.revision.definition["source"]: one.mean for one in run.run_metrics.select_related("revision")}


def test_every_file_loads_whole_or_says_what_to_send_instead(project: Project, alice: User) -> None:
    for name in FILES:
        content = (DATA / name).read_bytes()
        if any(f"/{one}" in name.replace("bbq.claude-3-5-sonnet.", "") for one in SUMMARIES):
            with pytest.raises(Invalid, match="holds no items"):
                load(content, project=project, by=alice, name=name)
        else:
            assert loaded(content, project=project, by=alice, name=name.replace("/", " ")).item_count, name


def inspect_means(name: str) -> dict[str, float]:
    if name.endswith(".json"):
        log = real(name)
    else:
        with zipfile.ZipFile(DATA / name) as archive:
            log = json.loads(archive.read("header.json"))
    return {score["name"]: score["metrics"]["accuracy"]["value"] for score in log["results"]["scores"]}


def lm_eval_means(_: str) -> dict[str, float]:
    printed = real("lm-eval/results_truthfulqa_gen_2025-05-31T14-30-51.983293.json")["results"]["truthfulqa_gen"]
    return {
        name.removesuffix(",none"): value for name, value in printed.items() if ",none" in name and "stderr" not in name
    }


def deepeval_means(name: str) -> dict[str, float]:
    told = real(name)["testRunData"]["metricsScores"]
    return {metric["metric"]: sum(metric["scores"]) / len(metric["scores"]) for metric in told}


def mlflow_means(_: str) -> dict[str, float]:
    return {
        name.removesuffix("/mean"): value for name, value in real("mlflow/nq-gpt4.run.json")["data"]["metrics"].items()
    }


def evals_means(name: str) -> dict[str, float]:
    lines = (DATA / name).read_text().splitlines()
    report = next(json.loads(line)["final_report"] for line in lines if "final_report" in line)
    return {"match": report["accuracy"]}


PRINTED: dict[str, Callable[[str], dict[str, float]]] = {
    **{
        f"inspect/{name}": inspect_means
        for name in (
            *("log_formats.eval", "log_formats.json", "log_read_sample.eval", "log_read_sample.json"),
            *("mmlu-choices.eval", "popularity.json", "popularity-more-samples.eval", "security-guide.json"),
        )
    },
    "lm-eval/samples_truthfulqa_gen_2025-05-31T14-30-51.983293.jsonl": lm_eval_means,
    "deepeval/latest_test_run.json": deepeval_means,
    "mlflow/nq-gpt4.traces.json": mlflow_means,
    "openai-evals/230417220821DPM75QNS_test-match.jsonl": evals_means,
}


@pytest.mark.parametrize("name", PRINTED)
def test_the_means_are_those_that_the_tool_printed(name: str, project: Project, alice: User) -> None:
    run = run_over((DATA / name).read_bytes(), project=project, by=alice, name="file")
    printed = PRINTED[name](name)
    assert printed
    assert means_of(run) == pytest.approx(printed)


def test_the_means_of_a_helm_run_are_those_of_its_summary(project: Project, alice: User) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (DATA / "helm").glob("bbq.*.json"):
            archive.write(path, path.name.split(".", 2)[-1])
    means = means_of(run_over(buffer.getvalue(), project=project, by=alice, name="bbq.zip"))
    stats = real("helm/bbq.claude-3-5-sonnet.stats.json")
    printed = {
        stat["name"]["name"]: stat["mean"] for stat in stats if stat["count"] and "perturbation" not in stat["name"]
    }
    assert means["exact_match"] == pytest.approx(0.93)
    assert means == pytest.approx({name: printed[name] for name in means})
