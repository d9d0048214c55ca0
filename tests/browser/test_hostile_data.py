"""HTML and script in every field of a file, in a real browser: shown as the text it is, on every page it reaches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.execution import closing, working
from runs.models import DatasetImport, Run
from runs.services.runs import MetricChoice, RunRequest, create_run
from tests.browser.conftest import SignedInPage
from tests.factories import make_target
from tests.runs.datasets.loading import jsonl, load

EVIL = '<script>document.body.dataset.hacked = 1</script><img src="/x" onerror="document.body.dataset.hacked = 2">'
LINKS = "[go](javascript:document.body.dataset.hacked=3) ![see](http://127.0.0.1:1/pixel.png) <iframe src='/'></iframe>"


@pytest.fixture
def loaded(transactional_db: None, project: Project, alice: User, settings: Settings, tmp_path: Path) -> DatasetImport:
    settings.MEDIA_ROOT = tmp_path
    row = {
        "id": EVIL,
        "input": EVIL,
        "output": f"# {EVIL}\n\n{LINKS}\n\n```\n{EVIL}\n```",
        "expected": [EVIL, LINKS],
        "context": [EVIL, {"text": EVIL, "source": "javascript:document.body.dataset.hacked=4"}],
        "model": EVIL,
        "metadata": {EVIL: EVIL, "nested": {EVIL: [EVIL]}},
        "judge": {"tone": {"score": 0, "reason": f"{EVIL} {LINKS}", "model": EVIL}},
        "human": {"label": EVIL, "score": 1},
        "trace": [
            {"role": EVIL, "content": EVIL},
            {
                "role": "assistant",
                "content": LINKS,
                "tool_calls": [{"id": "1", "name": EVIL, "arguments": {EVIL: EVIL}}],
            },
            {"role": "tool", "tool_call_id": "1", "name": EVIL, "content": EVIL},
        ],
    }
    broken = b'{"id": "' + EVIL.replace('"', "'").encode() + b"\n"
    return load(jsonl(row) + broken, project=project, by=alice, name=f"{EVIL.replace('/', '')}.jsonl")


@pytest.fixture
def run(loaded: DatasetImport, project: Project, alice: User) -> Run:
    assert loaded.version is not None
    metrics = [MetricChoice(key=key) for key in ("contains", "equals", "levenshtein")]
    request = RunRequest(
        project=project, version=loaded.version, target=make_target(project=project, name=EVIL), metrics=metrics
    )
    run = create_run(request, by=alice)
    working.start_run(run.pk)
    for batch in run.batches.all():
        working.execute_batch(batch.pk)
    closing.close_run(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    return run


def assert_harmless(page: Page) -> None:
    """The text is there to be read, and nothing of it became an element."""
    page.wait_for_load_state("networkidle")
    expect(page.locator("main")).to_contain_text("document.body.dataset.hacked")
    made = page.locator("main, #item-drawer").locator(
        "script:not([type='application/json']), iframe, img, [onerror], a[href^='javascript:' i]"
    )
    expect(made).to_have_count(0)
    assert page.evaluate("document.body.dataset.hacked ?? null") is None


def test_what_a_file_holds_does_nothing_on_any_page(
    signed_in_page: SignedInPage, live_server: LiveServer, alice: User, loaded: DatasetImport, run: Run
) -> None:
    assert loaded.version is not None
    run_page, item_page = f"/runs/{run.pk}/", f"/runs/{run.pk}/items/0/"
    paths = [
        reverse("runs:import_detail", args=[loaded.pk]),
        reverse("runs:dataset_detail", args=[loaded.version.dataset_id]),
        reverse("runs:version_detail", args=[loaded.version.dataset_id, loaded.version.number]),
        reverse("runs:run_list", args=[run.project_id]),
        reverse("runs:project_overview", args=[run.project_id]),
        *(run_page + query for query in ("", "?view=full", "?view=diff", "?q=dataset", "?item=0")),
        item_page,
    ]
    page = signed_in_page(alice, "/")
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        assert_harmless(page)


def test_no_way_of_showing_a_body_wakes_it(signed_in_page: SignedInPage, alice: User, run: Run) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/?item=0")
    for name in ("Markdown", "JSON", "Plain", "Auto"):
        page.locator("#item-drawer").get_by_role("link", name=name, exact=True).first.click()
        expect(page.locator("#item-drawer")).to_be_visible()
        assert_harmless(page)
    page.get_by_text("What happened").first.hover()
    expect(page.locator("#item-drawer")).to_contain_text(re.compile("tool call"))
