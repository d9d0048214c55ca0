"""`manage.py checks`: format, lint, imports, types, migrations and settings, each with its time."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from evalhub.launch.paths import REPOSITORY
from evalhub.launch.programs import WITHOUT_POOL, django_command, python_module


@dataclass(frozen=True)
class Check:
    """A command that says nothing wrong by ending with zero."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)


CHECKS = (
    Check("format", python_module("ruff", "format", "--check", ".")),
    Check("lint", python_module("ruff", "check", "--output-format", "concise", ".")),
    Check("imports", [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]),
    Check("types", python_module("mypy")),
    Check("migrations", django_command("makemigrations", "--check", "--dry-run"), WITHOUT_POOL),
    # As behind a proxy that speaks https, where every warning about safety counts.
    Check("settings", django_command("check", "--deploy", "--fail-level", "WARNING"), {"HTTPS": "true"}),
)


def main(arguments: Sequence[str]) -> int:
    """Run the named checks, or all; 1 when any failed."""
    chosen = [check for check in CHECKS if not arguments or check.name in arguments]
    unknown = set(arguments) - {check.name for check in CHECKS}
    if unknown:
        print(f"There is no check {', '.join(sorted(unknown))}; there are {', '.join(check.name for check in CHECKS)}.")
        return 2
    # The settings make secrets in the data folder; checking must leave nothing behind.
    with tempfile.TemporaryDirectory(prefix="evalhub-checks-") as data:
        failed = [check.name for check in chosen if not _passes(check, data)]
    print(f"Failed: {', '.join(failed)}." if failed else "All checks pass.")
    return 1 if failed else 0


def _passes(check: Check, data: str) -> bool:
    begun = time.monotonic()
    environment = {**os.environ, "EVALHUB_DATA_DIR": data, **check.environment}
    done = subprocess.run(
        check.command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    passed = done.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {check.name:<10} {time.monotonic() - begun:5.1f} s", flush=True)
    if not passed:
        sys.stdout.write(done.stdout.decode(errors="replace"))
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
