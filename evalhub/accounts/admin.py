"""People, teams, projects and keys in the admin site."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm
from unfold.forms import UserChangeForm as UnfoldUserChangeForm
from unfold.forms import UserCreationForm as UnfoldUserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from evalhub.accounts import services
from evalhub.accounts.admin_audit import Audited
from evalhub.accounts.choices import Role
from evalhub.accounts.models import ApiKey, AuditEntry, Invitation, Membership, Project, Team, User
from evalhub.core.admin_models import KeptAdmin, ModelAdmin, ReadOnlyAdmin, ServiceAdmin, ServiceForm
from evalhub.core.errors import EvalHubError

# Rights are roles in teams; Django's groups would be a second, ineffective set of them.
admin.site.unregister(Group)
# The provider is named in the environment, links to it are made by signing in, and a person's address is the person's.
for _model in (SocialAccount, SocialApp, SocialToken, EmailAddress, Authenticator):
    admin.site.unregister(_model)


class _LowerCaseEmail:
    """E-mails are kept in lower case, as sign-in looks them up."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class UserCreationForm(_LowerCaseEmail, UnfoldUserCreationForm):
    """A new person; without a password they cannot sign in until one is set."""

    class Meta:
        model = User
        fields = ("email", "name")


class UserChangeForm(_LowerCaseEmail, UnfoldUserChangeForm):
    """What an admin may change of a person."""

    class Meta:
        model = User
        fields = "__all__"


class MembershipInline(TabularInline):
    """Who is in a team, or which teams a person is in."""

    model = Membership
    extra = 0
    autocomplete_fields = ("team", "user")


class PeopleAdmin(KeptAdmin):
    """Rows with memberships beside them, which are made, changed and ended by the services of teams."""

    def save_formset(
        self,
        request: HttpRequest,
        form: forms.BaseForm,
        formset: forms.BaseModelFormSet[Any, Any],
        change: bool,
    ) -> None:
        formset.save(commit=False)
        changed = [membership for membership, _ in formset.changed_objects]
        for membership, apply in (
            *((membership, _join) for membership in formset.new_objects),
            *((membership, _change_role) for membership in changed),
            *((membership, _leave) for membership in formset.deleted_objects),
        ):
            try:
                with transaction.atomic():
                    apply(membership, cast("User", request.user))
            except EvalHubError as error:
                self.message_user(request, error.message, messages.ERROR)


def _join(membership: Membership, by: User) -> None:
    services.add_member(team=membership.team, email=membership.user.email, role=Role(membership.role), by=by)


def _change_role(membership: Membership, by: User) -> None:
    services.change_role(_stored(membership), role=Role(membership.role), by=by)


def _leave(membership: Membership, by: User) -> None:
    services.remove_member(_stored(membership), by=by)


def _stored(membership: Membership) -> Membership:
    return Membership.objects.select_related("team", "user").get(pk=membership.pk)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, PeopleAdmin):  # type: ignore[type-arg]  # generic for type checkers alone
    """People. They are deactivated, not deleted: what they did keeps their name."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> tuple[type[Any], ...]:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: Model, form: forms.BaseForm, change: bool) -> None:
        """An address that a person no longer has opens nothing."""
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email=cast("User", obj).email).delete()


@admin.register(Authenticator)
class SecondFactorAdmin(ModelAdmin):
    """Second factors without their secrets; who lost one has it taken off here."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__email", "user__name")
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.delete_queryset(request, Authenticator.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Recovery codes go along: alone they would still be asked for."""
        Authenticator.objects.filter(user__in=queryset.values("user")).delete()


class TeamCreationForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers alone
    """A new team has an owner from the start."""

    owner = forms.ModelChoiceField(User.objects.filter(is_active=True), widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Team
        fields = ("name",)


@admin.register(Team)
class TeamAdmin(Audited, PeopleAdmin):
    """Teams and who is in them."""

    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    fields = ("name", "slug")
    inlines = (MembershipInline,)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Team]]:
        form: type[forms.ModelForm[Team]] = super().get_form(
            request, obj, change=change, **(kwargs if obj else {"form": TeamCreationForm})
        )
        return form

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return self.fields if obj else ("name", "owner")

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> tuple[type[Any], ...]:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: Team, form: forms.ModelForm[Team], change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        team = services.create_team(name=obj.name, owner=form.cleaned_data["owner"])
        obj.pk, obj.slug = team.pk, team.slug


class ProjectForm(ServiceForm):
    """A project's words and its wanted score."""

    class Meta:
        model = Project
        fields = ("team", "name", "description", "model_name", "quality_threshold")

    def apply(self) -> Project:
        found = self.cleaned_data
        wishes = {name: found[name] for name in ("name", "model_name", "quality_threshold")}
        if self.instance.pk is None:
            return services.create_project(team=found["team"], by=self.by, **wishes)
        stored = Project.objects.get(pk=self.instance.pk)
        return services.edit_project(stored, by=self.by, description=found["description"], **wishes)


@admin.register(Project)
class ProjectAdmin(ServiceAdmin):
    """Projects of all teams."""

    form = ProjectForm
    list_display = ("name", "team", "key", "quality_threshold", "is_library", "archived_at")
    list_select_related = ("team",)
    list_filter = ("is_library", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "key", "team__name")
    autocomplete_fields = ("team",)
    actions = ("archive", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("team", "uuid", "key", "is_library", "created_at", "archived_at") if obj else ()

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Project]) -> None:
        self.change_each(request, rows, services.archive_project, done="Archived")

    @admin.action(description="Bring back")
    def restore(self, request: HttpRequest, rows: QuerySet[Project]) -> None:
        self.change_each(request, rows, services.restore_project, done="Brought back")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys, to look at and revoke; they are issued on the team's page or by `create_api_key`, which show them once."""

    list_display = ("name", "hint", "team", "user", "project", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("team", "user", "project")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "role")
    search_fields = ("name", "hint", "team__name", "user__email")
    fields = (
        "name",
        "hint",
        "team",
        "user",
        "project",
        "role",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    actions = ("revoke",)

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiKey]) -> None:
        keys = rows.select_related("team", "user")
        self.change_each(request, keys, services.revoke_api_key, done="Revoked")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """What was changed in all teams; the database lets nobody change or delete it."""

    list_display = ("at", "team", "by_name", "action", "subject_kind", "subject_name", "door")
    list_select_related = ("team",)
    list_filter = ("action", "subject_kind", "door")
    search_fields = ("by_name", "subject_name", "project_name")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was invited; the teams' own pages make and take back invitations."""

    list_display = ("__str__", "team", "role", "invited_by", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("team", "invited_by")
    search_fields = ("email", "team__name")
