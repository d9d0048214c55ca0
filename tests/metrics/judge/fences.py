"""Taking a judge's prompt apart again, written apart from the code that puts it together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from metrics.judge.recipe import Recipe
from metrics.scoring import ScoringInput


@dataclass(slots=True)
class TakenApart:
    """What stands outside of the fences, with a line for each fence, and what stands inside them."""

    mark: str
    outside: list[str] = field(default_factory=list)
    inside: list[tuple[str, str]] = field(default_factory=list)


def take_apart(recipe: Recipe, item: ScoringInput) -> TakenApart:
    """As a reader does who trusts nothing but lines with the mark that the last line names."""
    messages = recipe.messages(item)
    assert isinstance(messages, list)
    assert [message["role"] for message in messages] == ["system", "user"]
    prompt = messages[1]["content"]
    found = re.search(r"its mark was ([0-9a-f]{12})\.", prompt.split("\n")[-1])
    assert found
    apart = TakenApart(mark=found[1])
    lines = iter(prompt.split("\n"))
    for line in lines:
        begin = re.fullmatch(rf"=====BEGIN ([A-Z0-9_ ]+) {apart.mark}=====", line)
        if begin is None:
            apart.outside.append(line.replace(apart.mark, "mark"))
            continue
        apart.outside.append(f"[{begin[1]}]")
        text = list(iter(lines.__next__, f"=====END {begin[1]} {apart.mark}====="))
        apart.inside.append((begin[1], "\n".join(text)))
    return apart
