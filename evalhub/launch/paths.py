"""Where one installation keeps its data, its secrets and the sockets of its embedded servers."""

import base64
import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

REPOSITORY = Path(__file__).resolve().parents[2]
DATABASE_NAME = "evalhub"
DATABASE_USER = "evalhub"

# Linux refuses longer socket addresses (sun_path is 108 bytes with its final zero).
_LONGEST_SOCKET = 107
_POSTGRES_SOCKET = ".s.PGSQL.5432"
_VALKEY_SOCKET = "valkey.sock"
# Fernet keys are exactly 32 bytes; other secrets may be longer and are.
_SECRET_BYTES = {"EVALHUB_ENCRYPTION_KEYS": 32}
_SECRET_BYTES_OTHERWISE = 48


def data_dir() -> Path:
    """The one folder that holds everything this installation writes."""
    chosen = os.environ.get("EVALHUB_DATA_DIR") or REPOSITORY / ".evalhub"
    return Path(chosen).expanduser().absolute()


def logs_dir() -> Path:
    return data_dir() / "logs"


def static_root(data: Path | None = None) -> Path:
    """Where `up` collects the static files."""
    return (data or data_dir()) / "static"


def socket_dir(data: Path | None = None) -> Path:
    """Where the embedded servers listen: inside the data folder, or in a short twin when its path is too long."""
    data = data or data_dir()
    inside = data / "run"
    if len(os.fsencode(inside / _POSTGRES_SOCKET)) <= _LONGEST_SOCKET:
        return inside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"evalhub-{os.getuid()}-{digest}"


def embedded_database_url(data: Path | None = None) -> str:
    """Address of the embedded PostgreSQL, as libpq and django-environ both read it."""
    return f"postgresql://{DATABASE_USER}@/{DATABASE_NAME}?host={quote(str(socket_dir(data)))}"


def embedded_broker_url(data: Path | None = None) -> str:
    """Address of the embedded Valkey, as Celery reads it."""
    return f"redis+socket://{quote(str(valkey_socket(data)))}"


def valkey_socket(data: Path | None = None) -> Path:
    return socket_dir(data) / _VALKEY_SOCKET


def postgres_socket(data: Path | None = None) -> Path:
    return socket_dir(data) / _POSTGRES_SOCKET


def secret(name: str) -> str:
    """A secret of this installation, made at first use and readable by its owner only."""
    path = data_dir() / "secrets" / name
    if not path.exists():
        _create_secret(path)
    return path.read_text().strip()


def _create_secret(path: Path) -> None:
    """Write a new secret completely or not at all; when two processes race, the first one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    length = _SECRET_BYTES.get(path.name, _SECRET_BYTES_OTHERWISE)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(length)))
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
