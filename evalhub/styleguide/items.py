"""Sample items of the style guide: one run with its facts, filters and rows."""

from __future__ import annotations

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
