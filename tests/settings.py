"""Settings of the test suite: the product's, without its manifest and with quick passwords."""

from __future__ import annotations

import os

from evalhub.settings import *
from evalhub.settings import DATABASES

DATABASES["default"]["OPTIONS"]["pool"] = False  # tests open and drop databases
# Tests empty their queue; whoever else uses the broker, tests beside these among them, keeps theirs.
CELERY_TASK_DEFAULT_QUEUE = f"test-{DATABASES['default']['NAME']}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
