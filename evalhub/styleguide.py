"""The living style guide: a page for staff that shows every component with believable sample content."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDictKeyError
from django.views.decorators.http import require_GET

SCREENS = ("components", "run", "runs", "home")


@require_GET
@staff_member_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the screen named in the address, the components unless it is known."""
    try:
        screen = request.GET["screen"]
    except MultiValueDictKeyError:
        screen = SCREENS[0]
    if screen not in SCREENS:
        screen = SCREENS[0]
    return render(request, f"styleguide/{screen}.html", sample_context(screen))


def sample_context(screen: str) -> dict[str, Any]:
    """Everything the templates of the style guide print."""
    return {
        "screen": screen,
        "screens": SCREENS,
        "statuses": STATUSES,
        "grades": ["A", "B", "C", "D", "F", None],
        "tiles": TILES,
        "items": ITEMS,
        "item_columns": ITEM_COLUMNS,
        "runs": RUNS,
        "run_columns": RUN_COLUMNS,
        "projects": PROJECTS,
        "pills": PILLS,
        "run_facts": RUN_FACTS,
        "bars": _bars(counts=(1, 2, 6, 11, 9, 24, 38, 61, 47, 90), threshold_bin=7, selected_bin=4),
        "trend": (0.22, 0.3, 0.28, None, 0.46, 0.52, 0.5, 0.7, 0.78),
        "message_levels": ["info", "success", "warning", "error"],
    }


@dataclass(frozen=True)
class Bar:
    """One bar of a sample histogram."""

    fraction: float
    label: str
    href: str
    tone: str
    is_selected: bool


@dataclass(frozen=True)
class Tile:
    """A metric of the sample run, in the names of `_metric_tile.html`."""

    name: str
    mean: str
    interval: str
    low: float
    mean_fraction: float
    high: float
    bars: list[Bar]
    status: str = "passed"
    tone: str = "good"
    threshold: str = "≥ 0.70"
    threshold_fraction: float = 0.7
    scale: str = "0–1"
    is_higher_better: bool = True
    scored: int = 312
    unscored: int = 0
    errored: int = 0
    href: str = "#tile"
    unscored_href: str = "#unscored"
    errored_href: str = "#errored"
    is_selected: bool = False


def _bars(*, counts: tuple[int, ...], threshold_bin: int, selected_bin: int = -1) -> list[Bar]:
    width = 1 / len(counts)
    return [
        Bar(
            fraction=round(count / max(counts), 4),
            label=f"{index * width:.2f} to {(index + 1) * width:.2f}: {count} items",
            href=f"#bar-{index}",
            tone="good" if index >= threshold_bin else "bad",
            is_selected=index == selected_bin,
        )
        for index, count in enumerate(counts)
    ]


_HIGH = (0, 1, 0, 2, 1, 3, 2, 4, 6, 5, 8, 9, 12, 18, 21, 34, 40, 52, 61, 33)
_SPREAD = (6, 4, 8, 9, 12, 14, 16, 15, 19, 22, 24, 21, 25, 22, 26, 20, 18, 14, 10, 7)
_SPLIT = (74, 3, 0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 3, 0, 0, 2, 4, 222)
_LOW = (140, 66, 31, 20, 14, 9, 8, 6, 4, 4, 3, 2, 2, 1, 1, 0, 1, 0, 0, 0)

TILES = [
    Tile("Answer relevance", "0.86", "0.84 to 0.88", 0.84, 0.86, 0.88, _bars(counts=_HIGH, threshold_bin=14)),
    Tile(
        "Factual accuracy",
        "0.58",
        "0.55 to 0.61",
        0.55,
        0.58,
        0.61,
        _bars(counts=_SPREAD, threshold_bin=14, selected_bin=5),
        status="failed",
        tone="bad",
        unscored=4,
        errored=2,
        scored=306,
        is_selected=True,
    ),
    Tile(
        "Contains",
        "74.8 %",
        "69.7 to 79.3",
        0.697,
        0.748,
        0.793,
        _bars(counts=_SPLIT, threshold_bin=10),
        scale="0–100 %",
        threshold="≥ 70 %",
    ),
    Tile(
        "Toxicity",
        "0.09",
        "0.07 to 0.11",
        0.07,
        0.09,
        0.11,
        [
            Bar(b.fraction, b.label, b.href, "good" if i < 4 else "bad", False)
            for i, b in enumerate(_bars(counts=_LOW, threshold_bin=0))
        ],
        threshold="≤ 0.20",
        threshold_fraction=0.2,
        is_higher_better=False,
    ),
    Tile(
        "Completeness",
        "0.71",
        "0.68 to 0.74",
        0.68,
        0.71,
        0.74,
        _bars(counts=_SPREAD[::-1], threshold_bin=14),
        tone="good",
    ),
]

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

