"""A run of HELM becomes items; zipped with its folder it brings the scores of each instance."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evalhub.core.errors import Invalid
from runs.importers.formats import helm
from runs.importers.recognise import recognise
from runs.importers.source import Source
from tests.runs.importers.formats.reading import DATA, items_of, left_of, real_items

STATE = "scenario_state.json"
STATS = "per_instance_stats.json"


def request(instance: str = "id1", text: str = "B", **overrides: Any) -> dict[str, Any]:
    references = [
        {"output": {"text": "Bonn"}, "tags": []},
        {"output": {"text": "Bern"}, "tags": ["correct"]},
    ]
    return {
        "instance": {"id": instance, "split": "test", "input": {"text": "Capital?"}, "references": references},
        "train_trial_index": 0,
        "output_mapping": {"A": "Bonn", "B": "Bern"},
        "request": {"model": "small", "prompt": "Choose.\nCapital?"},
        "result": {"success": True, "completions": [{"text": text}], "request_time": 0.5},
        **overrides,
    }


def state(*requests: dict[str, Any]) -> dict[str, Any]:
    return {"adapter_spec": {"method": "multiple_choice_joint", "model": "small"}, "request_states": list(requests)}


def instance(name: str, *, stats: dict[str, float], **overrides: Any) -> dict[str, Any]:
    told = [{"name": {"name": stat, "split": "test"}, "count": 1, "mean": value} for stat, value in stats.items()]
    return {"instance_id": name, "train_trial_index": 0, "stats": told, **overrides}


def zipped(members: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(name, json.dumps(value))
    return buffer.getvalue()


def test_a_request_becomes_an_item_whose_letter_is_spelled_out() -> None:
    content = json.dumps(state(request(), request("id2", result={"success": False, "error": "429"}))).encode()
    first, second = items_of(content, tool="helm")
    assert (first.key, first.input, first.output, first.expected) == ("id1 trial 0", "Capital?", "Bern", "Bern")
    assert (first.metadata["model"], first.metadata["completion"]) == ("small", "B")
    assert (second.output, second.metadata["error"]) == (None, "429")
    assert any("one zip" in left for left in left_of(content, tool="helm"))


def test_the_folder_as_a_zip_brings_the_scores_of_each_instance_and_perturbation() -> None:
    changed = {"perturbation": {"name": "typos"}}
    stats = [
        instance("id1", stats={"exact_match": 1.0, "num_references": 2, "bits_per_byte": 0.25}),
        instance("id1", stats={"exact_match": 0.0}, **changed),
    ]
    twin = request()
    twin["instance"] = twin["instance"] | changed
    plain, typos = items_of(zipped({f"run/{STATE}": state(request(), twin), f"run/{STATS}": stats}), tool="helm")
    assert plain.given_scores == {
        "exact_match": {"score": 1.0},
        "bits_per_byte": {"score": 0.25, "direction": "lower"},
    }
    assert (typos.key, typos.given_scores) == ("id1 trial 0 typos", {"exact_match": {"score": 0.0}})


def test_several_runs_in_one_zip_or_too_many_instances_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    several = zipped({f"a/{STATE}": state(), f"b/{STATE}": state()})
    with pytest.raises(Invalid, match="2 runs of HELM"):
        list(helm.read(Source(io.BytesIO(several), "")))
    monkeypatch.setattr(helm, "_MAX_SCORED", 1)
    many = zipped({STATE: state(), STATS: [instance("a", stats={"x": 1}), instance("b", stats={"x": 1})]})
    with pytest.raises(Invalid, match="more than 1 instances"):
        list(helm.read(Source(io.BytesIO(many), "")))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ([{"name": {"name": "exact_match"}, "count": 1, "sum": 1, "sum_squared": 1}], "stats.json"),
        ([instance("a", stats={"x": 1})], "per_instance_stats.json"),
        (
            {"scenario_spec": {"class_name": "x"}, "adapter_spec": {"method": "y"}, "metric_specs": [{}]},
            "run_spec.json",
        ),
    ],
)
def test_the_other_files_of_a_run_are_told_what_to_send(content: object, what: str) -> None:
    with pytest.raises(Invalid, match=rf"{what}.*folder as one zip"):
        recognise(io.BytesIO(json.dumps(content).encode()), "file.json")


def real_folder() -> bytes:
    """The real files of one run as a zip of its folder; skips the test where they are not."""
    folder: Path = DATA / "helm"
    if not folder.exists():
        pytest.skip(f"no real file beside the repository: {folder} is missing")
    members = {path.name.split(".", 2)[-1]: json.loads(path.read_bytes()) for path in folder.glob("bbq.*.json")}
    return zipped(members)


def test_the_real_run_is_read_with_and_without_its_scores() -> None:
    alone = real_items("helm/bbq.claude-3-5-sonnet.scenario_state.json", tool="helm")
    whole = items_of(real_folder(), tool="helm")
    assert len(alone) == len(whole) == 100
    assert [item.output for item in alone] == [item.output for item in whole]
    assert all("exact_match" in (item.given_scores or {}) for item in whole)
