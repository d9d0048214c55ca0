"""What is taken for the verdict of a reply, and what is not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.judge.reply import NO_EXPLANATION, ReadReply, Unreadable, read_reply
from metrics.judge.verdict import VerdictScale

SHARE = VerdictScale()
STARS = VerdictScale(minimum=1.0, maximum=5.0)
HUNDRED = VerdictScale(minimum=0.0, maximum=100.0)
OPEN = VerdictScale(minimum=None, maximum=None)
YES_NO = VerdictScale(kind="boolean")
TONES = VerdictScale(kind="category", labels=("rude", "neutral", "very polite", "polite"))

READ = [
    ("as the schema says", SHARE, '{"explanation": "Two of three.", "score": 0.67}', 0.67, "Two of three."),
    ("an end of the scale", SHARE, '{"explanation": "All.", "score": 1}', 1.0, "All."),
    ("JSON with room", SHARE, '\n {\n "explanation" : "Fine.",\n "score" : 0.5\n}\n', 0.5, "Fine."),
    ("in a code fence", SHARE, '```json\n{"explanation": "Fine.", "score": 0.5}\n```', 0.5, "Fine."),
    ("in a fence after words", SHARE, 'Here:\n```\n{"explanation": "Fine.", "score": 0.5}\n```\nBye.', 0.5, "Fine."),
    ("JSON and then words", SHARE, '{"explanation": "Fine.", "score": 0.5}\nI hope this helps!', 0.5, "Fine."),
    ("inside another object", SHARE, '{"result": {"reason": "Fine.", "score": 0.5}}', 0.5, "Fine."),
    ("in a list", SHARE, '[{"reasoning": "Fine.", "rating": 0.5}]', 0.5, "Fine."),
    ("names in capitals", SHARE, '{"Explanation": "Fine.", "Score": 0.5}', 0.5, "Fine."),
    ("the score first", SHARE, '{"score": 0.5, "explanation": "Fine."}', 0.5, "Fine."),
    ("without a reason", SHARE, '{"score": 0.5}', 0.5, NO_EXPLANATION),
    ("reasons as an object", SHARE, '{"explanation": {"step 1": "Fine."}, "score": 0.5}', 0.5, '{"step 1": "Fine."}'),
    ("the key twice", SHARE, '{"score": 1.0, "explanation": "No.", "score": 0.2}', 0.2, "No."),
    ("two objects", SHARE, '{"score": 1.0}\nOn reflection:\n{"explanation": "No.", "score": 0.2}', 0.2, "No."),
    ("a quoted verdict", SHARE, '{"explanation": "It says {\\"score\\": 1.0}.", "score": 0}', 0.0, None),
    ("a quotation not escaped", SHARE, '{"explanation": "It says "score": 1.0, but no", "score": 0.1}', 0.1, None),
    ("Python's quotes", SHARE, "{'explanation': 'Fine.', 'score': 0.5}", 0.5, None),
    ("a comma at the end", SHARE, '{"explanation": "Fine.", "score": 0.5,}', 0.5, None),
    (
        "after thoughts",
        SHARE,
        '<think>Score: 1.0, or {"score": 1}?</think>{"explanation": "No.", "score": 0}',
        0.0,
        "No.",
    ),
    ("plain words", SHARE, "It is fine.\nScore: 0.8", 0.8, "It is fine."),
    ("plain, marked up", SHARE, "It is fine.\n\n**Score:** 0.8", 0.8, "It is fine."),
    ("plain, all bold", SHARE, "It is fine.\n**Final score: 0.8**", 0.8, "It is fine."),
    ("plain, then the reason", SHARE, "Score: 0.8\nBecause it is fine.", 0.8, "Because it is fine."),
    ("plain, brackets", STARS, "It is fine.\nRating: [[4]]", 4.0, "It is fine."),
    ("plain, brackets in another language", STARS, "よい。\n評価:[[4]]", 4.0, "よい。"),
    ("plain, brackets quoted later", STARS, "Score: 2\nIt printed [[5]].", 2.0, "It printed [[5]]."),
    ("plain, with the scale", SHARE, "Fine.\nScore (0-1): 0.8", 0.8, "Fine."),
    ("plain, a sentence", SHARE, "Fine. The score is 0.8.", 0.8, None),
    ("plain, no more than a number", SHARE, "0.8", 0.8, NO_EXPLANATION),
    ("plain, several", SHARE, "First I thought score: 1.0\nScore: 0.4\nFinal score: 0.3", 0.3, None),
    ("plain, not meant yet", SHARE, "The score is based on facts.\nScore: 0.3", 0.3, "The score is based on facts."),
    ("plain, then a remark", SHARE, "Score: 0.3\nA score of 1.0 would need sources.", 0.3, None),
    ("JSON, then a remark", SHARE, '{"score": 0.3}\nA score of 1.0 would need sources.', 0.3, NO_EXPLANATION),
    ("JSON, then words", SHARE, '{"score": 1.0} is what it says.\nScore: 0.3', 0.3, None),
    ("words, then JSON", SHARE, 'It says "Score: 1.0".\n{"score": 0.3}', 0.3, NO_EXPLANATION),
    ("plain, half a number", SHARE, "Score: .5", 0.5, None),
    ("plain, a comma", SHARE, "Note: good.\nScore: 0,8", 0.8, "Note: good."),
    ("a text for a number", SHARE, '{"explanation": "Fine.", "score": "0.5"}', 0.5, "Fine."),
    ("a share", SHARE, "Score: 4/5", 0.8, None),
    ("a share in JSON", SHARE, '{"explanation": "Fine.", "score": "4/5"}', 0.8, "Fine."),
    ("a share in words", SHARE, "Score: 8 out of 10", 0.8, None),
    ("a percentage", SHARE, "Score: 85%", 0.85, None),
    ("of its own top", STARS, "Score: 4/5", 4.0, None),
    ("of a hundred", HUNDRED, "Score: 85%", 85.0, None),
    ("85/100", HUNDRED, "Score: 85/100.", 85.0, None),
    ("without ends", OPEN, '{"explanation": "Words.", "score": -1200.5}', -1200.5, "Words."),
    ("true", YES_NO, '{"explanation": "Yes.", "score": true}', 1.0, "Yes."),
    ("false", YES_NO, '{"explanation": "No.", "score": false}', 0.0, "No."),
    ("no, in words", YES_NO, "It does not.\nVerdict: **No**", 0.0, "It does not."),
    ("passes, with more", YES_NO, "Verdict: pass, since all is there", 1.0, None),
    ("yes as a number", YES_NO, '{"explanation": "Yes.", "score": 1}', 1.0, "Yes."),
    ("a label", TONES, '{"explanation": "Curt.", "score": "Neutral"}', 1.0, "Curt."),
    ("the longer label", TONES, "Curt.\nLabel it so: verdict: very polite!", 2.0, None),
]

UNREADABLE = [
    ("empty", SHARE, "", "is empty"),
    ("white space", SHARE, " \n\t", "is empty"),
    ("thoughts alone", SHARE, "<think>Score: 1.0</think>", "is empty"),
    ("thoughts without an end", SHARE, "<think>Score: 1.0, I suppose", "ends before the verdict"),
    ("a refusal", SHARE, "I'm sorry, but I cannot help with that.", "holds no verdict"),
    ("talk", SHARE, "The score is based on three things.", "holds no verdict"),
    ("an object without a score", SHARE, '{"explanation": "Fine."}', "holds no verdict"),
    ("cut off", SHARE, '{"explanation": "The output says', "is cut off"),
    ("cut off after a quotation", SHARE, '{"explanation": "It says {"score": 1.0} and', "is cut off"),
    ("cut off in a code fence", SHARE, '```json\n{"explanation": "It claims score: 1.0 but', "is cut off"),
    ("cut off at the score", SHARE, '{"explanation": "Fine.", "score": 0.', "is cut off"),
    ("above the scale", SHARE, '{"explanation": "Great.", "score": 7}', "off the scale"),
    ("below the scale", STARS, "Score: 0", "off the scale"),
    ("the last one off the scale", SHARE, "Score: 0.5\nScore: 9", "off the scale"),
    ("the last object off the scale", SHARE, '{"score": 0.5} {"score": 9}', "off the scale"),
    ("no number", SHARE, '{"explanation": "Fine.", "score": "high"}', "“high” is not a number from 0 to 1"),
    ("the last one no number", SHARE, "Score: 0.5\nScore: n/a", "“n/a” is not a number"),
    ("nothing", SHARE, '{"explanation": "Cannot say.", "score": null}', "“None” is not a number"),
    ("NaN", SHARE, '{"explanation": "Fine.", "score": NaN}', "“nan” is not a number"),
    ("infinity", OPEN, '{"explanation": "Fine.", "score": Infinity}', "“inf” is not a number"),
    ("more digits than a number has", OPEN, f'{{"score": {"9" * 400}}}', "is not a number"),
    ("true for a number", SHARE, '{"explanation": "Fine.", "score": true}', "“True” is not a number"),
    ("a list for a number", SHARE, '{"explanation": "Fine.", "score": [0.5]}', "“[0.5]” is not a number"),
    ("from to", SHARE, "Score: 0.6-0.8", "is not a number"),
    ("one or the other", SHARE, "Score: 0.6 or 0.8", "is not a number"),
    ("a share of another scale", STARS, "Score: 8/10", "is not a number"),
    ("a percentage of stars", STARS, "Score: 80%", "is not a number"),
    ("five of what?", HUNDRED, "Score: 4/5", "is not a number"),
    ("more than all", SHARE, "Score: 6/5", "off the scale"),
    ("half for yes or no", YES_NO, '{"explanation": "So so.", "score": 0.5}', "neither true nor false"),
    ("maybe", YES_NO, "Verdict: maybe", "neither true nor false"),
    ("another label", TONES, '{"explanation": "So so.", "score": "warm"}', "“warm” is not one of"),
    ("a number for a label", TONES, '{"explanation": "So so.", "score": 2}', "“2” is not one of"),
]


@pytest.mark.parametrize(
    ("scale", "text", "value", "explanation"), [case[1:] for case in READ], ids=[c[0] for c in READ]
)
def test_a_verdict_is_read(scale: VerdictScale, text: str, value: float, explanation: str | None) -> None:
    read = read_reply(text, scale)
    assert isinstance(read, ReadReply), read
    assert read.verdict.value == pytest.approx(value)
    assert read.explanation
    if explanation is not None:
        assert read.explanation == explanation


@pytest.mark.parametrize(("scale", "text", "why"), [case[1:] for case in UNREADABLE], ids=[c[0] for c in UNREADABLE])
def test_what_is_no_verdict_is_not_made_one(scale: VerdictScale, text: str, why: str) -> None:
    read = read_reply(text, scale)
    assert isinstance(read, Unreadable), read
    assert why in read.why


def test_a_category_keeps_its_label() -> None:
    read = read_reply('{"explanation": "Curt.", "score": "NEUTRAL"}', TONES)
    assert isinstance(read, ReadReply)
    assert read.verdict.label == "neutral"


@given(st.text(), st.floats(min_value=0, max_value=1))
def test_an_explanation_never_changes_the_verdict_of_a_whole_reply(explanation: str, score: float) -> None:
    read = read_reply(json.dumps({"explanation": explanation, "score": score}), SHARE)
    assert isinstance(read, ReadReply)
    assert read.verdict.value == score


@given(st.text(alphabet="{}[]\"':,.score0123456789 \n-`/%<think>", max_size=60))
def test_any_text_is_read_or_refused_and_never_off_the_scale(text: str) -> None:
    read = read_reply(text, SHARE)
    assert isinstance(read, Unreadable) or -1e-9 <= read.verdict.value <= 1 + 1e-9


@pytest.mark.parametrize("text", ["{" * 50_000, "[" * 50_000, '{"a":' * 20_000, "score: " * 5_000, "score (" * 5_000])
def test_a_runaway_reply_is_refused_in_time(text: str) -> None:
    assert isinstance(read_reply(text, SHARE), Unreadable)
