"""What a judge was asked and said, on demand beside an item; and on a run's page what went wrong, by cause."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.models import JudgeCall, Run, RunItem, Score
from tests.conftest import _ClientOf as ClientOf
from tests.factories import builtin, make_dataset, make_run, make_run_metric, make_version


@pytest.fixture
def run(project: Project) -> Run:
    """A run of two items: one judged in two calls, one that timed out."""
    version = make_version(dataset=make_dataset(project=project), rows=[{"input": "a"}, {"input": "b"}])
    run = make_run(version=version, state=RunState.PARTIAL, errored_count=1)
    metric = make_run_metric(run=run, revision=builtin("coherence"), judge_model="stub-1", n_scored=1, n_errored=1)
    items = [
        RunItem.objects.create(run=run, project_id=project.pk, item=item, ordinal=item.ordinal, output="x")
        for item in version.items.order_by("ordinal")
    ]
    common = {"run": run, "run_metric": metric, "project_id": project.pk}
    Score.objects.create(run_item=items[0], status="scored", value=1.0, judge_model="stub-1", **common)
    Score.objects.create(run_item=items[1], status="errored", reason="timed_out", **common)
    for attempt, reply in enumerate(["Hm <b>no</b>.", '{"score": 1}']):
        request = {"model": "stub-1", "temperature": 0, "messages": [{"role": "user", "content": "Rate <i>this</i>"}]}
        JudgeCall.objects.create(
            run=run, run_item=items[0], run_metric=metric, attempt=attempt, request=request, reply=reply
        )
    return run


def address(run: Run, ordinal: int = 0) -> str:
    return reverse("runs:judge_call", args=[run.pk, ordinal, "coherence"])


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_member_reads_every_call_as_it_was_sent(run: Run, viewer: User) -> None:
    html = page(ClientOf(viewer), address(run))
    for words in ("Call 1 of 2", "Rate &lt;i&gt;this&lt;/i&gt;", "Hm &lt;b&gt;no&lt;/b&gt;.", "temperature", "stub-1"):
        assert words in html


def test_the_item_leads_to_the_call_only_where_there_was_one(run: Run, viewer: User) -> None:
    client = ClientOf(viewer)
    assert address(run) in page(client, reverse("runs:item_detail", args=[run.pk, 0]))
    assert address(run, 1) not in page(client, reverse("runs:item_detail", args=[run.pk, 1]))
    assert client.get(address(run, 1)).status_code == 404


def test_charlie_does_not_learn_that_the_call_exists(run: Run, charlie: User) -> None:
    assert ClientOf(charlie).get(address(run)).status_code == 404


def test_the_run_says_what_went_wrong_and_offers_to_try_just_that_again(run: Run, bob: User, viewer: User) -> None:
    path = reverse("runs:run_detail", args=[run.pk])
    html = page(ClientOf(bob), path)
    assert "No reply in time" in html
    assert 'value="score:timed_out"' in html
    assert 'value="score:timed_out"' not in page(ClientOf(viewer), path)


def test_only_the_chosen_cause_is_tried_again(run: Run, bob: User) -> None:
    run.batches.create(number=0, start=0, stop=2, state="done", n_done=2)
    cause = {"retry": "errored", "cause": "score:timed_out"}
    ClientOf(bob).post(reverse("runs:run_resumption", args=[run.pk]), cause)

    assert Run.objects.get(pk=run.pk).state == RunState.QUEUED
    assert list(Score.objects.filter(run=run).values_list("status", flat=True)) == ["scored"]
    assert run.batches.get().state == "waiting"


def test_whoever_may_not_start_runs_may_not_try_again(run: Run, viewer: User) -> None:
    assert ClientOf(viewer).post(reverse("runs:run_resumption", args=[run.pk])).status_code == 403
    assert Score.objects.filter(run=run).count() == 2


def test_htmx_gets_the_calls_alone_for_the_place_under_the_score(run: Run, viewer: User) -> None:
    headers = {"HX-Request": "true", "HX-Target": "judge-call-coherence"}
    client = ClientOf(viewer)
    html = client.get(address(run), headers=headers).content.decode()
    assert 'id="judge-call-coherence"' in html
    assert "<html" not in html
    assert 'id="judge-call-coherence"' in page(client, reverse("runs:item_detail", args=[run.pk, 0]))
