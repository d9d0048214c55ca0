"""Test cases: make, list, read at a version, change, and their runs."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.core.errors import Invalid
from evalhub.facades.gradient.shapes import TestCaseChange, TestCaseIn
from evalhub.facades.gradient.shown_test_cases import shown_test_cases
from evalhub.facades.gradient.test_cases import create_test_case, update_test_case
from evalhub.facades.gradient.translate.test_cases import test_case_object
from evalhub.facades.gradient.views.base import GradientView
from evalhub.facades.gradient.views.runs import RunView
from runs.models import Evaluation


class TestCaseView(GradientView):
    """Finds the test case that the address names."""

    def test_case(self, evaluation_id: UUID) -> Evaluation:
        return get_object_or_404(self.account.test_cases(), uuid=evaluation_id)

    @property
    def wanted_version(self) -> int | None:
        """The version that the address asks for. Raises `Invalid` for what is no number."""
        text = self.request.query_params.get("evaluation_test_case_version")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()):
            raise Invalid("version_invalid", "evaluation_test_case_version must be a whole number.")
        return int(text[:18])


class TestCaseList(GradientView):
    """The test cases, newest first; a new one."""

    def get(self, request: Request) -> Response:
        asked = request.query_params
        workspace = self.account.named_workspace(
            uuid=asked.get("workspace_uuid", ""), name=asked.get("agent_workspace_name", "")
        )
        found = self.account.test_cases()
        evaluations = list(found.filter(project=workspace) if workspace else found)
        return Response({"evaluation_test_cases": [test_case_object(one) for one in shown_test_cases(evaluations)]})

    def post(self, request: Request) -> Response:
        evaluation = create_test_case(self.account, self.body(TestCaseIn))
        return Response({"test_case_uuid": str(evaluation.uuid)})


class TestCaseDetail(TestCaseView):
    """One test case, at its newest version or the one asked for."""

    def get(self, request: Request, evaluation_id: UUID) -> Response:
        shown = shown_test_cases([self.test_case(evaluation_id)], number=self.wanted_version)
        if not shown:
            raise Http404
        return Response({"evaluation_test_case": test_case_object(shown[0])})

    def put(self, request: Request, evaluation_id: UUID) -> Response:
        test_case = self.test_case(evaluation_id)
        require_right(self.person, Right.START_RUN, test_case.project)
        version = update_test_case(self.account, test_case, self.body(TestCaseChange))
        return Response({"test_case_uuid": str(evaluation_id), "version": version.number})


class TestCaseRuns(TestCaseView, RunView):
    """The runs of a test case, newest first."""

    def get(self, request: Request, evaluation_id: UUID) -> Response:
        runs = self.account.runs().filter(execution__evaluation_version__evaluation=self.test_case(evaluation_id))
        if (number := self.wanted_version) is not None:
            runs = runs.filter(execution__evaluation_version__number=number)
        shown = [self.shown(run) for run in runs]
        return Response({"evaluation_runs": shown})
