"""Cursor pages: each row once, the newest first, and no made-up cursor."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, Team

PROJECTS = "/api/v1/projects/"


def test_the_pages_of_a_list_hold_every_row_once(team: Team, alice_calls: APIClient) -> None:
    for number in range(6):
        Project.objects.create(team=team, key=f"p{number}", name=f"P{number}")
    seen, address = [], f"{PROJECTS}?size=3"
    while address:
        page = alice_calls.get(address).json()
        seen += [project["key"] for project in page["results"]]
        address = page["next"]
        # Whatever is made meanwhile shifts no page.
        Project.objects.create(team=team, key=f"late-{len(seen)}", name=f"Late {len(seen)}")
    assert seen == ["p5", "p4", "p3", "p2", "p1", "p0", "support-bot"]


@pytest.mark.parametrize("size", ["0", "1001", "-1", "ten", "²"])
def test_a_size_that_is_none_is_refused(alice_calls: APIClient, size: str) -> None:
    answer = alice_calls.get(f"{PROJECTS}?size={size}")
    assert (answer.status_code, answer.json()["field"]) == (400, "size")


@pytest.mark.parametrize("cursor", ["x", "!!", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk"])
def test_a_made_up_cursor_is_refused(alice_calls: APIClient, cursor: str) -> None:
    answer = alice_calls.get(f"{PROJECTS}?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
