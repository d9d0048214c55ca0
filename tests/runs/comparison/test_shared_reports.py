"""Reports for people without an account: off unless the team allows them, closed as soon as anything closes them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from evalhub.accounts.models import Membership, Project, Team, User
from evalhub.accounts.services import set_report_sharing
from evalhub.core import rates
from evalhub.core.errors import Conflict, Invalid
from runs.models import Run, SharedReport
from runs.services.shared_reports import ReportToShare, share_report
from runs.views import shared_reports
from tests.conftest import _ClientOf as ClientOf
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

KEYS = [f"q{place}" for place in range(12)]
METRICS = {"relevance": {"name": "Relevance", "threshold": 0.5}}


@pytest.fixture
def runs(project: Project) -> list[Run]:
    version = make_questions(project, KEYS, topics=("returns", "prices"))
    columns = ([0.1 * (place % 5) for place in range(12)], [0.1 * (place % 5) + 0.3 for place in range(12)])
    return [
        make_compared_run(version, {"relevance": column}, metrics=METRICS, name=f"Release {number}")
        for number, column in enumerate(columns, start=1)
    ]


@pytest.fixture
def open_team(team: Team, alice: User) -> Team:
    return set_report_sharing(team, is_allowed=True, by=alice)


def page_of(runs: list[Run], query: str = "") -> str:
    return f"/projects/{runs[0].project_id}/shared-reports/?runs={','.join(str(run.pk) for run in runs)}{query}"


def shared(runs: list[Run], by: User, **asked: object) -> str:
    """The address of a new link."""
    project = Project.objects.select_related("team").get(pk=runs[0].project_id)
    wish = ReportToShare(name="Customer", run_ids=[run.pk for run in runs], **asked)  # type: ignore[arg-type]
    return f"/shared/reports/{share_report(project, wish, by=by).token}/"


def test_an_editor_makes_a_link_that_opens_without_a_session(
    runs: list[Run], open_team: Team, bob: User, client_of: type[ClientOf]
) -> None:
    page = client_of(bob).post(page_of(runs, "&slice=topic"), {"name": "For the customer"}).content.decode()
    found = re.search(r"/shared/reports/([\w-]{43})/", page)
    assert found
    assert found[1] not in str(SharedReport.objects.values().get())
    stranger = Client()
    response = stranger.get(found[0])
    html = response.content.decode()
    assert response.status_code == 200
    assert "better by 0.30" in html
    assert "Slices by topic" in html
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in html
    assert not stranger.cookies
    assert found[1] not in client_of(bob).get(page_of(runs)).content.decode()


def test_texts_are_shown_only_when_that_was_chosen(
    runs: list[Run], open_team: Team, bob: User, client_of: type[ClientOf]
) -> None:
    bare, full = (Client().get(shared(runs, bob, with_texts=chosen)).content.decode() for chosen in (False, True))
    assert "Item 1" in bare
    assert [word in bare for word in ("question q3", "answer 3", ">q3<")] == [False] * 3
    assert [word in full for word in ("question q3", "answer 3", ">q3<")] == [True] * 3
    assert "href" not in re.sub(r"<head>.*?</head>", "", bare, flags=re.DOTALL)


def test_a_closed_link_is_not_found_whatever_closed_it(
    runs: list[Run], open_team: Team, alice: User, bob: User, client_of: type[ClientOf]
) -> None:
    revoked, expired, other = (shared(runs, bob) for _ in range(3))
    first, second = SharedReport.objects.order_by("id")[:2]
    client_of(bob).post(f"/projects/{runs[0].project_id}/shared-reports/{first.pk}/revocation/")
    SharedReport.objects.filter(pk=second.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert [Client().get(path).status_code for path in (revoked, expired, other)] == [404, 404, 200]
    set_report_sharing(open_team, is_allowed=False, by=alice)
    assert Client().get(other).status_code == 404
    assert Client().get("/shared/reports/unknown/").status_code == 404


def test_a_deleted_run_is_said_to_be_deleted(runs: list[Run], open_team: Team, bob: User) -> None:
    path = shared(runs, bob)
    Run.objects.filter(pk=runs[1].pk).update(deleted_at=timezone.now())
    response = Client().get(path)
    assert response.status_code == 410
    assert "has been deleted" in response.content.decode()
    assert "Release" not in response.content.decode()


def test_sharing_is_off_until_an_admin_allows_it(
    runs: list[Run], team: Team, bob: User, alice: User, client_of: type[ClientOf]
) -> None:
    refused = client_of(bob).post(page_of(runs), {"name": "Customer"})
    assert "does not allow links" in refused.content.decode()
    assert not SharedReport.objects.exists()
    switch = f"/teams/{team.slug}/report-sharing/"
    assert client_of(bob).post(switch, {"allowed": "1"}).status_code == 403
    assert client_of(alice).post(switch, {"allowed": "1"}).status_code == 302
    team.refresh_from_db()
    assert team.shares_reports
    assert "Make the link" in client_of(bob).get(page_of(runs)).content.decode()


def test_viewers_neither_make_nor_close_links(
    runs: list[Run], open_team: Team, bob: User, viewer: User, charlie: User, client_of: type[ClientOf]
) -> None:
    shared(runs, bob)
    closing = f"/projects/{runs[0].project_id}/shared-reports/{SharedReport.objects.get().pk}/revocation/"
    assert [client_of(viewer).get(page_of(runs)).status_code, client_of(viewer).post(closing).status_code] == [403] * 2
    assert [client_of(charlie).get(page_of(runs)).status_code, client_of(charlie).post(closing).status_code] == [
        404
    ] * 2


def test_a_link_of_a_member_who_left_stays_the_teams(runs: list[Run], open_team: Team, bob: User) -> None:
    path = shared(runs, bob)
    Membership.objects.filter(user=bob).delete()
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"name": " "}, Invalid),
        ({"name": "x" * 121}, Invalid),
        ({"expires_at": timezone.now() - timedelta(days=1)}, Invalid),
        ({"query": "x" * 4_001}, Invalid),
        ({"run_ids": []}, Invalid),
        ({"run_ids": [1, 999_999]}, Invalid),
    ],
)
def test_what_cannot_be_shared_is_refused(
    runs: list[Run], open_team: Team, bob: User, asked: dict[str, object], error: type[Exception]
) -> None:
    wish = {"name": "Customer", "run_ids": [run.pk for run in runs], **asked}
    project = Project.objects.get(pk=runs[0].project_id)
    with pytest.raises(error):
        share_report(project, ReportToShare(**wish), by=bob)  # type: ignore[arg-type]


def test_a_project_holds_so_many_links_and_no_more(
    runs: list[Run], open_team: Team, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.services.shared_reports.MOST_LINKS", 1)
    shared(runs, bob)
    with pytest.raises(Conflict, match="revoke one first"):
        shared(runs, bob)


def test_a_link_is_answered_so_often_in_a_minute(
    runs: list[Run], open_team: Team, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared(runs, bob)
    monkeypatch.setattr(shared_reports, "count", lambda caller, limit: rates.Rate(limit, limit + 1, 17))
    response = Client().get(path)
    assert (response.status_code, response["Retry-After"]) == (429, "17")
    assert "come again in 17 seconds" in response.content.decode()
