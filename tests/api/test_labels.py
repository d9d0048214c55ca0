"""Labels of a project over REST: made, counted, renamed, merged and deleted."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from runs.models import Label, Review
from runs.services.reviews import set_label
from tests.runs.scored_runs import Answer, make_scored_run


@pytest.fixture
def path(project: Project) -> str:
    return f"/api/v1/projects/{project.uuid}/labels/"


def test_a_label_is_made_once_renamed_and_deleted(alice_calls: APIClient, path: str) -> None:
    made = [alice_calls.post(path, {"name": name}, format="json") for name in ("Tone", "tone")]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    where = made[0]["Location"]
    renamed = alice_calls.patch(where, {"name": "Voice"}, format="json").json()
    assert (renamed["name"], renamed["uses"]) == ("Voice", 0)
    assert [one["name"] for one in alice_calls.get(path).json()["results"]] == ["Voice"]
    assert alice_calls.delete(where).status_code == 204
    assert alice_calls.get(where).status_code == 404


def test_a_merged_label_is_the_other_one_on_every_item(
    alice_calls: APIClient, path: str, project: Project, alice: User
) -> None:
    run = make_scored_run(project=project, answers=[Answer(), Answer(input="b")], metrics={})
    tone, voice = (Label.objects.create(project=project, name=name) for name in ("tone", "voice"))
    for run_item in run.run_items.select_related("run__project__team"):
        set_label(run_item, label=tone, is_on=True, by=alice)
    merged = alice_calls.post(f"/api/v1/labels/{tone.pk}/merging/", {"into": voice.pk}, format="json")
    assert (merged.status_code, merged.json()["id"], merged.json()["uses"]) == (200, voice.pk, 2)
    assert not Label.objects.filter(pk=tone.pk).exists()
    assert {label for review in Review.objects.all() for label in review.labels.all()} == {voice}


def test_what_cannot_be_merged_or_named_is_refused(alice_calls: APIClient, path: str, project: Project) -> None:
    tone, voice = (Label.objects.create(project=project, name=name) for name in ("tone", "voice"))
    other = Project.objects.create(team=project.team, key="other", name="Other")
    foreign = Label.objects.create(project=other, name="theirs")
    where = f"/api/v1/labels/{tone.pk}/"
    for into in (tone.pk, foreign.pk):
        refused = alice_calls.post(f"{where}merging/", {"into": into}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (400, "label_elsewhere")
    taken = alice_calls.patch(where, {"name": voice.name}, format="json")
    assert (taken.status_code, taken.json()["code"]) == (409, "label_exists")
    assert alice_calls.post(path, {"name": " "}, format="json").status_code == 400


def test_bob_makes_labels_and_does_not_change_them_and_charlie_sees_none(
    bob_calls: APIClient, charlie_calls: APIClient, path: str
) -> None:
    where = bob_calls.post(path, {"name": "tone"}, format="json")["Location"]
    for calls, status in ((bob_calls, 403), (charlie_calls, 404)):
        assert calls.patch(where, {"name": "x"}, format="json").status_code == status
        assert calls.delete(where).status_code == status
        assert calls.post(f"{where}merging/", {"into": 1}, format="json").status_code == status
    assert charlie_calls.get(path).status_code == 404
