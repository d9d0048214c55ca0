"""Precision, recall and F1 of what two texts share, and their wording in explanations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many words an output shares with an expected text, and how many each has."""

    shared: int
    in_output: int
    in_expected: int
    expected: str

    @property
    def precision(self) -> float:
        return self.shared / self.in_output if self.in_output else 0.0

    @property
    def recall(self) -> float:
        return self.shared / self.in_expected if self.in_expected else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both; two texts without any words are the same."""
        if not self.in_output and not self.in_expected:
            return 1.0
        return 2 * self.shared / (self.in_output + self.in_expected)

    def __str__(self) -> str:
        return (
            f"{self.shared:,} of the output's {self.in_output:,} and of the {self.in_expected:,} expected: "
            f"precision {self.precision:.4g}, recall {self.recall:.4g}, F1 {self.f1:.4g}"
        )


def closest_of(entries: int) -> str:
    """What was compared with, in words."""
    return "the expected text" if entries == 1 else f"the closest of {entries} accepted texts"
