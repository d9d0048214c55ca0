"""Runs that ask a model: answers and verdicts stored with what they cost, once each."""

from __future__ import annotations

from decimal import Decimal

from evalhub.accounts.models import Project, User
from runs.choices import RunState, TargetKind
from runs.models import JudgeCall, RunItem, Score, Target
from runs.services.runs import MetricChoice, RunRequest, create_run
from tests.factories import make_dataset, make_version
from tests.runs.execution.judged import make_connection, make_questions, queue_asked, queue_judged, times_asked, work
from tests.runs.execution.scenes import assert_whole
from tests.stub_endpoint import Behaviour, StubEndpoint


def test_every_item_gets_a_verdict_with_its_call(project: Project, bob: User, stub: StubEndpoint) -> None:
    make_connection(project, stub)
    run = work(queue_judged(project, bob, count=120, metrics=("coherence", "equals")))

    assert run.state == RunState.FINISHED
    assert_whole(run)
    assert set(times_asked(stub).values()) == {1}
    score = Score.objects.filter(run=run, run_metric__key="coherence")[0]
    assert (score.value, score.input_tokens, score.output_tokens, score.judge_model) == (1.0, 100, 10, "stub-1")
    assert score.cost == Decimal("0.00012")
    assert JudgeCall.objects.filter(run=run).count() == 120
    call = JudgeCall.objects.get(run=run, run_item=score.run_item_id)
    assert call.request["model"] == "stub-1"
    assert '"score": 1.0' in call.reply
    judge = run.run_metrics.get(key="coherence")
    assert (judge.input_tokens, judge.output_tokens, judge.cost) == (12_000, 1_200, Decimal("0.0144"))
    assert (run.input_tokens, run.output_tokens, run.cost) == (12_000, 1_200, Decimal("0.0144"))


def test_questions_are_answered_and_judged(project: Project, bob: User, stub: StubEndpoint) -> None:
    connection = make_connection(project, stub)
    run = work(queue_asked(project, bob, connection=connection, count=60, metrics=("coherence", "contains")))

    assert run.state == RunState.FINISHED
    assert_whole(run)
    assert len(stub.requests) == 120
    item = RunItem.objects.filter(run=run)[0]
    assert (item.state, item.input_tokens, item.output_tokens, item.cost) == ("done", 100, 10, Decimal("0.00012"))
    assert item.output
    assert item.latency_ms is not None
    assert run.cost == Decimal("0.0144")
    assert run.run_metrics.get(key="coherence").cost == Decimal("0.0072")


def test_an_http_endpoint_answers_with_context_and_its_reply_is_cached(
    project: Project, bob: User, stub: StubEndpoint
) -> None:
    connection = make_connection(project, stub)
    stub.behaviour = Behaviour(json={"answer": "forty-two", "passages": ["It is 42."], "cost": 0.001})
    paths = {"answer": "$.answer", "context": "$.passages", "cost": "$.cost"}
    target = Target.objects.create(
        project=project,
        name="service",
        kind=TargetKind.HTTP_ENDPOINT,
        connection=connection,
        request={"method": "POST", "path": "/answer", "body": {"question": "{{ input }}"}, "paths": paths},
    )
    rows = make_questions(20, with_output=False)
    version = make_version(dataset=make_dataset(project=project), rows=[*rows, {"input": "known", "output": "yes"}])
    request = RunRequest(
        project=project, version=version, target=target, metrics=[MetricChoice(key="length"), MetricChoice(key="cost")]
    )
    run = work(create_run(request, by=bob))

    assert stub.calls == 20, "the item that brings its output is not asked about"
    item = RunItem.objects.get(run=run, ordinal=0)
    assert (item.output, item.context, item.cost) == ("forty-two", ["It is 42."], Decimal("0.001"))
    assert run.cost == Decimal("0.02")
    assert RunItem.objects.get(run=run, ordinal=20).output == "yes"
    assert run.run_metrics.get(key="cost").n_scored == 20

    again = work(create_run(request, by=bob))
    assert (stub.calls, again.cost) == (20, Decimal(0))
    assert RunItem.objects.get(run=again, ordinal=3).output == "forty-two"
