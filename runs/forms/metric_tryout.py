"""What people fill in to try a metric out: which items, and over which connection."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Team
from evalhub.connections.models import Connection
from metrics.models import Metric
from metrics.scoring import ScoringInput
from runs.metric_items import MOST_ITEMS, MetricItem, Pick, pick_places, read_items
from runs.models import Run

_RECENT_RUNS = 30
_MOST_TEXT = 50_000
IN_RUN, TYPED = "run", "typed"


class _RunField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for type checkers alone
    """A run, named with its project."""

    def label_from_instance(self, obj: Run) -> str:
        return f"{obj.project.name}: {obj.name} ({obj.item_count:,} items)"


class TryoutForm(forms.Form):
    """Items of a run or one that is typed in. Once shown, the items stay the same until others are asked for."""

    use_required_attribute = False

    source = forms.ChoiceField(
        label="Items",
        choices=[(IN_RUN, "Of a run"), (TYPED, "Typed in")],
        initial=IN_RUN,
        widget=forms.RadioSelect,
    )
    run = _RunField(Run.objects.none(), required=False, label="Run", empty_label="Choose a run")
    pick = forms.ChoiceField(
        required=False,
        label="Which",
        choices=[
            (Pick.FAILING, "Last that fail"),
            (Pick.RANDOM, "At random"),
            (Pick.SEARCH, "With the text"),
        ],
        initial=Pick.RANDOM,
    )
    text = forms.CharField(required=False, max_length=200, label="Text")
    count = forms.IntegerField(required=False, min_value=1, max_value=MOST_ITEMS, initial=3, label="How many")
    input = forms.CharField(
        required=False, max_length=_MOST_TEXT, label="Input", widget=forms.Textarea(attrs={"rows": 2})
    )
    output = forms.CharField(
        required=False, max_length=_MOST_TEXT, label="Output", widget=forms.Textarea(attrs={"rows": 3})
    )
    expected = forms.CharField(
        required=False, max_length=_MOST_TEXT, label="Expected", widget=forms.Textarea(attrs={"rows": 1})
    )
    context = forms.CharField(
        required=False,
        max_length=_MOST_TEXT,
        label="Context",
        help_text="Passages, each set apart by an empty line.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    connection = forms.ModelChoiceField(
        Connection.objects.none(), required=False, label="Ask through", empty_label="Choose a connection"
    )
    asks_previous = forms.BooleanField(
        required=False,
        initial=True,
        label="Ask the current revision too",
        help_text="Where the run does not know its score.",
    )

    def __init__(self, data: QueryDict | None = None, *, team: Team) -> None:
        connections = Connection.objects.in_use().filter(team=team).order_by("-is_default", "name")
        runs = Run.objects.finished().filter(project__team=team, item_count__gt=0).select_related("project")
        super().__init__(data, prefix="try", initial={"connection": connections.first()})
        cast("forms.ModelChoiceField[Connection]", self.fields["connection"]).queryset = connections
        newest = list(runs.order_by("-id").values_list("id", flat=True)[:_RECENT_RUNS])
        choices = cast("forms.ModelChoiceField[Run]", self.fields["run"])
        choices.queryset = runs.filter(id__in=newest).order_by("-id")
        if newest:
            self.initial["run"] = newest[0]

    def items(self, sent: QueryDict, *, metric: Metric | None) -> list[MetricItem]:
        """The items that were shown and are still ticked, else newly picked ones; of a valid form."""
        found = self.cleaned_data
        if found["source"] == TYPED:
            return [self._typed()]
        run: Run | None = found["run"]
        if run is None:
            return []
        shown = [int(place) for place in sent.getlist("try-place") if place.isdecimal()]
        if not shown or sent.get("try-shown") != str(run.pk) or "pick" in sent:
            pick = Pick(found["pick"] or Pick.RANDOM)
            shown = pick_places(run, pick, text=found["text"], count=found["count"] or 3)
        return read_items(run, shown, metric=metric)

    def clean(self) -> None:
        super().clean()
        found = self.cleaned_data
        if found.get("source") == TYPED and not found.get("output"):
            self.add_error("output", "Write the output that is to be measured.")
        if found.get("source") == IN_RUN and not found.get("run"):
            self.add_error("run", "Choose a run to take items from, or type an item in.")

    def _typed(self) -> MetricItem:
        found = self.cleaned_data
        passages = [passage.strip() for passage in found["context"].split("\n\n") if passage.strip()]
        question = ScoringInput(
            input=found["input"],
            output=found["output"],
            expected=found["expected"] or None,
            context=passages or None,
        )
        return MetricItem(title="The item typed in", question=question)
