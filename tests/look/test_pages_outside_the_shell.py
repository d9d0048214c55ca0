"""Sign-in and error pages say what happened, with which value, and what to do next."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Membership, Team, User
from tests.conftest import _ClientOf as ClientOf


def test_the_sign_in_page_names_its_fields(client: Client, db: None) -> None:
    page = client.get("/accounts/login/").text
    assert '<label class="field__label" for="id_login">' in page
    assert '<label class="field__label" for="id_password">' in page


def test_a_wrong_password_is_answered_above_the_form(client: Client, alice: User) -> None:
    response = client.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    assert response.status_code == 200
    assert 'class="message" data-level="error"' in response.text
    assert alice.email in response.text


def test_signing_out_asks_by_a_form(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/accounts/logout/").text
    assert '<form class="cluster" method="post" action="/accounts/logout/">' in page


def test_an_unknown_address_is_named(client: Client, db: None) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "/no/such/page/" in response.text


def test_a_form_without_its_token_says_to_reload(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert response.status_code == 403
    assert "reload the page" in response.text


def test_the_page_for_our_own_faults_needs_no_context() -> None:
    assert "could not finish" in render_to_string("500.html")


def test_hostile_text_in_an_address_stays_text(client: Client, db: None) -> None:
    page = client.get("/<script>alert(1)</script>/").text
    assert "<script>alert" not in page


def test_what_did_not_work_leads_back_to_where_it_was_tried(alice: User, team: Team) -> None:
    client, people = ClientOf(alice), reverse("accounts:team_detail", args=[team.slug])
    own = Membership.objects.get(user=alice)
    path = reverse("accounts:member_role", args=[team.slug, own.pk])
    answer = client.post(path, {"role": "boss"}, headers={"Referer": f"http://testserver{people}"})
    assert answer.status_code == 400
    assert "There is no role &quot;boss&quot;" in answer.text
    assert f'href="http://testserver{people}">Back</a>' in answer.text


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/", "javascript:alert(1)"])
def test_what_did_not_work_leads_to_no_other_server(alice: User, team: Team, referer: str) -> None:
    path = reverse("accounts:audit_export", args=[team.slug, "xml"])
    answer = ClientOf(alice).get(path, headers={"Referer": referer})
    assert answer.status_code == 404
    assert "Back</a>" not in answer.text
