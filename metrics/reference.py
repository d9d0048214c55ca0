"""The catalogue as a table for readers: `docs/metrics.md` is written from here, and a test holds the two in step."""

from __future__ import annotations

from metrics.built_in import BuiltIn
from metrics.catalogue import BUILT_INS, HOSTED_KEYS, ON_AT_FIRST
from metrics.choices import Category, Direction, Need, ValueType

_HEAD = """# Metrics

EvalHub ships with {count} metrics. {hosted} of them (marked *) have the names and meanings that users of hosted
services know, and all of those give 0 to 1 with 1 the best. New projects measure
{first}; the others wait to be switched on in the project's settings.
A judge needs a connection to a model.

- **Needs** are parts of an item without which there is no value; *helps* are used where they are there.
- **Direction** says which end is good. An item, and a mean, passes on the good side of the metric's threshold; without
  one of its own that is the project's quality threshold, laid on the metric's range.
- **Yes or no** reads as a share in means: the percent of items that are a yes.
- A **category** is never averaged. A run counts its labels; its mean is the share of items with an allowed one.
- What has no end enters no overall score, and passes or fails only by a threshold of its own.

What a judge is told stands in full in its rubric, `metrics/judge/prompts/<key>.md`.
"""
_COLUMNS = "| Key | Name | Kind | Needs | Range | Direction | Values |\n| --- | --- | --- | --- | --- | --- | --- |"


def metrics_document() -> str:
    """The whole text of `docs/metrics.md`."""
    names = [built_in.name for built_in in BUILT_INS if built_in.key in ON_AT_FIRST]
    head = _HEAD.format(
        count=len(BUILT_INS), hosted=len(HOSTED_KEYS), first=f"{', '.join(names[:-1])} and {names[-1]} at first"
    )
    return "\n".join([head, *(_section(category) for category in Category if _of(category))])


def _of(category: Category) -> list[BuiltIn]:
    return [built_in for built_in in BUILT_INS if built_in.category == category]


def _section(category: Category) -> str:
    metrics = _of(category)
    rows = "\n".join(_row(built_in) for built_in in metrics)
    told = "\n".join(f"- **{built_in.name}**: {built_in.description}" for built_in in metrics)
    return f"## {category.label}\n\n{_COLUMNS}\n{rows}\n\n{told}\n"


def _row(built_in: BuiltIn) -> str:
    star = "*" if built_in.key in HOSTED_KEYS else ""
    cells = (
        f"`{built_in.key}`{star}",
        built_in.name,
        built_in.kind.label,
        _needs(built_in),
        _range(built_in),
        _direction(built_in),
        built_in.value_type.label,
    )
    return f"| {' | '.join(cells)} |"


def _needs(built_in: BuiltIn) -> str:
    needs = ", ".join(Need(need).label.lower() for need in built_in.needs)
    helps = ", ".join(Need(need).label.lower() for need in built_in.uses)
    return "; ".join(filter(None, [needs, f"helps: {helps}" if helps else ""])) or "–"


def _range(built_in: BuiltIn) -> str:
    if built_in.labels:
        return ", ".join(built_in.labels)
    if built_in.value_type == ValueType.BOOLEAN:
        return "yes or no"
    if not built_in.has_end:
        return f"from 0, in {built_in.unit}"
    return f"0 to {built_in.range_max:g}{' %' if built_in.value_type == ValueType.PERCENTAGE else ''}"


def _direction(built_in: BuiltIn) -> str:
    if built_in.labels:
        return f"passes: {', '.join(built_in.allowed)}"
    return "↑ higher is better" if built_in.direction == Direction.HIGHER else "↓ lower is better"
