"""What an admin can change through the admin site, and what never comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Team, User
from evalhub.accounts.services import issue_api_key
from evalhub.connections.models import AllowedHost, Connection
from tests.accounts.test_second_factor import set_up, signed_in
from tests.factories import builtin

pytestmark = pytest.mark.django_db

SECRET = "sk-very-secret-1234567890"


@pytest.fixture
def client(client_of: Callable[[User], Client]) -> Client:
    AllowedHost.objects.create(host="example.org")
    return client_of(User.objects.create_superuser("root@example.org", "root-secret", name="Root"))


def connection_fields(team: Team, **fields: Any) -> dict[str, Any]:
    return {
        "team": team.pk,
        "name": "Judge",
        "base_url": "https://example.org/v1",
        "parameters": "{}",
        "max_concurrency": 20,
        "timeout_seconds": 60,
        **fields,
    }


def test_a_connections_key_goes_in_encrypted_and_is_never_shown(client: Client, team: Team) -> None:
    client.post(reverse("admin:connections_connection_add"), connection_fields(team, api_key=SECRET))
    connection = Connection.objects.get()
    assert connection.reveal_secret() == SECRET
    assert SECRET.encode() not in bytes(connection.secret)
    page = client.get(reverse("admin:connections_connection_change", args=[connection.pk])).content.decode()
    assert SECRET not in page
    assert bytes(connection.secret).decode() not in page


def test_a_connection_to_a_host_that_nobody_allowed_is_refused_at_its_field(client: Client, team: Team) -> None:
    fields = connection_fields(team, base_url="https://elsewhere.example.com/v1")
    page = client.post(reverse("admin:connections_connection_add"), fields)
    assert "elsewhere.example.com" in str(page.context["adminform"].form.errors["base_url"])
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("fields", "kept"), [({}, SECRET), ({"api_key": "sk-new"}, "sk-new"), ({"removes_api_key": "on"}, "")]
)
def test_a_connections_key_stays_until_replaced_or_removed(
    client: Client, team: Team, fields: dict[str, str], kept: str
) -> None:
    connection = Connection(team=team, name="Judge", base_url="https://example.org/v1")
    connection.set_secret(SECRET)
    connection.save()
    address = reverse("admin:connections_connection_change", args=[connection.pk])
    assert client.post(address, connection_fields(team, name="Renamed", **fields)).status_code == 302
    connection.refresh_from_db()
    assert (connection.name, connection.reveal_secret()) == ("Renamed", kept)


def test_a_new_team_gets_its_owner_and_library(client: Client, bob: User) -> None:
    client.post(reverse("admin:accounts_team_add"), {"name": "Research", "owner": bob.pk})
    team = Team.objects.get(name="Research")
    assert team.memberships.get().role == Role.OWNER
    assert team.projects.get().is_library


def test_a_new_person_can_sign_in_by_their_e_mail_in_any_case(client: Client) -> None:
    fields = {"email": "Dora@Example.org", "name": "Dora", "usable_password": "true"}
    passwords = dict.fromkeys(("password1", "password2"), "a-long-secret-9")
    client.post(reverse("admin:accounts_user_add"), fields | passwords)
    user = User.objects.get(name="Dora")
    assert user.email == "dora@example.org"
    visitor = Client()
    visitor.post(reverse("account_login"), {"login": "DORA@example.org", "password": "a-long-secret-9"})
    assert visitor.session["_auth_user_id"] == str(user.pk)


def test_a_member_is_added_on_the_teams_page(client: Client, team: Team, charlie: User) -> None:
    rows = list(team.memberships.all())
    forms = {"memberships-TOTAL_FORMS": len(rows) + 1, "memberships-INITIAL_FORMS": len(rows)}
    fields: dict[str, Any] = {"name": team.name, "slug": team.slug, **forms}
    for place, row in enumerate([*rows, Membership(user=charlie, team=team, role=Role.VIEWER)]):
        prefix = f"memberships-{place}"
        fields |= {f"{prefix}-id": row.pk or "", f"{prefix}-team": team.pk}
        fields |= {f"{prefix}-user": row.user_id, f"{prefix}-role": row.role}
    assert client.post(reverse("admin:accounts_team_change", args=[team.pk]), fields).status_code == 302
    assert team.memberships.get(user=charlie).role == Role.VIEWER


def test_an_api_key_shows_no_hash_and_cannot_be_changed(client: Client, team: Team, alice: User) -> None:
    issued = issue_api_key(team=team, user=alice, name="CI")
    address = reverse("admin:accounts_apikey_change", args=[issued.key.pk])
    assert issued.key.key_hash not in client.get(address).content.decode()
    assert client.post(address, {"name": "Other"}).status_code == 403


def test_the_last_owner_of_a_team_is_not_taken_out(client: Client, team: Team) -> None:
    owner = team.memberships.get()
    row = {"id": owner.pk, "team": team.pk, "user": owner.user_id, "role": "owner", "DELETE": "on"}
    forms = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1}
    fields = {"name": team.name, "slug": team.slug, **forms, **{f"memberships-0-{name}": row[name] for name in row}}
    page = client.post(reverse("admin:accounts_team_change", args=[team.pk]), fields, follow=True)
    assert "is the only owner of the team" in page.content.decode()
    assert team.memberships.get() == owner


def test_built_in_metrics_and_revisions_are_not_changed(client: Client) -> None:
    revision = builtin("contains")
    for name, row in (("metric", revision.metric), ("metricrevision", revision)):
        address = reverse(f"admin:metrics_{name}_change", args=[row.pk])
        assert client.post(address, {"name": "Other", "number": 9}).status_code == 403
        assert client.post(reverse(f"admin:metrics_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert builtin("contains") == revision


def test_a_lost_second_factor_is_taken_off_with_its_codes_and_its_secret_is_never_shown(
    client: Client, alice: User
) -> None:
    secret = set_up(signed_in(alice, "alice-secret"), "alice-secret")
    totp = Authenticator.objects.get(user=alice, type=Authenticator.Type.TOTP)
    assert Authenticator.objects.filter(user=alice).count() == 2
    page = client.get(reverse("admin:mfa_authenticator_change", args=[totp.pk])).content.decode()
    assert secret not in page
    assert str(totp.data["secret"]) not in page
    client.post(reverse("admin:mfa_authenticator_delete", args=[totp.pk]), {"post": "yes"})
    assert not Authenticator.objects.filter(user=alice).exists()


def test_the_address_that_a_person_had_before_opens_nothing(client: Client, alice: User) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    fields = {"email": "alice@new.example.org", "name": alice.name, "is_active": "on"}
    inline = {f"memberships-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    response = client.post(reverse("admin:accounts_user_change", args=[alice.pk]), fields | inline)
    assert response.status_code == 302
    assert not EmailAddress.objects.filter(email="alice@example.org").exists()
