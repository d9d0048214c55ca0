"""What every view of the API stands on: who asks, what they may see, and finding it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evalhub.accounts.models import Project, ProjectQuerySet, User
from evalhub.api.errors import require_readable
from evalhub.api.idempotency import Once, answer_once, canonical, fingerprint_of, key_of
from evalhub.core.errors import NotFound

Rows = TypeVar("Rows", bound=QuerySet[Any])


@method_decorator(gzip_page, name="dispatch")  # no answer of the API holds a token of a form beside its text
class ApiView(APIView):
    """A view behind authentication. What it makes on POST, it makes once for every `Idempotency-Key`."""

    # False where the answer holds a secret, which is shown once and kept nowhere.
    keeps_answers: ClassVar[bool] = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_readable(request.get_full_path())
        make = getattr(self, "post", None)
        if request.method == "POST" and make is not None:
            # The framework looks the method up after this.
            setattr(self, "post", partial(self._post, make))  # noqa: B010  # each view types its own `post`

    def _post(self, make: Callable[..., Response], request: Request, *args: Any, **kwargs: Any) -> Response:
        key = key_of(request)
        if key is None or not self.keeps_answers:
            return self.settled(make(request, *args, **kwargs))
        once = Once(self.person, key, self.fingerprint(request))
        return self.settled(answer_once(once, partial(make, request, *args, **kwargs)))

    def fingerprint(self, request: Request) -> str:
        """What tells this request from others that name the same key."""
        return fingerprint_of(request, canonical(request.data))

    def settled(self, response: Response) -> Response:
        """The answer to a POST once everything it wrote is committed."""
        return response

    @property
    def person(self) -> User:
        """Who asks, or as whom a program does."""
        return cast(User, self.request.user)  # the permission classes let nobody else in

    def within_key(self, rows: Rows, *, project: str = "project") -> Rows:
        """Of rows that the person may see, those that the key in use reaches; `project` is the way to theirs."""
        key = self.person.came_by
        return rows if key is None else key.held(rows, project=project)

    def projects(self) -> ProjectQuerySet:
        seen: ProjectQuerySet = Project.objects.visible_to(self.person).select_related("team")
        return self.within_key(seen, project="")

    def project(self, project_id: UUID) -> Project:
        """The project by its public id; a stranger does not learn that it exists."""
        return get_object_or_404(self.projects(), uuid=project_id)

    def address_of(self, name: str, *args: object) -> str:
        """The whole address of a thing of the API."""
        return self.request.build_absolute_uri(reverse(f"api:{name}", args=args))

    def created(self, shown: Any, *, address: str) -> Response:  # noqa: ANN401  # whatever the serializer made
        return Response(shown, status=201, headers={"Location": address})


@extend_schema(exclude=True)
class UnknownAddress(APIView):
    """Answers every address that leads nowhere, in the shape of all errors."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("address_unknown", f"There is nothing at {request.path}; see /api/v1/docs/.")
