"""Addresses of the item table: short, stable, and changed in one thing at a time."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from runs.filters import ValueRange
from runs.forms.address import ItemAddress, canonical
from runs.forms.items import read_range

NAMES = st.sampled_from(
    ["q", "in", "failing", "page", "sort", "m.a", "status.a", "meta.k", "add_metric", "add_low", "add_key", "add_value"]
)
VALUES = st.sampled_from(["", "1", "0..1", "input", "output,input", "input,output,explanation", "a", " ", "é&="])


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8))
def test_a_short_address_stays_as_it_is(pairs: list[tuple[str, str]]) -> None:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    once = canonical(query)
    assert canonical(once) == once
    assert canonical(QueryDict(once.urlencode())) == once


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("", ""),
        ("q=&review=&page=1", ""),
        ("q=x&in=input&in=output&in=explanation", "q=x"),
        ("q=x&in=output&in=input", "q=x&in=input%2Coutput"),
        ("in=input", ""),
        ("utm_source=mail&failing=1", "failing=1"),
        ("page=3&add_metric=m&add_low=0.2&add_high=0.4", "m.m=0.2..0.4"),
        ("add_metric=m&add_status=failing&item=3", "status.m=failing"),
        ("add_metric=m&add_low=&add_high=", ""),
        ("meta.k=old&add_key=k&add_value=new", "meta.k=new"),
        ("add_key=k&add_value=", ""),
    ],
)
def test_what_was_filled_in_becomes_a_short_address(written: str, short: str) -> None:
    assert canonical(QueryDict(written)).urlencode(safe=".<") == short


def test_a_change_of_filters_starts_at_the_first_page_and_keeps_order_and_view() -> None:
    address = ItemAddress("/runs/1/", QueryDict("q=x&sort=-overall&view=diff&page=4&item=7&repeat=1"))
    assert str(address.filtered({"failing": "1"})) == "/runs/1/?q=x&sort=-overall&view=diff&failing=1"
    assert str(address.cleared()) == "/runs/1/?sort=-overall&view=diff"
    assert str(address.shared()) == "/runs/1/?q=x&sort=-overall"
    assert str(address.changed({"page": None})) == "/runs/1/?q=x&sort=-overall&view=diff&item=7&repeat=1"


def test_one_of_several_values_is_taken_away() -> None:
    address = ItemAddress("/runs/1/", QueryDict("meta.k=a&meta.k=b&page=2"))
    assert str(address.without("meta.k", "a")) == "/runs/1/?meta.k=b"
    assert str(ItemAddress("/runs/1/", QueryDict("meta.k=a")).without("meta.k", "a")) == "/runs/1/"


@given(
    st.one_of(st.none(), st.floats(-1e6, 0)),
    st.floats(0.5, 1e6),
    st.booleans(),
)
def test_a_range_is_read_as_it_was_written(low: float | None, high: float, excludes_high: bool) -> None:
    wanted = ValueRange("m", low, high, excludes_high=excludes_high)
    assert read_range("m", str(wanted)) == wanted
