"""What people do with a run from its page: who may, what then happens, and what cannot be done is said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from evalhub.accounts.models import Project, User
from runs.choices import BatchState, RunState
from runs.models import Run
from tests.runs.scored_runs import Answer, make_scored_run

ACTIONS = ("cancellation", "resumption", "baseline", "naming", "deletion")


@pytest.fixture
def run(project: Project) -> Run:
    return make_scored_run(project=project, answers=[Answer(scores={"m": 0.5})] * 3, metrics={"m": {}})


def act(client: Client, run: Run, action: str, **fields: str) -> list[str]:
    """Send the form; what the next page tells."""
    response = client.post(f"/runs/{run.pk}/{action}/", fields)
    assert response.status_code == 302, response.content.decode()
    return [message.message for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_viewer_may_do_nothing(client_of: type, viewer: User, run: Run, action: str) -> None:
    assert client_of(viewer).post(f"/runs/{run.pk}/{action}/", {"name": "x"}).status_code == 403
    assert Run.objects.get(pk=run.pk).deleted_at is None


@pytest.mark.parametrize("action", ACTIONS)
def test_charlie_does_not_learn_that_the_run_exists(client_of: type, charlie: User, run: Run, action: str) -> None:
    assert client_of(charlie).post(f"/runs/{run.pk}/{action}/").status_code == 404


@pytest.mark.parametrize("action", ["cancellation", "resumption", "baseline"])
def test_actions_are_not_done_by_following_a_link(client_of: type, alice: User, run: Run, action: str) -> None:
    assert client_of(alice).get(f"/runs/{run.pk}/{action}/").status_code == 405


def test_a_live_run_is_stopped(client_of: type, bob: User, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state=RunState.SCORING)
    assert act(client_of(bob), run, "cancellation") == ["The run is stopping; what is scored already stays."]
    assert Run.objects.get(pk=run.pk).state == RunState.CANCELLING


def test_what_is_over_cannot_be_stopped_and_says_so(client_of: type, bob: User, run: Run) -> None:
    assert act(client_of(bob), run, "cancellation") == ['Run "run" is not running, so there is nothing to stop.']


def test_a_complete_run_has_nothing_to_resume(client_of: type, bob: User, run: Run) -> None:
    (told,) = act(client_of(bob), run, "resumption")
    assert "there is nothing to resume" in told


def test_a_run_that_spent_its_cap_goes_on_up_to_a_higher_one(client_of: type, bob: User, run: Run) -> None:
    capped = {"state": RunState.PARTIAL, "spending_cap": "0.5", "cost": "0.5", "done_count": 1}
    Run.objects.filter(pk=run.pk).update(**capped)
    run.batches.update(state=BatchState.WAITING)
    client = client_of(bob)
    assert "Go on up to, in dollars" in client.get(f"/runs/{run.pk}/").content.decode()
    assert "raise the cap" in act(client, run, "resumption")[-1]
    assert act(client, run, "resumption", spending_cap="much")[-1].startswith("The run stands as it was.")
    act(client, run, "resumption", spending_cap="2")
    resumed = Run.objects.get(pk=run.pk)
    assert (resumed.state, resumed.spending_cap) == (RunState.QUEUED, Decimal(2))


def test_a_run_is_pinned_and_unpinned(client_of: type, bob: User, run: Run) -> None:
    act(client_of(bob), run, "baseline")
    assert Run.objects.get(pk=run.pk).is_baseline
    act(client_of(bob), run, "baseline", unpin="1")
    assert not Run.objects.get(pk=run.pk).is_baseline


def test_a_run_is_renamed_and_tagged(client_of: type, bob: User, run: Run) -> None:
    assert 'value="run"' in client_of(bob).get(f"/runs/{run.pk}/naming/").content.decode()
    act(client_of(bob), run, "naming", name="Nightly", description="of May", tags="a, b,, a")
    changed = Run.objects.get(pk=run.pk)
    assert (changed.name, changed.description, changed.tags) == ("Nightly", "of May", ["a", "b"])


def test_a_run_needs_a_name(client_of: type, bob: User, run: Run) -> None:
    response = client_of(bob).post(f"/runs/{run.pk}/naming/", {"name": " "})
    assert "This field is required" in response.content.decode()


def test_a_run_is_deleted_after_its_page_named_what_goes(client_of: type, bob: User, run: Run) -> None:
    assert "3 answers with all their scores" in client_of(bob).get(f"/runs/{run.pk}/deletion/").content.decode()
    assert act(client_of(bob), run, "deletion") == ["Run run is deleted."]
    assert client_of(bob).get(f"/runs/{run.pk}/").status_code == 404
