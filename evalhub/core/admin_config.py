"""Django's admin application, told to use our site."""

from __future__ import annotations

from django.contrib.admin import apps as admin_apps


class AdminConfig(admin_apps.AdminConfig):
    """Makes `evalhub.core.admin_site.AdminSite` the one that every `admin.py` registers with."""

    default_site = "evalhub.core.admin_site.AdminSite"
