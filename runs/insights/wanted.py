"""Who asks for insights, and when: the row says it, and whoever sweeps finds it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from runs.models import InsightReport, Run

# A report that takes its worker down is given up after so many tries, until somebody asks again.
MOST_TRIES = 5
# People who say what they think of items do so one after the other: each puts the computing off by this long.
QUIET_SECONDS = 60
# A new baseline concerns every run of its dataset; so many, the newest, are computed again.
MOST_OF_DATASET = 50
_RUNG_AT_ONCE = 20


def want_insights(run_ids: Collection[int], *, in_seconds: float = 0) -> None:
    """Have the insights of finished runs computed (again). Call it where what they rest on is changed."""
    finished = Run.objects.finished().filter(pk__in=run_ids).values_list("pk", flat=True)
    InsightReport.objects.want(finished, at=timezone.now() + timedelta(seconds=in_seconds))


def want_insights_of_dataset(*, project_id: int, dataset_id: int) -> None:
    """The baseline of the dataset's runs changed."""
    runs = Run.objects.finished().filter(project_id=project_id, dataset_id=dataset_id).order_by("-pk")
    want_insights(list(runs.values_list("pk", flat=True)[:MOST_OF_DATASET]))


def take_wanted() -> list[int]:
    """Runs whose insights are due and whose worker was not told lately; told of once in a while."""
    unheard = Q(rung_at=None) | Q(rung_at__lte=Now() - timedelta(seconds=settings.EVALHUB_RING_SECONDS))
    due = InsightReport.objects.due(tries=MOST_TRIES).filter(unheard)
    ids = list(
        due.select_for_update(skip_locked=True, of=("self",))
        .order_by("wanted_at")
        .values_list("pk", flat=True)[:_RUNG_AT_ONCE]
    )
    InsightReport.objects.filter(pk__in=ids).update(rung_at=Now())
    return ids
