"""Runs: start, follow, and read prompt by prompt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.facades.gradient.paging import Page
from evalhub.facades.gradient.runs import done_prompts, prompt_at, prompts_on, results_of, start_runs
from evalhub.facades.gradient.shapes import RunsIn
from evalhub.facades.gradient.translate.prompts import prompt_object
from evalhub.facades.gradient.translate.runs import run_object
from evalhub.facades.gradient.views.base import GradientView
from runs.models import Run


class RunCreate(GradientView):
    """A start over one or several agents; answered as soon as the runs are queued."""

    def post(self, request: Request) -> Response:
        runs = start_runs(self.account, self.body(RunsIn))
        return Response({"evaluation_run_uuids": [str(run.uuid) for run in runs]})


class RunView(GradientView):
    """Finds runs and shows them."""

    def run(self, run_id: UUID) -> Run:
        return get_object_or_404(self.account.runs(), uuid=run_id)

    def shown(self, run: Run) -> dict[str, Any]:
        return run_object(run, results=results_of(run), agent_workspace=self.account.workspace_of(run.target))


class RunDetail(RunView):
    """One run."""

    def get(self, request: Request, run_id: UUID) -> Response:
        return Response({"evaluation_run": self.shown(self.run(run_id))})


class RunResults(RunView):
    """The prompts of a run, those that are done so far."""

    def get(self, request: Request, run_id: UUID) -> Response:
        run, page = self.run(run_id), Page.of(request)
        return Response(
            {
                "evaluation_run": self.shown(run),
                "prompts": [prompt_object(shown) for shown in prompts_on(run, page)],
                **page.around(done_prompts(run).count()),
            }
        )


class RunResult(RunView):
    """One prompt of a run."""

    def get(self, request: Request, run_id: UUID, prompt_id: int) -> Response:
        shown = prompt_at(self.run(run_id), prompt_id) if prompt_id > 0 else None
        if shown is None:
            raise Http404
        return Response({"prompt": prompt_object(shown)})
