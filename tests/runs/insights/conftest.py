"""What the tests of insights share."""

from __future__ import annotations

import pytest

from runs.insights import failing_texts


@pytest.fixture
def without_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is grouped: starting the program takes seconds, and only some tests are about it."""
    monkeypatch.setattr(failing_texts, "LEAST_FAILING", 10**9)
