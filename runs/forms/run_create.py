"""The form that starts a run, and the lines of metrics in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Project, User
from runs.choices import CachePolicy, Sampling
from runs.forms.run_resumption import spending_cap_field
from runs.metric_options import MetricOption
from runs.models import DatasetVersion, Target
from runs.services.run_metrics import MetricChoice
from runs.services.runs import MOST_REPEATS, RunRequest
from runs.services.targets import recorded_target

ALL_ITEMS = "all"
BY_OVERALL = ""


class MetricChoiceForm(forms.Form):
    """One metric: whether the run measures it, with which threshold and weight."""

    is_chosen = forms.BooleanField(required=False)
    threshold = forms.FloatField(required=False, widget=forms.NumberInput(attrs={"step": "any"}))
    weight = forms.FloatField(required=False, min_value=0, widget=forms.NumberInput(attrs={"step": "any"}))

    def __init__(
        self, data: QueryDict | None, *, option: MetricOption, chosen: Mapping[str, MetricChoice] | None
    ) -> None:
        self.option = option
        choice = None if chosen is None else chosen.get(option.code)
        initial = {
            "is_chosen": option.is_on if chosen is None else choice is not None,
            "threshold": choice.threshold if choice else option.threshold,
            "weight": choice.weight if choice else option.weight,
        }
        super().__init__(data, prefix=f"metric-{option.code}", initial=initial)
        self.fields["is_chosen"].widget.attrs["aria-label"] = f"Measure {option.name}"
        self.fields["threshold"].widget.attrs["aria-label"] = f"Threshold of {option.name}"
        self.fields["weight"].widget.attrs["aria-label"] = f"Weight of {option.name}"

    @property
    def choice(self) -> MetricChoice:
        found = self.cleaned_data
        return MetricChoice(
            key=self.option.key,
            is_given=self.option.is_given,
            threshold=found["threshold"],
            weight=found["weight"],
        )


def metric_choice_forms(
    options: Sequence[MetricOption], data: QueryDict | None = None, *, chosen: Sequence[MetricChoice] | None = None
) -> list[MetricChoiceForm]:
    """A form for each option; `chosen` fills them in from another run, else they start from the project's settings."""
    by_code = None if chosen is None else {code_of(choice): choice for choice in chosen}
    return [MetricChoiceForm(data, option=option, chosen=by_code) for option in options]


def code_of(choice: MetricChoice) -> str:
    """The choice as forms name it."""
    return f"given:{choice.key}" if choice.is_given else choice.key


def chosen_metrics(metric_forms: Sequence[MetricChoiceForm]) -> list[MetricChoice]:
    """The metrics that are ticked, in the order of the form."""
    return [form.choice for form in metric_forms if form.cleaned_data["is_chosen"]]


class RescoreForm(forms.Form):
    """Takes what is wrong with the choice of metrics, which stand in forms of their own."""

    metrics = forms.CharField(required=False, widget=forms.HiddenInput)


class AskingForm(forms.Form):
    """How often each item is asked, and what earlier runs save."""

    repeats = forms.IntegerField(
        min_value=1,
        max_value=MOST_REPEATS,
        initial=1,
        label="Repeats",
        help_text="Each item is answered and scored this often.",
    )
    cache_policy = forms.ChoiceField(
        choices=CachePolicy,
        initial=CachePolicy.REUSE,
        label="Earlier answers and verdicts",
        help_text="Reuse them, ask anew and keep what comes, or leave the cache alone.",
    )


