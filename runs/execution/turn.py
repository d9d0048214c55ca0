"""A worker's turn at a run that asks endpoints, from opening the clients to closing them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import AsyncExitStack
from decimal import Decimal

from django.db import connection

from evalhub.connections.chat import CallFailed
from evalhub.connections.client import ModelClient, open_client
from evalhub.connections.endpoint import Endpoint, endpoint_of
from evalhub.core.errors import EvalHubError
from runs.execution import claims
from runs.execution.asking import Asker
from runs.execution.claims import Claim
from runs.execution.conducting import Conductor
from runs.execution.gate import Gate
from runs.execution.plan import Plan
from runs.execution.resuming import owner
from runs.execution.shares import Shares
from runs.execution.switchboard import switchboard
from runs.models import LentKey

# Items in hand beyond those that the endpoints answer at once: what is asked for until this worker looks again.
_IN_STOCK = 48


def take_turn(claim: Claim, plan: Plan) -> None:
    """Work the batch and further ones of its run until none is left, the run is stopped, or it is others' turn."""
    try:
        lent = LentKey.objects.filter(run_id=claim.run_id).first()
        key = lent.reveal() if lent else None
        endpoints = [endpoint_of(connection, api_key=key) for connection in plan.connections.values()]
    except EvalHubError as error:
        _refuse(claim, error.message)
        return
    standing = claims.standing_of(claim.run_id)
    gate = Gate(cap=plan.run.spending_cap, elsewhere=standing.spent if standing else Decimal(0))
    stack = AsyncExitStack()
    board = switchboard()
    try:
        clients = board.run(_open_clients(stack, endpoints))
        _conduct(claim, plan, clients, gate)
    except CallFailed as failure:
        _refuse(claim, failure.message)
    finally:
        board.run(stack.aclose())


def _refuse(claim: Claim, reason: str) -> None:
    """Stop the run whose endpoint may not or cannot be asked at all."""
    claims.halt_run(claim.run_id, reason)
    claims.release_batch(claim)


async def _open_clients(stack: AsyncExitStack, endpoints: list[Endpoint]) -> dict[int, ModelClient]:
    return {endpoint.id: await stack.enter_async_context(open_client(endpoint)) for endpoint in endpoints}


def _conduct(claim: Claim, plan: Plan, clients: Mapping[int, ModelClient], gate: Gate) -> None:
    wake = threading.Event()
    most = max((client.endpoint.max_concurrency for client in clients.values()), default=1)
    shares = Shares(
        holder=f"{owner()} batch {claim.batch_id} token {claim.token}",
        clients=clients,
        switchboard=switchboard(),
        wanted=plan.run.item_count * max(1, len(plan.metrics)),
    )
    conductor = Conductor(
        plan=plan,
        asker=Asker(plan, clients, gate, wake.set),
        shares=shares,
        switchboard=switchboard(),
        wake=wake,
        window=most + most // 4 + _IN_STOCK,
    )
    try:
        conductor.work(claim)
    except Exception as error:
        connection.close()  # it may be the connection that broke
        conductor.fail(f"{type(error).__name__}: {error}")
        raise
    finally:
        shares.give_back()
