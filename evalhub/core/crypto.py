"""Encryption of secrets at rest with keys that can be rotated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from evalhub.core.errors import Invalid


def encrypt(secret: str) -> bytes:
    """Encrypt with the first of `EVALHUB_ENCRYPTION_KEYS`."""
    return _keys().encrypt(secret.encode())


def decrypt(token: bytes | memoryview) -> str:
    """Decrypt with whichever key fits. Raises `Invalid` when none does."""
    with _explained():
        return _keys().decrypt(bytes(token)).decode()


def rotate(token: bytes | memoryview) -> bytes:
    """Encrypt again with the first key. Raises `Invalid` when no key fits."""
    with _explained():
        return _keys().rotate(bytes(token))


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except InvalidToken as error:
        raise Invalid(
            "secret_unreadable",
            "A stored secret cannot be decrypted with the keys in EVALHUB_ENCRYPTION_KEYS; "
            "add the key it was written with, or enter the secret again.",
        ) from error


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.EVALHUB_ENCRYPTION_KEYS])
