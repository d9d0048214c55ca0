"""Services of reviews and of judges' trust, with what the log says of each; and those that say nothing, with why."""

from __future__ import annotations

from evalhub.accounts.choices import AuditAction, AuditSubject
from runs.choices import ReviewState
from runs.models import Comment
from runs.services import (
    comments,
    datasets,
    execution_plan,
    executions,
    insights,
    judge_trust,
    labels,
    leaving,
    metric_tryout,
    notices,
    review_assignees,
    review_changes,
    review_queues,
    review_tasks,
    review_undo,
    review_values,
    reviews,
    runs,
    target_tryout,
)
from runs.services.review_queues import QueueChange, QueueSettings
from runs.services.review_values import GivenValue
from tests.audit.told import Service, Told, World
from tests.runs.scored_runs import Answer, make_scored_run

_DID, _TO = AuditAction, AuditSubject
_SAID = GivenValue("contains", 0.0)


def _comment(w: World) -> Comment:
    return comments.add_comment(w.run_item, body="Look here", by=w.by)


def _state(w: World) -> None:
    reviews.set_state(w.run_item, state=ReviewState.FIXED, seen_version=0, by=w.by)


def _undo(w: World) -> None:
    _state(w)
    review_undo.undo(w.run_item, change=w.run_item.review.changes.get(), by=w.by)


def _pairs(w: World) -> None:
    again = make_scored_run(project=w.project, answers=[Answer(output="b")], metrics={}, dataset="Once more")
    review_queues.create_pair_queue(w.run, again, settings=QueueSettings(name="Pairs"), by=w.by)


def _close_and_reopen(w: World) -> None:
    queue = w.queue()
    review_queues.close_queue(queue, by=w.by)
    review_queues.reopen_queue(queue, by=w.by)


def _add_to_queue(w: World) -> None:
    other = make_scored_run(project=w.project, answers=[Answer(output="b")], metrics={}, dataset="Once more")
    review_queues.add_items(w.queue(), other, places=review_queues.chosen_by_hand([0]).places, by=w.by)


def _hand_over(w: World) -> None:
    review_queues.reassign_tasks(w.queue(), from_person=None, to_person=w.by, by=w.by)


def _threshold(w: World) -> None:
    judge_trust.apply_threshold(w.project, metric=w.rows["metric_id"], threshold=0.9, by=w.by)


def _reference(w: World) -> None:
    draft = judge_trust.ReferenceDraft(human_threshold=0.5)
    judge_trust.set_reference(w.project, metric=w.rows["metric_id"], draft=draft, by=w.by)


