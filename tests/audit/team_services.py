"""Services of people, keys, connections, webhooks and metrics, with what the log says of each."""

from __future__ import annotations

from dataclasses import replace

from evalhub.accounts import invitations, services
from evalhub.accounts.choices import AuditAction, AuditSubject, Role
from evalhub.connections import services as connections
from evalhub.connections.services import ConnectionValues
from evalhub.notices import services as notices
from evalhub.webhooks import services as webhooks
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.services import WebhookValues
from metrics import project_metrics
from metrics import services as metrics
from metrics.choices import Category
from tests.audit.told import DRAFT, Service, Told, World
from tests.factories import builtin

_DID, _TO = AuditAction, AuditSubject
ENDPOINT = ConnectionValues(name="Judge", base_url="https://models.example.org/v1")
HOOK = WebhookValues("https://hooks.example.org/other", [EventType.RUN_FINISHED])


def _archive_and_restore_project(w: World) -> None:
    services.archive_project(w.project, by=w.by)
    services.restore_project(w.project, by=w.by)


def _archive_and_restore_connection(w: World) -> None:
    connections.archive_connection(w.rows["connection_id"], by=w.by)
    connections.restore_connection(w.rows["connection_id"], by=w.by)


def _archive_and_restore_metric(w: World) -> None:
    metric = w.metric()
    metrics.archive_metric(metric, by=w.by)
    metrics.restore_metric(metric, by=w.by)


def _revise(w: World, *, then_back: bool = False) -> None:
    metric = w.metric()
    metrics.revise_metric(metric, definition=replace(DRAFT.definition, unit="points"), by=w.by)
    if then_back:
        metrics.use_revision(metric, number=1, by=w.by)


def _setting(w: World) -> project_metrics.MetricSetting:
    [setting] = project_metrics.settings_of(w.project, [builtin("contains").metric])
    return replace(setting, threshold=0.9)


