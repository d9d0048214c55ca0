"""`evalhub run`: starts an evaluation file, or a run over recorded answers, and waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evalhub.client.command.reading import show_runs
from evalhub.client.command.session import Exit, Session
from evalhub.client.command.waiting import tell_trouble, wait_for_runs
from evalhub.client.errors import Misused
from evalhub.client.rows import EVALUATION_SUFFIXES, packed_items
from evalhub.client.shapes import Run


def start(session: Session) -> Exit:
    """Start what the file describes; the ids of the runs, or their summary, are the results."""
    options = session.options
    path: Path = options.file
    is_evaluation = path.suffix.lower() in EVALUATION_SUFFIXES
    runs = _evaluation_runs(session, path) if is_evaluation else [_recorded_run(session, path)]
    for run in runs:
        session.note(f"Started {run.name}: {session.address_of(run)}")
    if options.wait:
        runs = wait_for_runs(session, runs)
    if options.ids:
        for run in runs:
            session.answer(run.id)
    else:
        show_runs(session, runs)
    return tell_trouble(session, runs)


def _evaluation_runs(session: Session, path: Path) -> list[Run]:
    if session.options.metric or session.options.dataset or session.options.answered_by:
        raise Misused("An evaluation file says itself which data, targets and metrics it takes; leave the options out.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Misused(f"{path} cannot be read: {error}.") from error
    saved = session.client.save_evaluation(session.project, text)
    what = "saved as" if saved.is_changed else "is unchanged,"
    session.note(f'"{saved.name}" {what} version {saved.version}.')
    for note in saved.notes:
        session.note(f"Note: {note}")
    return list(session.client.start_evaluation(saved.id, name=session.options.name).runs)


def _recorded_run(session: Session, path: Path) -> Run:
    said = _said(session, path)
    with packed_items(path) as upload:
        return session.client.import_run(session.project, upload, said)


def _said(session: Session, path: Path) -> Mapping[str, str]:
    """What the options say of a run over recorded answers."""
    options = session.options
    said = {
        "dataset": options.dataset or path.stem,
        "answered_by": options.answered_by or path.stem,
        "answered_by_version": options.answered_by_version,
        "metrics": ",".join(options.metric),
        "star": options.star,
        "name": options.name,
        "tags": ",".join(options.tag),
        "commit_url": options.commit_url,
    }
    return {name: value for name, value in said.items() if value}
