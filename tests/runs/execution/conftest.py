"""An endpoint to ask, for all tests of execution."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from tests.stub_endpoint import stub  # noqa: F401  # a fixture


@pytest.fixture(autouse=True)
def _allow_loopback(settings: Settings) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]
