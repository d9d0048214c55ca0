"""Writes of metrics: the catalogue, new metrics and revisions."""

from __future__ import annotations


def store_catalogue() -> None:
    """Make the built-in metrics of the catalogue, and a new revision of each whose definition changed."""
