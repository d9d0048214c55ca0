"""A notice as a review makes it, and letters that go out at commit as with a worker at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.notices.choices import NoticeKind
from evalhub.notices.models import Notice
from evalhub.notices.services import notify

Tell = Callable[..., Notice | None]


@pytest.fixture
def tell(project: Project) -> Tell:
    def notice(person: User, **changes: Any) -> Notice | None:
        parts: dict[str, Any] = {
            "kind": NoticeKind.MENTION,
            "text": "Alice Archer mentioned you on item 3",
            "address": f"/projects/{project.pk}/",
            "project": project,
        }
        return notify(person=person, **(parts | changes))

    return notice
