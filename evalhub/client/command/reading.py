"""`evalhub status`, `results`, `compare` and `gate`: what became of runs, and which is better."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evalhub.client.command.session import Exit, Session
from evalhub.client.command.tables import Cell, as_markdown, number, show
from evalhub.client.command.waiting import tell_trouble, wait_for_runs
from evalhub.client.errors import Misused
from evalhub.client.gate import Finding, judge
from evalhub.client.shapes import ComparisonLine, Run, RunItem

PINNED = "pinned"
# Where GitHub Actions takes Markdown for the page of a build.
SUMMARY = "GITHUB_STEP_SUMMARY"
_LISTED = 10


def status(session: Session) -> Exit:
    """One run, or the newest ones of the project."""
    options = session.options
    if not options.run:
        show_runs(session, [run for run, _ in zip(session.client.runs(session.project), range(_LISTED), strict=False)])
        return Exit.DONE
    runs = [session.run(options.run)]
    if options.wait:
        runs = wait_for_runs(session, runs)
    show_runs(session, runs)
    return tell_trouble(session, runs)


def show_runs(session: Session, runs: Sequence[Run]) -> None:
    rows = [
        {
            "Run": run.name,
            "State": run.state,
            "Items": run.counts.items,
            "Overall": run.overall,
            "Passed": run.passed,
            "Id": run.id,
        }
        for run in runs
    ]
    show(session, rows, file_format=getattr(session.options, "format", "table"))


def results(session: Session) -> Exit:
    """The metrics of a run, or its items."""
    options = session.options
    run = session.run(options.run)
    if options.items:
        filters = {"failing": "1"} if options.failing else {}
        rows = [_item_row(item, run) for item in session.client.items(run.id, **filters)]
    else:
        rows = list(_metric_rows(run))
    show(session, rows, file_format=options.format, title=run.name)
    return Exit.DONE


def _metric_rows(run: Run) -> Iterator[Mapping[str, Cell]]:
    for metric in run.metrics:
        yield {
            "Metric": metric.name,
            "Mean": metric.mean,
            "From": metric.ci_low,
            "To": metric.ci_high,
            "Unit": metric.unit,
            "Pass rate": metric.pass_rate,
            "Scored": metric.scored,
            "Unscored": metric.unscored,
            "Errored": metric.errored,
        }


def _item_row(item: RunItem, run: Run) -> Mapping[str, Cell]:
    scores = {
        metric.name: item.scores[metric.key].value if metric.key in item.scores else None for metric in run.metrics
    }
    named: dict[str, Cell] = {"Item": item.ordinal + 1, "Key": item.key, "Input": item.input, "Output": item.output}
    return {**named, "Passed": item.passed, **scores}


def compare(session: Session) -> Exit:
    """The candidates against a baseline."""
    options = session.options
    baseline = session.run(options.baseline_run)
    candidates = [session.run(name) for name in options.candidates]
    comparison = session.client.compare(baseline.id, [run.id for run in candidates])
    names = {run.id: run.name for run in candidates}
    rows = [{"Candidate": names[line.candidate], **_line_row(line)} for line in comparison.lines]
    show(session, rows, file_format=options.format, title=f"Against {baseline.name}")
    return Exit.DONE


def _line_row(line: ComparisonLine) -> Mapping[str, Cell]:
    return {
        "Metric": line.name,
        "Baseline": line.baseline_mean,
        "Candidate mean": line.candidate_mean,
        "Difference": number(line.difference, signed=True),
        "From": number(line.ci_low, signed=True),
        "To": number(line.ci_high, signed=True),
        "Items": line.items,
        "Verdict": line.sentence,
    }


def gate(session: Session) -> Exit:
    """Fail when a run is worse than its baseline by more than is allowed, and not by chance."""
    candidates = [session.run(name) for name in session.options.runs]
    over = wait_for_runs(session, candidates) if any(run.is_live for run in candidates) else candidates
    trouble = tell_trouble(session, over)
    if trouble != Exit.DONE:
        return trouble
    findings = [(run, finding) for run in over for finding in _findings(session, run)]
    for run, finding in findings:
        mark = "FAIL" if finding.has_failed else "ok"
        session.answer(f"{mark:4}  {run.name}  {finding.line.name}: {finding.why}")
    _summarise(session, findings)
    has_failed = any(finding.has_failed for _, finding in findings)
    session.answer("The gate is closed." if has_failed else "The gate is open.")
    return Exit.GATE_FAILED if has_failed else Exit.DONE


def _findings(session: Session, run: Run) -> list[Finding]:
    options = session.options
    baseline_id = _baseline_id(session, run)
    comparison = session.client.compare(baseline_id, [run.id])
    return judge(comparison, {run.id: run}, max_drop=options.max_drop, metrics=options.metric)


def _baseline_id(session: Session, run: Run) -> str:
    """The run that the candidate is held against. Raises `Misused` where there is none."""
    name: str = session.options.baseline
    if name != PINNED:
        baseline_id = session.run(name).id
    elif run.baseline is not None:
        baseline_id = run.baseline.id
    elif run.is_baseline:
        baseline_id = run.id
    else:
        raise Misused(f'No run over the dataset "{run.dataset.name}" is pinned as baseline; pin one on its page.')
    if baseline_id == run.id:
        raise Misused(f"{run.name} is the baseline itself; name another run to hold against it.")
    return baseline_id


def _summarise(session: Session, findings: Sequence[tuple[Run, Finding]]) -> None:
    """Leave the findings as Markdown where they are asked for."""
    path = session.options.summary or os.environ.get(SUMMARY)
    if not path:
        return
    rows = [
        {"Run": run.name, "": "✗" if finding.has_failed else "✓", **_line_row(finding.line)}
        for run, finding in findings
    ]
    links = {run.id: f"- [{run.name}]({session.address_of(run)})" for run, _ in findings}
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("\n".join(["### EvalHub", "", as_markdown(rows), "", *links.values(), "", ""]))
