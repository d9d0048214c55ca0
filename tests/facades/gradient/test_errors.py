"""Every refusal is an error class of the client with a body it can read, and none makes it try again in vain."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from gradient import (
    AuthenticationError,
    BadRequestError,
    Gradient,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
)
from gradient._exceptions import APIStatusError

from evalhub.accounts.models import User
from tests.facades.gradient.conftest import ClientOf
from tests.facades.gradient.in_process import ADDRESS, in_process
from tests.facades.gradient.steps import make_agent, make_test_case

NOBODY = "00000000-0000-4000-8000-000000000000"


def _said(error: APIStatusError) -> str:
    body = error.body
    assert isinstance(body, dict), body
    assert set(body) == {"id", "message", "request_id"}
    assert str(UUID(body["request_id"])) == body["request_id"]
    assert body["message"]
    return str(body["id"])


def test_without_a_good_token_nobody_comes_in(db: None) -> None:
    client = Gradient(base_url=ADDRESS, access_token="vq_guess", max_retries=0, http_client=in_process())
    with pytest.raises(AuthenticationError) as refused:
        client.agents.list()
    assert _said(refused.value) == "unauthorized"
    bare = in_process().get("/v2/gen-ai/agents")
    assert (bare.status_code, bare.json()["id"]) == (401, "unauthorized")


def test_viewers_may_read_but_not_write(viewer: User, bobs: Gradient, gradient_of: ClientOf) -> None:
    views = gradient_of(viewer)
    test_case, agent = make_test_case(bobs), make_agent(bobs)
    assert views.agents.evaluation_test_cases.retrieve(test_case).evaluation_test_case
    assert views.agents.retrieve(agent).agent
    writes = (
        lambda: views.agents.create(name="mine"),
        lambda: views.agents.update(agent, name="mine"),
        lambda: views.agents.delete(agent),
        lambda: views.agents.evaluation_test_cases.update(test_case, name="mine"),
        lambda: views.agents.evaluation_runs.create(test_case_uuid=test_case, agent_uuids=[agent]),
        lambda: views.agents.evaluation_metrics.workspaces.create(name="mine"),
    )
    for write in writes:
        with pytest.raises(PermissionDeniedError) as refused:
            write()
        assert _said(refused.value) == "forbidden"


def test_unknown_ids_in_the_address_are_not_found(bobs: Gradient) -> None:
    for uuid in (NOBODY, "no-id", "1"):
        for call in (
            bobs.agents.retrieve,
            bobs.agents.delete,
            bobs.agents.evaluation_runs.retrieve,
            bobs.agents.evaluation_runs.list_results,
            bobs.agents.evaluation_test_cases.retrieve,
            bobs.agents.evaluation_metrics.workspaces.retrieve,
            bobs.agents.evaluation_metrics.workspaces.agents.list,
        ):
            with pytest.raises(NotFoundError) as missing:
                call(uuid)
            assert _said(missing.value) == "not_found"


def test_addresses_that_lead_nowhere_answer_json(bobs: Gradient) -> None:
    for call in (bobs.agents.api_keys.list, bobs.agents.versions.list, bobs.agents.retrieve_usage):
        with pytest.raises(NotFoundError) as missing:
            call(make_agent(bobs, "x"))
        assert _said(missing.value) == "not_found"


def test_nothing_redirects_to_another_slash(bobs: Gradient) -> None:
    headers = {"Authorization": f"Bearer {bobs.access_token}"}
    answer = in_process().post("/v2/gen-ai/agents/", json={"name": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["id"]) == (404, "not_found")
    assert in_process().post("/v2/gen-ai/agents", json={"name": "x"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'"text"', b'{"name": "\\u0000"}', b'{"name": NaN}', b'{"name": "x", "top_p": 1e999}']
)
def test_a_body_that_is_none_is_a_bad_request(bobs: Gradient, content: bytes) -> None:
    headers = {"Authorization": f"Bearer {bobs.access_token}", "Content-Type": "application/json"}
    answer = in_process().post("/v2/gen-ai/agents", content=content, headers=headers)
    assert (answer.status_code, answer.json()["id"]) == (400, "bad_request")


def test_a_conflict_is_a_bad_request_since_the_client_repeats_conflicts(bob: User, gradient_of: ClientOf) -> None:
    client = gradient_of(bob, options={"max_retries": 2})
    client.agents.evaluation_metrics.workspaces.create(name="Once")
    asked: list[httpx.Request] = []
    client._client.event_hooks = {"request": [asked.append]}
    with pytest.raises(BadRequestError) as refused:
        client.agents.evaluation_metrics.workspaces.create(name="Once")
    assert _said(refused.value) == "bad_request"
    assert len(asked) == 1


def test_what_breaks_on_our_side_is_told_as_json_and_tried_again(
    bob: User, gradient_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def breaks(*_: object) -> None:
        tries.append(1)
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr("evalhub.facades.gradient.views.metrics.listed_metrics", breaks)
    client = gradient_of(bob, options={"max_retries": 1})
    with pytest.raises(InternalServerError) as failed:
        client.agents.evaluation_metrics.list()
    assert _said(failed.value) == "server_error"
    assert "fire" not in str(failed.value.body)
    assert len(tries) == 2


def test_another_method_is_refused_as_json(bobs: Gradient) -> None:
    headers = {"Authorization": f"Bearer {bobs.access_token}"}
    answer = in_process().delete("/v2/gen-ai/agents", headers=headers)
    assert (answer.status_code, answer.json()["id"]) == (405, "method_not_allowed")
