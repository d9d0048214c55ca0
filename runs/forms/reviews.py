"""What people enter about one run item."""

from __future__ import annotations

from django import forms

from runs.choices import ReviewState

LONGEST_COMMENT = 20_000


class ReviewStateForm(forms.Form):
    """A decision, and the version of the review that it was made on (0: there was none)."""

    state = forms.TypedChoiceField(choices=ReviewState.choices, coerce=ReviewState)
    version = forms.IntegerField(min_value=0)


class CommentForm(forms.Form):
    body = forms.CharField(max_length=LONGEST_COMMENT, widget=forms.Textarea)
