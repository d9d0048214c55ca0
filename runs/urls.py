"""Addresses of projects, runs and datasets."""

from __future__ import annotations

from django.urls import path

from runs.views import home, run_list

app_name = "runs"
urlpatterns = [
    path("", home.home, name="home"),
    path("projects/<int:project_id>/runs/", run_list.run_list, name="run_list"),
]