class RunForm(AskingForm, RescoreForm):
    """What a run over one dataset version is to do, besides its metrics."""

    target = forms.CharField(
        max_length=200, label="What answered", help_text="The model, bot or system whose outputs are in the data."
    )
    target_version = forms.CharField(
        max_length=200, required=False, label="Its version", help_text="A release, a date or a commit."
    )
    name = forms.CharField(max_length=250, required=False, label="Name of the run")
    sampling = forms.ChoiceField(
        label="Items",
        choices=[(ALL_ITEMS, "All items"), *Sampling.choices],
        initial=ALL_ITEMS,
        widget=forms.RadioSelect,
    )
    num_samples = forms.IntegerField(required=False, min_value=1, label="How many")
    star = forms.ChoiceField(required=False, label="Passes or fails by")
    spending_cap = spending_cap_field(
        "Spending cap", "US dollars for answers and verdicts together; the run stops asking there."
    )
    tags = forms.CharField(required=False, max_length=2000, label="Tags", help_text="Separated by commas.")
    description = forms.CharField(required=False, label="Description", widget=forms.Textarea(attrs={"rows": 3}))
    commit_url = forms.URLField(required=False, max_length=500, label="Commit link", assume_scheme="https")
    metadata = forms.JSONField(
        required=False,
        label="Metadata",
        help_text="A JSON object that programs and filters can read.",
        widget=forms.Textarea(attrs={"rows": 3, "data-code": ""}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        version: DatasetVersion,
        options: Sequence[MetricOption],
        source: RunRequest | None = None,
        asked: Target | None = None,
    ) -> None:
        """`asked` answers the items; without it, the form asks for the name of what answered in the data."""
        super().__init__(data, initial=_of_request(source) if source else {"target": version.recorded_target})
        self.version = version
        self.asked = asked
        if asked:
            del self.fields["target"], self.fields["target_version"]
        self.fields["star"] = forms.ChoiceField(
            required=False,
            label="Passes or fails by",
            choices=[(BY_OVERALL, "The overall score"), *((option.code, option.name) for option in options)],
            help_text="The metric whose mean decides, against its threshold.",
        )
        self.fields["name"].widget.attrs["placeholder"] = "target on dataset, unless you say otherwise"

    def clean_tags(self) -> list[str]:
        tags: str = self.cleaned_data["tags"]
        return [tag.strip() for tag in tags.split(",") if tag.strip()]

    def clean_metadata(self) -> dict[str, Any]:
        metadata = self.cleaned_data["metadata"] or {}
        if not isinstance(metadata, dict):
            raise forms.ValidationError('Write an object, such as {"branch": "main"}.')
        return metadata

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("sampling") == ALL_ITEMS:
            cleaned["num_samples"] = None
        elif not cleaned.get("num_samples") and "num_samples" not in self.errors:
            self.add_error("num_samples", "Say how many items to take, or choose all.")
        return cleaned

    def request(self, *, project: Project, metrics: Sequence[MetricChoice], by: User) -> RunRequest:
        """What was asked for. Makes the target when it is new; raises `Invalid` as its service does."""
        found = self.cleaned_data
        target = self.asked or recorded_target(
            project=project, name=found["target"], version=found["target_version"], by=by
        )
        return RunRequest(
            project=project,
            version=self.version,
            target=target,
            metrics=metrics,
            star=found["star"].removeprefix("given:"),
            name=found["name"],
            description=found["description"],
            num_samples=found["num_samples"],
            sampling=Sampling.HEAD if found["sampling"] == ALL_ITEMS else Sampling(found["sampling"]),
            repeats=found["repeats"],
            cache_policy=CachePolicy(found["cache_policy"]),
            spending_cap=found["spending_cap"],
            tags=found["tags"],
            metadata=found["metadata"],
            commit_url=found["commit_url"],
        )


def _of_request(source: RunRequest) -> dict[str, Any]:
    star = next((choice for choice in source.metrics if choice.key == source.star), None)
    return {
        "target": "" if source.target.is_asked else source.target.name,
        "target_version": "" if source.target.is_asked else source.target.version,
        "name": source.name,
        "sampling": source.sampling if source.num_samples else ALL_ITEMS,
        "num_samples": source.num_samples,
        "repeats": source.repeats,
        "cache_policy": source.cache_policy,
        "spending_cap": source.spending_cap,
        "star": code_of(star) if star else BY_OVERALL,
        "tags": ", ".join(source.tags),
        "description": source.description,
        "commit_url": source.commit_url,
        "metadata": json.loads(json.dumps(source.metadata)) if source.metadata else None,
    }
