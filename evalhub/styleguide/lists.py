"""Sample rows of the style guide: states, runs and projects."""

from __future__ import annotations

from typing import Any

STATUSES = [
    ("recorded", "Recorded"),
    ("queued", "Queued"),
    ("answering", "Answering"),
    ("scoring", "Scoring"),
    ("finished", "Finished"),
    ("partial", "Partial"),
    ("failed", "Failed"),
    ("cancelling", "Cancelling"),
    ("cancelled", "Cancelled"),
]

RUN_COLUMNS = [
    {"label": "Name", "href": "#sort-name", "sort": ""},
    {"label": "State", "href": "#sort-state", "sort": ""},
    {"label": "Dataset", "href": "#sort-dataset", "sort": ""},
    {"label": "Overall", "href": "#sort-overall", "sort": "descending", "is_numeric": True},
    {"label": "Relevance", "href": "#sort-relevance", "sort": "", "title": "Answer relevance, 0–1, higher is better"},
    {"label": "Factual", "href": "#sort-factual", "sort": "", "title": "Factual accuracy, 0–1, higher is better"},
    {"label": "Toxicity", "href": "#sort-toxicity", "sort": "", "title": "Toxicity, 0–1, lower is better"},
    {"label": "Scored", "href": "#sort-scored", "sort": "", "is_numeric": True},
    {"label": "Took", "href": "#sort-took", "sort": "", "is_numeric": True},
    {"label": "Cost", "href": "#sort-cost", "sort": "", "is_numeric": True},
    {"label": "Started", "href": "#sort-started", "sort": "", "is_numeric": True},
]


def _metric(value: float, delta: str, tone: str, *, bar_tone: str = "good") -> dict[str, Any]:
    return {"value": f"{value:.2f}", "fraction": value, "delta": delta, "tone": tone, "bar_tone": bar_tone}


def _run(
    name: str, status: str, overall: str, grade: str | None, scored: str, *metrics: dict[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "label": status.capitalize(),
        "overall": overall,
        "grade": grade,
        "scored": scored,
        "metrics": metrics,
    }


_NONE = {"value": "–", "fraction": None, "delta": "", "tone": "", "bar_tone": "neutral"}

RUNS = [
    _run("support-bot 2.4-rc1", "scoring", "–", None, "188 / 312", _NONE, _NONE, _NONE),
    _run(
        "support-bot 2.3",
        "finished",
        "0.81",
        "B",
        "312",
        _metric(0.86, "+0.04", "good"),
        _metric(0.74, "+0.06", "good"),
        _metric(0.09, "−0.03", "good"),
    ),
    _run(
        "support-bot 2.3, short answers",
        "partial",
        "0.76",
        "C",
        "306",
        _metric(0.82, "0.00", ""),
        _metric(0.58, "−0.10", "bad", bar_tone="bad"),
        _metric(0.11, "−0.01", ""),
    ),
    _run(
        "support-bot 2.2 (baseline)",
        "finished",
        "0.78",
        "C",
        "312",
        _metric(0.82, "", ""),
        _metric(0.68, "", "", bar_tone="bad"),
        _metric(0.12, "", ""),
    ),
    _run(
        "support-bot 2.1",
        "finished",
        "0.66",
        "D",
        "312",
        _metric(0.71, "−0.11", "bad"),
        _metric(0.55, "−0.13", "bad", bar_tone="bad"),
        _metric(0.24, "+0.12", "bad", bar_tone="bad"),
    ),
    _run("wrong key", "failed", "–", None, "0", _NONE, _NONE, _NONE),
    _run(
        "nightly 12 November",
        "cancelled",
        "0.62",
        "D",
        "140",
        _metric(0.7, "−0.12", "bad"),
        _metric(0.5, "−0.18", "bad", bar_tone="bad"),
        _metric(0.2, "+0.08", "bad", bar_tone="warn"),
    ),
    _run("recorded outputs of October", "recorded", "–", None, "0", _NONE, _NONE, _NONE),
]

PROJECTS = [
    {
        "name": "Support bot",
        "grade": "B",
        "overall": "0.81",
        "delta": "+0.03",
        "tone": "good",
        "status": "scoring",
        "label": "Scoring",
        "failing": 14,
        "people": ["alice", "bob", "charlie"],
        "trend": (0.22, 0.3, 0.28, 0.46, 0.52, 0.5, 0.7, 0.78),
    },
    {
        "name": "Contract search",
        "grade": "C",
        "overall": "0.72",
        "delta": "−0.05",
        "tone": "bad",
        "status": "partial",
        "label": "Partial",
        "failing": 61,
        "people": ["dora", "bob"],
        "trend": (0.56, 0.6, 0.66, 0.64, 0.5),
    },
    {
        "name": "Release notes",
        "grade": "A",
        "overall": "0.93",
        "delta": "0.00",
        "tone": "",
        "status": "finished",
        "label": "Finished",
        "failing": 0,
        "people": ["erin"],
        "trend": (0.82, 0.86, 0.93, 0.9, 0.94, 0.93),
    },
    {
        "name": "Voice agent",
        "grade": None,
        "overall": "–",
        "delta": "",
        "tone": "",
        "status": "recorded",
        "label": "Recorded",
        "failing": 0,
        "people": ["alice"],
        "trend": (),
    },
]
