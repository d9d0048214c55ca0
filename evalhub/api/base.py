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
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evalhub.accounts.models import Project, ProjectQuerySet, Team, TeamQuerySet, User
from evalhub.api.bodies import SentRows
from evalhub.api.errors import require_readable
from evalhub.api.idempotency import Once, answer_once, canonical, fingerprint_of, key_of
from evalhub.api.rates import count_request
from evalhub.api.reading import narrowed
from evalhub.core.errors import Invalid, NotFound
from evalhub.core.rates import Rate

Rows = TypeVar("Rows", bound=QuerySet[Any])


# No answer of the API holds a token of a form beside its text, which packing could give away.
@method_decorator([gzip_page, conditional_page], name="dispatch")
class ApiView(APIView):
    """A view behind authentication. What it makes on POST, it makes once for every `Idempotency-Key`."""

    # False where the answer holds a secret, which is shown once and kept nowhere.
    keeps_answers: ClassVar[bool] = True
    _rate: Rate | None = None

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
        once = Once(self.person, key, self._fingerprint(request))
        return self.settled(answer_once(once, partial(make, request, *args, **kwargs)))

    def _fingerprint(self, request: Request) -> str:
        body = request.data
        return fingerprint_of(request, body.digest if isinstance(body, SentRows) else canonical(body))

    def settled(self, response: Response) -> Response:
        """The answer to a POST once everything it wrote is committed."""
        return response

    def check_throttles(self, request: Request) -> None:
        if not request.user.is_authenticated:
            return  # a view that lets anybody in knows its callers otherwise
        self._rate = count_request(self.person)
        if self._rate and self._rate.is_exceeded:
            raise Throttled(self._rate.seconds_left, f"{self._rate.limit} requests a minute are answered.")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        # A file that is streamed holds no fields.
        if request.method == "GET" and response.status_code == 200 and not response.streaming:
            try:
                response.data = narrowed(response.data, request.query_params.get("fields", ""))
            except Invalid as error:
                response = self.handle_exception(error)
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in (self._rate.headers() if self._rate else {}).items():
            answer[name] = value
        # One's own, and asked for again with its ETag.
        answer.setdefault("Cache-Control", "private, no-cache")
        return answer

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

    def teams(self) -> TeamQuerySet:
        """The teams of the person; of a key, its own."""
        key = self.person.came_by
        return Team.objects.visible_to(self.person).filter(**{"pk": key.team_id} if key else {})

    def team(self, slug: str) -> Team:
        """The team by its name in addresses; a stranger does not learn that it exists."""
        return get_object_or_404(self.teams(), slug=slug)

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
