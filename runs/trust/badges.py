"""What stands beside a judged number: how far the judge agreed with people, on how many rows, and whether still so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from metrics.choices import MetricKind
from metrics.statistics.agreement import Kappa, Word, word_for
from runs.models import JudgeTrust, RunMetric

_TONES = {
    Word.ALMOST_PERFECT: "good",
    Word.SUBSTANTIAL: "good",
    Word.FAIR: "warn",
    Word.SLIGHT: "warn",
    Word.BELOW_CHANCE: "bad",
    Word.ONE_SIDED: "warn",
}
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class TrustBadge:
    """`text` is short (`κ 0.62 · 180`), `word` says what that is, `title` the whole of it; `href` leads to the page."""

    text: str
    word: str
    title: str
    href: str
    tone: str = "neutral"
    is_stale: bool = False


def stored_kappa(trust: JudgeTrust) -> Kappa:
    return Kappa(trust.n_rows, trust.agreement, trust.kappa, trust.kappa_low, trust.kappa_high)


def trust_of_project(project_id: int, metric_ids: Iterable[int] | None = None) -> list[JudgeTrust]:
    """The project's measurements, or those of some metrics, in one query; the one on most rows first."""
    found = JudgeTrust.objects.filter(project_id=project_id).without_rows().with_state()
    if metric_ids is not None:
        found = found.filter(metric_id__in=set(metric_ids))
    return list(found.select_related("revision", "metric").order_by("-n_rows", "-id"))


def badges_of(project_id: int, metrics: Sequence[RunMetric]) -> dict[int, TrustBadge]:
    """A badge for each run metric whose numbers are a judge's, by its id; the metrics come with revision and metric."""
    judged = [one for one in metrics if one.revision.metric.kind in {MetricKind.JUDGE, MetricKind.IMPORTED}]
    if not judged:
        return {}
    measured = trust_of_project(project_id, (one.revision.metric_id for one in judged))
    badges = {}
    for one in judged:
        trust = nearest(measured, one.revision.metric_id, revision_id=one.revision_id, judge_model=one.judge_model)
        if trust is not None:
            badges[one.pk] = badge(trust, stale=_differences(trust, one))
        elif one.revision.metric.kind == MetricKind.JUDGE or one.judge_model:
            badges[one.pk] = missing_badge(project_id, one.revision.metric_id)
    return badges


def nearest(
    measured: Sequence[JudgeTrust], metric_id: int, *, revision_id: int | None, judge_model: str
) -> JudgeTrust | None:
    """The metric's measurement of just that revision and model, else of that revision, else the one on most rows."""
    of_metric = [trust for trust in measured if trust.metric_id == metric_id]
    of_revision = [trust for trust in of_metric if trust.revision_id == revision_id]
    of_model = [trust for trust in of_revision if trust.judge_model == judge_model]
    return next(iter([*of_model, *of_revision, *of_metric]), None)


def _differences(trust: JudgeTrust, metric: RunMetric) -> list[str]:
    """Why what was measured is not what made the run's numbers, or not all that is known by now."""
    found = []
    if trust.revision_id != metric.revision_id:
        found.append(f"measured on revision {trust.revision.number}, this run used {metric.revision.number}")
    if metric.judge_model and trust.judge_model != metric.judge_model:
        found.append(f"measured on {trust.judge_model or 'a model not named'}, this run asked {metric.judge_model}")
    return [*found, *newer_verdicts(trust)]


def newer_verdicts(trust: JudgeTrust) -> list[str]:
    return ["newer verdicts are not counted yet"] if vars(trust).get("asked_at") else []


def badge(trust: JudgeTrust, *, stale: Sequence[str] = ()) -> TrustBadge:
    """κ where there is one, else the rank correlation."""
    kappa = stored_kappa(trust)
    word = word_for(kappa)
    said = _said(trust, kappa, word)
    outdated = f" Stale: {'; '.join(stale)}." if stale else ""
    return TrustBadge(
        text=f"{_figure(trust)} · {trust.n_rows:,}",
        word=word.value,
        title=f"{said} against people on {trust.n_rows:,} items.{outdated}",
        href=address(trust.project_id, trust.metric_id),
        tone="warn" if stale else _TONES.get(word, "neutral"),
        is_stale=bool(stale),
    )


def missing_badge(project_id: int, metric_id: int) -> TrustBadge:
    return TrustBadge(
        text="κ –",
        word=NOT_MEASURED,
        title="Nobody has checked this judge against people yet; see how.",
        href=address(project_id, metric_id),
    )


def address(project_id: int, metric_id: int) -> str:
    return reverse("runs:judge_detail", args=[project_id, metric_id])


def _figure(trust: JudgeTrust) -> str:
    if trust.kappa is not None:
        return f"κ {signed(trust.kappa)}"
    return "κ –" if trust.rho is None else f"ρ {signed(trust.rho)}"


def _said(trust: JudgeTrust, kappa: Kappa, word: Word) -> str:
    if kappa.value is not None and kappa.low is not None and kappa.high is not None:
        ends = f"{signed(kappa.low)} to {signed(kappa.high)}"
        return f"Cohen's κ {signed(kappa.value)} ({ends}), {word.value},"
    if kappa.value is not None:
        return "Judge or people give every item the same verdict, so κ is 0 whatever the other says,"
    if trust.rho is None:
        return "Judge and people give every item the same verdict, so κ cannot be told,"
    return f"Rank correlation {signed(trust.rho)}"


def signed(value: float) -> str:
    # Adding 0 takes the sign off a nought.
    return f"{round(value, 2) + 0:.2f}".replace("-", "−")
