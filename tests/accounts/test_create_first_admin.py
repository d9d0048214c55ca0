"""The first admin: asked for at a terminal, read from the environment, or given a password that nobody knew."""

import re
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evalhub.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO())
    monkeypatch.delenv("EVALHUB_ADMIN_EMAIL", raising=False)
    monkeypatch.delenv("EVALHUB_ADMIN_PASSWORD", raising=False)


def _said() -> str:
    out = StringIO()
    call_command("create_first_admin", stdout=out)
    return out.getvalue()


def _answer(monkeypatch: pytest.MonkeyPatch, *, lines: list[str], passwords: list[str]) -> None:
    """A person at a terminal who types these."""
    typed: Iterator[str] = iter(lines)
    secret: Iterator[str] = iter(passwords)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(secret))


def test_without_a_terminal_a_made_up_password_is_shown_and_signs_in() -> None:
    found = re.search(r"as (\S+) with the password (\S+) \(shown only now\)", _said())
    assert found
    user = User.objects.get(email=found[1])
    assert user.check_password(found[2])
    assert user.is_superuser


def test_each_made_up_password_is_another_one() -> None:
    first = _said()
    User.objects.all().delete()
    assert _said() != first


def test_the_environment_names_the_admin_and_the_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALHUB_ADMIN_EMAIL", "ada@example.org")
    monkeypatch.setenv("EVALHUB_ADMIN_PASSWORD", "difference-engine-2")
    said = _said()
    assert "difference-engine-2" not in said
    assert User.objects.get(email="ada@example.org").check_password("difference-engine-2")


def test_a_password_that_is_too_weak_is_refused_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALHUB_ADMIN_PASSWORD", "password")
    with pytest.raises(CommandError, match=r"too common.*EVALHUB_ADMIN_PASSWORD"):
        _said()
    assert not User.objects.exists()


def test_at_a_terminal_the_questions_come_again_until_the_answers_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    good = "difference-engine-2"
    passwords = ["one-try-here", "another-try-here", "12345", "12345", good, good]
    _answer(monkeypatch, lines=["Ada", "ada@example.org", "Ada", "ada@example.org"], passwords=passwords)
    said = _said()
    assert "too short" in said
    user = User.objects.get(email="ada@example.org")
    assert (user.name, user.check_password(good)) == ("Ada", True)


def test_giving_up_makes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(prompt: str) -> str:
        raise KeyboardInterrupt

    _answer(monkeypatch, lines=[], passwords=[])
    monkeypatch.setattr("builtins.input", give_up)
    with pytest.raises(CommandError, match="No admin was made"):
        _said()
    assert not User.objects.exists()


def test_where_somebody_can_sign_in_already_it_says_and_does_nothing() -> None:
    _said()
    assert _said() == ""
    assert User.objects.count() == 1
