"""Evaluations from files: on the page and by the command, saved with versions, refused with line and key."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.models import DatasetVersion, Evaluation, Execution, Run, Target
from runs.recipes.evaluation_file import read_evaluation_file
from runs.services.evaluation_files import save_evaluation_file
from runs.services.evaluations import newest_version
from runs.services.execution_plan import ExecutionRequest
from runs.services.executions import create_execution, start_evaluation
from tests.factories import make_target

QUALITY = """\
evaluation:
  key: data-quality
  display_name: Data quality
  tags: [Quality]
  num_samples: 2
  task_specifications:
    - key: equal-answers
      task_key: equals-task
      dataset_key: questions
      display_name: Equal answers
    - key: close-answers
      task_key: levenshtein
      dataset_key: questions
      num_samples: 1
      subsampling: random
"""
OWN = """\
evaluation:
  key: release
  display_name: Release gate
  dataset_key: questions
  targets: [bot]
  metrics: [{key: contains, threshold: 0.9}]
  star_metric: {key: contains, success_threshold: 0.8}
"""


def save(text: str, project: Project, by: User) -> Evaluation:
    return save_evaluation_file(read_evaluation_file(text), project=project, by=by).evaluation


def test_each_task_of_a_file_becomes_a_run(project: Project, version: DatasetVersion, alice: User) -> None:
    evaluation = save(QUALITY, project, alice)
    execution = start_evaluation(newest_version(evaluation), by=alice)
    first, second = execution.runs.order_by("id")
    assert (first.task_key, first.name, first.num_samples) == ("equal-answers", "Data quality: Equal answers", 2)
    assert (second.task_key, second.num_samples, second.sampling) == ("close-answers", 1, "random")
    assert [run.run_metrics.get().key for run in (first, second)] == ["equals", "levenshtein"]
    assert (first.dataset_version, first.target.name, first.tags) == (version, "Recorded data", ["Quality"])


def test_parameters_are_filled_by_the_file_and_again_by_a_start(
    project: Project, version: DatasetVersion, alice: User
) -> None:
    make_target(project=project, name="small", settings={"key": "openai$small-1"})
    text = (
        "evaluation:\n  key: e\n  display_name: E\n"
        "  config_spec: [{type: model, key: model}, {type: int, key: n, default_value: 1}]\n"
        "  task_specifications:\n"
        "    - {task_key: equals, dataset_key: questions, model_key: << config.model >>, num_samples: << config.n >>}\n"
        "config: {model: openai$small-1}\n"
    )
    saved = newest_version(save(text, project, alice))
    run = start_evaluation(saved, by=alice).runs.get()
    assert (run.target.name, run.num_samples) == ("small", 1)
    again = create_execution(ExecutionRequest(version=saved, config={"n": 3}), by=alice)
    assert again.runs.get().num_samples == 3
    with pytest.raises(Invalid, match='parameter "n" is of type int'):
        create_execution(ExecutionRequest(version=saved, config={"n": "many"}), by=alice)


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ("task_key: equals, dataset_key: unknown", 'needs the dataset "unknown", which the project does not have'),
        ("task_key: equals", "names no dataset"),
        ("task_key: trivia, dataset_key: questions", "neither described in the file nor a metric"),
        (
            "task_key: equals, dataset_key: questions, model_key: openai$x",
            'asks the model "openai$x", which is no target',
        ),
        ("task_key: equals, dataset_key: questions, model_key: remote", 'Target "remote" cannot be asked'),
    ],
)
def test_a_task_that_cannot_run_yet_is_saved_and_says_why(
    project: Project, version: DatasetVersion, alice: User, task: str, told: str
) -> None:
    make_target(project=project, name="remote", kind="http_endpoint")
    text = f"evaluation:\n  key: e\n  display_name: E\n  task_specifications:\n    - {{{task}}}\n"
    stored = save_evaluation_file(read_evaluation_file(text), project=project, by=alice)
    (hindrance,) = stored.hindrances
    assert told in hindrance
    assert not Run.objects.exists()
    assert not Target.objects.filter(name="Recorded data").exists()
    with pytest.raises(Invalid) as refused:
        start_evaluation(stored.version, by=alice)
    assert refused.value.message == hindrance


def test_a_scorer_that_is_not_known_here_is_named(project: Project, version: DatasetVersion, alice: User) -> None:
    text = (
        "tasks: [{key: t, definition: {dataset: {key: questions}, scorers: [{type: python}]}}]\n"
        "evaluation: {key: e, display_name: E, task_specifications: [{task_key: t}]}\n"
    )
    stored = save_evaluation_file(read_evaluation_file(text), project=project, by=alice)
    assert "scores by python, which EvalHub cannot compute from a file" in stored.hindrances[0]


def test_a_file_is_uploaded_changed_and_found_unchanged(
    client_of: type, bob: User, project: Project, version: DatasetVersion
) -> None:
    address = f"/projects/{project.pk}/evaluations/upload/"

    def upload(text: str) -> list[str]:
        response = client_of(bob).post(address, {"file": SimpleUploadedFile("e.yaml", text.encode())})
        assert response["Location"] == f"/evaluations/{Evaluation.objects.get().pk}/"
        return [message.message for message in get_messages(response.wsgi_request)]

    assert upload(QUALITY) == ["Data quality is saved as version 1."]
    assert upload(QUALITY) == ["Data quality is as it was in version 1; nothing was changed."]
    assert upload(QUALITY.replace("num_samples: 2", "num_samples: 3"))[0] == "Data quality is saved as version 2."


def test_what_cannot_start_yet_is_told_after_the_upload(client_of: type, bob: User, project: Project) -> None:
    response = client_of(bob).post(f"/projects/{project.pk}/evaluations/upload/", {"text": QUALITY})
    told = [message.message for message in get_messages(response.wsgi_request)]
    assert told[1].startswith('It cannot start yet: Task "equal-answers" needs the dataset "questions"')
    page = client_of(bob).get(response["Location"]).content.decode()
    assert "Equal answers" in page


@pytest.mark.parametrize(
    ("text", "line", "key", "told"),
    [
        (OWN.replace("targets", "target"), 5, "evaluation.target", "did you mean &quot;targets&quot;?"),
        (OWN.replace("[bot]", "[bott]"), 5, "evaluation.targets[0]", "did you mean &quot;bot&quot;?"),
        (OWN.replace("key: questions", "key: answers"), 4, "evaluation.dataset_key", "no dataset &quot;answers&quot;"),
        (OWN.replace("contains", "contain"), 6, "evaluation.metrics[0].key", "did you mean &quot;contains&quot;?"),
    ],
)
def test_the_page_names_line_and_key_of_what_is_wrong(  # noqa: PLR0917  # the people, the place and the case
    client_of: type, bob: User, target: Target, version: DatasetVersion, text: str, line: int, key: str, told: str
) -> None:
    response = client_of(bob).post(f"/projects/{target.project_id}/evaluations/upload/", {"text": text})
    (problem, *_) = response.context["problems"]
    assert (problem.line, problem.key) == (line, key)
    assert told in response.content.decode()
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "Choose a file or paste its text first."),
        ({"file": SimpleUploadedFile("e.yaml", b"\xff\xfe\x00")}, "The file is not UTF-8 text."),
        ({"file": SimpleUploadedFile("e.yaml", b"#" * 1_100_000)}, "more than 1 MB"),
    ],
)
def test_what_is_no_file_of_text_is_refused(
    client_of: type, bob: User, project: Project, body: dict[str, object], told: str
) -> None:
    response = client_of(bob).post(f"/projects/{project.pk}/evaluations/upload/", body)
    assert told in response.content.decode()


def command(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("run_evaluation", str(path), "--project", "support-bot", *options, stdout=out)
    return out.getvalue()


def test_the_command_loads_the_data_saves_the_recipe_and_starts_it(project: Project, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"input": "a", "output": "A", "expected": "A"}\n' * 2)
    path = tmp_path / "e.yaml"
    path.write_text(f"datasets: [{{key: questions, source: {{file_path: rows.jsonl}}}}]\n{QUALITY}")
    told = command(path)
    assert '"Data quality" saved as version 1.' in told
    assert "2 runs:" in told
    run = Execution.objects.get().runs.order_by("id")[0]
    assert (run.dataset.key, run.item_count) == ("questions", 2)
    assert "is unchanged, version 1." in command(path, "--only-save")
    assert (Execution.objects.count(), run.dataset.versions.count()) == (1, 1)


def test_the_command_says_what_is_wrong_by_line(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "e.yaml"
    path.write_text(QUALITY.replace("task_key: levenshtein", "task: levenshtein"))
    with pytest.raises(
        CommandError, match=r'Line 12, evaluation.task_specifications\[1\].task: There is no key "task"'
    ):
        command(path)
    path.write_text(f"datasets: [{{key: questions, source: {{file_path: none.jsonl}}}}]\n{QUALITY}")
    with pytest.raises(CommandError, match="Line 1, datasets: questions: There is no file"):
        command(path)
    with pytest.raises(CommandError, match="cannot be read"):
        command(tmp_path / "missing.yaml")
    path.write_text(QUALITY)
    with pytest.raises(CommandError, match='needs the dataset "questions"'):
        command(path)
    assert newest_version(Evaluation.objects.get()).number == 1
