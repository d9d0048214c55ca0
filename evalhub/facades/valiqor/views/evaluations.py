"""Starting evaluations, and waiting for those that are soon over."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.facades.valiqor.base import ValiqorView
from evalhub.facades.valiqor.requests import Source, read_evaluation
from evalhub.facades.valiqor.starting import start_evaluation
from evalhub.facades.valiqor.translate import JOB_TYPE, run_body
from runs.models import Run
from runs.waiting import wait_for_runs


class EvaluationView(ValiqorView):
    """Starts a run: 200 with its result when it is over in time, else 202 with a job of the same id."""

    source: Source

    def wait_seconds(self) -> float:
        raise NotImplementedError

    def post(self, request: Request) -> Response:
        run = start_evaluation(read_evaluation(self.sent(), self.source), key=self.key)
        is_over = wait_for_runs([run.pk], seconds=self.wait_seconds())
        run = Run.objects.select_related("project").get(pk=run.pk)
        if is_over:
            return Response(run_body(run, metrics=run.run_metrics.all(), evaluated=run.scored_count))
        return Response(self._job(run), status=202)

    def _job(self, run: Run) -> dict[str, object]:
        """Both what a caller of `evaluate` reads and what one of `evaluate_async` reads."""
        poll_url = reverse("valiqor:job_status", args=[run.uuid])
        return {
            **run_body(run, metrics=(), evaluated=0),
            "job_id": str(run.uuid),
            "job_type": JOB_TYPE,
            "poll_url": self.request.build_absolute_uri(poll_url),
            "message": f"The evaluation goes on; ask {poll_url} how far it is.",
        }


class Evaluate(EvaluationView):
    """Evaluates rows."""

    source = Source.DATASET

    def wait_seconds(self) -> float:
        seconds: float = settings.EVALHUB_VALIQOR_WAIT_SECONDS
        return seconds


class EvaluateTrace(EvaluationView):
    """Evaluates the one row that a trace comes to. The client has no way to wait for it, so the answer waits longer."""

    source = Source.TRACE

    def wait_seconds(self) -> float:
        seconds: float = settings.EVALHUB_VALIQOR_TRACE_WAIT_SECONDS
        return seconds
