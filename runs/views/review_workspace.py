"""What the workspace prints of a task: the list beside it, the item or the two answers, and what may be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from evalhub.accounts.models import User
from runs.choices import TaskState
from runs.forms.task_address import TaskAddress
from runs.item_detail import ItemDetail, read_item
from runs.item_panels import Panel, body_panels
from runs.models import ReviewTask, Run
from runs.review_answers import LEFT, RIGHT, answers_of, said_label, said_word
from runs.review_lists import near_tasks, person_counts
from runs.services.review_tasks import review_version
from runs.views.item_detail import item_context, panel_modes, with_switch


@dataclass(frozen=True, slots=True)
class KeyedAnswer:
    """An answer with the key that chooses it."""

    key: int
    word: str
    label: str
    hint: str
    is_chosen: bool


def workspace(task: ReviewTask, user: User, query: QueryDict) -> dict[str, Any]:
    """Everything on the page. What a blind queue hides is not read before the person has decided."""
    run = Run.objects.with_names().with_metrics().get(pk=task.run_id)
    address = TaskAddress(run, query, task.run_item.ordinal, task.run_item.repeat, task_id=task.pk)
    is_mine = task.person_id in {None, user.pk}
    is_done = task.state == TaskState.DONE
    said = said_word(task) if is_mine else ""
    context = _pair(task, user, address) if task.queue.is_pairs else _item(address, user)
    return context | {
        "project": task.queue.project,
        "queue": task.queue,
        "task": task,
        "is_mine": is_mine,
        "is_done": is_done,
        "decided": said_label(task) if is_done else "",
        "is_revealed": not task.queue.is_pairs and (not task.queue.is_blind or (is_mine and is_done)),
        "seen_version": review_version(task),
        "holder": task.holder_besides(user),
        "answers": [
            KeyedAnswer(key, answer.word, answer.label, answer.hint, answer.word == said)
            for key, answer in enumerate(answers_of(task.queue, run), start=1)
        ],
        **_beside(task, user),
    }


def _item(address: TaskAddress, user: User) -> dict[str, Any]:
    """The item as on its page, with the panel that stands there too."""
    return item_context(address, viewer=user)


def _pair(task: ReviewTask, user: User, address: TaskAddress) -> dict[str, Any]:
    """The question, and both answers without names in the order drawn for the person."""
    modes = panel_modes(address)
    asked = read_item(address.run, address.ordinal, address.repeat)
    shared = [panel for panel in body_panels(asked, modes) if panel.name != "output"]
    details = [
        asked if item.pk == task.run_item_id else read_item(item.run, item.ordinal, item.repeat)
        for item in task.sides_for(user)
    ]
    outputs = [_output(detail, modes) for detail in details]
    return {
        "run": address.run,
        "item": asked.run_item.item,
        "panels": [with_switch(panel, address) for panel in shared],
        "sides": [
            {"panel": panel, "side": side, "href": reverse("runs:review_answer", args=[task.pk, side])}
            for side, panel in zip((LEFT, RIGHT), outputs, strict=True)
        ],
    }


def _output(detail: ItemDetail, modes: dict[str, Any]) -> Panel:
    """The answer as text alone: marks that people made in it would tell where it comes from."""
    panels = body_panels(replace(detail, overrides=[]), modes)
    return next(panel for panel in panels if panel.name == "output")


def _beside(task: ReviewTask, user: User) -> dict[str, Any]:
    """The person's items around this one, their neighbours and counts."""
    rows = near_tasks(task.queue, user, task.position)
    at = next((place for place, row in enumerate(rows) if row.run_item_id == task.run_item_id), None)
    counts = person_counts(task.queue, user, task.position)
    return {
        "rows": rows,
        "place": task.position,
        "previous_href": _href(rows, None if at is None else at - 1),
        "next_href": _href(rows, None if at is None else at + 1),
        "total": counts.total,
        "done": counts.done,
        "position": None if at is None else counts.before + 1,
    }


def _href(rows: Sequence[ReviewTask], at: int | None) -> str:
    return reverse("runs:review_task", args=[rows[at].pk]) if at is not None and 0 <= at < len(rows) else ""
