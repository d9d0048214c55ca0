"""Closed vocabularies of metrics and scores."""

from __future__ import annotations

from django.db.models import TextChoices


class MetricKind(TextChoices):
    """Where a metric's scores come from."""

    HEURISTIC = "heuristic", "Heuristic"
    JUDGE = "judge", "Judge"
    COMPOSITE = "composite", "Composite"
    HUMAN = "human", "Human"
    IMPORTED = "imported", "Imported"


# The kinds that `metrics.registry` can compute; a test holds the two together.
RUNNABLE_KINDS = frozenset({MetricKind.HEURISTIC, MetricKind.JUDGE, MetricKind.IMPORTED, MetricKind.COMPOSITE})


class Direction(TextChoices):
    """Which end of the range is good."""

    HIGHER = "higher", "Higher is better"
    LOWER = "lower", "Lower is better"


class ValueType(TextChoices):
    """How a value reads."""

    NUMBER = "number", "Number"
    PERCENTAGE = "percentage", "Percentage"
    BOOLEAN = "boolean", "Yes or no"
    CATEGORY = "category", "Category"


class Category(TextChoices):
    """What a metric is about, for the catalogue."""

    HEURISTIC = "heuristic", "Text match"
    STRUCTURE = "structure", "Structure"
    QUALITY = "quality", "Quality"
    FACTUAL = "factual", "Factual"
    RAG = "rag", "Retrieval"
    SPECIALIZED = "specialized", "Specialized"
    SAFETY = "safety", "Safety"
    OPERATIONS = "operations", "Operations"
    DATA_QUALITY = "data_quality", "Data quality"
    OTHER = "other", "Other"


class Need(TextChoices):
    """A part of an item, or of what was measured when it was answered, without which a metric cannot be computed."""

    EXPECTED = "expected", "Expected"
    CONTEXT = "context", "Context"
    TOOLS = "tools", "Tool calls"
    LATENCY = "latency", "Measured time"
    COST = "cost", "Known price"


class ScoreStatus(TextChoices):
    """What came of one metric on one run item."""

    SCORED = "scored", "Scored"
    UNSCORED = "unscored", "Unscored"
    ERRORED = "errored", "Errored"
