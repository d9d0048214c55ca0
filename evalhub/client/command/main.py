"""The command `evalhub`: its words, and how its errors end."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from evalhub.client.command import moving, reading, starting
from evalhub.client.command.session import NEWEST, Exit, Session
from evalhub.client.command.tables import FORMATS
from evalhub.client.errors import ClientError, Misused, Refused, Unreachable
from evalhub.client.settings import API_KEY, PROJECT, URL

_RUN = f"id of a run, or “{NEWEST}”"
# Refusals that are the caller's to mend; all others are the server's or the key's.
_CALLER_STATUSES = frozenset({400, 404, 409, 413, 415, 422})

Command = Callable[[Session], Exit]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says. Returns one of `Exit`."""
    options = _parser().parse_args(arguments)
    session = Session(options)
    command: Command = options.command
    try:
        return command(session)
    except ClientError as error:
        _tell(session, error)
        return _exit_of(error)
    except KeyboardInterrupt:
        session.note("Stopped waiting; what runs on the server goes on. See `evalhub status`.")
        return Exit.INTERRUPTED
    finally:
        session.close()


def _tell(session: Session, error: ClientError) -> None:
    """The error in words; each fault, where a body has several."""
    faults = error.faults if isinstance(error, Refused) else ()
    for text in [f"{fault.detail}" for fault in faults] or [str(error)]:
        session.note(text)


def _exit_of(error: ClientError) -> Exit:
    if isinstance(error, Misused):
        return Exit.MISUSED
    if isinstance(error, Unreachable):
        return Exit.SERVER
    is_callers = isinstance(error, Refused) and error.status in _CALLER_STATUSES
    return Exit.MISUSED if is_callers else Exit.SERVER


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evalhub",
        description="Runs evaluations on an EvalHub, reads what came out, and fails builds that made things worse.",
        epilog="Ends with 0 when done, 1 when the gate failed, 2 when it was asked wrongly, 3 when EvalHub could not "
        "be reached or let nobody in, 4 when a run failed.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for add in (_add_login, _add_run, _add_reads, _add_gate, _add_moves):
        add(commands)
    return parser


_Commands = argparse._SubParsersAction  # noqa: SLF001  # its only name


def _add(commands: _Commands[argparse.ArgumentParser], name: str, does: Command, about: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(command=does)
    parser.add_argument("--url", default="", help=f"address of EvalHub, before {URL} and what login kept")
    parser.add_argument("--api-key", default="", help=f"before {API_KEY} and what login kept")
    parser.add_argument("--project", default="", help=f"key of the project, before {PROJECT} and what login kept")
    return parser


def _add_login(commands: _Commands[argparse.ArgumentParser]) -> None:
    _add(commands, "login", moving.login, "check address and key, and keep them for this user")


def _add_run(commands: _Commands[argparse.ArgumentParser]) -> None:
    run = _add(commands, "run", starting.start, "start an evaluation file (YAML), or a run over recorded answers")
    run.add_argument("file", type=Path, help="evaluation as YAML; or items as CSV, JSON, JSON Lines or Parquet")
    run.add_argument("--name", default="", help="of the run")
    run.add_argument("--no-wait", dest="wait", action="store_false", help="only start it")
    run.add_argument("--ids", action="store_true", help="print the ids of the runs and no more")
    run.add_argument("--format", choices=FORMATS, default="table")
    recorded = run.add_argument_group("recorded answers")
    recorded.add_argument(
        "--dataset", default="", help="what the items become a version of; the file's name unless given"
    )
    recorded.add_argument("--answered-by", default="", help="who gave the answers; the file's name unless given")
    recorded.add_argument("--answered-by-version", default="")
    recorded.add_argument(
        "--metric", action="append", default=[], help="may be repeated; the file's scores unless given"
    )
    recorded.add_argument("--star", default="", help="the metric by which the run passes")
    recorded.add_argument("--tag", action="append", default=[])
    recorded.add_argument("--commit-url", default="")


def _add_reads(commands: _Commands[argparse.ArgumentParser]) -> None:
    status = _add(commands, "status", reading.status, "show a run, or the newest runs")
    status.add_argument("run", nargs="?", default="", help=_RUN)
    status.add_argument("--wait", action="store_true", help="until the run is over")
    results = _add(commands, "results", reading.results, "show the metrics of a run, or its items")
    results.add_argument("run", help=_RUN)
    results.add_argument("--items", action="store_true", help="each item with its scores")
    results.add_argument("--failing", action="store_true", help="of the items only those that fail")
    compare = _add(commands, "compare", reading.compare, "hold runs against a baseline, item by item")
    compare.add_argument("baseline_run", metavar="baseline", help=_RUN)
    compare.add_argument("candidates", metavar="candidate", nargs="+", help=_RUN)
    for each in (status, results, compare):
        each.add_argument("--format", choices=FORMATS, default="table")


def _add_gate(commands: _Commands[argparse.ArgumentParser]) -> None:
    gate = _add(commands, "gate", reading.gate, "fail when a run is really worse than its baseline")
    gate.add_argument("runs", metavar="run", nargs="+", help=_RUN)
    gate.add_argument("--baseline", default=reading.PINNED, help="“pinned”, unless the id of a run")
    gate.add_argument("--max-drop", type=_amount, default=0.0, help="by how much a metric may be worse, in its unit")
    gate.add_argument("--metric", action="append", default=[], help="only this; may be repeated")
    gate.add_argument("--summary", type=Path, help=f"append a Markdown table; also by {reading.SUMMARY}")


def _add_moves(commands: _Commands[argparse.ArgumentParser]) -> None:
    load = _add(commands, "import", moving.import_file, "load a file as the next version of a dataset")
    load.add_argument("file", type=Path, help="CSV, JSON Lines or Parquet")
    load.add_argument("--dataset", default="", help="its name or key; the file's name unless given")
    export = _add(commands, "export", moving.export, "write the items of a run with their scores to a file")
    export.add_argument("run", help=_RUN)
    export.add_argument("--output", "-o", type=Path, help="standard output unless given")
    export.add_argument("--format", choices=moving.EXPORT_FORMATS, default="")
    page = _add(commands, "open", moving.open_page, "open the page of a run in the browser")
    page.add_argument("run", help=_RUN)
    page.add_argument("--print-only", action="store_true", help="only say its address")


def _amount(text: str) -> float:
    amount = float(text)
    if not 0 <= amount < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a drop; it is 0 or more.")
    return amount
