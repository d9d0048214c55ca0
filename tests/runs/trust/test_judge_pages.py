"""The pages of judge trust: what they say, where their counts lead, and what people choose there."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evalhub.accounts.models import Project, User
from metrics.choices import MetricKind
from metrics.models import Metric, ProjectMetric
from runs.models import JudgeReference, JudgeTrust, Run, TrustWork
from runs.trust.measuring import measure_project
from tests.factories import make_metric
from tests.runs.trust.scenes import SOLID, judge_metric, judged_run, say

# The judge lets half of them pass at 0.5; people would have failed two of these and passed one more.
VALUES = [place / 40 for place in range(40)]
PEOPLE = {
    place: value - 0.5 if place in {22, 30} else 0.99 if place == 3 else value for place, value in enumerate(VALUES)
}


@pytest.fixture
def run(project: Project, bob: User) -> Run:
    run = judged_run(project, VALUES, name="Release 1")
    say(run, PEOPLE, by=bob)
    measure_project(project.pk)
    return run


@pytest.fixture
def judge(run: Run) -> Metric:
    return judge_metric(run.project)


def address(project: Project, judge: Metric | None = None, then: str = "") -> str:
    return f"/projects/{project.pk}/judges/" + (f"{judge.pk}/" if judge else "") + then


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def items_on(client: Client, path: str) -> list[str]:
    return re.findall(r"question \d+", text_of(client, path))


def test_the_list_says_how_far_each_judge_is_believed(client_of: type, bob: User, judge: Metric, run: Run) -> None:
    seen = text_of(client_of(bob), address(run.project))
    assert "Politeness κ 0.85 · 40 almost perfect" in seen
    assert "revision 1, judge-1" in seen


def test_an_empty_list_says_how_to_get_labels(client_of: type, bob: User, project: Project) -> None:
    assert "No judge has spoken here yet" in text_of(client_of(bob), address(project))
    run = judged_run(project, [1.0, 0.0], name="Release 1")
    client = client_of(bob)
    seen = text_of(client, address(project))
    assert "About 246 items tell κ to within ±0.1" in seen
    assert "κ – not measured" in seen
    assert f'href="/runs/{run.pk}/">Begin with Release 1' in client.get(address(project)).content.decode()


def test_each_count_leads_to_exactly_its_items(client_of: type, bob: User, judge: Metric, run: Run) -> None:
    client = client_of(bob)
    page = client.get(address(run.project, judge)).content.decode()
    hrefs = re.findall(r'<a href="(\?show=[^#"]+)#judge-items" aria-label="([^"]+)"', page)
    assert {said: href for href, said in hrefs}.keys() == {
        "judge fail, people fail: 19 items",
        "judge fail, people pass: 1 item",
        "judge pass, people fail: 2 items",
        "judge pass, people pass: 18 items",
    }
    for href, said in hrefs:
        shown = items_on(client, address(run.project, judge, unescape(href)))
        assert len(shown) == min(15, int(said.split(": ")[1].split()[0]))
    [missed] = [href for href, said in hrefs if "judge fail, people pass" in said]
    assert items_on(client, address(run.project, judge, unescape(missed))) == ["question 3"]


def test_the_items_on_which_they_disagree_come_worst_first(client_of: type, bob: User, judge: Metric, run: Run) -> None:
    shown = items_on(client_of(bob), address(run.project, judge))
    assert (shown[0], set(shown)) == ("question 3", {"question 3", "question 22", "question 30"})


@pytest.mark.parametrize("query", ["?of=999999&threshold=nan&page=-3&show=9.9", "?threshold=x&of=y&show=..&page=z"])
def test_an_address_that_says_nonsense_still_has_a_page(
    client_of: type, bob: User, judge: Metric, run: Run, query: str
) -> None:
    assert "Agreement with people" in text_of(client_of(bob), address(run.project, judge, query))


def test_a_threshold_that_is_looked_at_says_what_it_would_change(
    client_of: type, alice: User, judge: Metric, run: Run
) -> None:
    seen = text_of(client_of(alice), address(run.project, judge, "?threshold=0.5"))
    assert "At 0.5 instead of 0.7: false passes 1 → 2 , false fails 8 → 1" in seen
    assert "Use 0.5 in runs to come" in seen
    assert "Release 1 40 0.5 50.0 %" in seen
    other = text_of(client_of(alice), address(run.project, judge, "?threshold=0.9"))
    assert "10.0 %" in other
    assert "fails either way" in other


def test_alice_puts_a_threshold_in_force_for_runs_to_come(
    client_of: type, alice: User, bob: User, judge: Metric, run: Run
) -> None:
    ProjectMetric.objects.create(project=run.project, metric=judge, weight=3.0)
    path = address(run.project, judge, "threshold/")
    assert client_of(bob).post(path, {"threshold": "0.45"}).status_code == 403
    assert client_of(alice).post(path, {"threshold": "much"}).status_code == 400
    assert client_of(alice).post(path, {"threshold": "0.45"}).status_code == 302
    stored = ProjectMetric.objects.get(project=run.project, metric=judge)
    assert (stored.threshold, stored.weight) == (0.45, 3.0)
    assert run.run_metrics.get().threshold == 0.5


def test_alice_chooses_whom_a_judge_is_measured_against(
    client_of: type, alice: User, bob: User, judge: Metric, run: Run
) -> None:
    human = make_metric(key="verdict", project=run.project, kind=MetricKind.HUMAN).metric
    say(run, {0: 0.0, 39: 1.0}, metric=human, annotator="a")
    path = address(run.project, judge, "reference/")
    chosen = {"human_metric": human.pk, "compare_as": "verdict", "human_threshold": "0.6"}
    assert client_of(bob).post(path, chosen).status_code == 403
    foreign = make_metric(key="other", project=run.project, kind=MetricKind.HUMAN).metric
    refused = client_of(alice).post(path, {"human_metric": foreign.pk})
    assert "Select a valid choice" in refused.content.decode()
    assert client_of(alice).post(path, chosen).status_code == 302
    stored = JudgeReference.objects.get(project=run.project, metric=judge)
    assert (stored.human_metric, stored.human_threshold, stored.changed_by) == (human, 0.6, alice)
    assert TrustWork.objects.waiting().filter(project=run.project).exists()
    measure_project(run.project_id)
    assert "against verdict" in text_of(client_of(alice), address(run.project, judge))


def test_a_judge_that_fails_everything_is_answered_with_another_threshold(
    client_of: type, bob: User, project: Project
) -> None:
    run = judged_run(project, [place / 100 for place in range(40)], told=SOLID | {"threshold": 0.9})
    say(run, {place: float(place > 20) for place in range(40)}, by=bob)
    measure_project(project.pk)
    seen = text_of(client_of(bob), address(project, judge_metric(project)))
    assert "give every item the same verdict, so κ says nothing: look at another threshold" in seen
    assert "more labelled items" not in seen


def test_a_threshold_off_the_scale_is_answered_with_the_scale(
    client_of: type, alice: User, judge: Metric, run: Run
) -> None:
    seen = text_of(client_of(alice), address(run.project, judge) + "?threshold=7")
    assert "7 is off the scale of Politeness, which goes from 0 to 1." in seen
    assert "Use 7 in runs to come" not in seen


def test_a_refused_reference_is_said_at_its_field_and_nothing_is_stored(
    client_of: type, alice: User, judge: Metric, run: Run
) -> None:
    human = make_metric(key="verdict", name="Verdict", project=run.project, kind=MetricKind.HUMAN).metric
    say(run, {0: 1.0}, by=alice, metric=human)
    body = {"human_metric": human.pk, "compare_as": "", "human_threshold": "77"}
    page = client_of(alice).post(address(run.project, judge, "reference/"), body).content.decode()
    assert "77 is off the scale of Verdict, which goes from 0 to 1" in page
    assert not JudgeReference.objects.exists()


def test_whoever_may_review_has_the_judges_measured(client_of: type, bob: User, viewer: User, run: Run) -> None:
    path = address(run.project, then="measurement/")
    assert client_of(viewer).post(path).status_code == 403
    assert client_of(bob).get(path).status_code == 405
    assert client_of(bob).post(path).status_code == 302
    assert TrustWork.objects.waiting().filter(project=run.project).exists()
    assert "Newer verdicts are being counted" in text_of(client_of(bob), address(run.project))


def test_charlie_does_not_learn_that_it_exists(client_of: type, charlie: User, judge: Metric, run: Run) -> None:
    client = client_of(charlie)
    assert client.get(address(run.project)).status_code == 404
    assert client.get(address(run.project, judge)).status_code == 404
    for then in ("reference/", "threshold/"):
        assert client.post(address(run.project, judge, then)).status_code == 404


def test_another_teams_judge_has_no_page_here(client_of: type, charlie: User, judge: Metric, run: Run) -> None:
    own = Project.objects.create(team=charlie.memberships.get().team, key="own", name="Own")
    assert client_of(charlie).get(address(own, judge)).status_code == 404


def test_the_badge_stands_beside_the_number_wherever_it_is_shown(
    client_of: type, bob: User, judge: Metric, run: Run
) -> None:
    client = client_of(bob)
    said = "κ 0.85 · 40 almost perfect"
    assert said in text_of(client, f"/runs/{run.pk}/")
    assert said in text_of(client, f"/runs/{run.pk}/items/3/")
    assert said in text_of(client, f"/projects/{run.project_id}/")
    other = judged_run(run.project, VALUES, dataset="Again", name="Release 2")
    assert said in text_of(client, f"/projects/{run.project_id}/compare/?runs={run.pk},{other.pk}")


def test_pages_ask_the_database_as_often_for_many_items_as_for_few(
    client_of: type, bob: User, judge: Metric, run: Run
) -> None:
    client = client_of(bob)
    for path, most in ((address(run.project), 16), (address(run.project, judge), 20)):
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        assert len(queries) <= most, [query["sql"] for query in queries]


def test_a_measurement_of_an_older_revision_says_so(client_of: type, bob: User, judge: Metric, run: Run) -> None:
    newer = judge.revisions.create(number=2, definition_hash="newer", definition={})
    Metric.objects.filter(pk=judge.pk).update(current_revision=newer)
    assert "measured on revision 1, in force is revision 2" in text_of(client_of(bob), address(run.project, judge))
    assert JudgeTrust.objects.get().revision.number == 1
