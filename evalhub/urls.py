"""Every address of EvalHub."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from evalhub.core.health import healthz, readyz

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
