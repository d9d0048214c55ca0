"""A run metric's numbers in its own unit, for templates: `metric|mean_of:metric.mean`."""

from __future__ import annotations

from django import template

from runs import figures

register = template.Library()

register.filter("mean_of", figures.mean_of)
register.filter("change_of", figures.change_of)
register.filter("threshold_of", figures.threshold_of)
