"""The panel over HTTP: what each form does, what is refused and how, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from evalhub.accounts.models import User
from runs.choices import ReviewState
from runs.models import Comment, Label, Override, Review, Run
from runs.services.reviews import set_state

ClientOf = Callable[[User], Client]
HTMX = {"hx-request": "true", "hx-target": "review-panel"}


@pytest.fixture
def path(run: Run) -> str:
    return f"/runs/{run.pk}/items/0/"


def test_htmx_is_answered_with_the_panel_and_a_way_back(path: str, bob: User, client_of: ClientOf) -> None:
    answer = client_of(bob).post(f"{path}review/", {"state": "fixed", "version": 0}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.lstrip().startswith("<section")
    assert "Saved: state <del>not reviewed</del> → <ins>Fixed</ins>" in html
    assert 'name="undo"' in html


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_second_is_told_and_keeps_what_they_typed(
    headers: dict[str, str], path: str, run: Run, alice: User, bob: User, client_of: ClientOf
) -> None:
    bobs, alices = client_of(bob), client_of(alice)
    alices.post(f"{path}review/", {"corrected_output": "Alice's answer", "version": 0})
    answer = bobs.post(f"{path}review/", {"corrected_output": "Bob's answer", "version": 0}, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 409
    for text in ("Alice Archer changed the corrected output", "Alice&#x27;s answer", "Bob&#x27;s answer</textarea>"):
        assert text in html
    assert Review.objects.get().corrected_output == "Alice's answer"
    bobs.post(f"{path}review/", {"corrected_output": "Bob's answer", "version": 1})
    assert Review.objects.get().corrected_output == "Bob's answer"


def test_what_others_did_elsewhere_meanwhile_is_told(
    path: str, run: Run, alice: User, bob: User, client_of: ClientOf
) -> None:
    set_state(run.run_items.get(ordinal=0), state=ReviewState.FIXED, seen_version=0, by=alice)
    answer = client_of(bob).post(f"{path}review/", {"corrected_output": "x", "version": 0}, headers=HTMX)
    assert "Meanwhile Alice Archer changed the state" in answer.content.decode()


def test_values_of_all_kinds_are_entered_and_withdrawn(path: str, bob: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    said = {"value.faithful": "0.5", "value.polite": "0", "value.tone": "cold", "value.share": "25", "note.share": "h"}
    client.post(f"{path}review/", {"values": 1, "version": 0, **said})
    found = Override.objects.order_by("metric__key").values_list("metric__key", "value", "label", "note")
    assert list(found) == [
        ("faithful", 0.5, "", ""),
        ("polite", 0.0, "", ""),
        ("share", 0.25, "", "h"),
        ("tone", 1.0, "cold", ""),
    ]
    html = client.get(path).content.decode()
    assert 'name="value.share" value="25"' in html
    client.post(f"{path}review/", {"withdraw": "tone", "values": 1, "version": 4})
    assert Override.objects.filter(is_current=True).count() == 3


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"values": 1, "version": 0, "value.faithful": "7"}, "not on its scale"),
        ({"values": 1, "version": 0, "value.faithful": "much"}, "is not a number"),
        ({"values": 1, "version": 0, "note.faithful": "so"}, "give a value with the note"),
        ({"values": 1, "value.faithful": "0.5"}, "Version"),
        ({"assignee": "999", "version": 0}, "Assignee"),
        ({"label": "999"}, "Label"),
        ({"new_label": " "}, "New label"),
        ({"undo": "999"}, "Undo"),
        ({"withdraw": "nothing", "version": 0}, "is not in this run"),
    ],
)
def test_what_cannot_be_used_is_told_in_the_panel(
    sent: dict[str, str], told: str, path: str, bob: User, client_of: ClientOf
) -> None:
    answer = client_of(bob).post(f"{path}review/", sent, headers=HTMX)
    assert (answer.status_code, told in answer.content.decode()) == (400, True)
    assert not Review.objects.exists()


def test_a_request_that_names_no_part_is_refused(path: str, bob: User, client_of: ClientOf) -> None:
    assert client_of(bob).post(f"{path}review/", {"version": 0}).status_code == 400


def test_labels_are_made_put_on_and_taken_off(path: str, run: Run, bob: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    client.post(f"{path}review/", {"new_label": "wrong period", "version": 0})
    label = Label.objects.get()
    assert list(Review.objects.get().labels.all()) == [label]
    client.post(f"{path}review/", {"label": label.pk, "on": "0", "version": 1})
    assert not Review.objects.get().labels.exists()
    assert "wrong period" in client.get(f"/projects/{run.project_id}/settings/labels/").content.decode()


def test_ones_own_comment_is_changed_and_deleted(path: str, bob: User, alice: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    client.post(f"{path}comments/", {"body": "Hm."})
    comment = Comment.objects.get()
    client.post(f"{path}comments/{comment.pk}/", {"body": "Well."})
    assert "Well." in client.get(path).content.decode()
    assert client_of(alice).post(f"{path}comments/{comment.pk}/", {"delete": "1"}).status_code == 403
    client.post(f"{path}comments/{comment.pk}/", {"delete": "1"})
    assert not Comment.objects.exists()


def test_who_may_only_look_sees_values_and_no_forms(
    path: str, run: Run, bob: User, viewer: User, client_of: ClientOf
) -> None:
    client_of(bob).post(f"{path}review/", {"values": 1, "version": 0, "value.faithful": "0.5"})
    html = client_of(viewer).get(path).content.decode()
    assert "Bob Baker" in html
    assert f'action="{path}review/' not in html


def test_the_tile_says_the_mean_with_human_values_apart(path: str, run: Run, bob: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    client.post(f"{path}review/", {"values": 1, "version": 0, "value.faithful": "0.8"})
    html = client.get(f"/runs/{run.pk}/").content.decode()
    assert "0.70 with 1 human value" in html
    assert "Score and person disagree" in html
