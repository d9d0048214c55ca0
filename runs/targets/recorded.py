"""Targets whose answers came with the data, and the rule that what came with the data is never asked for again."""

from __future__ import annotations

from dataclasses import dataclass

from runs.targets.answer import Answer, Answerer, Client, Question

OUTPUT_MISSING = "output_missing"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Gives the item's own output."""

    async def answer(self, question: Question, *, client: Client | None, repeat: int) -> Answer:
        if question.output is None:
            return Answer.failed(
                OUTPUT_MISSING, "The data brought no output for this item, and nobody is asked for one."
            )
        return Answer(output=question.output, trace=question.trace)


@dataclass(frozen=True, slots=True)
class RecordedFirst:
    """Gives the item's own output where the data brought one, and asks the target for the others."""

    target: Answerer

    async def answer(self, question: Question, *, client: Client | None, repeat: int) -> Answer:
        answerer = self.target if question.output is None else Recorded()
        return await answerer.answer(question, client=client, repeat=repeat)
