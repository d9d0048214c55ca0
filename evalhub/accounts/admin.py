"""People, teams, projects and keys in the admin site."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm
from unfold.forms import UserChangeForm as UnfoldUserChangeForm
from unfold.forms import UserCreationForm as UnfoldUserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from evalhub.accounts.admin_audit import Audited, AuditedMembers
from evalhub.accounts.models import ApiKey, AuditEntry, Invitation, Membership, Project, Team, User
from evalhub.accounts.services import create_team
from evalhub.core.admin_models import KeptAdmin, ReadOnlyAdmin

# Rights are roles in teams; Django's groups would be a second, ineffective set of them.
admin.site.unregister(Group)
# The provider is named in the environment, and links to it are made by signing in.
for _model in (SocialAccount, SocialApp, SocialToken):
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


@admin.register(User)
class UserAdmin(AuditedMembers, DjangoUserAdmin, KeptAdmin):  # type: ignore[type-arg]  # generic for type checkers alone
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


class TeamCreationForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers alone
    """A new team has an owner from the start."""

    owner = forms.ModelChoiceField(User.objects.filter(is_active=True), widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Team
        fields = ("name",)


@admin.register(Team)
class TeamAdmin(AuditedMembers, KeptAdmin):
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
        team = create_team(name=obj.name, owner=form.cleaned_data["owner"])
        obj.pk, obj.slug = team.pk, team.slug


@admin.register(Project)
class ProjectAdmin(Audited, KeptAdmin):
    """Projects of all teams."""

    list_display = ("name", "team", "key", "quality_threshold", "is_library", "archived_at")
    list_select_related = ("team",)
    list_filter = ("is_library",)
    search_fields = ("name", "key", "team__name")
    autocomplete_fields = ("team",)
    readonly_fields = ("uuid", "is_library", "created_at")


@admin.register(ApiKey)
class ApiKeyAdmin(Audited, KeptAdmin):
    """Keys, to revoke or rename; they are issued on the team's page or by `create_api_key`, which show them once."""

    list_display = ("name", "hint", "team", "user", "project", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("team", "user", "project")
    search_fields = ("name", "hint", "team__name", "user__email")
    readonly_fields = ("uuid", "team", "user", "project", "role", "hint", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


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
