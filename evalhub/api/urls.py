"""Addresses of the REST API."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from evalhub.api.base import UnknownAddress
from evalhub.api.schema import DocsView
from evalhub.api.v1 import comparisons, projects

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", login_required(DocsView.as_view()), name="docs"),
    path("projects/", projects.ProjectList.as_view(), name="projects"),
    path("projects/<uuid:project_id>/", projects.ProjectDetail.as_view(), name="project"),
    path("comparisons/", comparisons.ComparisonDetail.as_view(), name="comparison"),
    path("comparisons/items/", comparisons.ComparedItemList.as_view(), name="compared_items"),
    path("<path:address>", UnknownAddress.as_view(), name="unknown"),
]
