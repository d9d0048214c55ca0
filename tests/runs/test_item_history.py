"""The same item in other runs: which runs count, and what they say together."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.accounts.models import Project
from runs.choices import RunState, Sampling
from runs.item_history import MOST_RUNS, history_in_words, item_history
from runs.models import Item, Run
from tests.factories import make_dataset, make_run, make_version
from tests.runs.answers import Answer, answer_run

ROWS = [{"key": key, "input": f"question {key}"} for key in "abc"]


def make_answered(
    *, dataset_rows: list[dict[str, str]] = ROWS, project: Project, number: int = 1, **fields: Any
) -> Run:
    dataset = project.datasets.first() or make_dataset(project=project)
    version = dataset.versions.filter(number=number).first() or make_version(
        dataset=dataset, rows=dataset_rows, number=number
    )
    run = make_run(version=version, state=RunState.FINISHED, **fields)
    answer_run(run, [Answer(output=f"{run.name} {place}", passed=True) for place in range(len(dataset_rows))])
    return run


def appearances(run: Run, ordinal: int) -> list[tuple[str, int, str]]:
    history = item_history(run, run.run_items.select_related("item").get(ordinal=ordinal), excerpt="this")
    return [(found.run.name, found.run_item.ordinal, found.excerpt) for found in history.appearances]


def test_an_item_is_found_in_another_version_by_its_key_wherever_it_stands_there(project: Project) -> None:
    make_answered(project=project, number=1, name="old")
    run = make_answered(project=project, number=2, dataset_rows=[ROWS[2], ROWS[0]], name="new")
    assert appearances(run, 0) == [("new", 0, "this"), ("old", 2, "old 2")]


def test_an_item_that_another_version_lacks_is_not_there(project: Project) -> None:
    make_answered(project=project, number=2, dataset_rows=[ROWS[2]], name="small")
    run = make_answered(project=project, number=1, name="whole")
    assert appearances(run, 0) == [("whole", 0, "this")]


def test_an_item_is_found_in_a_random_sample(project: Project) -> None:
    whole = make_answered(project=project, name="whole")
    sample = make_run(
        version=whole.dataset_version, name="sample", state=RunState.FINISHED, num_samples=3, sampling=Sampling.RANDOM
    )
    answer_run(sample, [Answer(output=f"sample {place}") for place in range(3)])
    assert appearances(whole, 1) == [("sample", 1, "sample 1"), ("whole", 1, "this")]


def test_deleted_runs_and_runs_of_others_do_not_count(project: Project) -> None:
    gone = make_answered(project=project, name="gone")
    Run.objects.filter(pk=gone.pk).update(deleted_at=gone.created_at)
    elsewhere = Project.objects.create(team=project.team, key="other", name="Other")
    make_answered(project=elsewhere, name="elsewhere")
    run = make_answered(project=project, name="this one")
    assert appearances(run, 0) == [("this one", 0, "this")]


def test_only_the_newest_runs_are_read_and_an_old_one_shows_itself_too(project: Project) -> None:
    oldest = make_answered(project=project, name="oldest")
    for number in range(MOST_RUNS + 2):
        make_answered(project=project, name=f"run {number}")
    found = appearances(oldest, 0)
    assert len(found) == MOST_RUNS
    assert found[0][0] == f"run {MOST_RUNS + 1}"
    assert found[-1] == ("oldest", 0, "this")
    assert Item.objects.count() == len(ROWS)


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ("", ""),
        ("+", ""),
        ("?+?", ""),
        ("+++", "Passed in all 3 runs."),
        ("---", "Failed in all 3 runs."),
        ("++-", "First failed in r2, the newest run."),
        ("+--", "First failed in r1, and in every run since."),
        ("--+", "First failed in r0; back since r2."),
        ("+-+", "First failed in r1; back since r2."),
        ("-+-", "First failed in r0; failing again since r2."),
        ("+-+-", "Flaky: turned 3 times in 4 runs; failing since r3."),
        ("-+-+", "Flaky: turned 3 times in 4 runs; passing since r3."),
        ("+?-", "First failed in r2, the newest run."),
    ],
)
def test_the_history_is_told_in_a_sentence(results: str, sentence: str) -> None:
    passed = {"+": True, "-": False, "?": None}
    assert history_in_words([(f"r{at}", passed[sign]) for at, sign in enumerate(results)]) == sentence
