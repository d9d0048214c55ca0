"""What people fill in to save an evaluation, to start one, to set its times, and to bring one as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.db.models import Q
from django.http import QueryDict

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.choices import CachePolicy, Sampling
from runs.forms.run_create import ALL_ITEMS, BY_OVERALL, AskingForm, RescoreForm, code_of
from runs.metric_options import MetricOption
from runs.models import DatasetVersion, Evaluation, EvaluationSchedule, EvaluationVersion, Target
from runs.recipes.document import LONGEST_TEXT
from runs.services.evaluations import EvaluationRecipe, recipe_metrics
from runs.services.execution_plan import choice_of
from runs.services.run_metrics import MetricChoice
from runs.services.targets import recorded_target

NEWEST, FIXED = "newest", "fixed"
_OWN_TIMES = "own"
_USUAL_TIMES = {
    "0 6 * * *": "Every day at 06:00",
    "0 6 * * 1-5": "Every working day at 06:00",
    "0 6 * * 1": "Every Monday at 06:00",
    "0 * * * *": "Every hour",
    **{f"0 */{hours} * * *": f"Every {hours} hours" for hours in (2, 3, 4, 6, 8, 12)},
}


def _targets_of(project: Project) -> Any:  # noqa: ANN401  # a queryset, whose class is built from its manager
    library = Q(project__team_id=project.team_id, project__is_library=True)
    return Target.objects.filter(Q(project=project) | library, deleted_at=None).order_by("name", "version")


class EvaluationForm(AskingForm, RescoreForm):
    """A recipe over one dataset, besides its metrics."""

    name = forms.CharField(max_length=250, label="Name")
    description = forms.CharField(max_length=1000, required=False, label="Short description")
    long_description = forms.CharField(
        required=False,
        label="Long description",
        help_text="Markdown.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    taken_version = forms.ChoiceField(label="Dataset version", widget=forms.RadioSelect)
    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(), required=False, label="Targets", widget=forms.CheckboxSelectMultiple
    )
    new_target = forms.CharField(
        max_length=200,
        required=False,
        label="Another target",
        help_text="What answered, where the outputs are in the data: a model, a bot, a release.",
    )
    sampling = forms.ChoiceField(
        label="Items",
        choices=[(ALL_ITEMS, "All items"), *Sampling.choices],
        initial=ALL_ITEMS,
        widget=forms.RadioSelect,
    )
    num_samples = forms.IntegerField(required=False, min_value=1, label="How many")
    star = forms.ChoiceField(required=False, label="Passes or fails by")
    star_threshold = forms.FloatField(
        required=False,
        label="Its threshold",
        help_text="In the metric's unit; empty: the one above.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    tags = forms.CharField(required=False, max_length=2000, label="Tags", help_text="Separated by commas.")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        project: Project,
        version: DatasetVersion,
        options: Sequence[MetricOption],
        source: EvaluationVersion | None = None,
    ) -> None:
        super().__init__(data, initial=_of_version(source) if source else {"taken_version": NEWEST})
        self.version = version
        self.fields["taken_version"] = forms.ChoiceField(
            label="Dataset version",
            choices=[(NEWEST, "The newest when it starts"), (FIXED, f"Always v{version.number}")],
            widget=forms.RadioSelect,
        )
        targets = cast("forms.ModelMultipleChoiceField[Target]", self.fields["targets"])
        targets.queryset = _targets_of(project)
        self.fields["star"] = forms.ChoiceField(
            required=False,
            label="Passes or fails by",
            choices=[(BY_OVERALL, "The overall score"), *((option.code, option.name) for option in options)],
            help_text="The metric whose mean decides.",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("sampling") == ALL_ITEMS:
            cleaned["num_samples"] = None
        elif not cleaned.get("num_samples") and "num_samples" not in self.errors:
            self.add_error("num_samples", "Say how many items to take, or choose all.")
        return cleaned

    @property
    def tag_list(self) -> list[str]:
        return [tag.strip() for tag in str(self.cleaned_data["tags"]).split(",") if tag.strip()]

    def recipe(self, *, project: Project, metrics: Sequence[MetricChoice], by: User) -> EvaluationRecipe:
        """What was asked for. Makes the target when it is new; raises `Invalid` as the services do."""
        found = self.cleaned_data
        chosen = recipe_metrics(metrics, project=project, version=self.version)
        star = dict(zip(map(code_of, metrics), chosen, strict=True)).get(found["star"])
        if found["star"] and star is None:
            raise Invalid("star_unknown", "The star metric is not among the chosen ones; tick it.", field="star")
        targets = list(found["targets"])
        if found["new_target"]:
            targets.append(recorded_target(project=project, name=found["new_target"], by=by))
        return EvaluationRecipe(
            name=found["name"],
            description=found["description"],
            long_description=found["long_description"],
            dataset=self.version.dataset,
            dataset_version=self.version if found["taken_version"] == FIXED else None,
            targets=targets,
            metrics=chosen,
            star_metric=star.metric if star else None,
            star_threshold=found["star_threshold"] if star else None,
            num_samples=found["num_samples"],
            sampling=Sampling.HEAD if found["sampling"] == ALL_ITEMS else Sampling(found["sampling"]),
            repeats=found["repeats"],
            cache_policy=CachePolicy(found["cache_policy"]),
        )


def _of_version(source: EvaluationVersion) -> dict[str, Any]:
    star = next((each for each in source.metrics.all() if each.metric_id == source.star_metric_id), None)
    return {
        "name": source.name,
        "description": source.description,
        "long_description": source.long_description,
        "taken_version": FIXED if source.dataset_version else NEWEST,
        "targets": [target.pk for target in source.targets.all()],
        "sampling": source.sampling if source.num_samples else ALL_ITEMS,
        "num_samples": source.num_samples,
        "repeats": source.repeats,
        "cache_policy": source.cache_policy,
        "star": code_of(choice_of(star)) if star else BY_OVERALL,
        "star_threshold": source.star_threshold,
        "tags": ", ".join(source.evaluation.tags),
    }


class StartForm(forms.Form):
    """The targets of one start."""

    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(),
        label="Targets",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one target."},
    )

    def __init__(self, data: QueryDict | None = None, *, version: EvaluationVersion) -> None:
        super().__init__(data, initial={"targets": [target.pk for target in version.targets.all()]})
        targets = cast("forms.ModelMultipleChoiceField[Target]", self.fields["targets"])
        targets.queryset = _targets_of(version.evaluation.project)


class ScheduleForm(forms.Form):
    """When an evaluation starts by itself: every so many hours, or at times of one's own."""

    every = forms.ChoiceField(label="Starts", choices=[*_USUAL_TIMES.items(), (_OWN_TIMES, "At other times")])
    cron = forms.CharField(
        required=False,
        max_length=120,
        label="Other times",
        help_text="Minute, hour, day, month, weekday: “30 22 * * 1-5” is half past ten on working nights.",
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=[(name, name) for name in sorted(available_timezones())])

    @classmethod
    def of(cls, evaluation: Evaluation) -> ScheduleForm:
        """Filled from the times that are set."""
        schedule = EvaluationSchedule.objects.filter(evaluation=evaluation).first()
        if schedule is None:
            return cls(initial={"time_zone": "UTC"})
        own = {} if schedule.cron in _USUAL_TIMES else {"every": _OWN_TIMES, "cron": schedule.cron}
        return cls(initial={"time_zone": schedule.time_zone, "every": schedule.cron, **own})

    @property
    def times(self) -> str:
        """The five fields; of a valid form."""
        every = str(self.cleaned_data["every"])
        return str(self.cleaned_data["cron"]) if every == _OWN_TIMES else every


class EvaluationFileForm(forms.Form):
    """A file, or its text."""

    file = forms.FileField(label="File", required=False)
    text = forms.CharField(
        required=False,
        label="Or paste it",
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14, "data-code": "", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if upload:
            if upload.size > LONGEST_TEXT:
                raise forms.ValidationError("The file has more than 1 MB; an evaluation takes a few kB.")
            try:
                cleaned["text"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError("The file is not UTF-8 text.") from error
        if not str(cleaned.get("text") or "").strip():
            raise forms.ValidationError("Choose a file or paste its text first.")
        return cleaned
