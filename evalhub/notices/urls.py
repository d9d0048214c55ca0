"""Addresses of one's notices."""

from __future__ import annotations

from django.urls import path

from evalhub.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notice_list, name="notice_list"),
    path("notices/bell/", views.bell, name="bell"),
    path("notices/<int:notice_id>/", views.notice_detail, name="notice_detail"),
    path("notices/reading/", views.notice_reading, name="notice_reading"),
    path("notices/mail/", views.mail_wish, name="mail_wish"),
]
