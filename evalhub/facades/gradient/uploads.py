"""Files on their way to a dataset: addresses signed for one upload, and where the bytes wait until a dataset is made.

No table knows of them: signatures say whose they are and how long they may come, and what nobody made a dataset of is
thrown away after a day.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.utils import timezone

from evalhub.accounts.models import Team
from evalhub.core.errors import Invalid, NotAllowed, TooLarge

VALID_FOR = timedelta(hours=1)
_KEPT_SECONDS = 24 * 3600
_BLOCK = 256 * 1024


class Readable(Protocol):
    """A body that is read as it comes."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where one file is to go: `object_key` names it to its team, `signature` lets whoever has it write there."""

    name: str
    object_key: str
    signature: str
    expires_at: datetime


def new_place(team: Team) -> Place:
    """A place for one file of the team, which nobody can guess."""
    name = uuid4().hex
    signature = _writing().sign(name).removeprefix(f"{name}.")
    return Place(name, _owning(team).sign(name), signature, timezone.now() + VALID_FOR)


def receive(name: str, signature: str, body: Readable) -> None:
    """Keep the body, in place of one that came before. Raises `NotAllowed` for a signature that is wrong or too old."""
    try:
        _writing().unsign(f"{name}.{signature}", max_age=VALID_FOR)
    except BadSignature:
        raise NotAllowed("signature_invalid", "This upload address is wrong or too old; ask for a new one.") from None
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    _throw_old_away(folder)
    descriptor, draft = tempfile.mkstemp(dir=folder, prefix="draft-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            size = 0
            while block := body.read(_BLOCK):
                size += len(block)
                check_size(size)
                file.write(block)
        Path(draft).replace(folder / name)
    finally:
        Path(draft).unlink(missing_ok=True)


def uploaded_file(team: Team, object_key: str) -> Path:
    """The file behind the key. Raises `Invalid` for a key that is unknown, another team's, or never written to."""
    try:
        path = _folder() / _owning(team).unsign(object_key)
    except BadSignature:
        path = None
    if path is None or not path.is_file():
        raise Invalid(
            "object_key_unknown",
            "Nothing was uploaded under this stored_object_key; upload the file to its presigned_url first.",
            field="stored_object_key",
        )
    return path


def check_size(size: int) -> None:
    """Raise `TooLarge` for a file above the limit."""
    most = settings.EVALHUB_GRADIENT_UPLOAD_MAX_BYTES
    if size > most:
        raise TooLarge(
            "file_too_large",
            f"A file may have {most // (1024 * 1024):,} MB (setting EVALHUB_GRADIENT_UPLOAD_MAX_MB); larger ones are "
            "loaded on the page of datasets.",
            field="file_size",
        )


def _throw_old_away(folder: Path) -> None:
    oldest = time.time() - _KEPT_SECONDS
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            continue  # another upload threw it away


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "gradient-uploads"


def _writing() -> TimestampSigner:
    return TimestampSigner(salt="gradient upload", sep=".")


def _owning(team: Team) -> Signer:
    return Signer(salt=f"gradient upload of team {team.pk}", sep=".")
