"""Projects, under both of the addresses at which the client knows them, and what their runs come to."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.services import create_project
from evalhub.core.errors import Invalid
from evalhub.facades.valiqor.base import ValiqorView
from evalhub.facades.valiqor.body import read_text
from evalhub.facades.valiqor.figures import project_stats
from evalhub.facades.valiqor.requests import LONGEST_PROJECT_NAME
from evalhub.facades.valiqor.translate import project_body

_LONGEST_KEY, _LONGEST_MODEL = 120, 200


class ProjectList(ValiqorView):
    """All projects that the key reaches; the client resolves names by this list."""

    def get(self, request: Request) -> Response:
        return Response([project_body(project) for project in self.projects().for_pages()])

    def post(self, request: Request) -> Response:
        body = self.sent()
        key = read_text(body, "key", longest=_LONGEST_KEY)
        if key:
            _check_key(key)
        project = create_project(
            team=self.key.team,
            name=read_text(body, "name", longest=LONGEST_PROJECT_NAME),
            key=key,
            model_name=read_text(body, "model_name", longest=_LONGEST_MODEL),
            by=self.person,
        )
        return Response(project_body(project), status=201)


def _check_key(key: str) -> None:
    try:
        validate_slug(key)
    except ValidationError:
        message = f'The key "{key}" may hold letters, digits, hyphens and underscores only.'
        raise Invalid("key_invalid", message, field="key") from None


class ProjectDetail(ValiqorView):
    """One project."""

    def get(self, request: Request, project_id: str) -> Response:
        return Response(project_body(self.project_of(project_id)))


class ProjectStats(ValiqorView):
    """What the project's runs come to, with the newest of them."""

    def get(self, request: Request, project_id: str) -> Response:
        project = self.project_of(project_id)
        return Response(project_stats(project, self.runs().filter(project=project)))
