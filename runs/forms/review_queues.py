"""What people say of a review queue that they make or change, and of the items in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import User
from evalhub.core.forms import still_to_come
from runs.choices import Assignment, QueueMode, QueueRule
from runs.models import ReviewQueue, Run, RunMetric
from runs.review_rules import RuleWish
from runs.services.comments import LONGEST_COMMENT
from runs.services.review_queues import MOST_REVIEWERS, MOST_TASKS, QueueChange, QueueSettings
from runs.services.reviews import reviewers_of

RULES = [(rule.value, rule.label) for rule in QueueRule if rule != QueueRule.PICKED]
VERDICT = "Where its review stands"
_DATE = forms.DateInput(attrs={"type": "date"})


class QueueForm(forms.Form):
    """How a queue is worked; `settings()` once it is valid."""

    name = forms.CharField(max_length=200)
    instructions = forms.CharField(
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The rubric: what to look for, and when to choose what. It stands beside every item.",
    )
    assignment = forms.ChoiceField(choices=Assignment.choices, initial=Assignment.ANYONE, label="Who gets the items")
    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="People"
    )
    reviewers_per_item = forms.IntegerField(
        min_value=1,
        max_value=MOST_REVIEWERS,
        initial=1,
        label="People per item",
        help_text="Where every item goes to each of the people, their number counts.",
    )
    due_on = forms.DateField(required=False, widget=_DATE, label="Due")

    def __init__(self, data: QueryDict | None = None, *, run: Run, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.run = run
        self.metrics: dict[str, RunMetric] = {metric.key: metric for metric in run.run_metrics.all()}
        people = self.fields["people"]
        assert isinstance(people, forms.ModelMultipleChoiceField)  # noqa: S101  # tells the type checker
        may_review = [user.pk for user in reviewers_of(run.project)]
        people.queryset = User.objects.filter(pk__in=may_review).order_by("name", "pk")

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        return day and still_to_come(day)

    def settings(self) -> QueueSettings:
        said = self.cleaned_data
        key = said.get("answer", "")
        return QueueSettings(
            name=said["name"],
            instructions=said["instructions"],
            mode=QueueMode(said.get("mode") or QueueMode.BLIND),
            assignment=Assignment(said["assignment"]),
            people=list(said["people"]),
            reviewers_per_item=said["reviewers_per_item"],
            metric=self.metrics[key].revision.metric if key else None,
            due_on=said["due_on"],
        )


class ItemQueueForm(QueueForm):
    """A queue of items looked at one by one."""

    mode = forms.ChoiceField(choices=QueueMode.choices, initial=QueueMode.OPEN, label="What people see first")
    answer = forms.ChoiceField(required=False, label="What people say of an item")

    def __init__(self, data: QueryDict | None = None, *, run: Run, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, run=run, initial=initial)
        answer = self.fields["answer"]
        assert isinstance(answer, forms.ChoiceField)  # noqa: S101  # tells the type checker
        own = [
            (key, f"Their own value of {metric.name}") for key, metric in self.metrics.items() if _can_be_said(metric)
        ]
        answer.choices = [("", VERDICT), *own]


class RuleForm(forms.Form):
    """Which items of a run come in; `wish()` once it is valid."""

    rule = forms.ChoiceField(choices=RULES, initial=QueueRule.FAILING, label="Which items")
    metric = forms.ChoiceField(required=False)
    value = forms.FloatField(
        required=False, label="Value", help_text="Items that fall short of it; empty: of the metric's threshold."
    )
    width = forms.FloatField(
        required=False,
        min_value=0,
        label="How close",
        help_text="On either side of the threshold, in the metric's unit; empty: a twentieth of its range.",
    )
    most = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_TASKS,
        label="At most",
        help_text="So many of them are drawn at random; empty: all.",
    )
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        label="Seed",
        help_text="The same number draws the same items.",
    )

    def __init__(self, data: QueryDict | None = None, *, metrics: Sequence[RunMetric], initial: Any = None) -> None:  # noqa: ANN401  # a mapping of the address's words
        super().__init__(data, initial=initial)
        metric = self.fields["metric"]
        assert isinstance(metric, forms.ChoiceField)  # noqa: S101  # tells the type checker
        metric.choices = [("", "The overall score"), *((one.key, one.name) for one in metrics)]
        for name in ("value", "width"):
            self.fields[name].widget.attrs["step"] = "any"

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("rule") in {QueueRule.BELOW, QueueRule.DISAGREEMENT} and not said.get("metric"):
            self.add_error("metric", "Choose a metric: this rule does not go by the overall score.")
        return said

    def wish(self) -> RuleWish:
        said = self.cleaned_data
        return RuleWish(
            rule=QueueRule(said["rule"]),
            metric_key=said["metric"],
            value=said["value"],
            width=said["width"],
            most=said["most"],
            seed=said["seed"] or 0,
        )


class PairForm(forms.Form):
    """How many of the shared questions people compare."""

    most = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_TASKS, label="Questions", help_text="Drawn at random; empty: all."
    )


class QueueChangeForm(forms.Form):
    """What of a queue may be changed later."""

    name = forms.CharField(max_length=200)
    instructions = forms.CharField(required=False, max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 6}))
    due_on = forms.DateField(required=False, widget=_DATE, label="Due")

    @classmethod
    def of(cls, queue: ReviewQueue, data: QueryDict | None = None) -> QueueChangeForm:
        initial = {"name": queue.name, "instructions": queue.instructions, "due_on": queue.due_on}
        return cls(data, initial=initial)

    def clean_due_on(self) -> date | None:
        """A day that is over may stay, as when only the name changes."""
        day: date | None = self.cleaned_data["due_on"]
        return day if day is None or day == self.initial["due_on"] else still_to_come(day)

    def change(self) -> QueueChange:
        return QueueChange(**self.cleaned_data, clears_due=True)


class DecisionForm(forms.Form):
    """What a person says of an item, and the version of its review that they saw."""

    choice = forms.CharField(max_length=200)
    note = forms.CharField(required=False, max_length=LONGEST_COMMENT)
    version = forms.IntegerField(required=False, min_value=0)


class ReassignmentForm(forms.Form):
    """Whose open items go to whom; empty is nobody in particular."""

    from_person = forms.IntegerField(required=False)
    to_person = forms.IntegerField(required=False)


def _can_be_said(metric: RunMetric) -> bool:
    """Whether its values can be chosen by keys: labels, yes or no, or a range with ends."""
    return bool(metric.labels) or (metric.range_min is not None and metric.range_max is not None)
