"""What the template of one judge's page prints: its figures in words, with addresses that choose and filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from evalhub.accounts.models import Project
from evalhub.core.addresses import with_query
from evalhub.core.paging import Page
from metrics.statistics.agreement import PassTable, Share, Word, rows_wanted, word_for
from runs.choices import CompareAs
from runs.forms.judges import DISAGREEMENTS, JudgePageForm
from runs.models import JudgeTrust
from runs.trust.badges import signed, stored_kappa
from runs.trust.judges import Judge
from runs.trust.page import Bin, LabelledItem, Matrix, distribution, labelled_items, matrix_of, places_of
from runs.trust.rows import TrustRows, criterion_of, rows_of
from runs.trust.thresholds import CorrectedRun, Picker, last_runs, picker_of

PAGE_SIZE = 15


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its interval, as shown; `about` says what it is."""

    label: str
    value: str
    interval: str
    about: str


@dataclass(frozen=True, slots=True)
class Items:
    """The labelled items on screen, and what of all they are."""

    rows: Sequence[LabelledItem]
    page: Page
    show: str
    disagreements_href: str
    all_href: str


@dataclass(frozen=True, slots=True)
class JudgePage:
    """Everything that is printed of one measurement; nothing but the judge where there is none."""

    judge: Judge
    trust: JudgeTrust | None = None
    figures: Sequence[Figure] = ()
    people: Sequence[Figure] = ()
    matrix: Matrix | None = None
    bins: Sequence[Bin] = ()
    picker: Picker | None = None
    runs: Sequence[CorrectedRun] = ()
    items: Items | None = None
    rows_wanted: int = 0
    refusal: str = ""

    @property
    def is_one_sided(self) -> bool:
        """Whether one of the two says the same of every item, which no further labels mend."""
        return self.trust is not None and word_for(stored_kappa(self.trust)) == Word.ONE_SIDED

    @property
    def more_wanted(self) -> int:
        return max(0, self.rows_wanted - (self.trust.n_rows if self.trust else 0))


def judge_page(project: Project, judge: Judge, form: JudgePageForm, query: QueryDict) -> JudgePage:
    """The page over the measurement that the address names, else the one of the judge in force."""
    named = form.said("of")
    chosen = next((one for one in judge.measured if one.pk == named), judge.trust)
    if chosen is None:
        return JudgePage(judge, rows_wanted=rows_wanted())
    trust = JudgeTrust.objects.select_related("revision", "metric", "human_metric").get(pk=chosen.pk)
    rows = rows_of(trust)
    looked_at, refusal = _looked_at(trust, form)
    return JudgePage(
        judge=judge,
        trust=trust,
        figures=_figures(trust, rows),
        people=_people(trust),
        matrix=matrix_of(trust, rows),
        bins=distribution(trust, rows),
        picker=picker_of(trust, rows, in_force=_in_force(project, judge, trust), chosen=looked_at),
        runs=last_runs(trust, rows, chosen=looked_at),
        items=_items(trust, rows, form, query),
        rows_wanted=rows_wanted(stored_kappa(trust)),
        refusal=refusal,
    )


def _looked_at(trust: JudgeTrust, form: JudgePageForm) -> tuple[float | None, str]:
    """The threshold that the address asks about; None with the reason where it lies off the judge's scale."""
    threshold, scale = form.said("threshold"), trust.revision.scale
    if not isinstance(threshold, float):
        return None, ""
    if scale.holds(threshold):
        return threshold, ""
    return None, f"{threshold:g} is off the scale of {trust.metric}, which goes {scale.ends}."


def _in_force(project: Project, judge: Judge, trust: JudgeTrust) -> float:
    """The threshold of runs to come: the metric's own, else the project's laid on its scale, else the measured one."""
    scale = trust.revision.scale
    known = (judge.setting.threshold, scale.at_goodness(project.quality_threshold), trust.threshold)
    return next((value for value in known if value is not None), 0.0)


def _figures(trust: JudgeTrust, rows: TrustRows) -> list[Figure]:
    weighted = "quadratic weights, " if trust.compare_as == CompareAs.ORDER else ""
    found = [
        _figure("κ", trust.kappa, trust.kappa_low, trust.kappa_high, f"Cohen's kappa, {weighted}chance taken out"),
        _share("Same verdict", trust.agreement, round((trust.agreement or 0) * trust.n_rows), trust.n_rows),
    ]
    if trust.compare_as != CompareAs.CLASSES:
        found.append(_figure("ρ", trust.rho, trust.rho_low, trust.rho_high, "Spearman's rank correlation"))
    if rows.is_pass_known:
        found.extend(_errors(rows.table_by(criterion_of(trust.revision, trust.threshold))))
    return found


def _errors(table: PassTable) -> list[Figure]:
    return [
        _of_share("Passes found", table.sensitivity, "Of what people let pass, the judge lets pass (sensitivity)"),
        _of_share("Fails found", table.specificity, "Of what people fail, the judge fails (specificity)"),
    ]


def _people(trust: JudgeTrust) -> list[Figure]:
    if not trust.n_by_several:
        return []
    return [
        _figure("α", trust.alpha, trust.alpha_low, trust.alpha_high, "Krippendorff's alpha of people among themselves"),
        _share("Pairs agree", trust.people_agreement, None, trust.n_by_several),
    ]


def _figure(label: str, value: float | None, low: float | None, high: float | None, about: str) -> Figure:
    if value is None:
        return Figure(label, "–", "", about)
    interval = f"{signed(low)} to {signed(high)}" if low is not None and high is not None else ""
    return Figure(label, signed(value), interval, about)


def _share(label: str, value: float | None, hits: int | None, n: int) -> Figure:
    if value is None:
        return Figure(label, "–", "", "")
    if hits is None:
        return Figure(label, f"{value:.1%}".replace("%", " %"), "", f"Of two people on one item; {n:,} items")
    return _of_share(label, Share(hits, n), f"{hits:,} of {n:,} items")


def _of_share(label: str, share: Share, about: str) -> Figure:
    if share.value is None or share.interval is None:
        return Figure(label, "–", "", about)
    low, high = share.interval
    return Figure(label, f"{share.value:.1%}".replace("%", " %"), f"{low * 100:.1f} to {high * 100:.1f}", about)


def _items(trust: JudgeTrust, rows: TrustRows, form: JudgePageForm, query: QueryDict) -> Items:
    show = str(form.said("show") or DISAGREEMENTS)
    places = places_of(trust, rows, show)
    asked = form.said("page")
    page = Page.of(query, number=asked if isinstance(asked, int) else 1, size=PAGE_SIZE, total=len(places))
    start = (page.number - 1) * page.size
    return Items(
        rows=labelled_items(trust, rows, places[start : start + page.size]),
        page=page,
        show=show,
        disagreements_href=with_query(query, show=None, page=None),
        all_href=with_query(query, show="all", page=None),
    )
