"""A table from 64-bit hashes to small numbers that takes twelve bytes a slot, where a dict takes ten times as much."""

from __future__ import annotations

from array import array

_SMALLEST = 1 << 12


class Tally:
    """What was noted for each hash. Two different texts share a hash once in some ten million million pairs."""

    def __init__(self) -> None:
        self._count = 0
        self._make(_SMALLEST)

    def note(self, hashed: int, number: int) -> int:
        """The number noted for the hash before, or 0 when this is the first time; then `number` is noted."""
        slot = self._slot(hashed)
        if self._numbers[slot]:
            return self._numbers[slot]
        self._put(slot, hashed, number)
        return 0

    def count(self, hashed: int) -> int:
        """How many times the hash has been counted, this time included."""
        slot = self._slot(hashed)
        if self._numbers[slot]:
            self._numbers[slot] += 1
            return self._numbers[slot]
        self._put(slot, hashed, 1)
        return 1

    def _slot(self, hashed: int) -> int:
        """Where the hash is, or the empty slot where it belongs; a slot is empty when its number is 0."""
        slot = hashed & self._mask
        while self._numbers[slot] and self._hashes[slot] != hashed:
            slot = (slot + 1) & self._mask
        return slot

    def _put(self, slot: int, hashed: int, number: int) -> None:
        self._hashes[slot], self._numbers[slot] = hashed, number
        self._count += 1
        if self._count * 3 > self._mask * 2:
            self._grow()

    def _make(self, slots: int) -> None:
        self._mask = slots - 1
        self._hashes = array("q", bytes(8 * slots))
        self._numbers = array("I", bytes(4 * slots))

    def _grow(self) -> None:
        hashes, numbers = self._hashes, self._numbers
        self._make((self._mask + 1) * 2)
        for hashed, number in zip(hashes, numbers, strict=True):
            if number:
                slot = self._slot(hashed)
                self._hashes[slot], self._numbers[slot] = hashed, number
