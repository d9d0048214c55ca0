"""Reads FastChat's llm_judge (MT-Bench): judgments of single answers and of pairs, and answers without a judgment.

Documented at https://github.com/lm-sys/FastChat/tree/main/fastchat/llm_judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from runs.importers.formats.found import Keys, Scores, ToolFormat, as_dict, as_list, as_text, found_row
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import records
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

# How the judge's prompt shows the question and the answers, which stand nowhere else in a judgment.
_QUESTION = re.compile(r"\[(?:User )?Question\]\n(.*?)\n+(?=\[The Start of )", re.DOTALL)
_ANSWER = re.compile(r"\[The Start of Assistant(?: (\w))?'s Answer\]\n(.*?)\n\[The End of Assistant", re.DOTALL)
_REFERENCE = re.compile(r"\[The Start of Reference Answer\]\n(.*?)\n\[The End of Reference", re.DOTALL)
_CHAT = re.compile(
    r"<\|The Start of Assistant (\w)'s Conversation with User\|>\n(.*?)\n<\|The End of Assistant", re.DOTALL
)
_TURN = re.compile(r"^### (User|Assistant \w):\n", re.MULTILINE)
_WINS = {"model_1": (1.0, 0.0), "model_2": (0.0, 1.0), "tie": (0.5, 0.5)}
_UNREAD = -1
_NO_PROMPT = "Questions and answers that the judge's prompt shows in a way this server does not know."


def is_single(opening: Opening) -> bool:
    return opening.has("question_id", "model", "judge", "judgment", "score")


def read_single(source: Source) -> Iterator[Parsed]:
    """Yield a row per judged answer."""
    keys = Keys()
    for parsed in records(source):
        yield _single(parsed, keys) if isinstance(parsed, ParsedRow) else parsed


def _single(row: ParsedRow, keys: Keys) -> Parsed:
    judged = row.values
    chat = _chats(as_text(judged.get("user_prompt")) or "").get("A", [])
    score = judged.get("score")
    scores = Scores()
    reason = as_text(judged.get("judgment"))
    scores.say("rating", None if score == _UNREAD else score, reason=reason, model=_judge(judged))
    item = NewItem(
        key=keys.free(f"{_key(judged)} {judged.get('model')}"),
        input=_last(chat, "user") or _key(judged),
        output=_last(chat, "assistant"),
        expected=_reference(judged.get("user_prompt")),
        metadata={**_about(judged), "model": judged.get("model")},
        trace=chat if len(chat) > 2 else None,
        given_scores=scores or None,
        raw=row.raw,
    )
    return found_row(row.line, item, left=() if chat else (_NO_PROMPT,))


def is_pair(opening: Opening) -> bool:
    return opening.has("question_id", "model_1", "model_2", "g1_winner")


def read_pair(source: Source) -> Iterator[Parsed]:
    """Yield two rows per judged pair, one for each model."""
    keys = Keys()
    for parsed in records(source):
        if isinstance(parsed, ParsedRow):
            yield from (_side(parsed, place, keys) for place in (0, 1))
        else:
            yield parsed


def _side(row: ParsedRow, place: int, keys: Keys) -> Parsed:
    judged = row.values
    models = (judged.get("model_1"), judged.get("model_2"))
    chats = _chats(as_text(judged.get("g1_user_prompt")) or "")
    chat = chats.get("AB"[place], [])
    scores = Scores()
    won = _WINS.get(_winner(judged))
    verdict = won[place] if won else None
    scores.say("win", verdict, reason=_reasons(judged), model=_judge(judged))
    item = NewItem(
        key=keys.free(f"{_key(judged)} {models[place]} against {models[1 - place]}"),
        input=_last(chat, "user") or _key(judged),
        output=_last(chat, "assistant"),
        expected=_reference(judged.get("g1_user_prompt")),
        metadata={**_about(judged), "model": models[place], "against": models[1 - place]},
        trace=chat if len(chat) > 2 else None,
        given_scores=scores or None,
        raw=row.raw,
    )
    return found_row(row.line, item, left=() if chat else (_NO_PROMPT,))


def _winner(judged: dict[str, Any]) -> str:
    """The model that wins in both orders; a tie where they differ, as FastChat counts it; "" for an unread verdict."""
    first, second = str(judged.get("g1_winner")), str(judged.get("g2_winner", judged.get("g1_winner")))
    if "error" in (first, second):
        return ""
    return first if first == second else "tie"


def _reasons(judged: dict[str, Any]) -> str:
    """Both judgments, in the second of which the answers stood the other way round."""
    first, second = as_text(judged.get("g1_judgment")) or "", as_text(judged.get("g2_judgment"))
    return f"{first}\n\nThe other way round:\n\n{second}" if second else first


def _judge(judged: dict[str, Any]) -> str | None:
    judge = judged.get("judge")
    return as_text(judge[0] if isinstance(judge, list) and judge else judge)


def _key(judged: dict[str, Any]) -> str:
    return f"question {judged.get('question_id')} turn {judged.get('turn', 1)}"


def _about(judged: dict[str, Any]) -> dict[str, JsonValue]:
    judge = as_list(judged.get("judge"))
    return {
        "question_id": judged.get("question_id"),
        "turn": judged.get("turn"),
        "judge_prompt": judge[1] if len(judge) > 1 else None,
    }


def _chats(prompt: str) -> dict[str, list[dict[str, JsonValue]]]:
    """What each assistant said, by its letter; a lone one is A."""
    if found := _CHAT.findall(prompt):
        return {letter: _turns(text) for letter, text in found}
    asked = _QUESTION.search(prompt)
    return {
        letter or "A": [
            {"role": "user", "content": asked.group(1).strip() if asked else ""},
            {"role": "assistant", "content": answer.strip()},
        ]
        for letter, answer in _ANSWER.findall(prompt)
    }


def _turns(text: str) -> list[dict[str, JsonValue]]:
    parts = _TURN.split(text)[1:]
    return [
        {"role": "user" if speaker == "User" else "assistant", "content": said.strip()}
        for speaker, said in zip(parts[::2], parts[1::2], strict=True)
    ]


def _last(chat: list[dict[str, JsonValue]], role: str) -> str | None:
    said = [message["content"] for message in chat if message["role"] == role]
    return as_text(said[-1]) if said else None


def _reference(prompt: JsonValue) -> str | None:
    found = _REFERENCE.search(as_text(prompt) or "")
    return found.group(1).strip() if found else None


def is_answers(opening: Opening) -> bool:
    return opening.has("question_id", "model_id", "choices.item.turns")


def read_answers(source: Source) -> Iterator[Parsed]:
    """Yield a row per question."""
    for parsed in records(source):
        yield found_row(parsed.line, _answered(parsed)) if isinstance(parsed, ParsedRow) else parsed


def _answered(row: ParsedRow) -> NewItem:
    choices = as_list(row.values.get("choices"))
    turns = as_list(as_dict(choices[0]).get("turns")) if choices else []
    return NewItem(
        key=f"question {row.values.get('question_id')}",
        input=f"question {row.values.get('question_id')}",
        output=as_text(turns[-1]) if turns else None,
        metadata={"model": row.values.get("model_id"), "earlier_turns": turns[:-1]},
        raw=row.raw,
    )


SINGLE = ToolFormat(
    label="FastChat judgments",
    is_one=is_single,
    read=read_single,
    notes=("The judge's prompt, beyond the record kept beside each item; ratings that could not be read have none.",),
)
PAIR = ToolFormat(
    label="FastChat judgments of pairs",
    is_one=is_pair,
    read=read_pair,
    notes=(
        "The verdict of each order: as in FastChat, a model wins (1) only in both, else it is a tie (0.5).",
        "The pair as one thing: each model's answer is an item of its own, with the other's name in its metadata.",
    ),
)
ANSWERS = ToolFormat(
    label="FastChat answers",
    is_one=is_answers,
    read=read_answers,
    notes=(
        "The questions' texts, which stand in question.jsonl; an item's input is the number of its question.",
        "Choices after the first; of several turns the last is the output.",
    ),
)
