"""Published verdicts of people and judges, loaded through the product, agree as their publishers and others count."""

from __future__ import annotations

from typing import Any

import krippendorff
import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from evalhub.accounts.models import Project, User
from runs.choices import CompareAs
from runs.trust.rows import TrustRows, kappa_of, rows_of
from tests.runs.trust import published

pytestmark = published.needs_data

OPEN_QA = ("correct@gpt-4", "correct@text-davinci-003", "equivalent@BEM")


def paired(rows: list[dict[str, Any]], judge: str, people: str) -> tuple[np.ndarray, np.ndarray]:
    """The file's own pairs of a judge's score and the people's, where there are both."""
    pairs = [
        (row["judge"][judge]["score"], row["human"][people])
        for row in rows
        if row.get("human", {}).get(people) is not None and row.get("judge", {}).get(judge, {}).get("score") is not None
    ]
    found = np.array(pairs, dtype=np.float64).T
    return found[0], found[1]


def alpha_of(rows: list[dict[str, Any]], judge: str) -> float:
    """By the package, of the annotators' own words on the items that the judge gave a verdict on."""
    judged = [row for row in rows if row.get("judge", {}).get(judge, {}).get("score") is not None]
    said = [row["human"].get("annotators", []) for row in judged if "human" in row]
    words = {word: float(place) for place, word in enumerate(sorted({str(word) for one in said for word in one}))}
    deepest = max(map(len, said))
    ratings = [[words[str(one[place])] if place < len(one) else np.nan for one in said] for place in range(deepest)]
    return float(krippendorff.alpha(np.array(ratings), level_of_measurement="nominal"))


def test_short_answers_judged_right_or_wrong(project: Project, alice: User) -> None:
    files = published.rows_of("openqa-judged")
    for name, rows in files.items():
        published.load_run(project, alice, name=name, rows=rows, sources=OPEN_QA)
    rows = [row for some in files.values() for row in some]
    for judge in OPEN_QA[:2]:
        found = published.measured(project, alice, judge=judge, people="verdict")
        said, wanted = paired(rows, judge, "score")
        assert (found.compare_as, found.n_rows) == (CompareAs.CLASSES, len(said))
        assert found.kappa == pytest.approx(cohen_kappa_score(said, wanted))
        kept = rows_of(found)
        ours = confusion_matrix(kept.people_passed, kept.judge)
        assert ours.tolist() == confusion_matrix(wanted, said).tolist()
        assert found.alpha == pytest.approx(alpha_of(rows, judge))
    graded = published.measured(project, alice, judge="equivalent@BEM", people="verdict")
    said, wanted = paired(rows, "equivalent@BEM", "score")
    assert graded.compare_as == CompareAs.VERDICT
    assert graded.threshold is not None
    assert graded.kappa == pytest.approx(cohen_kappa_score(said >= graded.threshold, wanted == 1))
    assert graded.rho == pytest.approx(stats.spearmanr(said, wanted).statistic)


def test_pairs_with_three_annotators_and_ties(project: Project, alice: User) -> None:
    """The publisher counts 418 and 416 of 608 verdicts that agree with the majority."""
    [(name, rows)] = published.rows_of("pandalm").items()
    judges = {"preference@gpt-3.5-turbo": 418, "preference@PandaLM-7B": 416}
    published.load_run(project, alice, name=name, rows=rows, sources=list(judges))
    for judge, agreeing in judges.items():
        found = published.measured(project, alice, judge=judge, people="preferred", compare_as=CompareAs.CLASSES)
        said, wanted = paired(rows, judge, "preferred")
        assert found.n_rows == len(said)
        assert found.agreement is not None
        assert round(found.agreement * found.n_rows) == agreeing
        assert found.kappa == pytest.approx(cohen_kappa_score(said, wanted))
        assert found.alpha == pytest.approx(alpha_of(rows, judge))
        assert found.n_people == 3


def test_pairs_with_a_true_preference(project: Project, alice: User) -> None:
    """How many verdicts each judge had right, as the publisher counts them."""
    right = {
        "neighbor": {"GPT-4": 101, "ChatGPT": 31, "ChatGPT-0301": 37, "LLaMA2": 56, "PaLM2": 73, "Falcon": 77},
        "manual": {"GPT-4": 33, "ChatGPT": 18, "ChatGPT-0301": 19, "LLaMA2": 18, "PaLM2": 21, "Falcon": 21},
    }
    files = published.rows_of("llmbar")
    sources = [f"preference@{judge}/CoT/ab" for judge in right["manual"]]
    for name, rows in files.items():
        published.load_run(project, alice, name=name, rows=rows, sources=sources)
    for judge, source in zip(right["manual"], sources, strict=True):
        found = published.measured(project, alice, judge=source, people="preferred", compare_as=CompareAs.CLASSES)
        said, wanted = paired([row for rows in files.values() for row in rows], source, "preferred")
        assert found.agreement is not None
        assert round(found.agreement * found.n_rows) == right["neighbor"][judge] + right["manual"][judge]
        assert found.kappa == pytest.approx(cohen_kappa_score(said, wanted))


def test_replies_rated_on_scales_that_only_order_compares(project: Project, alice: User) -> None:
    files = published.rows_of("topical-chat")
    scales = ("coherence", "engagingness", "overall")
    for name, rows in files.items():
        published.load_run(project, alice, name=name, rows=rows, sources=scales)
    rows = [row for some in files.values() for row in some]
    for scale in scales:
        found = published.measured(project, alice, judge=scale, people=scale)
        said, wanted = paired(rows, scale, scale)
        assert (found.compare_as, found.n_rows) == (CompareAs.VERDICT, 240)
        assert found.rho == pytest.approx(stats.spearmanr(said, wanted).statistic)


def test_an_order_of_steps_is_weighted_by_the_square_of_the_distance() -> None:
    random = np.random.default_rng(12)
    people = random.integers(1, 6, 300).astype(np.float64)
    judge = np.clip(people + random.integers(-1, 3, 300), 1, 5)
    rows = TrustRows(np.arange(300), judge, people, np.full(300, -1, dtype=np.int8))
    found = kappa_of(rows.judge, rows.people, np.arange(1.0, 6.0), CompareAs.ORDER)
    assert found.value == pytest.approx(cohen_kappa_score(judge, people, weights="quadratic"))
