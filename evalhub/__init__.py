"""EvalHub: run, browse, compare and review evaluations of language-model systems."""

from evalhub.celery import app as celery_app

__all__ = ["celery_app"]
