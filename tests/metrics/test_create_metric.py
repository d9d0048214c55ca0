"""Making, revising and archiving a team's own metrics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalhub.accounts.models import Project, Team, User
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from metrics.choices import Direction, MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric
from metrics.services import MetricDraft, archive_metric, create_metric, revise_metric
from tests.factories import builtin

DRAFT = MetricDraft(
    name="Names the city", kind=MetricKind.HEURISTIC, definition=MetricDefinition(definition={"scorer": "contains"})
)


def test_an_admin_makes_a_metric_with_its_first_revision(team: Team, project: Project, alice: User) -> None:
    metric = create_metric(team=team, draft=DRAFT, by=alice)
    assert (metric.key, metric.name, metric.team) == ("names_the_city", "Names the city", team)
    assert metric.current_revision is not None
    assert (metric.current_revision.number, metric.current_revision.created_by) == (1, alice)
    assert metric in Metric.objects.usable_in(project).runnable()


def test_an_editor_may_not(team: Team, bob: User) -> None:
    with pytest.raises(NotAllowed, match="role admin"):
        create_metric(team=team, draft=DRAFT, by=bob)


def test_a_stranger_may_not_revise_or_archive(team: Team, alice: User, charlie: User) -> None:
    metric = create_metric(team=team, draft=DRAFT, by=alice)
    with pytest.raises(NotAllowed):
        revise_metric(metric, definition=DRAFT.definition, by=charlie)
    with pytest.raises(NotAllowed):
        archive_metric(metric, by=charlie)


def test_the_same_key_twice_is_a_conflict(team: Team, alice: User) -> None:
    create_metric(team=team, draft=DRAFT, by=alice)
    with pytest.raises(Conflict, match='"names_the_city" already'):
        create_metric(team=team, draft=DRAFT, by=alice)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (replace(DRAFT, name="  "), "name_missing"),
        (replace(DRAFT, key="a b"), "key_invalid"),
        (replace(DRAFT, name="日本"), "key_invalid"),
        (replace(DRAFT, definition=MetricDefinition(definition={"scorer": "none"})), "scorer_unknown"),
        (replace(DRAFT, kind=MetricKind.IMPORTED), "source_missing"),
        (replace(DRAFT, definition=replace(DRAFT.definition, range_min=2.0)), "range_invalid"),
    ],
)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(
    team: Team, alice: User, draft: MetricDraft, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        create_metric(team=team, draft=draft, by=alice)
    assert caught.value.code == code
    assert not Metric.objects.filter(team=team).exists()


def test_a_change_is_a_new_revision_and_the_old_one_comes_back_when_undone(team: Team, alice: User) -> None:
    metric = create_metric(team=team, draft=DRAFT, by=alice)
    changed = replace(DRAFT.definition, direction=Direction.LOWER)
    assert revise_metric(metric, definition=changed, by=alice, note="Naming it is bad.").number == 2
    assert revise_metric(metric, definition=changed, by=alice).number == 2
    assert revise_metric(metric, definition=DRAFT.definition, by=alice).number == 1
    metric.refresh_from_db()
    assert metric.current_revision is not None
    assert metric.current_revision.number == 1
    assert metric.revisions.count() == 2


def test_how_a_definition_is_written_does_not_change_its_hash() -> None:
    one = MetricDefinition(definition={"a": 1, "b": 2}, range_min=0, needs=("expected", "context"))
    other = MetricDefinition(definition={"b": 2, "a": 1}, range_min=0.0, needs=("context", "expected"))
    assert one.content_hash == other.content_hash
    assert one.content_hash != replace(one, range_max=5).content_hash


def test_an_archived_metric_is_offered_no_more(team: Team, project: Project, alice: User) -> None:
    metric = create_metric(team=team, draft=DRAFT, by=alice)
    archive_metric(metric, by=alice)
    assert metric not in Metric.objects.usable_in(project)


def test_a_built_in_is_changed_by_nobody(alice: User) -> None:
    metric = builtin("contains").metric
    with pytest.raises(NotAllowed, match="ships with EvalHub"):
        archive_metric(metric, by=alice)
    with pytest.raises(NotAllowed):
        revise_metric(metric, definition=MetricDefinition(), by=alice)
