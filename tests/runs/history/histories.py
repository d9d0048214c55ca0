"""Makers of runs one after another over the same questions: a letter for what each item did in each run."""

from __future__ import annotations

from typing import Any

from evalhub.accounts.models import Project
from runs.choices import BatchState, RunState
from runs.execution.closing import close_run
from runs.models import Run, RunBatch
from runs.packing import rebuild_columns
from tests.factories import make_dataset, make_run, make_version
from tests.runs.scored_runs import Answer, make_metric_of, write_answer

_PASSED = {"p": True, "f": False, "?": None}
_VALUES = {"p": 1.0, "f": 0.0, "?": None}


def make_history(project: Project, *items: str) -> list[Run]:
    """A run for each place of the texts, an item for each text: p passes, f fails, ? cannot be said, space: absent."""
    return [
        make_answered(project, {number: item[place] for number, item in enumerate(items) if item[place] != " "})
        for place in range(len(items[0]))
    ]


def make_answered(project: Project, results: dict[int, str], **fields: Any) -> Run:
    """A finished run over the questions of those numbers; each text has a letter for every repeat."""
    dataset = project.datasets.first() or make_dataset(project=project)
    rows = [{"input": f"question {number}", "key": f"q{number}"} for number in results]
    version = make_version(dataset=dataset, rows=rows, number=dataset.versions.count() + 1)
    repeats = max((len(letters) for letters in results.values()), default=1)
    name = fields.pop("name", f"run {dataset.versions.count()}")
    run = make_run(
        version=version, name=name, item_count=len(rows) * repeats, repeats=repeats, state=RunState.SCORING, **fields
    )
    metric = make_metric_of(run, "right", {"threshold": 0.5})
    for item, letters in zip(version.items.order_by("ordinal"), results.values(), strict=True):
        for repeat, letter in enumerate(letters):
            answer = Answer(scores={"right": _VALUES[letter]}, overall=_VALUES[letter], passed=_PASSED[letter])
            write_answer(run, item, answer, run_metrics={"right": metric}, repeat=repeat)
    RunBatch.objects.create(run=run, number=0, start=0, stop=max(1, len(rows) * repeats), state=BatchState.DONE)
    rebuild_columns(run)
    close_run(run.pk)
    return Run.objects.with_metrics().get(pk=run.pk)
