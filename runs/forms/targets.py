"""What people fill in to describe a target, and the question they try it out with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.forms.fields import InvalidJSONInput

from evalhub.connections.models import Connection
from runs.choices import TargetKind
from runs.services.targets import TargetSettings
from runs.targets.answer import Question
from runs.targets.http_endpoint import PATH_NAMES
from runs.targets.http_request import DEFAULT_KEY_HEADER, METHODS

_MOST_TEXT = 100_000
_BODY_AT_FIRST = {"question": "{{ input }}"}


def _json_area(rows: int, placeholder: str = "") -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "data-code": "", "spellcheck": "false", "placeholder": placeholder})


class _BodyField(forms.JSONField):
    """JSON with placeholders in its texts, shown with its lines."""

    default_error_messages = {
        "invalid": "This is no valid JSON. Placeholders stand in quotes; a text that is only one keeps its type."
    }

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401  # as Django has it
        if isinstance(value, InvalidJSONInput):
            return value
        return "" if value in (None, {}) else json.dumps(value, ensure_ascii=False, indent=2)


class _ObjectField(_BodyField):
    """A JSON object; left empty, one without members."""

    def clean(self, value: Any) -> dict[str, Any]:  # noqa: ANN401  # as Django has it
        cleaned = super().clean(value)
        if cleaned in (None, ""):
            return {}
        if not isinstance(cleaned, dict):
            raise forms.ValidationError('Write an object, such as {"name": "value"}.')
        return cleaned


class _PathField(forms.CharField):
    """Where in a reply something stands."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"data-code": "", "spellcheck": "false", "placeholder": kwargs.pop("example")}
        super().__init__(max_length=500, required=False, widget=forms.TextInput(attrs=attrs), **kwargs)


class TargetForm(forms.Form):
    """A target of any kind; what its kind does not use may stand there and is not kept."""

    # Fields of other kinds are out of sight, where a browser could not ask for them.
    use_required_attribute = False

    name = forms.CharField(max_length=200, label="Name")
    version = forms.CharField(
        max_length=200,
        required=False,
        label="Version",
        help_text="A release, a date or a commit: what people call this state.",
    )
    description = forms.CharField(
        required=False, max_length=2000, label="Description", widget=forms.Textarea(attrs={"rows": 2})
    )
    tags = forms.CharField(required=False, max_length=2000, label="Tags", help_text="Separated by commas.")
    kind = forms.ChoiceField(
        label="Who answers", choices=TargetKind.choices, initial=TargetKind.CHAT_MODEL, widget=forms.RadioSelect
    )
    connection = forms.ModelChoiceField(
        Connection.objects.none(),
        label="Connection",
        empty_label="Choose a connection",
        error_messages={"required": "Choose the connection to ask through."},
    )
    # A chat model
    model = forms.CharField(
        max_length=200, required=False, label="Model", help_text="Left empty, the default model of the connection."
    )
    system_message = forms.CharField(
        required=False, max_length=_MOST_TEXT, label="System message", widget=forms.Textarea(attrs={"rows": 3})
    )
    template = forms.CharField(
        required=False,
        max_length=_MOST_TEXT,
        label="What the user says",
        help_text="Left empty, the item's input as it is; an input that is a list of messages is sent as that chat.",
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "{{ input }}"}),
    )
    parameters = _ObjectField(required=False, label="Parameters", widget=_json_area(3, '{"temperature": 0}'))
    # An HTTP endpoint
    method = forms.ChoiceField(label="Method", choices=[(method, method) for method in METHODS])
    path = forms.CharField(
        required=False,
        max_length=2000,
        label="Path",
        help_text="Below the address of the connection.",
        widget=forms.TextInput(attrs={"placeholder": "/answer", "spellcheck": "false"}),
    )
    headers = _ObjectField(required=False, label="Headers", widget=_json_area(2, '{"X-Environment": "staging"}'))
    key_header = forms.CharField(
        required=False,
        max_length=100,
        label="Header of the key",
        help_text="Carries the key of the connection. Left empty: Authorization, as a bearer token.",
        widget=forms.TextInput(attrs={"placeholder": DEFAULT_KEY_HEADER, "spellcheck": "false"}),
    )
    body = _BodyField(required=False, label="Body", widget=_json_area(6, '{"question": "{{ input }}"}'))
    answer_path = _PathField(label="Answer", example="$.answer", help_text="Left empty, the whole reply is the answer.")
    context_path = _PathField(label="Context passages", example="$.passages")
    tool_calls_path = _PathField(label="Tool calls", example="$.tool_calls")
    input_tokens_path = _PathField(label="Input tokens", example="$.usage.input_tokens")
    output_tokens_path = _PathField(label="Output tokens", example="$.usage.output_tokens")
    cost_path = _PathField(label="Cost in US dollars", example="$.usage.cost")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        connections: QuerySet[Connection],
        start: TargetSettings | None = None,
        is_draft: bool = False,
    ) -> None:
        """`start` fills the form in; a draft is only tried out and needs no name."""
        super().__init__(data, initial=_initial(start) if start else {"body": _BODY_AT_FIRST})
        cast("forms.ModelChoiceField[Connection]", self.fields["connection"]).queryset = connections
        self.fields["name"].required = not is_draft
        self.fields["connection"].required = self["kind"].value() != TargetKind.RECORDED
        self.fields["method"].required = self["kind"].value() == TargetKind.HTTP_ENDPOINT

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        return name or "Draft"

    def clean_tags(self) -> list[str]:
        tags: str = self.cleaned_data["tags"]
        return [tag.strip() for tag in tags.split(",") if tag.strip()]

    @property
    def settings(self) -> TargetSettings:
        """What was filled in; of a valid form."""
        found = self.cleaned_data
        paths = {name: found[f"{name}_path"] for name in PATH_NAMES if found[f"{name}_path"]}
        request = {name: found[name] for name in ("method", "path", "headers", "key_header", "body")}
        names = (
            "name",
            "version",
            "description",
            "tags",
            "connection",
            "model",
            "system_message",
            "template",
            "parameters",
        )
        return TargetSettings(
            **{name: found[name] for name in names},
            kind=TargetKind(found["kind"]),
            request={**request, "method": request["method"] or METHODS[0], "paths": paths},
        )

    @property
    def path_fields(self) -> list[forms.BoundField]:
        return [self[f"{name}_path"] for name in PATH_NAMES]


def _initial(start: TargetSettings) -> dict[str, Any]:
    names = ("name", "version", "description", "kind", "connection", "model", "system_message", "template")
    paths = start.request.get("paths", {})
    return {
        **{name: getattr(start, name) for name in names},
        "tags": ", ".join(start.tags),
        "parameters": start.parameters or None,
        **{name: start.request.get(name) or None for name in ("method", "path", "headers", "key_header", "body")},
        **{f"{name}_path": path for name, path in paths.items()},
    }


class QuestionForm(forms.Form):
    """One question to try a target out with."""

    input = forms.CharField(
        max_length=_MOST_TEXT,
        label="Input",
        initial="What is the capital of France?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    context = forms.CharField(
        required=False,
        max_length=_MOST_TEXT,
        label="Context",
        help_text="Passages, each set apart by an empty line.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    metadata = _ObjectField(required=False, label="Metadata", widget=_json_area(2, '{"language": "en"}'))

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="question")

    @property
    def question(self) -> Question:
        """What to ask; of a valid form."""
        found = self.cleaned_data
        passages = [passage.strip() for passage in found["context"].split("\n\n") if passage.strip()]
        return Question(input=found["input"], context=passages or None, metadata=found["metadata"])
