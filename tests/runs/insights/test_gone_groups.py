"""A failure group that is gone says how many of its items no longer fail: gone is not mended."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.choices import GroupState
from runs.models import FailureGroup, Run
from tests.conftest import _ClientOf
from tests.runs.insights.scored import computed, make_questions, score
from tests.runs.scored_runs import Answer

REFUND = "The refund policy is misquoted: customers may return a chair within thirty days"
JSON = "Output breaks off before its closing bracket so parsing stops"
ADDRESS = "Delivery address abroad was ignored and the parcel price stays silent"

pytestmark = pytest.mark.django_db


def _two_runs(project: Project, reasons: tuple[list[str], list[str]]) -> Run:
    """The second of two runs over the same items; an item fails for its reason, without one it passes."""
    version = make_questions(project, [{}] * len(reasons[0]))
    for said in reasons:
        answers = [
            Answer(
                scores={"quality": 0.1 if reason else 0.9},
                explanation=f"Item {place} judged. {reason}",
                passed=not reason,
            )
            for place, reason in enumerate(said)
        ]
        run = score(version, answers)
        computed(run)
    return run


@pytest.mark.parametrize(("left", "tone", "sign"), [(8, "good", "✓"), (3, "muted", "–")])
def test_only_items_that_pass_now_make_a_gone_group_good_news(
    project: Project, alice: User, client_of: type[_ClientOf], left: int, tone: str, sign: str
) -> None:
    rest = [JSON] * 40 + [ADDRESS] * 12 + [""] * 10
    run = _two_runs(project, ([REFUND] * 8 + rest, [""] * left + [JSON] * (8 - left) + rest))
    (gone,) = FailureGroup.objects.filter(run=run, state=GroupState.GONE, example__contains="refund")
    assert (gone.before, gone.left) == (8, left)
    page = client_of(alice).get(reverse("runs:failure_groups", args=[run.pk])).content.decode()
    assert re.search(rf'class="{tone}">{sign} Gone</span> <span class="table__sub">{left} of 8 no longer fail<', page)
