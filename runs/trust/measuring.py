"""Measuring the judges of a project against its people, once for each revision and model, and storing what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from numpy.typing import NDArray

from evalhub.core.ids import hash64
from metrics.choices import ValueType
from metrics.criterion import Criterion
from metrics.models import Metric
from metrics.statistics.alpha import Level, krippendorff_alpha
from metrics.statistics.correlation import spearman
from runs.choices import CompareAs
from runs.models import JudgeReference, JudgeTrust, TrustWork
from runs.trust.people import Opinion, People, fold_people
from runs.trust.reading import Heard, Judged, candidates, read_judged, read_opinions
from runs.trust.rows import NOT_KNOWN, TrustRows, classed, kappa_of

Floats = NDArray[np.float64]

# More different values than people keep apart are numbers, not steps.
MOST_STEPS = 10
_LEVELS = {
    CompareAs.CLASSES: Level.NOMINAL,
    CompareAs.ORDER: Level.ORDINAL,
    CompareAs.VERDICT: Level.INTERVAL,
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Whom the judge is measured against, and how; the stored one, or the usual."""

    human_metric: Metric | None = None
    human_threshold: float | None = None
    compare_as: str = ""

    @property
    def human_criterion(self) -> Criterion | None:
        """How the human metric's own values pass: at the threshold that was set, else from the middle of the range."""
        revision = self.human_metric.current_revision if self.human_metric else None
        if revision is None:
            return None
        threshold = revision.scale.at_goodness(0.5) if self.human_threshold is None else self.human_threshold
        return Criterion(revision.scale, threshold)


@dataclass(frozen=True, slots=True)
class _How:
    """How values are compared, and against whose."""

    compare_as: CompareAs
    reference: Reference


@transaction.atomic
def measure_project(project_id: int) -> int:
    """Measure every judge of whose items people have spoken; returns how many measurements there are now.

    Nothing is done while another worker measures the project. What was asked for meanwhile stays asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [hash64("judge trust", str(project_id))])
        if not cursor.fetchone()[0]:
            return 0
    asked_at = TrustWork.objects.filter(project_id=project_id).values_list("asked_at", flat=True).first()
    references = {
        one.metric_id: Reference(one.human_metric, one.human_threshold, one.compare_as)
        for one in JudgeReference.objects.filter(project_id=project_id).select_related("human_metric__current_revision")
    }
    kept = [
        trust.pk
        for metric in candidates(project_id)
        for trust in _measure_metric(project_id, metric, references.get(metric.pk, Reference()))
    ]
    JudgeTrust.objects.filter(project_id=project_id).exclude(pk__in=kept).delete()
    now = timezone.now()
    TrustWork.objects.get_or_create(project_id=project_id)
    TrustWork.objects.filter(project_id=project_id).update(measured_at=now)
    TrustWork.objects.filter(project_id=project_id, asked_at=asked_at).update(asked_at=None)
    return len(kept)


def _measure_metric(project_id: int, metric: Metric, reference: Reference) -> list[JudgeTrust]:
    heard = read_opinions(project_id, metric, reference.human_metric)
    found = []
    for who, judged in read_judged(project_id, metric, heard).items():
        figures = _figures(heard, judged, reference)
        if figures["n_rows"]:
            trust, _ = JudgeTrust.objects.update_or_create(
                project_id=project_id,
                metric=metric,
                revision_id=who.revision_id,
                judge_model=who.judge_model,
                defaults={**figures, "human_metric": reference.human_metric, "measured_at": timezone.now()},
            )
            found.append(trust)
    return found


def _figures(heard: Heard, judged: Judged, reference: Reference) -> dict[str, object]:
    """The fields of a measurement."""
    opinions = [one for one in heard.opinions if one.run_item_id in judged.values]
    compare_as = CompareAs(reference.compare_as or suggested(judged, opinions, reference))
    steps = np.unique([one.value for one in opinions]) if compare_as == CompareAs.ORDER else np.empty(0)
    people = fold_people(opinions, compare_as=compare_as, steps=steps.tolist())
    rows = _rows(judged, people, _How(compare_as, reference))
    threshold = judged.metric.threshold
    passed = judged.metric.criterion.passing(rows.judge)
    is_passed = passed == 1 if bool((passed != NOT_KNOWN).all()) else None
    judge, people_classes, classes = classed(rows, is_passed, compare_as)
    kappa = kappa_of(judge, people_classes, classes, compare_as)
    order = spearman(rows.judge, rows.people)
    alpha = krippendorff_alpha(people.ratings, level=_LEVELS[compare_as])
    return {
        "compare_as": compare_as,
        "threshold": threshold,
        "classes": classes.tolist(),
        "n_rows": len(rows),
        "n_undecided": people.undecided,
        "agreement": kappa.agreement,
        "kappa": kappa.value,
        "kappa_low": kappa.low,
        "kappa_high": kappa.high,
        "rho": order.value,
        "rho_low": order.low,
        "rho_high": order.high,
        "n_people": len(people.names),
        "n_by_several": people.by_several,
        "people_agreement": alpha.pairs_agree,
        "alpha": alpha.value,
        "alpha_low": alpha.low,
        "alpha_high": alpha.high,
        **rows.packed(),
    }


def suggested(judged: Judged, opinions: Sequence[Opinion], reference: Reference) -> CompareAs:
    """Classes for yes or no and for categories, steps for a few values on one scale, else by pass or fail."""
    values = set(judged.values.values()) | {one.value for one in opinions}
    metric = judged.metric
    if metric.value_type in {ValueType.BOOLEAN, ValueType.CATEGORY} or len(values) <= 2:
        return CompareAs.CLASSES
    human = reference.human_metric.current_revision if reference.human_metric else None
    is_one_scale = human is None or human.scale == metric.scale
    return CompareAs.ORDER if is_one_scale and len(values) <= MOST_STEPS else CompareAs.VERDICT


def _rows(judged: Judged, people: People, how: _How) -> TrustRows:
    """The newest items first, so that a list of them begins with what people did last."""
    run_items = sorted(people.verdicts, reverse=True)
    judge = np.array([judged.values[one] for one in run_items], dtype=np.float64)
    verdicts = np.array([people.verdicts[one] for one in run_items], dtype=np.float64)
    return TrustRows(
        run_items=np.array(run_items, dtype=np.int64),
        judge=judge,
        people=verdicts,
        people_passed=_people_passed(judged, judge, verdicts, how),
    )


def _people_passed(judged: Judged, judge: Floats, people: Floats, how: _How) -> NDArray[np.int8]:
    """Whether people let each item pass; not known of classes that are neither yes or no nor a category's labels."""
    metric = judged.metric
    is_yes_or_no = bool(np.isin(np.concatenate([judge, people]), (0, 1)).all())
    if how.compare_as == CompareAs.CLASSES and not (is_yes_or_no or metric.is_category):
        return np.full(people.shape, NOT_KNOWN, dtype=np.int8)
    return (how.reference.human_criterion or metric.criterion).passing(people)
