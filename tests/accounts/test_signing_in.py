"""The way in and out: sign-in, its limits, closed sign-up, password reset, and account pages that look like ours."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from evalhub.accounts.models import User
from tests.conftest import _ClientOf as ClientOf

LOGIN = "/accounts/login/"


def test_a_person_signs_in_by_e_mail_and_lands_where_they_were_going(alice: User, client: Client) -> None:
    body = {"login": "Alice@example.org", "password": "alice-secret", "next": "/projects/new/"}
    response = client.post(LOGIN, body)
    assert response["Location"] == "/projects/new/"
    assert client.get("/").status_code == 200


def test_sign_in_sends_nobody_to_another_host(alice: User, client: Client) -> None:
    body = {"login": alice.email, "password": "alice-secret", "next": "https://elsewhere.example/"}
    assert client.post(LOGIN, body)["Location"] == "/"


@pytest.mark.parametrize("login", ["alice@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(alice: User, client: Client, login: str) -> None:
    page = client.post(LOGIN, {"login": login, "password": "wrong"}).content.decode()
    assert "No account here has this e-mail address with this password" in page


def test_after_five_failures_the_right_password_has_to_wait(alice: User, client: Client) -> None:
    for _ in range(5):
        client.post(LOGIN, {"login": alice.email, "password": "wrong"})
    response = client.post(LOGIN, {"login": alice.email, "password": "alice-secret"})
    assert response.status_code == 200
    assert "Too many failed tries" in response.content.decode()
    # Every web process counts there.
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM evalhub_cache WHERE cache_key LIKE '%login_failed%'")
        assert cursor.fetchone()[0] > 0
    assert client.get("/").status_code == 302


def test_nobody_signs_up_by_themselves(client: Client, db: None) -> None:
    body = {"email": "new@example.org", "password1": "a-long-secret-1", "password2": "a-long-secret-1"}
    assert "Accounts are by invitation" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", body)
    assert not User.objects.exists()


def test_signing_out_takes_a_click_and_ends_the_session(alice: User) -> None:
    client = ClientOf(alice)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert client.get("/").status_code == 302


def test_a_password_is_reset_by_a_mailed_link(alice: User, client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": alice.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link.partition("testserver")[2], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "quite-new-secret-9", "password2": "quite-new-secret-9"})
    alice.refresh_from_db()
    assert alice.check_password("quite-new-secret-9")


@pytest.mark.parametrize(
    "path", ["2fa/", "password/change/", "email/", "2fa/recovery-codes/generate/", "2fa/totp/activate/"]
)
def test_account_pages_wear_our_clothes(alice: User, client: Client, path: str) -> None:
    client.post(LOGIN, {"login": alice.email, "password": "alice-secret"})
    response = client.get(f"/accounts/{path}", follow=True)
    assert response.status_code == 200
    assert "EvalHub</title>" in response.content.decode()
    assert 'id="main"' in response.content.decode()
    assert "style=" not in response.content.decode()


def test_an_account_that_was_closed_says_so_and_whom_to_ask(alice: User, client: Client) -> None:
    User.objects.update(is_active=False)
    answer = client.post(LOGIN, {"login": alice.email, "password": "alice-secret"}, follow=True)
    assert "This account is switched off" in answer.text
    assert client.get("/").status_code == 302


def test_a_link_that_was_used_leads_to_a_new_one(client: Client, db: None) -> None:
    page = client.get("/accounts/password/reset/key/1-a-key/").text
    assert "This link no longer works" in page
    assert 'href="/accounts/password/reset/"' in page


def test_a_mail_to_an_unknown_address_offers_no_sign_up(client: Client, db: None) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert mail.outbox[0].subject == "No EvalHub account has this address"
    assert "signup" not in mail.outbox[0].body


def test_who_has_no_password_can_set_one(alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client = ClientOf(alice)
    assert "have no password here" in client.get("/accounts/password/change/", follow=True).text
    client.post("/accounts/password/set/", {"password1": "quite-new-secret-9", "password2": "quite-new-secret-9"})
    alice.refresh_from_db()
    assert alice.check_password("quite-new-secret-9")
