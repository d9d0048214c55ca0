"""Worker processes killed again and again in one run: nothing is lost, doubled, or paid for twice without need."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import threading

from evalhub.accounts.models import Project, User
from runs.choices import BatchState, RunState
from runs.execution.tasks import sweep
from runs.models import Run, RunItem, Score
from tests.runs.execution.faults.checker import assert_sound
from tests.runs.execution.judged import make_connection, queue_asked
from tests.runs.execution.scenes import is_over, reload
from tests.stub_endpoint import Behaviour, StubEndpoint
from tests.worker import Worker, wait_until

COUNT, KILLS = 400, 50


def kill_one_at_work(run: Run, chance: random.Random) -> bool:
    """SIGKILL to a process that holds a batch of the run; False when none does. Celery starts another in its place."""
    owners = run.batches.filter(state=BatchState.RUNNING).values_list("owner", flat=True)
    pids = sorted({int(found[1]) for owner in owners if (found := re.search(r":(\d+) session", owner))})
    if not pids:
        return False
    with contextlib.suppress(ProcessLookupError):  # it ended by itself meanwhile
        os.kill(chance.choice(pids), signal.SIGKILL)
    return True


def paid_and_not_stored(run: Run, stub: StubEndpoint) -> int:
    """Calls that are under way or whose replies nobody has written yet."""
    stored = RunItem.objects.filter(run=run, state="done").count() + Score.objects.filter(run=run).count()
    return max(0, stub.counts["ok"] + stub.in_flight - stored)


def test_fifty_kills_in_one_run(worker: Worker, project: Project, bob: User, stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(latency=0.2)
    connection = make_connection(project, stub, max_concurrency=8)
    run = queue_asked(project, bob, connection=connection, count=COUNT)
    worker.start(sweeps=False, EVALHUB_ALLOWED_ENDPOINT_HOSTS="127.0.0.1")
    chance, pause = random.Random(11), threading.Event()
    kills = may_be_repeated = 0
    while not is_over(run) and kills < KILLS:
        pause.wait(chance.uniform(0.05, 0.7))
        before = paid_and_not_stored(run, stub)
        if kill_one_at_work(run, chance):
            kills += 1
            may_be_repeated += before + connection.ceiling
        sweep()
    wait_until(lambda: is_over(run) or (bool(sweep()) and False), seconds=120, what="the run ends")

    run = reload(run)
    assert kills == KILLS
    assert run.state == RunState.FINISHED
    assert_sound(run)
    assert stub.counts["ok"] <= 2 * COUNT + may_be_repeated
