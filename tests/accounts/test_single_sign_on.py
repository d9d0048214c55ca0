"""Single sign-on against a real little provider: who is let in, as whom, and who is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Team, User
from tests.sso_provider import CLIENT_ID, CLIENT_SECRET, Provider, running_provider

LOGIN, CALLBACK = "/accounts/oidc/sso/login/", "/accounts/oidc/sso/login/callback/"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with running_provider() as provider:
        settings.EVALHUB_OIDC_ISSUER = provider.issuer
        app = {
            "provider_id": "sso",
            "name": "Example ID",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": provider.issuer},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield provider


def come_in(provider: Provider, client: Client, **claims: object) -> HttpResponse:
    """Press the button, agree at the provider, and come back."""
    provider.claims = {"sub": "42", "email_verified": True, **claims}
    leads_to = client.post(LOGIN)["Location"]
    assert leads_to.startswith(provider.issuer)
    return client.get(f"{CALLBACK}?{provider.authorise(leads_to)}")  # type: ignore[return-value]


def test_a_verified_address_signs_in_to_the_account_that_has_it(provider: Provider, client: Client, bob: User) -> None:
    assert "Sign in with Example ID" in client.get("/accounts/login/").content.decode()
    assert come_in(provider, client, email="Bob@example.org")["Location"] == "/"
    assert client.session["_auth_user_id"] == str(bob.pk)
    later = Client()
    come_in(provider, later, email="bob@example.org")
    assert later.session["_auth_user_id"] == str(bob.pk)
    assert User.objects.filter(email="bob@example.org").count() == 1


@pytest.mark.parametrize("verified", [False, None])
def test_an_address_that_is_not_verified_takes_over_nobodys_account(
    provider: Provider, client: Client, bob: User, verified: bool | None
) -> None:
    answer = come_in(provider, client, email=bob.email, email_verified=verified)
    assert answer.status_code == 403
    assert "does not say that your e-mail address is verified" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_newcomer_is_let_in_only_where_a_team_is_named(
    provider: Provider, client: Client, team: Team, settings: Settings
) -> None:
    assert come_in(provider, client, email="dora@example.org").status_code == 403
    settings.EVALHUB_OIDC_TEAM, settings.EVALHUB_OIDC_ROLE = team.slug, "reviewer"
    assert come_in(provider, client, email="dora@example.org", name="Dora Drew")["Location"] == "/"
    dora = User.objects.get(email="dora@example.org")
    assert (dora.name, dora.has_usable_password()) == ("Dora Drew", False)
    assert Membership.objects.get(user=dora).role == Role.REVIEWER


def test_addresses_of_other_domains_stay_out(provider: Provider, client: Client, bob: User, settings: Settings) -> None:
    settings.EVALHUB_OIDC_DOMAINS = ["example.com"]
    answer = come_in(provider, client, email=bob.email)
    assert (answer.status_code, "_auth_user_id" in client.session) == (403, False)


def test_a_callback_that_nobody_asked_for_signs_nobody_in(provider: Provider, client: Client, bob: User) -> None:
    provider.claims = {"sub": "42", "email": bob.email, "email_verified": True}
    query = provider.authorise(Client().post(LOGIN)["Location"])
    client.get(f"{CALLBACK}?{query}")
    assert "_auth_user_id" not in client.session


def test_a_provider_that_sends_elsewhere_is_not_followed(
    provider: Provider, client: Client, bob: User, settings: Settings
) -> None:
    settings.EVALHUB_OIDC_ISSUER = "https://id.example.org"
    answer = client.post(LOGIN)
    assert answer.status_code == 502
    assert "is not allowed" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_without_a_provider_there_is_no_button(client: Client, db: None) -> None:
    assert "Sign in with" not in client.get("/accounts/login/").content.decode()


CONNECT, LINKS = f"{LOGIN}?process=connect", "/accounts/3rdparty/"


def signed_in(person: User, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": password})
    return client


def connect(provider: Provider, client: Client, **claims: object) -> None:
    """Press the button on one's account page, agree at the provider, and say the password again where asked."""
    provider.claims = {"sub": "77", "email_verified": True, **claims}
    query = provider.authorise(client.post(CONNECT)["Location"])
    assert client.get(f"{CALLBACK}?{query}")["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": "bob-secret"})


def test_a_person_connects_an_account_of_another_address(provider: Provider, client: Client, bob: User) -> None:
    connect(provider, signed_in(bob, "bob-secret"), email="bob.private@example.org")
    provider.claims = {"sub": "77", "email": "bob.private@example.org", "email_verified": True}
    come_in(provider, client, sub="77", email="bob.private@example.org")
    assert client.session["_auth_user_id"] == str(bob.pk)
    bob.refresh_from_db()
    assert bob.email == "bob@example.org"


def test_an_account_that_was_taken_off_signs_in_no_more(provider: Provider, client: Client, bob: User) -> None:
    own = signed_in(bob, "bob-secret")
    connect(provider, own, email="bob.private@example.org")
    assert "bob.private@example.org" in own.get(LINKS).text
    own.post(LINKS, {"account": own.get(LINKS).context["form"].accounts.get().pk})
    assert come_in(provider, client, sub="77", email="bob.private@example.org").status_code == 403


def test_a_provider_that_answers_with_an_error_is_told_in_our_words(
    provider: Provider, client: Client, bob: User
) -> None:
    state = provider.authorise(client.post(LOGIN)["Location"]).partition("state=")[2]
    assert "Single sign-on did not work" in client.get(f"{CALLBACK}?error=server_error&state={state}").text
    state = provider.authorise(client.post(LOGIN)["Location"]).partition("state=")[2]
    gone_back = client.get(f"{CALLBACK}?error=access_denied&state={state}", follow=True)
    assert "You did not sign in" in gone_back.text
