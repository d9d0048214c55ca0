"""Files that describe evaluations: what is read, what is refused with line and key, and what is left aside."""

from __future__ import annotations

import pytest

from runs.recipes.document import ProblemsFound
from runs.recipes.evaluation_file import read_evaluation_file

TRIVIA = """\
...
evaluation:
  key: "film-quiz"
  display_name: "Film quiz"
  task_specifications:
    - key: "film-quiz-small"
      task_key: "film-quiz-task"
      display_name: "Film quiz, small model"
      task_config:
        config_key: []
      model_key: "openai$gpt-4-1-nano"
"""
QUALITY = """\
evaluation:
  display_name: "Quality of the data"
  key: "data-quality"
  tags: ["Data Quality", "Completeness"]
  mode: debug
  subsampling: random
  cache_policy: no-cache
  description: Short
  long_description: "# Long"
  task_specifications:
    - key: "unique"
      task_key: "uniqueness-task"
      task_config:
        field: "content"
      dataset_key: "greetings"
    - task_key: "completeness-task"
      task_config:
        field: "content"
      dataset_key: "greetings"
      num_samples: 5
"""
WHOLE = """\
models:
  - key: gpt
    display_name: GPT
    config: {url: "https://example.org/v1", api_key: $KEY, model_key: gpt-x}
datasets:
  - key: trivia
    display_name: Trivia
    source: {type: local, file_path: ./trivia.jsonl}
tasks:
  - key: trivia-task
    display_name: Trivia
    description: One word.
    config_spec:
      - {type: dataset, key: dataset, display_name: Dataset}
    definition:
      dataset: {key: "<< config.dataset >>"}
      scorers: [{type: string_equals, key: exact, ground_truth: "{{ sample.answer }}"}]
evaluation:
  key: trivia
  display_name: Trivia
  domains: [law]
  config_spec: [{type: model, key: model, display_name: Model}]
  task_specifications:
    - task_key: trivia-task
      model_key: "<< config.model >>"
      num_samples: << config.n >>
      subsampling: << config.how >>
config: {model: gpt, n: 3}
run_config: {num_samples: 50, subsampling: random, trials_config: {num_trials: 3}}
secrets: {KEY: x}
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        read_evaluation_file(text)
    return [str(problem) for problem in found.value.problems]


def evaluation(lines: str) -> str:
    """A file that is right but for the lines."""
    return f"evaluation:\n  key: e\n  display_name: E\n{lines}  task_specifications: [{{task_key: t}}]\n"


def test_the_older_form_with_a_model_by_name_is_read() -> None:
    file = read_evaluation_file(TRIVIA)
    assert (file.key, file.name, file.num_samples, file.subsampling, file.cache_policy) == (
        *("film-quiz", "Film quiz", None, "head", "reuse"),
    )
    assert file.tasks == [
        {
            "key": "film-quiz-small",
            "task_key": "film-quiz-task",
            "display_name": "Film quiz, small model",
            "task_config": {"config_key": []},
            "model_key": "openai$gpt-4-1-nano",
        }
    ]


def test_all_properties_of_an_evaluation_are_read() -> None:
    file = read_evaluation_file(QUALITY)
    assert (file.tags, file.num_samples, file.subsampling) == (("Data Quality", "Completeness"), 10, "random")
    assert (file.cache_policy, file.description, file.long_description) == ("no-cache", "Short", "# Long")
    assert [(task["key"], task["dataset_key"]) for task in file.tasks] == [
        ("unique", "greetings"),
        ("completeness-task", "greetings"),
    ]
    assert file.tasks[1]["num_samples"] == 5


def test_a_run_file_is_read_with_its_tasks_and_says_what_it_leaves_aside() -> None:
    file = read_evaluation_file(WHOLE)
    assert (file.num_samples, file.subsampling, file.repeats) == (50, "random", 3)
    assert [(source.key, source.file_path, source.line) for source in file.datasets] == [
        ("trivia", "./trivia.jsonl", 6)
    ]
    assert [(model.key, model.model) for model in file.models] == [("gpt", "gpt-x")]
    (task,) = file.tasks
    assert task["task"]["definition"]["dataset"] == {"key": "<< config.dataset >>"}
    assert (task["num_samples"], file.config) == ("<< config.n >>", {"model": "gpt", "n": 3})
    assert [note.split(";")[0] for note in file.notes] == [
        'Line 30: "secrets" is left aside',
        'Line 21: "domains" is left aside',
    ]


def test_an_evaluation_without_tasks_names_dataset_targets_and_metrics() -> None:
    file = read_evaluation_file(
        "evaluation:\n  key: e\n  display_name: E\n  dataset_key: d\n  targets: [bot]\n  repeats: 4\n"
        "  metrics:\n    - {key: contains, threshold: 0.9, weight: 2}\n    - key: equals\n"
        "  star_metric: {key: contains, success_threshold: 0.8}\n"
    )
    assert (file.dataset_key, file.targets, file.repeats) == ("d", ("bot",), 4)
    assert [(use.key, use.threshold, use.weight) for use in file.metrics] == [
        ("contains", 0.9, 2),
        ("equals", None, None),
    ]
    assert (file.star_metric, file.star_threshold) == ("contains", 0.8)


@pytest.mark.parametrize(
    ("lines", "key", "told"),
    [
        ("mod: full", ".mod", 'There is no key "mod" here; did you mean "mode"?'),
        ("mode: ful", ".mode", '"ful" is not known; did you mean "full"?'),
        ("mode: slow", ".mode", '"slow" is not known; there are debug, full.'),
        ("num_samples: 0", ".num_samples", "This must be a whole number of at least 1, not 0."),
        ("num_samples: yes", ".num_samples", "This must be a whole number of at least 1, not True."),
        ("tags: one", ".tags", "This must be a list, not text."),
        ("tags: [1]", ".tags[0]", "This must be text, not 1; put it in quotes if it is meant as text."),
        ("tags: ['']", ".tags[0]", "This must not be empty."),
        ("key: f", ".key", "The key stands here a second time; the first is on line 2."),
        ("<<: {a: 1}", "", "A key must be plain text; merged keys (<<) are not read, write them out."),
        ("description: ((TODO))", ".description", "((TODO)) is still to be filled in."),
        ("description: !include x.md", ".description", 'The tag "!include" is not read; write the value itself.'),
        ("description: !!python/name:os.system", ".description", 'The tag "tag:yaml.org,2002:python/name:os.system"'),
    ],
)
def test_what_is_wrong_is_said_with_line_and_key(lines: str, key: str, told: str) -> None:
    (problem,) = problems_of(evaluation(f"  {lines}\n"))
    assert problem.startswith(f"Line 4, evaluation{key}: {told}")


TWO_ALIKE = """\
evaluation:
  key: e
  display_name: E
  task_specifications:
    - {key: a, task_key: t}
    - {key: a, task_key: u}
