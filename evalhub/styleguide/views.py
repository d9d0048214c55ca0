"""The living style guide: a page for staff that shows every component with believable sample content."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evalhub.styleguide.figures import TILES, histogram_bars
from evalhub.styleguide.items import ITEM_COLUMNS, ITEMS, PILLS, RUN_FACTS
from evalhub.styleguide.lists import PROJECTS, RUN_COLUMNS, RUNS, STATUSES

SCREENS = ("components", "run", "runs", "home")


@require_GET
@staff_member_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the screen named in the address; the components when it names none that there is."""
    asked = request.GET.get("screen")
    screen = asked if asked in SCREENS else SCREENS[0]
    return render(request, f"styleguide/{screen}.html", sample_context(screen))


def sample_context(screen: str) -> dict[str, Any]:
    """Everything that the templates of the style guide print."""
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
        "bars": histogram_bars(counts=(1, 2, 6, 11, 9, 24, 38, 61, 47, 90), threshold_bin=7, selected_bin=4),
        "trend": (0.22, 0.3, 0.28, None, 0.46, 0.52, 0.5, 0.7, 0.78),
        "message_levels": ["info", "success", "warning", "error"],
    }
