"""Who is told, and that it is the transaction that decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from evalhub.accounts.models import Membership, Project, User
from evalhub.notices.models import Notice
from evalhub.notices.tasks import send_mail
from tests.notices.conftest import Tell


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The notices that the broker was asked to have sent."""
    found: list[int] = []

    def note(args: tuple[int], kwargs: dict[str, Any]) -> None:
        found.extend(args)

    monkeypatch.setattr(send_mail, "apply_async", note)
    return found


def test_a_worker_is_told_of_the_letter_after_the_commit(
    bob: User, tell: Tell, rung: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        notice = tell(bob)
        assert rung == []
    assert notice is not None
    assert rung == [notice.pk]


def test_nobody_is_told_of_what_they_did_themselves(bob: User, tell: Tell) -> None:
    assert tell(bob, by=bob) is None
    assert not Notice.objects.exists()


def test_a_stranger_is_told_nothing(charlie: User, tell: Tell) -> None:
    assert tell(charlie) is None


def test_whoever_left_the_team_is_told_nothing_and_sees_nothing_of_before(bob: User, tell: Tell) -> None:
    tell(bob)
    Membership.objects.filter(user=bob).delete()
    assert tell(bob) is None
    assert not Notice.objects.visible_to(bob).exists()


def test_a_long_text_is_cut(bob: User, tell: Tell) -> None:
    notice = tell(bob, text="x" * 1000)
    assert notice is not None
    assert (len(notice.text), notice.text[-1]) == (500, "…")


@pytest.mark.parametrize("address", ["https://elsewhere.example.org/", "//elsewhere.example.org/", "runs/1/", ""])
def test_a_notice_leads_nowhere_but_here(address: str, project: Project, bob: User, tell: Tell) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(bob, address=address)
