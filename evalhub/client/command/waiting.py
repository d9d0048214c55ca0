"""Waiting for runs: a bar for people, a line now and then for the log of a build."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from evalhub.client.command.session import Exit, Session
from evalhub.client.shapes import Run

_GLANCE_SECONDS = 1
_QUIET_SECONDS = 30


def wait_for_runs(session: Session, runs: Sequence[Run]) -> list[Run]:
    """The runs once all of them are over, with their progress on the way."""
    if session.err.is_terminal:
        return _with_bars(session, runs)
    return [_with_lines(session, run) for run in runs]


def tell_trouble(session: Session, runs: Sequence[Run]) -> Exit:
    """Say which runs did not come to their end; how the command ends because of it."""
    for run in runs:
        if run.state == "partial":
            session.note(f"{run.name}: {run.counts.errored} of {run.counts.items} items ended in an error.")
        elif not run.is_finished and not run.is_live:
            session.note(f"{run.name} is {run.state}. {run.error}".rstrip())
    has_failed = any(not run.is_finished and not run.is_live for run in runs)
    return Exit.RUN_FAILED if has_failed else Exit.DONE


def _with_bars(session: Session, runs: Sequence[Run]) -> list[Run]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=session.err, transient=True) as progress:
        bars = {run.id: progress.add_task(run.name, total=run.counts.items) for run in runs}
        return [
            session.client.wait_for_run(run.id, seconds=_GLANCE_SECONDS, watch=partial(_draw, progress, bars[run.id]))
            for run in runs
        ]


def _draw(progress: Progress, bar: TaskID, run: Run) -> None:
    # A run may yet learn how many items it has.
    total = run.progress.total if run.progress else run.counts.items
    done = run.progress.done if run.progress else total
    progress.update(bar, total=total, completed=done)


def _with_lines(session: Session, run: Run) -> Run:
    said = ""

    def say(now: Run) -> None:
        nonlocal said
        line = f"{now.name}: {now.state}"
        if now.progress is not None:
            line += f", {now.progress.done} of {now.progress.total} items"
        if line != said:
            session.note(line)
            said = line

    return session.client.wait_for_run(run.id, seconds=_QUIET_SECONDS, watch=say)
