"""Saying that two items of different dataset versions are the same question, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from runs.models import DatasetVersion, Item, ItemPair

MOST_AT_ONCE = 300
MOST_PAIRS = 2_000


@transaction.atomic
def pair_items(project: Project, pairs: Sequence[tuple[int, int]], *, by: User) -> list[ItemPair]:
    """Take the items, by id, for the same questions wherever runs of this project are paired. All of them, or none.

    Raises `NotAllowed`, `Invalid` for items that cannot be partners, and `Conflict` for one that has a partner.
    """
    require_right(by, Right.START_RUN, project)
    if not 1 <= len(pairs) <= MOST_AT_ONCE:
        raise Invalid("pairs_count", f"Choose 1 to {MOST_AT_ONCE} pairs of items.", field="pair")
    items = _items(project, {item_id for pair in pairs for item_id in pair})
    made = []
    for pair in pairs:
        first, second = sorted((items[pair[0]], items[pair[1]]), key=lambda item: item.version_id)
        made.append(_paired(project, first, second, by=by))
    return made


@transaction.atomic
def unpair_items(pair: ItemPair, *, by: User) -> None:
    """The two are different questions again."""
    require_right(by, Right.START_RUN, pair.project)
    record(team=pair.project.team, by=by, action=AuditAction.DELETED, subject=pair, project=pair.project)
    pair.delete()


def _items(project: Project, item_ids: set[int]) -> dict[int, Item]:
    versions = DatasetVersion.objects.filter(dataset__project__team_id=project.team_id)
    usable = versions.filter(dataset__project=project) | versions.filter(dataset__project__is_library=True)
    found = Item.objects.filter(version__in=usable).select_related("version__dataset")
    found = found.only("id", "pair_key", "key", "ordinal", "version__number", "version__dataset__name")
    items = found.in_bulk(item_ids)
    if len(items) < len(item_ids):
        raise Invalid("item_unknown", "One of the items is in no dataset of this project.", field="pair")
    return items


def _paired(project: Project, first: Item, second: Item, *, by: User) -> ItemPair:
    if first.version_id == second.version_id:
        raise Invalid("same_version", f'"{first}" and "{second}" are of one version, so they differ.', field="pair")
    of_both = ItemPair.objects.filter(
        project=project, first_version_id=first.version_id, second_version_id=second.version_id
    )
    if of_both.count() >= MOST_PAIRS:
        raise Conflict(
            "too_many_pairs", f"Two versions have {MOST_PAIRS:,} pairs by hand at most; match them by a key."
        )
    _refuse_taken(first, second, of_both)
    pair = ItemPair.objects.create(
        project=project,
        first_version_id=first.version_id,
        second_version_id=second.version_id,
        first_key=first.pair_key,
        second_key=second.pair_key,
        created_by=by,
    )
    changes = {"items": [None, [f"{item} of {item.version}" for item in (first, second)]]}
    record(team=project.team, by=by, action=AuditAction.CREATED, subject=pair, project=project, changes=changes)
    return pair


def _refuse_taken(first: Item, second: Item, of_both: QuerySet[ItemPair]) -> None:
    """An item that the other version has too, or that was paired already, has its partner."""
    for item, other, field in ((first, second, "first_key"), (second, first, "second_key")):
        is_there = Item.objects.filter(version_id=other.version_id, pair_key=item.pair_key).exists()
        if is_there or of_both.filter(**{field: item.pair_key}).exists():
            raise Conflict("item_paired", f'"{item}" has a partner in the other version already.', field="pair")
