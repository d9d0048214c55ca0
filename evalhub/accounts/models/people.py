"""Who there is and what belongs to whom: users, teams, memberships, projects, API keys."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractUser, AnonymousUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from evalhub.accounts.choices import Role
from evalhub.core.ids import public_id

if TYPE_CHECKING:
    from typing import Any, Self, TypeVar

    Viewer = "User | AnonymousUser"
    Rows = TypeVar("Rows", bound=models.QuerySet[Any])

_SOON = timedelta(days=7)
_USE_NOTED_EVERY = timedelta(minutes=1)


class UserManager(BaseUserManager["User"]):
    """Makes users that sign in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person. Signs in by e-mail; sees what their teams own."""

    username = None  # type: ignore[assignment]  # Django's documented way to drop the inherited column
    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=150)

    # The key by which a program came in as this person, in this request; None for the person in front of a page.
    came_by: ApiKey | None = None
    # Whether this request came to the admin site, whose superusers act in every team as its owner would.
    is_at_admin_site: bool = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # narrower than the inherited manager

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters that stand for the person where there is little room."""
        words = str(self).replace("@", " ").split()
        return "".join(word[0] for word in (words[0], words[-1])) if len(words) > 1 else words[0][:2]

    def rename(self, name: str) -> None:
        """Be called otherwise, everywhere but in what the audit log already holds."""
        self.name = name
        self.save(update_fields=["name"])

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0]


class TeamQuerySet(models.QuerySet["Team"]):
    """Reads of teams."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(memberships__user_id=user.pk) if user.is_authenticated else self.none()


class Team(models.Model):
    """The tenant: everything belongs to one team, and no door shows another team's rows."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    shares_reports = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Members may make links by which people without an account read a report.",
    )
    requires_second_factor = models.BooleanField(
        default=False, db_default=False, help_text="Members sign in with a code of their phone beside the password."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team, with a role."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "user"), name="accounts_membership_once_per_team"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_membership_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.team}: {self.role}"

    @property
    def audit_name(self) -> str:
        return f"{self.user} <{self.user.email}>"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Reads of projects."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The projects of the person's teams, each with the membership that shows it: `access.may` reads it there."""
        if not user.is_authenticated:
            return self.none()
        seen = self.filter(team__memberships__user_id=user.pk, deleted_at=None)
        return seen.annotate(member_id=F("team__memberships__user_id"), member_role=F("team__memberships__role"))

    def for_pages(self) -> Self:
        """Projects that people work in: without the team's library and without archived ones."""
        return self.filter(is_library=False, archived_at=None, deleted_at=None)


class Project(models.Model):
    """The border inside a team: runs, datasets and metric settings live in one project.

    Each team has one *library* project, which holds what programs make outside a project and all projects may use.
    """

    uuid = public_id()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="projects")
    key = models.SlugField(max_length=120)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    model_name = models.CharField(max_length=200, blank=True)
    quality_threshold = models.FloatField(
        default=0.7,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text="Overall score wanted, 0 to 1.",
    )
    is_library = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    keep_runs_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Older runs are deleted. Empty: none is."
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("team", "key"), name="accounts_project_key_once_per_team"),
            models.UniqueConstraint(fields=("team", "name"), name="accounts_project_name_once_per_team"),
            models.UniqueConstraint(
                fields=("team",),
                condition=Q(is_library=True),
                name="accounts_project_one_library_per_team",
            ),
            models.CheckConstraint(
                condition=Q(quality_threshold__gte=0, quality_threshold__lte=1),
                name="accounts_project_threshold_in_range",
                violation_error_message="The quality threshold must be between 0 and 1.",
            ),
            models.CheckConstraint(
                condition=Q(keep_runs_days=None) | Q(keep_runs_days__gte=1),
                name="accounts_project_keeps_runs_a_day",
                violation_error_message="Runs are kept for one day at least.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Reads of API keys."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def usable(self) -> Self:
        """Keys that still open the door."""
        now = timezone.now()
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            revoked_at=None,
            user__is_active=True,
        )

    def for_list(self) -> Self:
        """Those that open the door before those that were revoked, the newest first."""
        return self.select_related("user", "project").order_by(F("revoked_at").desc(nulls_first=True), "-created_at")

    def matching(self, key: str) -> Self:
        return self.usable().filter(key_hash=hash_api_key(key))


class ApiKey(models.Model):
    """A program's way in as one person of one team, optionally held to a project and a lower role.

    Only a hash is kept. A key is 40 random characters behind its prefix, so a plain SHA-256 cannot be guessed back.
    """

    uuid = public_id()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    project = models.ForeignKey(
        Project,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="api_keys",
    )
    role = models.CharField(
        max_length=16,
        choices=Role,
        blank=True,
        help_text="Empty: the person's own role.",
    )
    name = models.CharField(max_length=120)
    hint = models.CharField(
        max_length=16,
        editable=False,
        help_text="The first characters, to tell keys apart.",
    )
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(role="") | Q(role__in=Role.values),
                name="accounts_api_key_role_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def expires_soon(self) -> bool:
        """Whether its end is so near that somebody should make the next one."""
        now = timezone.now()
        return self.expires_at is not None and now < self.expires_at <= now + _SOON

    def held(self, rows: Rows, *, project: str = "project") -> Rows:
        """Of the rows, those in the key's team and, if it is held to one, its project; `project` is the way there."""
        way = f"{project}__" if project else ""
        rows = rows.filter(**{f"{way}team_id": self.team_id})
        return rows if self.project_id is None else rows.filter(**{f"{way}id": self.project_id})

    def note_use(self) -> None:
        """Remember that the key was used just now, to the minute: not every request is worth a write."""
        now = timezone.now()
        is_stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_NOTED_EVERY)
        ApiKey.objects.filter(is_stale, pk=self.pk).update(last_used_at=now)


def hash_api_key(key: str) -> str:
    """The form in which a key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()
