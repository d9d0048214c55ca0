"""Reading the address of the planner: which runs tell of the spread, and which difference is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Project
from metrics.statistics.signs import POWER
from runs.models import Dataset, Run

POWERS = (0.5, POWER, 0.9, 0.95)
MOST_OFFERED = 50


class PlannerForm(forms.Form):
    """What cannot be understood is named beside its field and left at its default."""

    difference = forms.FloatField(
        required=False,
        label="Difference to show",
        help_text="In the metric's unit; of shares 0.02 is two percentage points.",
        widget=forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal", "placeholder": "0.03"}),
    )
    power = forms.TypedChoiceField(
        required=False,
        coerce=float,
        label="Chance to see it",
        choices=[(str(power), f"{power * 100:.0f} %") for power in POWERS],
    )

    def __init__(self, query: QueryDict, *, project: Project) -> None:
        self._asked = query.copy()
        self._asked.setdefault("power", str(POWER))
        super().__init__(self._asked, auto_id="planner-%s")
        datasets = Dataset.objects.filter(project=project, archived_at=None).order_by("name")
        self.fields["dataset"] = forms.ModelChoiceField(datasets, required=False)

    def offer(self, dataset: Dataset, runs: Sequence[Run], *, chosen: Sequence[Run]) -> None:
        """Let people choose among these runs; `dataset` and `chosen`, baseline and candidate, are in force."""
        self._asked["dataset"] = str(dataset.pk)
        self.fields["dataset"].required = True
        choices = [(str(run.pk), f"{run.name} (v{run.dataset_version.number})") for run in runs]
        for name, run in zip(("baseline", "candidate"), chosen, strict=True):
            self.fields[name] = forms.ChoiceField(choices=choices)
            self._asked[name] = str(run.pk)
        self.fields["power"].required = True
        self.order_fields(["dataset", "baseline", "candidate", "power", "difference"])
        self.full_clean()

    def clean_difference(self) -> float | None:
        difference: float | None = self.cleaned_data["difference"]
        if difference is not None and not 0 < difference < float("inf"):
            raise forms.ValidationError(f"{difference:g} is no difference; write a number above 0, such as 0.03.")
        return difference

    def run_id(self, name: str) -> int | None:
        """The run named in the address; None for what is no number."""
        text = str(self.data.get(name, ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

    @property
    def power_wanted(self) -> float:
        return float(self.cleaned_data.get("power") or POWER)