ITEM_COLUMNS = [
    {"label": "Item", "href": "#sort-item", "sort": ""},
    {"label": "Input", "href": "", "sort": ""},
    {"label": "Output", "href": "", "sort": "", "is_wide": True},
    {
        "label": "Overall",
        "href": "#sort-overall",
        "sort": "ascending",
        "is_numeric": True,
        "title": "Weighted mean, 0–1, higher is better",
    },
    {"label": "Relevance", "href": "#sort-relevance", "sort": "", "title": "Answer relevance, 0–1, higher is better"},
    {"label": "Factual", "href": "#sort-factual", "sort": "", "title": "Factual accuracy, 0–1, higher is better"},
    {"label": "Contains", "href": "#sort-contains", "sort": "", "title": "Contains, yes or no, yes is better"},
    {"label": "Toxicity", "href": "#sort-toxicity", "sort": "", "title": "Toxicity, 0–1, lower is better"},
]

_QUESTIONS = [
    (
        "refund-017",
        "I was charged twice for order 88213, how do I get one of them back?",
        "You can request a refund within 14 days from the Orders page.",
    ),
    (
        "login-004",
        "The app says my code has expired although I only just got it.",
        "Please check that the clock of your phone is set automatically, then ask for a new code.",
    ),
    (
        "ship-031",
        "Can you deliver to a parcel locker in Porto?",
        "Yes, we deliver to parcel lockers in all EU countries except Malta.",
    ),
    (
        "plan-009",
        "What happens to my data when I move from Team to Free?",
        "Your data stays, but projects above the third become read-only.",
    ),
    ("refund-022", "Is the deposit refundable if the event is moved?", "Deposits are never refundable."),
    ("api-012", "Which header carries the API key?", "Send it as a bearer token in the Authorization header."),
    (
        "tax-003",
        "Do you print the VAT number on the invoice for companies in Switzerland?",
        "Invoices show the VAT number that you enter under Billing.",
    ),
    (
        "ship-044",
        "My parcel has been at customs for nine days.",
        "I understand that this is frustrating. Customs usually release parcels in 3 to 5 days.",
    ),
    (
        "login-011",
        "How do I change the e-mail of my account without the old one?",
        "Write to support with a photo of your ID.",
    ),
    ("plan-015", "Is there a discount for schools?", "Schools and universities get 50 % on yearly plans."),
    ("api-020", "What is the rate limit for uploads?", "60 requests a minute for each key."),
    (
        "refund-040",
        "I returned the shoes three weeks ago and heard nothing.",
        "A refund takes up to ten days after the parcel reaches us.",
    ),
    ("tax-008", "Can I pay with reverse charge?", "Reverse charge applies when you enter a valid VAT number."),
    ("ship-052", "Where is the customs form?", "It is attached to the label as page two."),
    ("login-019", "Locked out after five attempts.", "The lock lifts by itself after 15 minutes."),
    ("plan-021", "Do unused seats roll over?", "No, seats are counted each month."),
]
_VALUES = [0.21, 0.34, 0.38, 0.47, 0.49, 0.55, 0.58, 0.61, 0.64, 0.68, 0.72, 0.77, 0.81, 0.86, 0.9, 0.94]


def _chips(value: float, index: int) -> list[dict[str, str]]:
    factual = "unscored" if index == 3 else "errored" if index == 6 else "passed" if value >= 0.7 else "failed"
    return [
        {"name": "Relevance", "value": f"{min(value + 0.3, 1):.2f}", "status": "passed" if value > 0.4 else "failed"},
        {"name": "Factual", "value": "–" if factual in {"unscored", "errored"} else f"{value:.2f}", "status": factual},
        {"name": "Contains", "value": "yes" if value > 0.5 else "no", "status": "passed" if value > 0.5 else "failed"},
        {"name": "Toxicity", "value": f"{0.3 - value / 4:.2f}", "status": "passed" if value > 0.4 else "failed"},
    ]


ITEMS = [
    {
        "key": key,
        "input": question,
        "output": answer,
        "overall": f"{value:.2f}",
        "chips": _chips(value, index),
        "is_open": index == 4,
    }
    for index, ((key, question, answer), value) in enumerate(zip(_QUESTIONS, _VALUES, strict=True))
]

PILLS = [
    {"label": "Result", "value": "failing", "remove_href": "#remove-result"},
    {"label": "Factual accuracy", "value": "0.25 to 0.60", "remove_href": "#remove-range"},
    {"label": "topic", "value": "refunds", "remove_href": "#remove-topic"},
]

RUN_FACTS = [
    {"label": "Dataset", "value": "support-questions v4", "href": "#dataset"},
    {"label": "Target", "value": "support-bot 2.3", "href": "#target"},
    {"label": "Judge", "value": "qwen3-32b", "href": ""},
    {"label": "Took", "value": "4 min 12 s", "href": ""},
    {"label": "Cost", "value": "$0.84", "href": ""},
    {"label": "Commit", "value": "9f31c07", "href": "#commit"},
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
