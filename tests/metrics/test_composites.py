"""Making a composite of other metrics: which parts a team may name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evalhub.accounts.models import Project, Team, User
from evalhub.core.errors import Invalid
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric
from metrics.services import MetricDraft, archive_metric, create_metric, revise_metric
from tests.factories import make_metric

pytestmark = pytest.mark.django_db


def draft(*parts: str | dict[str, Any], rule: str = "weighted", name: str = "Both") -> MetricDraft:
    entries = [{"key": part} if isinstance(part, str) else part for part in parts]
    definition = MetricDefinition(definition={"rule": rule, "parts": entries})
    return MetricDraft(name=name, kind=MetricKind.COMPOSITE, definition=definition)


def test_a_composite_needs_what_its_parts_need_and_can_be_run(team: Team, project: Project, alice: User) -> None:
    metric = create_metric(team=team, draft=draft("contains", "json_valid"), by=alice)
    assert metric.current_revision is not None
    assert metric.current_revision.needs == ["expected"]
    assert metric in Metric.objects.usable_in(project).runnable()


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (draft("contains", "contians"), "part_unknown"),
        (draft("contains", "both"), "part_unknown"),
        (draft("contains", "verdict"), "part_not_runnable"),
        (draft("contains", "length"), "part_without_ends"),
        (draft("contains", "length", rule="all_of"), "threshold_missing"),
        (draft("contains", {"key": "equals", "threshold": 7}, rule="all_of"), "threshold_off_scale"),
        (draft("contains"), "composite_invalid"),
        (draft("contains", "equals", rule="most_of"), "composite_invalid"),
    ],
)
def test_what_cannot_be_combined_is_refused_and_leaves_nothing(
    team: Team, project: Project, alice: User, made: MetricDraft, code: str
) -> None:
    make_metric(key="verdict", project=project, kind=MetricKind.HUMAN)
    with pytest.raises(Invalid) as caught:
        create_metric(team=team, draft=made, by=alice)
    assert caught.value.code == code
    assert not Metric.objects.filter(kind=MetricKind.COMPOSITE).exists()


def test_an_unknown_part_is_answered_with_the_nearest_one(team: Team, alice: User) -> None:
    with pytest.raises(Invalid, match='did you mean "contains"'):
        create_metric(team=team, draft=draft("contians", "equals"), by=alice)


def test_parts_without_ends_decide_by_a_threshold(team: Team, alice: User) -> None:
    parts = ("contains", {"key": "length", "threshold": 500})
    assert create_metric(team=team, draft=draft(*parts, rule="all_of"), by=alice).current_revision


def test_composites_are_not_made_of_composites_so_there_are_no_circles(team: Team, alice: User) -> None:
    both = create_metric(team=team, draft=draft("contains", "equals"), by=alice)
    with pytest.raises(Invalid, match="a composite itself"):
        create_metric(team=team, draft=draft("both", "equals", name="More"), by=alice)
    with pytest.raises(Invalid, match='"both" is no metric'):
        revise_metric(both, definition=draft("both", "equals").definition, by=alice)


def test_a_range_of_its_own_is_refused(team: Team, alice: User) -> None:
    made = draft("contains", "equals")
    with pytest.raises(Invalid, match="0 to 1"):
        create_metric(team=team, draft=replace(made, definition=replace(made.definition, range_max=5.0)), by=alice)


def test_an_archived_part_and_one_of_another_team_are_unknown(team: Team, alice: User, charlie: User) -> None:
    own = MetricDraft(
        name="Mine", kind=MetricKind.HEURISTIC, definition=MetricDefinition(definition={"scorer": "contains"})
    )
    archive_metric(create_metric(team=team, draft=own, by=alice), by=alice)
    elsewhere = charlie.memberships.get().team
    create_metric(team=elsewhere, draft=replace(own, name="Theirs"), by=charlie)
    for key in ("mine", "theirs"):
        with pytest.raises(Invalid, match=f'"{key}" is no metric'):
            create_metric(team=team, draft=draft("contains", key), by=alice)
