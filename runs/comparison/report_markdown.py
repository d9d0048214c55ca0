"""A report as Markdown that any reader of it shows as text: names escaped, what models wrote inside fences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from runs.comparison.fairness import Fairness
from runs.comparison.items import Cell, Row
from runs.comparison.report import Compared, Report
from runs.figures import MISSING
from runs.rendering.hostile import visible

# What means something in the middle of a line: marks of Markdown, borders of cells, tags, mentions, bare addresses.
_SPECIAL = re.compile(r"[\\`*_\[\]<>&@|~$]|:(?=//)|(?<=www)\.")
_WORDS = {Fairness.SAME: "same", Fairness.DIFFERS: "differs", Fairness.NOTE: "note"}


def report_markdown(report: Report) -> str:
    """The whole document."""
    parts = [
        *(_head(report), _runs(report), _fairness(report), _summary(report)),
        *(_slices(report), _spread(report), _items(report)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """One line in which nothing means anything to Markdown or HTML."""
    line = " ".join(visible(text).split())
    return _SPECIAL.sub(lambda found: f"\\{found[0]}" if found[0] in "\\`*_[]~$" else f"&#{ord(found[0])};", line)


def fenced(text: str) -> str:
    """The text as it is, in a fence that it does not close itself."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{visible(text)}\n{fence}"


def _head(report: Report) -> str:
    when = f"{report.made_at:%Y-%m-%d %H:%M} UTC"
    project = escaped(report.comparison.baseline.project.name)
    return f"# {escaped(report.title)}\n\nProject {project}. Made {when} by {escaped(report.made_by)}."


def _runs(report: Report) -> str:
    head = ["", "Run", "Target", "Dataset", "Items", "Overall", "Grade", "Finished"]
    rows = [
        [
            "baseline" if compared.number == 1 else "",
            run.name,
            str(run.target),
            f"{run.dataset.name} v{run.dataset_version.number}",
            f"{run.item_count:,}" + (f" ({run.repeats} repeats)" if run.repeats > 1 else ""),
            MISSING if run.overall is None else f"{run.overall:.2f}",
            compared.grade or MISSING,
            f"{run.finished_at:%Y-%m-%d}" if run.finished_at else run.get_state_display(),
        ]
        for compared in report.runs
        for run in [compared.run]
    ]
    measured = [
        [
            compared.run.name,
            of.metric.name,
            of.revision,
            of.metric.judge_model or MISSING,
            of.threshold,
            of.mean,
            *(f"{count:,}" for count in (of.metric.n_scored, of.metric.n_unscored, of.metric.n_errored)),
        ]
        for compared in report.runs
        for of in compared.measured
    ]
    names = ["Run", "Metric", "Revision", "Judge", "Threshold", "Mean", "Scored", "Unscored", "Errored"]
    return f"## Runs\n\n{_table(head, rows)}\n\n{_table(names, measured)}"


def _fairness(report: Report) -> str:
    lines = ["## Is it fair?"]
    if report.conditions.shared_names:
        lines.append(f"The same in all: {escaped(report.conditions.shared_names)}.")
    count = len(report.runs)
    rows = [
        [fact.name, _WORDS[fact.fairness], *(fact.shown if len(fact.shown) > 1 else fact.shown * count), fact.note]
        for fact in report.conditions.telling
    ]
    if rows:
        names = [compared.run.name for compared in report.runs]
        lines.append(_table(["Condition", "Same?", *names, "Note"], rows))
    return "\n\n".join(lines)


def _summary(report: Report) -> str:
    count = len(report.comparison.lines)
    about = f"95 % intervals; p corrected for {count} comparison{'' if count == 1 else 's'} (Holm)."
    head = ["Metric", "Run", "Verdict", "Baseline", "Run's mean", "Difference", "Better", "Worse", "Same"]
    rows = [
        [
            f"{line.measure.label} ({line.scale}, {line.direction} is better)",
            line.run.name,
            f"{line.said.sign} {line.said.sentence}" if line.said else "not compared",
            line.baseline_mean,
            line.mean,
            f"{line.difference} ({line.interval})" if line.interval else line.difference,
            *(
                [str(line.line.better), str(line.line.worse), str(line.line.result.same)]
                if line.line
                else [MISSING] * 3
            ),
            line.adjusted_p,
            line.smallest,
        ]
        for line in report.lines
    ]
    return f"## Is it better?\n\n{about}\n\n{_table([*head, 'Corrected p', 'Can show'], rows)}"


def _slices(report: Report) -> str:
    if not report.slices or report.measure is None:
        return ""
    rows = [
        [
            shown.line.value,
            run.name,
            f"{shown.said.sign} {shown.said.sentence}",
            *(shown.baseline_mean, shown.mean, f"{shown.line.count:,}", shown.adjusted_p),
        ]
        for run, shown in report.slices
    ]
    head = [report.slice_key, "Run", "Verdict", "Baseline", "Run's mean", "Items", "Corrected p"]
    about = "p corrected over the slices (Benjamini and Hochberg)."
    return (
        f"## Slices by {escaped(report.slice_key)}: {escaped(report.measure.label)}\n\n{about}\n\n{_table(head, rows)}"
    )


def _spread(report: Report) -> str:
    if report.spread is None or report.measure is None:
        return ""
    rows = [[name, *(f"{count:,}" for count in counts)] for name, counts in report.bins]
    head = [report.measure.label, *(compared.run.name for compared in report.runs)]
    return f"## {escaped(report.measure.label)} in each run\n\nItems by value.\n\n{_table(head, rows)}"


def _items(report: Report) -> str:
    if not report.items or report.measure is None:
        return ""
    by = f"by {escaped(report.measure.label)} in {escaped(report.candidate.name)}"
    about = f"{len(report.items):,} of {report.total:,}, {by}."
    return "\n\n".join(
        [f"## Items\n\n{about}", *(part for row, answers in report.items for part in _item(report, row, answers))]
    )


def _item(report: Report, row: Row, answers: Sequence[tuple[Compared, Cell]]) -> Iterator[str]:
    name = f" {escaped(row.key)}" if row.key and report.with_texts else ""
    yield f"### Item {row.ordinal + 1}{name}"
    if report.with_texts:
        yield fenced(row.input)
    for compared, cell in answers:
        yield f"**{escaped(compared.run.name)}**: {escaped(_values(cell))}"
        if report.with_texts and cell.ordinal is not None:
            yield fenced(cell.error or cell.output)


def _values(cell: Cell) -> str:
    if cell.ordinal is None:
        return "not in this run"
    return ", ".join(
        f"{chip.value} ({chip.status})" + (f", {chip.change} {chip.difference}".rstrip() if chip.change else "")
        for chip in cell.chips
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head)]
    shown = [f"| {' | '.join(map(escaped, lines[0]))} |", f"| {' | '.join(lines[1])} |"]
    shown += [f"| {' | '.join(escaped(cell) or ' ' for cell in row)} |" for row in rows]
    return "\n".join(shown)
