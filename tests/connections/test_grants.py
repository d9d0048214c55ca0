"""All workers together keep to a connection's ceiling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections as databases
from django.db.models import Sum
from django.utils import timezone

from evalhub.accounts.models import Team
from evalhub.connections.grants import fair_share, return_grant, take_grant
from evalhub.connections.models import Connection, ConnectionGrant
from tests.connections.connections import make_connection


@pytest.fixture
def connection(team: Team) -> Connection:
    return make_connection(team=team, max_concurrency=10)


@pytest.mark.parametrize(
    ("ceiling", "wanted", "others", "share"),
    [
        (10, 10, [], 10),
        (10, 4, [], 4),
        (10, 10, [10], 5),
        (10, 10, [2], 8),
        (10, 2, [10], 2),
        (10, 10, [10, 10], 3),
        (10, 10, [1, 3], 6),
        (2, 5, [5, 5, 5], 1),
    ],
)
def test_all_get_the_same_and_what_some_leave_goes_to_the_others(
    ceiling: int, wanted: int, others: list[int], share: int
) -> None:
    assert fair_share(ceiling, wanted=wanted, others=others) == share


def test_a_lone_worker_gets_what_it_wants_up_to_the_ceiling(connection: Connection) -> None:
    assert take_grant(connection.pk, holder="a", wanted=4) == 4
    assert take_grant(connection.pk, holder="a", wanted=40) == 10


def test_who_comes_late_waits_until_the_other_has_made_room(connection: Connection) -> None:
    assert take_grant(connection.pk, holder="a", wanted=10) == 10
    assert take_grant(connection.pk, holder="b", wanted=10) == 0
    assert take_grant(connection.pk, holder="a", wanted=10) == 5
    assert take_grant(connection.pk, holder="b", wanted=10) == 5


def test_what_is_given_back_is_free_again(connection: Connection) -> None:
    take_grant(connection.pk, holder="a", wanted=10)
    return_grant(connection.pk, holder="a")
    assert take_grant(connection.pk, holder="b", wanted=10) == 10


def test_what_a_dead_worker_held_is_free_after_its_time(connection: Connection) -> None:
    take_grant(connection.pk, holder="dead", wanted=10)
    ConnectionGrant.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert take_grant(connection.pk, holder="b", wanted=10) == 10
    assert ConnectionGrant.objects.get().holder == "b"


def test_a_lowered_ceiling_leaves_everybody_one_call(connection: Connection) -> None:
    take_grant(connection.pk, holder="a", wanted=5)
    take_grant(connection.pk, holder="b", wanted=5)
    Connection.objects.update(max_concurrency=1)
    assert take_grant(connection.pk, holder="a", wanted=5) == 1
    assert take_grant(connection.pk, holder="b", wanted=5) == 1
    assert take_grant(connection.pk, holder="c", wanted=5) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_come_at_once_never_get_more_than_the_ceiling(connection: Connection) -> None:
    def take(number: int) -> int:
        try:
            return take_grant(connection.pk, holder=str(number % 6), wanted=4)
        finally:
            databases["default"].close()

    with ThreadPoolExecutor(6) as pool:
        for _ in range(5):
            list(pool.map(take, range(12)))
            held = ConnectionGrant.objects.aggregate(sum=Sum("slots"))["sum"]
            assert 0 < held <= 10
