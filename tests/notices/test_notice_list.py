"""The bell and the page of one's notices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from evalhub.accounts.models import User
from evalhub.notices.models import MailWish, Notice
from tests.notices.conftest import Tell

ClientOf = Callable[[User], Client]
LIST, BELL = "/notices/", "/notices/bell/"


@pytest.fixture
def notice(bob: User, alice: User, tell: Tell) -> Notice:
    made = tell(bob, by=alice)
    assert made is not None
    return made


def test_the_bell_counts_what_was_not_read(notice: Notice, bob: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert BELL in client.get("/").content.decode()
    assert "1 unread" in client.get(BELL).content.decode()
    client.post("/notices/reading/")
    assert client.get(BELL).content.decode().strip() == ""


def test_a_page_left_open_stops_asking_once_its_person_has_signed_out(db: None) -> None:
    answer = Client().get(BELL)
    assert (answer.status_code, answer.content) == (286, b"")


def test_the_page_lists_them_and_each_leads_where_it_says(notice: Notice, bob: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert notice.text in client.get(LIST).content.decode()
    answer = client.get(f"/notices/{notice.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, notice.address)
    assert notice.text not in client.get(LIST, {"show": "unread"}).content.decode()
    assert notice.text in client.get(LIST).content.decode()


def test_one_is_marked_as_read_without_going_there(notice: Notice, bob: User, tell: Tell, client_of: ClientOf) -> None:
    other = tell(bob, text="Another")
    client_of(bob).post("/notices/reading/", {"notice": notice.pk})
    assert list(Notice.objects.unread()) == [other]


@pytest.mark.parametrize("person", ["alice", "charlie"])
def test_nobody_else_sees_or_reads_it(
    person: str, notice: Notice, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(person))
    assert notice.text not in client.get(LIST).content.decode()
    assert client.get(f"/notices/{notice.pk}/").status_code == 404
    assert client.post("/notices/reading/", {"notice": notice.pk}).status_code == 404
    client.post("/notices/reading/")
    assert Notice.objects.unread().count() == 1


@pytest.mark.parametrize("named", ["x", "0", "99999999999999999999", "-1"])
def test_a_notice_that_is_none_is_not_found(named: str, notice: Notice, bob: User, client_of: ClientOf) -> None:
    assert client_of(bob).post("/notices/reading/", {"notice": named}).status_code == 404
    assert Notice.objects.unread().count() == 1


def test_mail_is_switched_off_and_on_again(bob: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert "Switch mail off" in client.get(LIST).content.decode()
    client.post("/notices/mail/", {"wanted": "no"})
    assert not MailWish.objects.get(person=bob).is_wanted
    client.post("/notices/mail/", {"wanted": "yes"})
    assert MailWish.objects.get(person=bob).is_wanted


def test_the_list_goes_on_at_the_next_page(bob: User, tell: Tell, client_of: ClientOf) -> None:
    for number in range(51):
        tell(bob, text=f"Notice number {number:02}")
    assert "number 00" not in client_of(bob).get(LIST).content.decode()
    assert "number 00" in client_of(bob).get(LIST, {"page": 2}).content.decode()


@pytest.mark.parametrize("path", [LIST, "/notices/1/"])
def test_whoever_is_not_signed_in_is_asked_to(path: str, db: None) -> None:
    assert Client().get(path).status_code == 302
