"""Texts that say alike are put together; it runs as a program of its own, so that nobody carries its library."""

from __future__ import annotations

import json
import subprocess
import sys

from evalhub.launch.paths import REPOSITORY
from metrics.statistics.grouping import group_texts

REASONS = (
    "The refund policy is misquoted, customers wait fourteen days",
    "The delivery address was ignored although the parcel goes abroad",
    "The JSON output is cut off before its closing bracket",
)
LEADS = ("Clearly", "Again", "Sadly", "Here", "Overall", "Indeed", "Also", "Once more")


def _texts() -> list[str]:
    return [f"{lead}: {reason} in case {place}." for place, lead in enumerate(LEADS) for reason in REASONS]


def test_each_reason_becomes_a_group_with_its_own_words() -> None:
    groups = group_texts([*_texts(), "Something nobody else says"], smallest=4)
    assert sorted(sorted(group.members) for group in groups) == [list(range(start, 24, 3)) for start in range(3)]
    for group in groups:
        own = REASONS[group.members[0] % 3].casefold()
        assert sum(word in own for term in group.terms for word in term.split()) >= 2


def test_the_same_texts_give_the_same_groups() -> None:
    assert group_texts(_texts(), smallest=4) == group_texts(_texts(), smallest=4)


def test_texts_without_words_are_in_no_group() -> None:
    assert group_texts(["", "…", "the", "yes the"] * 5, smallest=3) == []
    assert group_texts(_texts()[:5], smallest=4) == []


def test_scripts_without_spaces_are_read_in_pairs_of_signs() -> None:
    texts = [f"返金の説明が間違っています{place}" for place in "一二三四五六"]
    texts += [f"配送先住所を無視しました{place}" for place in "七八九十百千"]
    groups = group_texts(texts, smallest=4)
    assert [sorted(group.members) for group in groups] == [list(range(6)), list(range(6, 12))]


def test_the_program_answers_as_json() -> None:
    wish = json.dumps({"texts": _texts(), "smallest": 4})
    done = subprocess.run(
        [sys.executable, "-m", "metrics.statistics.grouping"],
        input=wish, capture_output=True, text=True, check=True, cwd=REPOSITORY,
    )  # fmt: skip
    assert len(json.loads(done.stdout)) == 3


def test_neither_pages_nor_workers_carry_the_library() -> None:
    code = (
        "import sys, django; django.setup(); import evalhub.urls, evalhub.celery, runs.execution.tasks;"
        "assert 'sklearn' not in sys.modules and 'scipy.stats' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)
