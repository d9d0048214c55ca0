"""Unmatched items that a person takes for the same question: proposed, confirmed, honoured everywhere, taken back."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from runs.comparison.closeness import MOST_LOOKED_AT, Unmatched, loose_items, propose
from runs.comparison.compare import compare_runs
from runs.item_history import item_history
from runs.models import Item, ItemPair, Run
from runs.services.item_pairs import pair_items
from tests.conftest import _ClientOf as ClientOf
from tests.runs.comparison.compared_runs import fetched, make_compared_run, make_questions

METRICS = {"relevance": {"name": "Relevance", "threshold": 0.5}}


@pytest.fixture
def runs(project: Project) -> list[Run]:
    """Six questions each: four are the same, `old-*` were worded anew as `new-*`."""
    first = make_questions(project, ["a", "b", "old-returns", "c", "old-prices", "d"])
    second = make_questions(project, ["new-prices", "a", "b", "c", "d", "new-returns"])
    for key, text in {
        "old-returns": "How many days do I have to send something back?",
        "new-returns": "how many days do I have to send a thing back",
        "old-prices": "Which currency are your prices in?",
        "new-prices": "In which currency are your prices",
    }.items():
        Item.objects.filter(key=key).update(input=text)
    return [
        make_compared_run(first, {"relevance": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]}, metrics=METRICS, name="Release 1"),
        make_compared_run(second, {"relevance": [0.9, 0.2, 0.2, 0.5, 0.6, 0.8]}, metrics=METRICS, name="Release 2"),
    ]


def ids(*keys: str) -> tuple[int, ...]:
    return tuple(Item.objects.get(key=key).pk for key in keys)


def path(runs: list[Run]) -> str:
    return f"/projects/{runs[0].project_id}/item-pairs/?runs={runs[0].pk},{runs[1].pk}"


def test_what_is_alike_is_proposed_once_the_most_alike_first(runs: list[Run]) -> None:
    loose = loose_items(compare_runs(runs), 1)
    found = {(each.ours.key, each.theirs.key) for each in loose.proposals}
    assert found == {("old-returns", "new-returns"), ("old-prices", "new-prices")}
    likeness = [each.likeness for each in loose.proposals]
    assert likeness == sorted(likeness, reverse=True)
    assert (loose.missing, loose.extra, loose.is_cut) == (2, 2, False)


def test_what_is_not_alike_is_not_proposed() -> None:
    first, second = (
        Unmatched(number, number, "", text) for number, text in enumerate(["Where is my parcel?", "2 + 2"])
    )
    assert propose([first], [second]) == []
    assert propose([], [second]) == []


def test_only_so_many_are_held_against_each_other(project: Project) -> None:
    count = MOST_LOOKED_AT + 5
    sides = [make_questions(project, [f"{side}{place}" for place in range(count)]) for side in "xy"]
    values = {"relevance": [0.5] * count}
    loose = loose_items(compare_runs([make_compared_run(version, values, metrics=METRICS) for version in sides]), 1)
    assert (len(loose.ours), len(loose.theirs), loose.missing, loose.is_cut) == (
        MOST_LOOKED_AT,
        MOST_LOOKED_AT,
        count,
        True,
    )


def test_a_confirmed_pair_is_compared_on_the_page_and_over_again_from_the_other_side(
    runs: list[Run], bob: User, client_of: type[ClientOf]
) -> None:
    client = client_of(bob)
    ours, theirs = ids("old-returns", "new-returns")
    assert f'value="{ours}-{theirs}"' in client.get(path(runs)).content.decode()
    client.post(path(runs), {"pair": [f"{ours}-{theirs}"]})
    for order, places in ((runs, (2, 5)), (runs[::-1], (5, 2))):
        comparison = compare_runs(fetched(*order))
        match = comparison.matches[1]
        assert (match.count, match.place_of(places[0])) == (5, places[1])
        (line,) = comparison.lines
        assert line.result.n == 5
    page = client.get(path(runs).replace("item-pairs", "compare")).content.decode()
    assert "5 matched, 1 only in the baseline, 1 only here, 1 by hand" in page
    row = client.get(path(runs).replace("item-pairs/", "compare/items/2/")).content.decode()
    assert "answer 5" in row


def test_the_history_of_an_item_follows_the_pair(runs: list[Run], bob: User) -> None:
    run_item = runs[0].run_items.select_related("item").get(ordinal=2)
    assert len(item_history(runs[0], run_item, excerpt="").appearances) == 1
    pair_items(runs[0].project, [ids("old-returns", "new-returns")], by=bob)  # type: ignore[list-item]
    assert len(item_history(runs[0], run_item, excerpt="").appearances) == 2


def test_two_are_paired_by_hand_and_taken_apart_again(runs: list[Run], bob: User, client_of: type[ClientOf]) -> None:
    client = client_of(bob)
    ours, theirs = ids("old-prices", "new-returns")
    client.post(path(runs), {"ours": ours, "theirs": theirs})
    assert compare_runs(fetched(*runs)).matches[1].count == 5
    page = client.get(path(runs)).content.decode()
    assert "Which currency are your prices in?" in re.sub(r"\s+", " ", page)
    undone = client.post(
        f"/projects/{runs[0].project_id}/item-pairs/{ItemPair.objects.get().pk}/deletion/", {"query": "runs=1,2"}
    )
    assert undone["Location"].endswith("/item-pairs/?runs=1,2")
    assert compare_runs(fetched(*runs)).matches[1].count == 4


@pytest.mark.parametrize(
    ("pair", "error"),
    [
        (("a", "old-returns"), Invalid),  # of one version
        (("c", "new-returns"), Conflict),  # the other version has it too
        (("old-returns", "b"), Conflict),
    ],
)
def test_what_cannot_be_partners_is_refused(
    runs: list[Run], bob: User, pair: tuple[str, str], error: type[Exception]
) -> None:
    first, second = (Item.objects.filter(key=key).order_by("version_id") for key in pair)
    with pytest.raises(error):
        pair_items(runs[0].project, [(first[0].pk, second.reverse()[0].pk)], by=bob)
    assert not ItemPair.objects.exists()


def test_nobody_has_two_partners(runs: list[Run], bob: User) -> None:
    first, second, third = ids("old-returns", "new-returns", "new-prices")
    with pytest.raises(Conflict, match="has a partner"):
        pair_items(runs[0].project, [(first, second), (third, first)], by=bob)
    assert not ItemPair.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"pair": "1"}, {"pair": "x-y"}, {"pair": "1-999999999"}])
def test_nonsense_pairs_nothing(runs: list[Run], bob: User, client_of: type[ClientOf], sent: dict[str, str]) -> None:
    assert client_of(bob).post(path(runs), sent).status_code == 302
    assert not ItemPair.objects.exists()


def test_viewers_look_and_strangers_learn_nothing(
    runs: list[Run], viewer: User, charlie: User, client_of: type[ClientOf]
) -> None:
    ours, theirs = ids("old-returns", "new-returns")
    assert "Pair the ticked" not in client_of(viewer).get(path(runs)).content.decode()
    sent = {"pair": f"{ours}-{theirs}"}
    assert client_of(viewer).post(path(runs), sent).status_code == 403
    assert client_of(charlie).post(path(runs), sent).status_code == 404
    assert Client().get(path(runs)).status_code == 302
    assert not ItemPair.objects.exists()