"""
METRICS_ALONE = """\
evaluation:
  key: e
  display_name: E
  metrics: [{key: contains}]
"""
OTHER_STAR = f"""{METRICS_ALONE}\
  dataset_key: d
  star_metric: {{key: equals}}
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Line 1: The file is empty; it must hold the key evaluation."),
        ("- 1", "Line 1: This must be a mapping of keys to values, not a list."),
        ("a: 1\nb: \x8f", "Line 2: This is not YAML: the character 0x008f may not stand in it."),
        ("a: [", "Line 1: This is not YAML: while parsing a flow node expected the node content"),
        ("a: 1\n---\nb: 2", "Line 2: This is not YAML: expected a single document"),
        ("datasets: []", 'Line 1: The key "evaluation" is missing.'),
        ("evaluation: 3", "Line 1, evaluation: This must be a mapping of keys to values, not a number."),
        (evaluation("").replace("e\n", "a b\n", 1), 'Line 2, evaluation.key: "a b" cannot be used here; a key has'),
        (evaluation("").replace("[{task_key: t}]", "[]"), "Line 1, evaluation: There is nothing to measure"),
        (
            evaluation("").replace("task_", "").replace("specif", "task_specif"),
            "Line 4, evaluation.task_specifications[0]",
        ),
        (TWO_ALIKE, 'Line 6, evaluation.task_specifications[1].key: "a" is the key of another entry too, on line 5.'),
        (METRICS_ALONE, 'Line 1, evaluation: The key "dataset_key" is missing: metrics need a dataset to measure.'),
        (
            OTHER_STAR,
            'Line 6, evaluation.star_metric.key: The star metric "equals" is not among the metrics (contains).',
        ),
    ],
)
def test_what_is_wrong_with_the_whole_is_said_where_it_stands(text: str, told: str) -> None:
    assert [problem for problem in problems_of(text) if problem.startswith(told)], problems_of(text)


def test_everything_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    text = evaluation("  mod: full\n  tags: one\n  subsampling: tail\n")
    assert [problem.split(":")[0] for problem in problems_of(text)] == [
        "Line 4, evaluation.mod",
        "Line 5, evaluation.tags",
        "Line 6, evaluation.subsampling",
    ]


def _laughs() -> str:
    """Nine of nine of nine …: some hundred characters that stand for half a million values."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for before, name in zip("abcde", "bcdef", strict=True):
        lines.append(f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]")
    return "\n".join(lines)


@pytest.mark.parametrize("text", ["evaluation: &a [*a]", _laughs()])
def test_a_few_aliases_cannot_become_millions_of_values(text: str) -> None:
    assert "too many values, or too deep ones" in problems_of(text)[0]


def test_a_date_stays_the_text_it_was() -> None:
    file = read_evaluation_file(evaluation("  config_spec: [{key: since, default_value: 2026-01-31}]\n"))
    assert file.config_spec[0]["default_value"] == "2026-01-31"
