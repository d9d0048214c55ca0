"""Forms about people and keys."""

from __future__ import annotations

from django import forms

from evalhub.accounts.choices import Role
from evalhub.accounts.invitations import MOST_DAYS, USUAL_DAYS
from evalhub.accounts.models import Invitation, Team
from evalhub.core.forms import LastDayField

_OUT_OF_RANGE = f"An invitation is good for 1 to {MOST_DAYS} days, not %(show_value)s."
CHOOSING_WELL = (
    "At least 8 characters; no common word, not digits alone, and nothing close to your name or e-mail address."
)


class MemberForm(forms.Form):
    """Takes a person with an account into the team."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.EDITOR)


class RoleForm(forms.Form):
    """Gives a member another role."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)


class InvitationForm(forms.Form):
    """Asks for a link into the team."""

    email = forms.EmailField(
        label="E-mail",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Then only this person can use it. Empty: whoever gets the link, once.",
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.EDITOR)
    days = forms.IntegerField(
        label="Good for days",
        initial=USUAL_DAYS,
        min_value=1,
        max_value=MOST_DAYS,
        error_messages={"min_value": _OUT_OF_RANGE, "max_value": _OUT_OF_RANGE},
    )


class NewAccountForm(forms.Form):
    """Makes the account of an invited person."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    name = forms.CharField(label="Name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label="Password",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=CHOOSING_WELL,
    )

    def __init__(self, *args: object, invitation: Invitation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        if invitation.email:
            self.fields["email"].initial = invitation.email
            self.fields["email"].disabled = True


class ProfileForm(forms.Form):
    """What a person says of themselves."""

    name = forms.CharField(
        label="Name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="What colleagues see beside your runs, reviews and comments.",
    )


class TeamForm(forms.Form):
    """What an owner says of a team."""

    name = forms.CharField(label="Name", max_length=120)
    requires_second_factor = forms.BooleanField(
        label="Members need a second factor",
        required=False,
        help_text="Who has none is led to set one up before seeing anything else. Programs with a key are not asked.",
    )

    @classmethod
    def of(cls, team: Team) -> TeamForm:
        return cls(initial={name: getattr(team, name) for name in cls.base_fields})


class ApiKeyForm(forms.Form):
    """Asks for a new key."""

    name = forms.CharField(label="Name", max_length=120, help_text="What will use it, such as “CI of support-bot”.")
    role = forms.ChoiceField(
        label="Most it may do",
        choices=[("", "All that you may"), *Role.choices],
        required=False,
        help_text="A key never does more than its person.",
    )
    expires_on = LastDayField(help_text="Empty: it works until somebody revokes it.")

    def __init__(self, *args: object, team: Team, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["project"] = forms.ModelChoiceField(
            team.projects.for_pages(), label="Project", required=False, empty_label="All projects of the team"
        )
