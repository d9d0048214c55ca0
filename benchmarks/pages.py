"""Times the run page and its item table at 10,000, 100,000 and 1,000,000 items: `python -m benchmarks.pages [sizes…]`.

The runs are made once and kept in the database of the settings. Each address goes through the whole stack of middleware
and templates, first with nothing in memory (cold), then again (warm, the median). The budget: 100 ms, and at a million
items at most 1.5 times what 10,000 take.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
import time
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")
django.setup()

from django.test import Client  # Django has to be set up before models are imported

from benchmarks.big_runs import find_or_make_run
from evalhub.accounts.models import Project, User
from evalhub.accounts.services import create_team
from runs import columns, metadata_index, text_search

ROUNDS = 7
SIZES = (10_000, 100_000, 1_000_000)
BUDGET_MS, BUDGET_RATIO = 100, 1.5
ADDRESSES = (
    "",
    "sort=-overall",
    "sort=m.toxicity",
    "failing=1",
    "failing=1&sort=m.rating",
    "m.relevance=0.45..<0.5&sort=-m.toxicity",
    "status.relevance=unscored",
    "error=1",
    "review=open",
    "meta.topic=topic 7",
    "meta.language=de&failing=1&sort=-overall",
    "group=topic",
    "q=nowhere-at-all",
    "q=refund",
    "q=refund&failing=1&sort=-overall",
    "view=full",
    "view=diff",
    "page={last}",
    "page={middle}&sort=-m.relevance",
    "page={middle}&failing=1&sort=overall",
    "size=100",
)


@dataclass(frozen=True, slots=True)
class Timing:
    """What one address took, in milliseconds, and how much it sent."""

    cold: float
    warm: float
    raw: int
    packed: int


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    client, project = _client()
    runs = {size: find_or_make_run(project, size) for size in sizes}
    smallest, largest = min(sizes), max(sizes)
    print(f"{'address':44}" + "".join(f"{size:>12,} cold {'warm':>7}" for size in sizes) + "  ratio      raw   gzip")
    for is_fragment in (False, True):
        print("the item table alone, as htmx asks for it" if is_fragment else "the whole page")
        for address in ADDRESSES:
            timings = {size: _time(client, run.pk, size, address, is_fragment) for size, run in runs.items()}
            _print(address, timings, ratio=timings[largest].warm / timings[smallest].warm)


def _client() -> tuple[Client, Project]:
    user = User.objects.filter(email="benchmark@example.org").first()
    if user is None:
        user = User.objects.create_user("benchmark@example.org", name="Benchmark")
        create_team(name="Benchmark", owner=user)
    team = user.memberships.get().team
    project, _ = Project.objects.get_or_create(team=team, key="made-up", defaults={"name": "Made-up bot"})
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    return client, project


def _time(client: Client, run_id: int, size: int, address: str, is_fragment: bool) -> Timing:
    url = f"/runs/{run_id}/?{address.format(last=size // 25, middle=size // 100)}"
    headers = {"HX-Request": "true", "HX-Target": "item-table"} if is_fragment else {}
    client.get(f"/runs/{run_id}/", headers=headers)  # templates are loaded, the connection is open
    _forget()
    cold, content = _ask(client, url, headers)
    warm = statistics.median(_ask(client, url, headers)[0] for _ in range(ROUNDS))
    return Timing(cold, warm, len(content), len(gzip.compress(content, 6)))


def _ask(client: Client, url: str, headers: dict[str, str]) -> tuple[float, bytes]:
    began = time.perf_counter()
    response = client.get(url, headers=headers, follow=True)
    taken = (time.perf_counter() - began) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{url} answered {response.status_code}")
    return taken, response.content


def _forget() -> None:
    """Empty what this process keeps between requests."""
    columns.cache.clear()
    text_search.forget()
    metadata_index.forget()


def _print(address: str, timings: dict[int, Timing], *, ratio: float) -> None:
    figures = "".join(f"{timing.cold:17.0f} {timing.warm:7.0f}" for timing in timings.values())
    last = list(timings.values())[-1]
    is_over = last.warm > BUDGET_MS or ratio > BUDGET_RATIO
    print(f"{address:44}{figures}{ratio:7.2f}{last.raw:9,}{last.packed:7,}{'  over budget' if is_over else ''}")


if __name__ == "__main__":
    main()
