"""Secrets are made once, and only their owner reads them."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from evalhub.launch.paths import data_dir, secret


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVALHUB_DATA_DIR", str(tmp_path / "data"))
    return data_dir()


def test_a_secret_stays_what_it_was_at_first() -> None:
    assert secret("SECRET_KEY") == secret("SECRET_KEY")
    assert len(secret("SECRET_KEY")) >= 50


def test_the_encryption_key_is_one_that_fernet_takes() -> None:
    fernet = Fernet(secret("EVALHUB_ENCRYPTION_KEYS"))
    assert fernet.decrypt(fernet.encrypt(b"text")) == b"text"


def test_only_the_owner_may_read_it(data: Path) -> None:
    secret("SECRET_KEY")
    assert stat.S_IMODE((data / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "secrets" / "SECRET_KEY").stat().st_mode) == 0o600


def test_all_who_ask_first_at_once_get_the_same(data: Path) -> None:
    start = threading.Barrier(8)

    def ask(_: int) -> str:
        start.wait()
        return secret("SECRET_KEY")

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert [path.name for path in (data / "secrets").iterdir()] == ["SECRET_KEY"]
