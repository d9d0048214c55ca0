"""What a supervisor or load balancer asks: does the process answer, and can it do its work."""

from celery import current_app
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

_SECONDS_FOR_WORKERS = 1.0


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so a database that is away does not get it killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether database, broker and at least one worker answer; 503 names what does not."""
    parts = {"database": _database_answers(), **_broker_and_worker_answer()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_and_worker_answer() -> dict[str, bool]:
    try:
        workers = current_app.control.ping(timeout=_SECONDS_FOR_WORKERS)
    except (OperationalError, OSError):
        return {"broker": False, "worker": False}
    return {"broker": True, "worker": bool(workers)}
