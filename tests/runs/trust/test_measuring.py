"""Measuring: what is paired with what, for which revision and model, when again, and when it is said to be old."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import AuditEntry, Project, User
from metrics.choices import MetricKind, ValueType
from metrics.models import MetricRevision
from runs.choices import CompareAs
from runs.execution.closing import close_run
from runs.execution.sweep import sweep
from runs.models import JudgeTrust, Override, TrustWork
from runs.services.judge_trust import ReferenceDraft, set_reference
from runs.services.runs import delete_run
from runs.trust.badges import badges_of
from runs.trust.measuring import measure_project
from runs.trust.rows import rows_of
from runs.trust.worklist import disagreements
from tests.factories import make_metric
from tests.runs.scored_runs import Answer, make_scored_run
from tests.runs.trust.scenes import JUDGE, SOLID, judge_metric, judged_run, measured, say

VALUES = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1, 0.95, 0.05, 0.45, 0.55]


def test_the_judges_value_stands_against_the_persons_on_each_item(project: Project, bob: User) -> None:
    run = judged_run(project, VALUES)
    say(run, {0: 0.9, 1: 0.1, 4: 0.35, 7: 0.2}, by=bob)
    found = measured(project)
    assert (found.compare_as, found.threshold, found.n_rows) == (CompareAs.ORDER, 0.5, 4)
    assert (found.judge_model, found.n_people, found.n_by_several) == ("judge-1", 1, 0)
    pairs = {(round(a, 2), round(b, 2)) for a, b in zip(rows_of(found).judge, rows_of(found).people, strict=True)}
    assert pairs == {(0.9, 0.9), (0.8, 0.1), (0.4, 0.35), (0.1, 0.2)}


def test_many_different_values_are_held_against_each_other_by_pass_and_fail(project: Project, bob: User) -> None:
    run = judged_run(project, VALUES)
    say(run, {place: value - 0.04 if place else 0.3 for place, value in enumerate(VALUES)}, by=bob)
    found = measured(project)
    assert found.compare_as == CompareAs.VERDICT
    assert found.classes == [0.0, 1.0]
    assert found.agreement == pytest.approx(11 / 12)
    rows = rows_of(found)
    [place] = disagreements(rows, found)
    assert run.run_items.get(pk=rows.run_items[place]).ordinal == 0


def test_people_who_agree_with_each_other_are_told_apart_from_the_judge(
    project: Project, alice: User, bob: User
) -> None:
    run = judged_run(project, [1.0, 0.0, 1.0, 0.0])
    for person in (alice, bob):
        say(run, {0: 1.0, 1: 0.0, 2: 0.0, 3: 1.0}, by=person)
    found = measured(project)
    assert (found.agreement, found.people_agreement, found.alpha) == (0.5, 1.0, 1.0)
    assert (found.n_people, found.n_by_several) == (2, 4)


def test_each_revision_and_model_is_measured_on_what_it_said_itself(project: Project, bob: User) -> None:
    first, second = judged_run(project, [1.0, 0.0], dataset="First"), judged_run(project, [1.0, 0.0], dataset="Second")
    metric = judge_metric(project)
    newer = MetricRevision.objects.create(metric=metric, number=2, definition_hash="newer", definition={})
    second.run_metrics.update(revision=newer, judge_model="judge-2")
    say(first, {0: 1.0, 1: 0.0}, by=bob)
    say(second, {0: 0.0}, by=bob)
    measure_project(project.pk)
    found = {
        (one.revision.number, one.judge_model): one.n_rows for one in JudgeTrust.objects.select_related("revision")
    }
    assert found == {(1, "judge-1"): 2, (2, "judge-2"): 1}


def test_what_a_judge_was_shown_as_an_example_is_left_out(project: Project, bob: User) -> None:
    run = judged_run(project, [1.0, 0.0, 1.0])
    say(run, {0: 0.0, 1: 0.0, 2: 1.0}, by=bob)
    taught = run.run_items.get(ordinal=0).item.pair_key
    revision = run.run_metrics.get().revision
    revision.definition = {"examples": [{"pair_key": str(taught)}]}
    revision.save(update_fields=["definition"])
    found = measured(project)
    assert (found.n_rows, found.agreement) == (2, 1.0)


def test_a_human_verdict_of_another_scale_is_held_against_its_own_threshold(
    project: Project, alice: User, bob: User
) -> None:
    run = judged_run(project, [0.9, 0.8, 0.2, 0.1])
    human = make_metric(key="stars", project=project, kind=MetricKind.HUMAN, range_min=1.0, range_max=5.0).metric
    say(run, {0: 5.0, 1: 4.0, 2: 4.0, 3: 1.0}, by=bob, metric=human)
    say(run, {0: 0.0}, by=bob)
    draft = ReferenceDraft(human_metric=human, human_threshold=4.0)
    set_reference(project, metric=judge_metric(project), draft=draft, by=alice)
    found = measured(project)
    assert (found.compare_as, found.human_metric, found.n_rows) == (CompareAs.VERDICT, human, 4)
    assert found.agreement == 0.75
    assert rows_of(found).people_passed.tolist() == [0, 1, 1, 1]


def test_words_stand_for_the_values_that_others_gave_with_them(project: Project) -> None:
    run = judged_run(project, [1.0, 0.0, 1.0])
    human = make_metric(key="verdict", project=project, kind=MetricKind.HUMAN).metric
    say(run, {0: 1.0}, metric=human, annotator="a", label="Yes")
    say(run, {1: 0.0}, metric=human, annotator="a", label="No")
    items = run.run_items.get(ordinal=2)
    Override.objects.create(run=run, run_item=items, metric=human, annotator="a", label="no")
    owner = project.team.memberships.get(role="owner").user
    set_reference(project, metric=judge_metric(project), draft=ReferenceDraft(human_metric=human), by=owner)
    assert rows_of(measured(project)).people.tolist() == [0.0, 0.0, 1.0]


def test_labels_of_a_category_pass_where_they_are_allowed(project: Project, bob: User) -> None:
    told = {
        **SOLID,
        "value_type": ValueType.CATEGORY,
        "labels": ["rude", "plain", "kind"],
        "allowed": ["kind"],
        "range_min": None,
        "range_max": None,
    }
    answers = [Answer(input=f"q{place}", scores={JUDGE: value}) for place, value in enumerate((2.0, 1.0, 0.0))]
    run = make_scored_run(project=project, answers=answers, metrics={JUDGE: told})
    for ordinal, word in enumerate(("kind", "Kind", "rude")):
        item = run.run_items.get(ordinal=ordinal)
        Override.objects.create(run=run, run_item=item, metric=judge_metric(project), author=bob, label=word)
    found = measured(project)
    assert (found.compare_as, found.classes) == (CompareAs.CLASSES, [0.0, 1.0, 2.0])
    assert rows_of(found).people_passed.tolist() == [0, 1, 1]
    assert found.agreement == pytest.approx(2 / 3)


def test_measuring_again_changes_the_row_and_forgets_what_nobody_speaks_of(project: Project, bob: User) -> None:
    run = judged_run(project, [1.0, 0.0])
    say(run, {0: 1.0, 1: 0.0}, by=bob)
    first = measured(project)
    assert measured(project).pk == first.pk
    Override.objects.filter(run=run).update(is_current=False)
    assert measure_project(project.pk) == 0
    assert not JudgeTrust.objects.exists()


def test_a_run_that_closes_with_verdicts_is_measured_by_the_next_sweep(project: Project, bob: User) -> None:
    judged_run(project, [1.0], dataset="Without")
    assert sweep().projects_to_measure == []
    run = judged_run(project, [1.0, 0.0], dataset="With", is_over=False)
    say(run, {0: 1.0, 1: 0.0}, by=bob)
    assert close_run(run.pk)
    assert sweep().projects_to_measure == [project.pk]
    measure_project(project.pk)
    assert sweep().projects_to_measure == []


def test_a_run_that_is_deleted_takes_its_verdicts_along(project: Project, alice: User) -> None:
    run = judged_run(project, [1.0, 0.0])
    say(run, {0: 1.0, 1: 0.0}, by=alice)
    measured(project)
    delete_run(run, by=alice)
    assert sweep().projects_to_measure == [project.pk]
    assert measure_project(project.pk) == 0


def test_what_somebody_said_who_has_left_is_one_persons_word(project: Project, alice: User, bob: User) -> None:
    run = judged_run(project, [1.0, 0.0])
    say(run, {0: 1.0, 1: 0.0}, by=alice)
    say(run, {0: 1.0, 1: 1.0}, by=bob)
    Override.objects.filter(author=bob).update(author=None)
    found = measured(project)
    assert (found.n_people, found.n_by_several, found.n_undecided, found.n_rows) == (2, 2, 1, 1)


def test_a_badge_says_what_it_was_measured_on_and_when_that_is_over(project: Project, bob: User) -> None:
    run = judged_run(project, [1.0, 0.0] * 20)
    metrics = list(run.run_metrics.select_related("revision__metric"))
    [missing] = badges_of(project.pk, metrics).values()
    assert (missing.text, missing.word) == ("κ –", "not measured")
    say(run, {place: float(place % 2 == 0) for place in range(40)}, by=bob)
    measure_project(project.pk)
    [fresh] = badges_of(project.pk, metrics).values()
    assert (fresh.text, fresh.word, fresh.tone, fresh.is_stale) == ("κ 1.00 · 40", "almost perfect", "good", False)
    metrics[0].judge_model = "judge-2"
    [other] = badges_of(project.pk, metrics).values()
    assert other.is_stale
    assert "measured on judge-1, this run asked judge-2" in other.title
    metrics[0].judge_model = "judge-1"
    TrustWork.objects.ask(project.pk)
    [old] = badges_of(project.pk, metrics).values()
    assert "newer verdicts are not counted yet" in old.title


def test_the_audit_log_says_whom_a_judge_was_measured_against_before(project: Project, alice: User) -> None:
    judged_run(project, [1.0])
    human = make_metric(key="stars", project=project, kind=MetricKind.HUMAN).metric
    for draft in (ReferenceDraft(human_metric=human), ReferenceDraft(human_metric=human), ReferenceDraft()):
        set_reference(project, metric=judge_metric(project), draft=draft, by=alice)
    entries = AuditEntry.objects.filter(subject_kind="judge_trust").order_by("id")
    assert [entry.changes for entry in entries] == [
        {"human_metric": [None, str(human)]},
        {"human_metric": [str(human), None]},
    ]
