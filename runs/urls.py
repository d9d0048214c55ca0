"""Addresses of projects, runs and datasets."""

from __future__ import annotations

from django.urls import path

from runs.views import datasets, imports

app_name = "runs"
urlpatterns = [
    path("projects/<int:project_id>/datasets/", datasets.dataset_list, name="dataset_list"),
    path("projects/<int:project_id>/datasets/upload/", imports.dataset_upload, name="dataset_upload"),
    path("imports/<int:import_id>/", imports.import_detail, name="import_detail"),
    path("imports/<int:import_id>/confirmation/", imports.import_confirmation, name="import_confirmation"),
    path("imports/<int:import_id>/deletion/", imports.import_deletion, name="import_deletion"),
    path("imports/<int:import_id>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:import_id>/rejected.csv", imports.import_rejections, name="import_rejections"),
    path("datasets/<int:dataset_id>/", datasets.dataset_detail, name="dataset_detail"),
    path("datasets/<int:dataset_id>/versions/<int:number>/", datasets.version_detail, name="version_detail"),
]
