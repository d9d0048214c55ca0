"""Reading the address of an item history: over which runs, by which verdict, and which items."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Project
from runs.history.grid import MOST_RUNS, Course
from runs.history.selection import HistoryOrder
from runs.models import Dataset, Target

RUN_COUNTS = (5, 10, MOST_RUNS)
USUAL_RUNS = 10


class HistoryForm(forms.Form):
    """What cannot be understood is left at its default: a metric may be gone once other runs are looked at."""

    count = forms.TypedChoiceField(
        required=False,
        coerce=int,
        label="Runs",
        choices=[(count, f"Last {count} runs") for count in RUN_COUNTS],
    )
    show = forms.ChoiceField(required=False, choices=[(course.value, course.value) for course in Course])
    sort = forms.ChoiceField(required=False, choices=[(order.value, order.value) for order in HistoryOrder])
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000_000)
    tag = forms.CharField(required=False, max_length=80, label="Tag of the runs")

    def __init__(self, query: QueryDict, *, project: Project) -> None:
        asked = query.copy()
        asked.setdefault("count", str(USUAL_RUNS))
        super().__init__(asked, auto_id="history-%s")
        datasets = Dataset.objects.filter(project=project, archived_at=None).order_by("name")
        self.fields["dataset"] = forms.ModelChoiceField(datasets, required=False, empty_label="Newest run's dataset")
        names = Target.objects.filter(project=project, deleted_at=None).order_by("name").values_list("name", flat=True)
        choices = [("", "Any target"), *((name, name) for name in names.distinct())]
        self.fields["target"] = forms.ChoiceField(required=False, choices=choices)
        self.is_valid()

    @property
    def dataset(self) -> Dataset | None:
        found: Dataset | None = self.cleaned_data.get("dataset")
        return found

    @property
    def target_name(self) -> str:
        return str(self.cleaned_data.get("target") or "")

    @property
    def tag_name(self) -> str:
        return str(self.cleaned_data.get("tag") or "").strip()

    @property
    def run_count(self) -> int:
        return int(self.cleaned_data.get("count") or USUAL_RUNS)

    @property
    def metric_key(self) -> str:
        return str(self.data.get("metric", ""))

    @property
    def course(self) -> Course | None:
        name = self.cleaned_data.get("show")
        return Course(name) if name else None

    @property
    def order(self) -> HistoryOrder:
        return HistoryOrder(self.cleaned_data.get("sort") or HistoryOrder.WORST)

    @property
    def page_number(self) -> int:
        return int(self.cleaned_data.get("page") or 1)
