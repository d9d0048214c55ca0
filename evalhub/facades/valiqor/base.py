"""What every view of the Valiqor facade stands on: who asks, errors in the client's shape, and finding runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.models import ApiKey, Project
from evalhub.api.auth import ApiKeyAuthentication
from evalhub.api.base import ApiView, UnknownAddress
from evalhub.core.errors import Invalid, NotFound
from evalhub.facades.negotiation import AlwaysJson
from evalhub.facades.valiqor.body import read_object
from evalhub.facades.valiqor.errors import error_response
from runs.models import Run
from runs.models.run import RunQuerySet


class ValiqorView(ApiView):
    """A view behind an API key."""

    authentication_classes = (ApiKeyAuthentication,)
    content_negotiation_class = AlwaysJson
    renderer_classes = (JSONRenderer,)
    schema = None

    def get_exception_handler(self) -> Callable[..., Response]:
        return error_response

    @property
    def key(self) -> ApiKey:
        """The key in use; it is the only way in."""
        return cast(ApiKey, self.request.auth)

    def sent(self) -> dict[str, Any]:
        """The body's object. Raises `Invalid`, `DatasetTooLarge`."""
        return read_object(self.request._request)  # noqa: SLF001  # the framework's own parser has no limit

    def runs(self) -> RunQuerySet:
        seen: RunQuerySet = self.within_key(Run.objects.visible_to(self.person))
        return seen.select_related("project", "dataset_version")

    def run(self, run_id: str) -> Run:
        """The run by its public id; a stranger does not learn that it exists."""
        run = self.runs().filter(uuid=public_uuid(run_id, "run")).first()
        if run is None:
            raise NotFound("run_unknown", f"There is no run {run_id}.")
        return run

    def project_of(self, project_id: str) -> Project:
        project = self.projects().filter(uuid=public_uuid(project_id, "project")).first()
        if project is None:
            raise NotFound("project_unknown", f"There is no project {project_id}.")
        return project

    def required(self, name: str) -> str:
        """A part of the query. Raises `Invalid` where it is missing."""
        value = self.request.query_params.get(name)
        if not value:
            raise Invalid("query_incomplete", f"`{name}` is missing.", field=name)
        return value


def public_uuid(text: str, what: str) -> UUID:
    """The id as a UUID. Raises `NotFound`: an id of another shape is one that nothing has."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"{what}_unknown", f"There is no {what} {text}.") from None


class UnknownPath(UnknownAddress):
    """Answers everything below `/v2/` that is not served here."""

    content_negotiation_class = AlwaysJson
    renderer_classes = (JSONRenderer,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("address_unknown", f"There is nothing at {request.path}.")

    def get_exception_handler(self) -> Callable[..., Response]:
        return error_response
