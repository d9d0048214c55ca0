"""How long hypothesis may take here: on a shared machine a time per example says nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("evalhub", deadline=None)
settings.load_profile("evalhub")