RECORDED: dict[Service, Told] = {
    comments.edit_comment: Told(
        _DID.CHANGED, _TO.COMMENT, lambda w: comments.edit_comment(_comment(w), body="Or not", by=w.by)
    ),
    comments.delete_comment: Told(_DID.DELETED, _TO.COMMENT, lambda w: comments.delete_comment(_comment(w), by=w.by)),
    labels.create_label: Told(
        _DID.CREATED, _TO.LABEL, lambda w: labels.create_label(project=w.project, name="format", by=w.by)
    ),
    labels.rename_label: Told(
        _DID.CHANGED, _TO.LABEL, lambda w: labels.rename_label(w.rows["label_id"], name="voice", by=w.by)
    ),
    labels.merge_label: Told(
        *(_DID.DELETED, _TO.LABEL),
        lambda w: labels.merge_label(
            w.rows["label_id"], into=labels.create_label(project=w.project, name="format", by=w.by), by=w.by
        ),
    ),
    labels.delete_label: Told(_DID.DELETED, _TO.LABEL, lambda w: labels.delete_label(w.rows["label_id"], by=w.by)),
    reviews.set_state: Told(_DID.CHANGED, _TO.REVIEW, _state),
    reviews.assign: Told(
        _DID.CHANGED, _TO.REVIEW, lambda w: reviews.assign(w.run_item, assignee=w.by, seen_version=0, by=w.by)
    ),
    reviews.set_label: Told(
        *(_DID.CHANGED, _TO.REVIEW),
        lambda w: reviews.set_label(w.run_item, label=w.rows["label_id"], is_on=True, by=w.by),
    ),
    reviews.correct_output: Told(
        _DID.CHANGED, _TO.REVIEW, lambda w: reviews.correct_output(w.run_item, text="Hi", seen_version=0, by=w.by)
    ),
    review_undo.undo: Told(_DID.CHANGED, _TO.REVIEW, _undo),
    review_values.give_values: Told(
        *(_DID.CHANGED, _TO.REVIEW),
        lambda w: review_values.give_values(w.run_item, given=[_SAID], seen_version=0, by=w.by),
    ),
    review_values.give_many: Told(
        *(_DID.CHANGED, _TO.REVIEW), lambda w: review_values.give_many(w.run, given={w.run_item: [_SAID]}, by=w.by)
    ),
    review_queues.create_queue: Told(_DID.CREATED, _TO.REVIEW_QUEUE, World.queue),
    review_queues.create_pair_queue: Told(_DID.CREATED, _TO.REVIEW_QUEUE, _pairs),
    review_queues.add_items: Told(_DID.ADDED, _TO.REVIEW_QUEUE, _add_to_queue),
    review_queues.edit_queue: Told(
        *(_DID.CHANGED, _TO.REVIEW_QUEUE),
        lambda w: review_queues.edit_queue(w.queue(), change=QueueChange(name="Evening"), by=w.by),
    ),
    review_queues.close_queue: Told(
        _DID.ARCHIVED, _TO.REVIEW_QUEUE, lambda w: review_queues.close_queue(w.queue(), by=w.by)
    ),
    review_queues.reopen_queue: Told(_DID.RESTORED, _TO.REVIEW_QUEUE, _close_and_reopen),
    review_queues.delete_queue: Told(
        _DID.DELETED, _TO.REVIEW_QUEUE, lambda w: review_queues.delete_queue(w.queue(), by=w.by)
    ),
    review_queues.reassign_tasks: Told(_DID.ASSIGNED, _TO.REVIEW_QUEUE, _hand_over),
    judge_trust.set_reference: Told(_DID.CHANGED, _TO.JUDGE_TRUST, _reference),
    judge_trust.apply_threshold: Told(_DID.CHANGED, _TO.PROJECT_METRIC, _threshold),
}
_OF_ITSELF = "the row itself keeps who and when, and stays"
_NOTHING = "changes nothing that lasts"
# Services that take a person and write nothing into the log, each with the reason.
UNRECORDED: dict[Service, str] = {
    comments.add_comment: _OF_ITSELF,
    runs.create_run: _OF_ITSELF,
    runs.queue_recorded_run: _OF_ITSELF,
    executions.create_execution: _OF_ITSELF,
    executions.start_evaluation: _OF_ITSELF,
    executions.start_execution: _OF_ITSELF,
    executions.rerun_execution: _OF_ITSELF,
    executions.hindrances_of: _NOTHING,
    execution_plan.run_requests: _NOTHING,
    datasets.receive_upload: "an upload is of no use before its version is made, which is recorded",
    datasets.confirm_import: "the version that comes of it is recorded by who makes it, the worker",
    datasets.discard_import: "an upload that came to nothing",
    insights.recompute_insights: _NOTHING,
    judge_trust.ask_for_measurement: _NOTHING,
    metric_tryout.try_metric: _NOTHING,
    target_tryout.try_target: _NOTHING,
    notices.tell_assignee: "tells a person of what is recorded elsewhere",
    notices.tell_of_comment: "tells a person of what is recorded elsewhere",
    leaving.release: "part of remove_member, which is recorded with the schedules that it pauses",
    review_assignees.give_reviews: "part of the queue that is made, which is recorded",
    review_changes.changing: "part of every change of a review, which is recorded",
    review_changes.keep_step: "part of every change of a review, which is recorded",
    review_changes.source_of: _NOTHING,
    review_tasks.take_next: "a lock for some minutes",
    review_tasks.hold_task: "a lock for some minutes",
    review_tasks.skip: "the task itself keeps it",
    review_tasks.decide: "the task itself keeps who decided what; what it makes of the review is recorded there",
}
