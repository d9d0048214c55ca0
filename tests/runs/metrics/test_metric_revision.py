"""Revisions of a metric: what each changed, making an earlier one current, two people editing at once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from evalhub.accounts.models import Team, User
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric
from metrics.services import MetricDraft, create_metric, revise_metric
from tests.conftest import _ClientOf as ClientOf
from tests.runs.metrics.forms import judge_fields


@pytest.fixture
def politeness(team: Team, alice: User) -> Metric:
    """A judge with two revisions."""
    first = MetricDefinition(definition={"prompt": "Is this polite?\n{{output}}"})
    metric = create_metric(team=team, draft=MetricDraft("Politeness", MetricKind.JUDGE, first), by=alice)
    second = MetricDefinition(definition={"prompt": "Is this very polite?\n{{output}}"}, range_max=5.0)
    revise_metric(metric, definition=second, by=alice, note="Stricter.")
    return Metric.objects.get(pk=metric.pk)


def address(metric: Metric, number: int) -> str:
    assert metric.team
    return reverse("runs:metric_revision", args=[metric.team.slug, metric.pk, number])


def test_a_revision_shows_word_by_word_what_it_changed(politeness: Metric, viewer: User) -> None:
    page = ClientOf(viewer).get(address(politeness, 2)).content.decode()
    assert "<ins>very " in page
    assert "Stricter." in page
    assert "<del>1</del><ins>5</ins>" in page


def test_the_first_revision_has_nothing_to_compare_with_unless_asked(politeness: Metric, viewer: User) -> None:
    client = ClientOf(viewer)
    assert "There is none before it" in client.get(address(politeness, 1)).content.decode()
    assert "<del>very " in client.get(address(politeness, 1) + "?against=2").content.decode()


def test_an_earlier_revision_becomes_current_again(politeness: Metric, alice: User) -> None:
    response = ClientOf(alice).post(address(politeness, 1))
    assert response.status_code == 302
    politeness.refresh_from_db()
    assert politeness.current_revision
    assert politeness.current_revision.number == 1
    assert politeness.revisions.count() == 2


def test_an_unknown_revision_is_not_there(politeness: Metric, alice: User) -> None:
    assert ClientOf(alice).get(address(politeness, 9)).status_code == 404
    assert ClientOf(alice).get(address(politeness, 1) + "?against=9").status_code == 404


def test_who_edits_beside_another_is_told_keeps_what_was_typed_and_saves_after(
    politeness: Metric, team: Team, alice: User
) -> None:
    client, edit = ClientOf(alice), reverse("runs:metric_edit", args=[team.slug, politeness.pk])
    body = judge_fields(name="Politeness", prompt="Mine: {{output}}", based_on="1")
    page = client.post(edit, body)
    assert "Alice Archer made revision 2 current while you were editing revision 1" in page.content.decode()
    assert "Mine: {{output}}" in page.content.decode()
    assert page.context["based_on"] == 2
    assert client.post(edit, body | {"based_on": "2"}).status_code == 302
    assert politeness.revisions.count() == 3
