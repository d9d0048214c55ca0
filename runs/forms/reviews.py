"""What people enter about one run item."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.choices import ReviewState
from runs.models import Label, ReviewChange, RunItem, RunMetric
from runs.review_panel import typed_share
from runs.services.comments import LONGEST_COMMENT
from runs.services.labels import LONGEST_NAME
from runs.services.review_values import GivenValue
from runs.services.reviews import LONGEST_OUTPUT, reviewers_of

_VALUE, _NOTE = "value.", "note."
_NO = ("", "0", "false")


class SeenForm(forms.Form):
    """The version of the review that the person decided on; 0 where there was none."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class ReviewStateForm(SeenForm):
    state = forms.TypedChoiceField(choices=ReviewState.choices, coerce=ReviewState)


class AssigneeForm(SeenForm):
    """Whose the review is; nobody's where nothing is chosen."""

    def __init__(self, *args: object, project: Project) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # passed on as they came
        self.fields["assignee"] = forms.ModelChoiceField(reviewers_of(project), required=False)

    @property
    def assignee(self) -> User | None:
        found: User | None = self.cleaned_data["assignee"]
        return found


class LabelForm(forms.Form):
    """A label of the project, put on or taken off."""

    on = forms.CharField(required=False)

    def __init__(self, *args: object, project: Project) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # passed on as they came
        self.fields["label"] = forms.ModelChoiceField(Label.objects.filter(project=project))

    @property
    def is_on(self) -> bool:
        return self.cleaned_data["on"] not in _NO


class NewLabelForm(forms.Form):
    new_label = forms.CharField(max_length=LONGEST_NAME)


class CorrectedOutputForm(SeenForm):
    """What the answer should have been; spaces and line ends stay as they are typed."""

    corrected_output = forms.CharField(required=False, max_length=LONGEST_OUTPUT, strip=False)


class UndoForm(forms.Form):
    """The step to be taken back."""

    def __init__(self, *args: object, run_item: RunItem) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # passed on as they came
        own = ReviewChange.objects.filter(review__run_item=run_item).select_related("review", "metric", "author")
        self.fields["undo"] = forms.ModelChoiceField(own)


class CommentForm(forms.Form):
    body = forms.CharField(max_length=LONGEST_COMMENT, widget=forms.Textarea)


def given_values(query: QueryDict, metrics: Sequence[RunMetric]) -> list[GivenValue]:
    """What the form of values says, metric by metric. Raises `Invalid` for what is no number, or a note on nothing."""
    given = []
    for metric in metrics:
        named = _VALUE + metric.key in query
        text, note = query.get(_VALUE + metric.key, "").strip(), query.get(_NOTE + metric.key, "").strip()
        if text:
            given.append(_given(metric, text, note))
        elif note:
            raise Invalid("value_missing", f"{metric.name}: give a value with the note.", field=_VALUE + metric.key)
        elif named:
            given.append(GivenValue(metric.key))
    return given


def _given(metric: RunMetric, text: str, note: str) -> GivenValue:
    if metric.is_category:
        return GivenValue(metric.key, label=text, note=note)
    try:
        value = float(text) / typed_share(metric)
    except ValueError:
        problem = f'{metric.name}: "{text[:60]}" is not a number.'
        raise Invalid("value_invalid", problem, field=_VALUE + metric.key) from None
    return GivenValue(metric.key, value, note=note)
