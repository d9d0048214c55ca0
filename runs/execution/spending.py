"""What judging took, added up from the scores when a run closes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from runs.models import Run


@dataclass(frozen=True, slots=True)
class Spending:
    """Tokens, US dollars and time that one metric took in a run. What came from the cache took tokens once, not now."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    duration_ms: int = 0


def spending_per_metric(run: Run) -> dict[int, Spending]:
    """By run metric."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT run_metric_id, coalesce(sum(input_tokens) FILTER (WHERE NOT is_cached), 0),"
            " coalesce(sum(output_tokens) FILTER (WHERE NOT is_cached), 0), coalesce(sum(cost), 0),"
            " coalesce(sum(duration_ms) FILTER (WHERE NOT is_cached), 0)"
            " FROM runs_score WHERE run_id = %s GROUP BY run_metric_id",
            [run.pk],
        )
        return {row[0]: Spending(int(row[1]), int(row[2]), row[3], int(row[4])) for row in cursor.fetchall()}
