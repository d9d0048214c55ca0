"""The keys of a file that describes an evaluation: a vendor's newer and older form, and EvalHub's few of its own."""

from __future__ import annotations

from runs.recipes.shapes import AnyKeys, Anything, Items, Keys, Number, Shape, Text, Whole

SUBSAMPLING = ("head", "random")
CACHE_POLICIES = ("reuse", "update", "no-cache")
MODES = ("debug", "full")

_KEY = Text(
    longest=250,
    pattern=r"[a-zA-Z0-9_\-]+",
    means="a key has letters, digits, hyphens and underscores",
    may_be_empty=False,
    may_be_placeholder=True,
)
_MODEL_KEY = Text(
    longest=250,
    pattern=r"([a-z]+\$)?[a-zA-Z0-9_\-./:]+",
    means='a model\'s key has letters, digits, hyphens and underscores, and may begin with a provider ("openai$gpt")',
    may_be_empty=False,
    may_be_placeholder=True,
)
_NAME = Text(longest=250, may_be_empty=False)
_WORDS = Text()
_TAGS = Items(Text(longest=80, may_be_empty=False))
_SUBSAMPLING = Text(choices=SUBSAMPLING, may_be_placeholder=True)
_CACHE_POLICY = Text(choices=CACHE_POLICIES)
_TRIALS = Keys({"num_trials": Whole(2, may_be_placeholder=True), "score_aggregators": Anything()})
_NAMED: dict[str, Shape] = {
    "key": _KEY,
    "display_name": _NAME,
    "description": _WORDS,
    "long_description": _WORDS,
    "tags": _TAGS,
}

TASK_SPECIFICATION = Keys(
    {
        "type": Text(choices=("standard", "repeatability")),
        "key": _KEY,
        "task_key": _KEY,
        "task_config": AnyKeys(),
        "model_key": _MODEL_KEY,
        "dataset_key": _KEY,
        "num_samples": Whole(may_be_placeholder=True),
        "subsampling": _SUBSAMPLING,
        "display_name": _NAME,
        "trials": _TRIALS,
        "trials_config": _TRIALS,
    },
    required=("task_key",),
    ignored=("task_result_log_path", "repeatability", "repeatability_config", "inputs"),
)
METRIC = Keys({"key": _KEY, "threshold": Number(), "weight": Number()}, required=("key",))
EVALUATION = Keys(
    {
        **_NAMED,
        "mode": Text(choices=MODES),
        "num_samples": Whole(),
        "subsampling": Text(choices=SUBSAMPLING),
        "cache_policy": _CACHE_POLICY,
        "repeats": Whole(),
        "config_spec": Items(AnyKeys()),
        "task_specifications": Items(TASK_SPECIFICATION),
        # EvalHub's own: an evaluation without tasks names its dataset, its targets and its metrics.
        "dataset_key": _KEY,
        "targets": Items(Text(longest=200, may_be_empty=False)),
        "metrics": Items(METRIC),
        "star_metric": Keys({"key": _KEY, "success_threshold": Number()}, required=("key",)),
    },
    required=("key", "display_name"),
    ignored=("use_cases", "domains", "providers"),
)
TASK = Keys(
    {
        **_NAMED,
        "tasks": Items(_WORDS),
        "config_spec": Items(AnyKeys()),
        "definition": AnyKeys(),
    },
    required=("key",),
)
MODEL = Keys(
    {
        **_NAMED,
        "key": _MODEL_KEY,
        "task": _WORDS,
        "rate_limit": Whole(),
        "max_concurrent_requests": Whole(),
        "config": AnyKeys(),
        "$provider": _WORDS,
    },
    ignored=("secrets",),
)
DATASET = Keys(
    {
        **_NAMED,
        "source": Keys(
            {"type": _WORDS, "file_path": Text(may_be_empty=False), "filters": Anything()}, ignored=("url", "path")
        ),
    },
    required=("key",),
    ignored=("generator_specification",),
)
RUN_CONFIG = Keys(
    {
        "num_samples": Whole(),
        "subsampling": Text(choices=SUBSAMPLING),
        "cache_policy": _CACHE_POLICY,
        "trials_config": _TRIALS,
    }
)
FILE = Keys(
    {
        "models": Items(MODEL),
        "datasets": Items(DATASET),
        "tasks": Items(TASK),
        "evaluation": EVALUATION,
        "config": AnyKeys(),
        "run_config": RUN_CONFIG,
    },
    required=("evaluation",),
    ignored=("secrets", "model_adapters", "dataset_generators", "policies"),
)
