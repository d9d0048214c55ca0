"""Closed vocabularies of people and rights."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    """What a member may do in a team, from least to most; each role has all rights of those before it."""

    VIEWER = "viewer", "Viewer"
    REVIEWER = "reviewer", "Reviewer"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Admin"
    OWNER = "owner", "Owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Door(models.TextChoices):
    """By which way a change came in."""

    PAGE = "page", "Page"
    API = "api", "API"
    ADMIN = "admin", "Admin site"
    WORKER = "worker", "EvalHub itself"
    COMMAND = "command", "Command line"


class AuditAction(models.TextChoices):
    """What was done to something."""

    CREATED = "created", "Created"
    CHANGED = "changed", "Changed"
    ARCHIVED = "archived", "Archived"
    RESTORED = "restored", "Restored"
    DELETED = "deleted", "Deleted"
    ADDED = "added", "Added"
    REMOVED = "removed", "Removed"
    LEFT = "left", "Left"
    INVITED = "invited", "Invited"
    ACCEPTED = "accepted", "Accepted"
    REVOKED = "revoked", "Revoked"
    RENEWED = "renewed", "Renewed"
    TRANSFERRED = "transferred", "Transferred"
    ASSIGNED = "assigned", "Assigned"
    MOVED = "moved", "Moved"
    PINNED = "pinned", "Pinned"
    UNPINNED = "unpinned", "Unpinned"
    STOPPED = "stopped", "Stopped"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Resumed"
    EXPORTED = "exported", "Exported"


class AuditSubject(models.TextChoices):
    """What a change was made to."""

    TEAM = "team", "Team"
    MEMBER = "member", "Member"
    INVITATION = "invitation", "Invitation"
    API_KEY = "api_key", "API key"
    PROJECT = "project", "Project"
    CONNECTION = "connection", "Connection"
    WEBHOOK = "webhook", "Webhook"
    METRIC = "metric", "Metric"
    PROJECT_METRIC = "project_metric", "Metric setting"
    DATASET = "dataset", "Dataset"
    TARGET = "target", "Target"
    RUN = "run", "Run"
    EVALUATION = "evaluation", "Evaluation"
    SCHEDULE = "schedule", "Schedule"
    REVIEW = "review", "Review"
    REVIEW_QUEUE = "review_queue", "Review queue"
    LABEL = "label", "Label"
    JUDGE_TRUST = "judge_trust", "Judge trust"
    SHARED_REPORT = "shared_report", "Shared report"
    RELEASE = "release", "Release"
    ITEM_PAIR = "item_pair", "Pair of items"
    COMMENT = "comment", "Comment"
    RUN_VIEW = "run_view", "View of runs"
    ALLOWED_HOST = "allowed_host", "Allowed host"
