"""The metrics that EvalHub ships with. Meaning of the 17 built-ins: the catalogue of the Valiqor contract."""

from __future__ import annotations

from dataclasses import dataclass, field

from metrics.choices import Category, Need


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One metric of the catalogue; all give 0 to 1, higher is better."""

    key: str
    name: str
    category: Category
    description: str
    needs: tuple[Need, ...] = ()
    uses: tuple[Need, ...] = field(default=())

    @property
    def is_heuristic(self) -> bool:
        return self.category == Category.HEURISTIC


BUILT_INS: tuple[BuiltIn, ...] = ()
