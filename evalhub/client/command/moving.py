"""`evalhub login`, `import`, `export` and `open`: keys, data in, data out, and the page in a browser."""

from __future__ import annotations

import getpass
import os
import sys
import webbrowser
from pathlib import Path
from typing import BinaryIO

from evalhub.client.api import Client
from evalhub.client.command.session import Exit, Session
from evalhub.client.errors import ClientError, Misused
from evalhub.client.rows import ANY_FILE, packed_file
from evalhub.client.settings import API_KEY, URL, Place, keep, kept_path

EXPORT_FORMATS = ("csv", "jsonl", "parquet")


def login(session: Session) -> Exit:
    """Ask for address and key where they are not given, try them, and keep them."""
    options = session.options
    url = (options.url or os.environ.get(URL) or _asked(session, "Address of EvalHub: ")).rstrip("/")
    if "://" not in url:
        url = f"https://{url}"
    api_key = options.api_key or os.environ.get(API_KEY) or _asked(session, "API key: ", is_secret=True)
    with Client(url, api_key) as client:
        projects = list(client.projects())
    if options.project and options.project not in {project.key for project in projects}:
        raise Misused(f'The key reaches no project "{options.project}".')
    path = kept_path(os.environ)
    keep(Place(url=url, api_key=api_key, project=options.project), path)
    session.answer(
        f"Kept in {path}. The key reaches: {', '.join(project.key for project in projects) or 'no project'}."
    )
    return Exit.DONE


def _asked(session: Session, question: str, *, is_secret: bool = False) -> str:
    if not sys.stdin.isatty():
        raise Misused(f"There is nobody to ask; give --url and --api-key, or set {URL} and {API_KEY}.")
    answer = getpass.getpass(question) if is_secret else input(question)
    if not answer.strip():
        raise Misused("Nothing was entered.")
    return answer.strip()


def import_file(session: Session) -> Exit:
    """Load the rows of a file, or the results of another tool, into the next version of a dataset."""
    path: Path = session.options.file
    with packed_file(path, ANY_FILE) as upload:
        dataset = session.client.dataset(session.project, session.options.dataset or path.stem)
        loaded = session.client.import_rows(dataset, upload)
    if loaded.state == "failed":
        raise ClientError(loaded.error)
    what = "is" if loaded.is_new_version else "holds the same rows as"
    session.answer(f"{path} {what} version {loaded.version} of {dataset.name}: {loaded.rows_accepted} rows.")
    if loaded.tool:
        session.note(f"{loaded.tool.name}; not carried over:")
        for left in loaded.tool.left_behind:
            session.note(f"- {left}")
    if loaded.rows_rejected:
        session.note(f"{loaded.rows_rejected} rows could not be used; the page of the import says why.")
    return Exit.DONE


def export(session: Session) -> Exit:
    """Write the items of a run to a file or to the standard output."""
    target: Path | None = session.options.output
    file_format = session.options.format or (target.suffix.lstrip(".").lower() if target else "jsonl")
    if file_format not in EXPORT_FORMATS:
        raise Misused(f'Items are exported as {", ".join(EXPORT_FORMATS)}, not as "{file_format}".')
    run = session.run(session.options.run)
    if target is None:
        session.client.export_items(run.id, file_format, sys.stdout.buffer)
        return Exit.DONE
    # Only a whole file gets the name.
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with _created(unfinished) as file:
            session.client.export_items(run.id, file_format, file)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    session.note(f"{run.name} is in {target}.")
    return Exit.DONE


def _created(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise Misused(f"{path.parent} cannot be written to: {error.strerror}.") from error


def open_page(session: Session) -> Exit:
    """Show the page of a run in a browser, or its address where there is none."""
    address = session.address_of(session.run(session.options.run))
    session.answer(address)
    if not session.options.print_only:
        webbrowser.open(address)
    return Exit.DONE
