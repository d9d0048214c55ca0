"""Runs as they stand: result, metrics, rows, progress, stopping; and several of them side by side or over time."""

from __future__ import annotations

import contextlib

from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.core.errors import Conflict, Invalid, NotFound
from evalhub.facades.valiqor.base import ValiqorView, public_uuid
from evalhub.facades.valiqor.figures import done_count, error_of, evaluated_counts, query_list, trends
from evalhub.facades.valiqor.items import ItemPlace, item_bodies
from evalhub.facades.valiqor.starting import source_of
from evalhub.facades.valiqor.translate import (
    compared_run,
    comparison,
    job_body,
    measured,
    run_body,
    run_metric_body,
    status_word,
)
from runs.choices import RunState
from runs.models import Run
from runs.services.runs import cancel_run

PAGE_SIZE, MOST_ON_PAGE = 20, 200
FEWEST_COMPARED, MOST_COMPARED = 2, 5


class RunDetail(ValiqorView):
    """One run, at any time of its life."""

    def get(self, request: Request, run_id: str) -> Response:
        run = self.run(run_id)
        return Response(run_body(run, metrics=run.run_metrics.all(), evaluated=evaluated_counts([run])[run.pk]))


class RunMetrics(ValiqorView):
    """The run's metrics that have a score, in the order in which they were asked for."""

    def get(self, request: Request, run_id: str) -> Response:
        run = self.run(run_id)
        metrics = run.run_metrics.select_related("revision__metric")
        return Response([run_metric_body(metric) for metric in measured(metrics, run=run)])


class RunItems(ValiqorView):
    """A page of the run's rows."""

    def get(self, request: Request, run_id: str) -> Response:
        run = self.run(run_id)
        page = self._number("page", 1)
        size = min(self._number("page_size", PAGE_SIZE), MOST_ON_PAGE)
        items = item_bodies(run, start=(page - 1) * size, stop=page * size)
        return Response({"items": items, "total": run.item_count, "page": page, "page_size": size})

    def _number(self, name: str, default: int) -> int:
        said = self.request.query_params.get(name) or str(default)
        if not (said.isascii() and said.isdecimal() and len(said) <= 9 and int(said) >= 1):
            raise Invalid("page_invalid", f"`{name}` must be a whole number from 1 on.", field=name)
        return int(said)


class ItemDetail(ValiqorView):
    """One row by its id."""

    def get(self, request: Request, item_id: str) -> Response:
        place = ItemPlace.of(item_id)
        run = self.runs().filter(pk=place.run_pk).first() if place else None
        number = place.ordinal * run.repeats + place.repeat if run and place and place.repeat < run.repeats else None
        bodies = item_bodies(run, start=number, stop=number + 1) if run and number is not None else []
        if not bodies:
            raise NotFound("item_unknown", f"There is no item {item_id}.")
        return Response(bodies[0])


class JobStatus(ValiqorView):
    """How far a run is."""

    def get(self, request: Request, job_id: str) -> Response:
        run = self.run(job_id)
        return Response(job_body(run, done=done_count(run), error=error_of(run)))


class JobCancellation(ValiqorView):
    """Stops a run; one that is over stays as it is."""

    def post(self, request: Request, job_id: str) -> Response:
        run = self.run(job_id)
        with contextlib.suppress(Conflict):  # it is over, or being stopped already
            cancel_run(run, by=self.person)
        run.refresh_from_db(fields=["state"])
        if run.state == RunState.CANCELLING:
            return self._answer(run, "cancelling", "The run is being stopped; what is done stays.")
        word = status_word(run)
        was_stopped = "The run is stopped." if word == "cancelled" else f"The run was over already: {word}."
        return self._answer(run, word, was_stopped)

    def _answer(self, run: Run, status: str, message: str) -> Response:
        return Response({"job_id": str(run.uuid), "status": status, "message": message})


class Trends(ValiqorView):
    """How a project's metrics went, day by day."""

    def get(self, request: Request) -> Response:
        project = self.project_of(self.required("project_id"))
        period = request.query_params.get("period") or "last_7_days"
        return Response(trends(project, period=period, metrics=query_list(request.query_params.getlist("metrics"))))


class Comparison(ValiqorView):
    """Two to five runs side by side, the first of which is the baseline."""

    def get(self, request: Request) -> Response:
        ids = query_list(request.query_params.getlist("run_ids"))
        if not FEWEST_COMPARED <= len(ids) <= MOST_COMPARED:
            raise Invalid(
                "compared_runs_invalid",
                f"{FEWEST_COMPARED} to {MOST_COMPARED} runs can be compared; `run_ids` names {len(ids)}.",
                field="run_ids",
            )
        runs = self._runs(ids)
        scores = {run.pk: measured(run.run_metrics.all(), run=run) for run in runs}
        evaluated = evaluated_counts(runs)
        return Response(
            {
                "runs": [compared_run(run, evaluated=evaluated[run.pk], source=_source(run)) for run in runs],
                "metrics": comparison(runs, scores),
                "overall_scores": [run.overall if run.is_over else None for run in runs],
                "baseline_run_id": str(runs[0].uuid),
            }
        )

    def _runs(self, ids: list[str]) -> list[Run]:
        """The runs in the order asked for. Raises `NotFound` for the first that is not there."""
        uuids = [public_uuid(run_id, "run") for run_id in ids]
        found = {run.uuid: run for run in self.runs().filter(uuid__in=uuids).with_metrics()}
        unknown = next((uuid for uuid in uuids if uuid not in found), None)
        if unknown:
            raise NotFound("run_unknown", f"There is no run {unknown}.")
        return [found[uuid] for uuid in uuids]


def _source(run: Run) -> str:
    return source_of(run.dataset_version)
