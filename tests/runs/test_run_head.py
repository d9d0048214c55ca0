"""What the head of a run says of its target, and whether the run passed."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from evalhub.accounts.models import Project, User
from runs.choices import TargetKind
from runs.models import Run
from tests.factories import make_target
from tests.runs.scored_runs import Answer, make_scored_run

HASH = "0123456789abcdef" * 4


@pytest.fixture
def run(project: Project) -> Run:
    return make_scored_run(
        project=project,
        answers=[Answer(scores={"relevance": 0.4}, passed=False)],
        metrics={"relevance": {"name": "Relevance", "threshold": 0.5, "is_star": True}},
        target=make_target(project=project, kind=TargetKind.HTTP_ENDPOINT, version_hash=HASH),
        target_snapshot={"version_hash": HASH},
    )


def head(client_of: type, user: User, run: Run) -> str:
    html = client_of(user).get(f"/runs/{run.pk}/").content.decode()
    _, _, after = html.partition('<header class="page__head">')
    return str(after.partition("</header>")[0])


def test_a_badge_says_whether_the_run_passed(client_of: type, alice: User, run: Run) -> None:
    assert '<span class="badge" data-status="failed">Fail</span>' in head(client_of, alice, run)
    Run.objects.filter(pk=run.pk).update(passed=True)
    assert '<span class="badge" data-status="passed">Pass</span>' in head(client_of, alice, run)
    Run.objects.filter(pk=run.pk).update(passed=None)
    assert not re.search(r">(Pass|Fail)</span>", head(client_of, alice, run))


def test_the_target_is_a_link_with_the_hash_of_the_settings_that_the_run_had(
    client_of: type, alice: User, run: Run
) -> None:
    html = head(client_of, alice, run)
    assert f'href="/targets/{run.target_id}/"' in html
    assert f">{HASH[:12]}</code>" in html
    assert "changed since" not in html


def test_settings_that_changed_since_are_marked(client_of: type, alice: User, run: Run) -> None:
    run.target.version_hash = HASH[::-1]
    run.target.save(update_fields=["version_hash"])
    html = head(client_of, alice, run)
    assert f">{HASH[:12]}</code>" in html
    assert "changed since" in html


def test_an_archived_target_is_named_without_a_link(client_of: type, alice: User, run: Run) -> None:
    run.target.deleted_at = timezone.now()
    run.target.save(update_fields=["deleted_at"])
    html = head(client_of, alice, run)
    assert "archived</span>" in html
    assert f'href="/targets/{run.target_id}/"' not in html