RECORDED: dict[Service, Told] = {
    services.create_team: Told(_DID.CREATED, _TO.TEAM, lambda w: services.create_team(name="Second", owner=w.by)),
    services.create_project: Told(
        _DID.CREATED, _TO.PROJECT, lambda w: services.create_project(team=w.team, name="New", by=w.by)
    ),
    services.edit_project: Told(
        *(_DID.CHANGED, _TO.PROJECT),
        lambda w: services.edit_project(
            w.project, by=w.by, name="Renamed", description="", model_name="", quality_threshold=0.5
        ),
    ),
    services.archive_project: Told(_DID.ARCHIVED, _TO.PROJECT, lambda w: services.archive_project(w.project, by=w.by)),
    services.restore_project: Told(_DID.RESTORED, _TO.PROJECT, _archive_and_restore_project),
    services.add_member: Told(
        *(_DID.ADDED, _TO.MEMBER),
        lambda w: services.add_member(team=w.team, email=w.newcomer().email, role=Role.VIEWER, by=w.by),
    ),
    services.set_report_sharing: Told(
        _DID.CHANGED, _TO.TEAM, lambda w: services.set_report_sharing(w.team, is_allowed=False, by=w.by)
    ),
    services.change_role: Told(
        _DID.CHANGED, _TO.MEMBER, lambda w: services.change_role(w.member, role=Role.EDITOR, by=w.by)
    ),
    services.remove_member: Told(_DID.REMOVED, _TO.MEMBER, lambda w: services.remove_member(w.member, by=w.by)),
    services.transfer_ownership: Told(
        _DID.TRANSFERRED, _TO.MEMBER, lambda w: services.transfer_ownership(w.member, by=w.by)
    ),
    services.edit_team: Told(
        *(_DID.CHANGED, _TO.TEAM),
        lambda w: services.edit_team(w.team, name="Renamed", requires_second_factor=False, by=w.by),
    ),
    services.revoke_api_key: Told(
        _DID.REVOKED, _TO.API_KEY, lambda w: services.revoke_api_key(w.rows["key_id"], by=w.by)
    ),
    services.issue_api_key: Told(
        _DID.CREATED, _TO.API_KEY, lambda w: services.issue_api_key(team=w.team, user=w.by, name="Nightly")
    ),
    invitations.invite: Told(
        _DID.INVITED, _TO.INVITATION, lambda w: invitations.invite(team=w.team, role=Role.VIEWER, by=w.by)
    ),
    invitations.resend_invitation: Told(
        *(_DID.RENEWED, _TO.INVITATION),
        lambda w: invitations.resend_invitation(w.rows["invitation_id"], by=w.by),
    ),
    invitations.revoke_invitation: Told(
        *(_DID.REVOKED, _TO.INVITATION),
        lambda w: invitations.revoke_invitation(w.rows["invitation_id"], by=w.by),
    ),
    invitations.accept_invitation: Told(
        *(_DID.ACCEPTED, _TO.INVITATION),
        lambda w: invitations.accept_invitation(w.rows["invitation_id"], user=w.newcomer()),
    ),
    connections.create_connection: Told(
        *(_DID.CREATED, _TO.CONNECTION),
        lambda w: connections.create_connection(team=w.team, values=ENDPOINT, api_key="sk-secret", by=w.by),
    ),
    connections.edit_connection: Told(
        *(_DID.CHANGED, _TO.CONNECTION),
        lambda w: connections.edit_connection(w.rows["connection_id"], values=ENDPOINT, api_key="sk-secret", by=w.by),
    ),
    connections.archive_connection: Told(
        *(_DID.ARCHIVED, _TO.CONNECTION),
        lambda w: connections.archive_connection(w.rows["connection_id"], by=w.by),
    ),
    connections.restore_connection: Told(_DID.RESTORED, _TO.CONNECTION, _archive_and_restore_connection),
    webhooks.create_webhook: Told(
        _DID.CREATED, _TO.WEBHOOK, lambda w: webhooks.create_webhook(project=w.project, values=HOOK, by=w.by)
    ),
    webhooks.edit_webhook: Told(
        _DID.CHANGED, _TO.WEBHOOK, lambda w: webhooks.edit_webhook(w.rows["webhook_id"], values=HOOK, by=w.by)
    ),
    webhooks.delete_webhook: Told(
        _DID.DELETED, _TO.WEBHOOK, lambda w: webhooks.delete_webhook(w.rows["webhook_id"], by=w.by)
    ),
    webhooks.renew_secret: Told(
        _DID.RENEWED, _TO.WEBHOOK, lambda w: webhooks.renew_secret(w.rows["webhook_id"], by=w.by)
    ),
    metrics.create_metric: Told(_DID.CREATED, _TO.METRIC, World.metric),
    metrics.revise_metric: Told(_DID.CHANGED, _TO.METRIC, _revise),
    metrics.use_revision: Told(_DID.CHANGED, _TO.METRIC, lambda w: _revise(w, then_back=True)),
    metrics.describe_metric: Told(
        *(_DID.CHANGED, _TO.METRIC),
        lambda w: metrics.describe_metric(w.metric(), name="Renamed", description="", category=Category.OTHER, by=w.by),
    ),
    metrics.archive_metric: Told(_DID.ARCHIVED, _TO.METRIC, lambda w: metrics.archive_metric(w.metric(), by=w.by)),
    metrics.restore_metric: Told(_DID.RESTORED, _TO.METRIC, _archive_and_restore_metric),
    project_metrics.add_project_metric: Told(
        *(_DID.CHANGED, _TO.PROJECT_METRIC),
        lambda w: project_metrics.add_project_metric(w.project, metric=w.metric(), by=w.by, weight=2.0),
    ),
    project_metrics.configure_metrics: Told(
        *(_DID.CHANGED, _TO.PROJECT_METRIC),
        lambda w: project_metrics.configure_metrics(w.project, settings=[_setting(w)], by=w.by),
    ),
    project_metrics.configure_metric: Told(
        *(_DID.CHANGED, _TO.PROJECT_METRIC),
        lambda w: project_metrics.configure_metric(w.project, setting=_setting(w), by=w.by),
    ),
}
# Services that take a person and write nothing into the log, each with the reason.
UNRECORDED: dict[Service, str] = {
    webhooks.send_test: "stands in the webhook's own log of deliveries",
    webhooks.redeliver: "stands in the webhook's own log of deliveries",
    notices.notify: "tells a person of what is recorded elsewhere",
    notices.set_mail: "a person's own wish, which is nobody else's to see",
}
