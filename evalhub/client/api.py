"""EvalHub for programs: projects, datasets, runs with their items, evaluations and comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import parse_qs, quote, urlsplit

from evalhub.client.errors import Misused, NotFound
from evalhub.client.shapes import (
    Comparison,
    Dataset,
    DatasetImport,
    Execution,
    Project,
    Run,
    RunItem,
    SavedEvaluation,
)
from evalhub.client.transport import Call, Transport, Upload

WAIT_SECONDS = 30
_PIECE = 256 * 1024

Recipe = Mapping[str, Any]
Watcher = Callable[[Run], None]


class Client:
    """One EvalHub as seen with one key. Every method raises `Unreachable` and `Refused`.

    Failed sendings are repeated with growing pauses; what a request makes is made once, however often it is sent.
    """

    def __init__(self, base_url: str, api_key: str, *, transport: Transport | None = None) -> None:
        self._transport = transport or Transport(base_url, api_key)
        self.base_url = self._transport.base_url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def projects(self, **filters: Any) -> Iterator[Project]:
        """Every project that the key reaches, the newest first."""
        return map(Project.told, self._rows("/projects/", filters))

    def project(self, key: str = "") -> Project:
        """The project of that key, or the only one there is. Raises `Misused` when it is not clear which."""
        found = list(islice(self.projects(**({"key": key} if key else {})), 2))
        if len(found) == 1:
            return found[0]
        if not found:
            raise Misused(f'The key reaches no project "{key}".' if key else "The key reaches no project.")
        if key:
            raise Misused(f'Several teams have a project "{key}"; use an API key of one of them.')
        raise Misused("The key reaches several projects; say which one.")

    def datasets(self, project: Project, **filters: Any) -> Iterator[Dataset]:
        return map(Dataset.told, self._rows(f"/projects/{project.id}/datasets/", filters))

    def dataset(self, project: Project, name: str) -> Dataset:
        """The dataset of that name or key, made under that name where there is none."""
        for dataset in self.datasets(project):
            if name in {dataset.name, dataset.key, dataset.id}:
                return dataset
        return Dataset.told(self._post(f"/projects/{project.id}/datasets/", json={"name": name}))

    def import_rows(self, dataset: Dataset, upload: Upload, *, wait: int = WAIT_SECONDS) -> DatasetImport:
        """Load rows into the next version of the dataset, and wait for the end of it."""
        path, query = f"/datasets/{dataset.id}/imports/", {"wait": wait}
        loading = DatasetImport.told(self._post(path, query=query, upload=upload, wait=wait))
        while not loading.is_over:
            loading = DatasetImport.told(self._get(f"/imports/{loading.id}/", wait=wait))
        return loading

    def runs(self, project: Project, **filters: Any) -> Iterator[Run]:
        """The runs of a project, the newest first unless `sort` says otherwise; filters as in docs/rest-runs.md."""
        return map(Run.told, self._rows(f"/projects/{project.id}/runs/", filters))

    def run(self, run_id: str, *, wait: int = 0) -> Run:
        """The run; with `wait` as it is in so many seconds, or earlier when it is over."""
        return Run.told(self._get(f"/runs/{quote(run_id, safe='')}/", wait=wait))

    def create_run(self, project: Project, recipe: Recipe, *, key: str = "") -> Run:
        """Start a run; `key` makes it the same one however often it is asked for within a day."""
        return Run.told(self._post(f"/projects/{project.id}/runs/", json=recipe, key=key))

    def import_run(self, project: Project, upload: Upload, said: Mapping[str, str], *, key: str = "") -> Run:
        """Start a run over recorded answers; `said` has `dataset`, `answered_by` and what else the API takes."""
        return Run.told(self._post(f"/projects/{project.id}/runs/bulk/", query=said, upload=upload, key=key))

    def wait_for_run(self, run_id: str, *, seconds: int = WAIT_SECONDS, watch: Watcher | None = None) -> Run:
        """The run once it is over; `watch` is told of it every so many seconds until then."""
        run = self.run(run_id)
        while run.is_live:
            if watch is not None:
                watch(run)
            run = self.run(run_id, wait=seconds)
        if watch is not None:
            watch(run)
        return run

    def items(self, run_id: str, **filters: Any) -> Iterator[RunItem]:
        """The items of a run with all scores, page by page; filters as in docs/rest-runs.md."""
        return map(RunItem.told, self._rows(f"/runs/{run_id}/items/", {"size": 500, **filters}))

    def export_items(self, run_id: str, file_format: str, file: BinaryIO) -> None:
        """Write the items of a run to the file as csv, jsonl or parquet."""
        call = Call("GET", _path(f"/runs/{run_id}/items.{file_format}"), accept="*/*")
        with self._transport.stream(call) as response:
            file.writelines(response.iter_bytes(_PIECE))

    def pin_baseline(self, run_id: str) -> Run:
        return Run.told(self._transport.read(Call("PUT", _path(f"/runs/{run_id}/baseline/"))))

    def compare(self, baseline_id: str, candidate_ids: Sequence[str]) -> Comparison:
        """The candidates against the baseline, on the items that both have."""
        ids = ",".join([baseline_id, *candidate_ids])
        return Comparison.told(self._get("/comparisons/", query={"runs": ids}))

    def save_evaluation(self, project: Project, text: str) -> SavedEvaluation:
        """Save an evaluation file as a new evaluation, or as the next version of the one with its key."""
        return SavedEvaluation.told(self._post(f"/projects/{project.id}/evaluations/file/", json={"text": text}))

    def start_evaluation(self, evaluation_id: str, *, name: str = "", key: str = "") -> Execution:
        said = self._post(f"/evaluations/{evaluation_id}/executions/", json={"name": name} if name else {}, key=key)
        return Execution.told(said)

    def newest_run(self, project: Project) -> Run:
        """The run of the project that was made last. Raises `NotFound`."""
        for run in self.runs(project, size=1):
            # Lists leave out the baseline.
            return self.run(run.id)
        raise NotFound(status=404, code="run_unknown", detail=f'Project "{project.key}" has no runs yet.')

    def _get(self, path: str, *, query: Mapping[str, Any] | None = None, wait: int = 0) -> Any:  # noqa: ANN401  # JSON
        return self._transport.read(Call("GET", _path(path), query=query or {}, wait=wait))

    def _post(self, path: str, *, key: str = "", **more: Any) -> Any:  # noqa: ANN401  # JSON
        """Send it under the key, or under one of its own."""
        if key:
            more["key"] = key
        return self._transport.read(Call("POST", _path(path), **more))

    def _rows(self, path: str, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Every row of a list, one page at a time."""
        query = dict(filters)
        while True:
            page = self._get(path, query=query)
            yield from page["results"]
            if page["next"] is None:
                return
            # Only the cursor is taken: behind a proxy the server may know itself by another address.
            query["cursor"] = parse_qs(urlsplit(page["next"]).query)["cursor"][0]


def _path(path: str) -> str:
    return f"/api/v1{path}"
