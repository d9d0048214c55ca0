"""Every address of EvalHub."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from evalhub.core.health import healthz, readyz
from evalhub.styleguide.views import styleguide

urlpatterns = [
    path("", include("runs.urls")),
    path("", include("evalhub.accounts.urls")),
    path("", include("evalhub.connections.urls")),
    path("", include("evalhub.notices.urls")),
    path("", include("evalhub.webhooks.urls")),
    path("api/v1/", include("evalhub.api.urls")),
    path("v2/gen-ai/", include("evalhub.facades.gradient.urls")),
    path("v2/", include("evalhub.facades.valiqor.urls")),
    path("accounts/", include("evalhub.accounts.sign_in_urls")),
    path("admin/", admin.site.urls),
    path("styleguide/", styleguide, name="styleguide"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
handler400 = "evalhub.facades.last_resort.bad_request"
handler500 = "evalhub.facades.last_resort.server_error"
