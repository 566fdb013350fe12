"""Korean particles that follow a word put into a sentence: 을(를), 이(가), 은(는), 과(와), (으)로."""

from __future__ import annotations

import re

_PARTICLE = re.compile(r"(?P<word>[^\s()](?:\s?\([^()]*\))?)(?P<pair>을\(를\)|이\(가\)|은\(는\)|과\(와\)|\(으\)로)")
_FORMS = {"을(를)": ("을", "를"), "이(가)": ("이", "가"), "은(는)": ("은", "는"), "과(와)": ("과", "와")}
_FIRST, _LAST, _FINALS = ord("가"), ord("힣"), 28
_RIEUL = 8
# Final sounds of digits read out: 영 일 이 삼 사 오 육 칠 팔 구.
_DIGIT_FINALS = (21, 8, 0, 16, 0, 0, 1, 8, 8, 0)
# Letters whose Korean name ends in a consonant: 엘 엠 엔 알.
_LETTER_FINALS = {"l": _RIEUL, "m": 16, "n": 4, "r": _RIEUL}


def with_particles(text: str) -> str:
    """The sentence with each pair of particles resolved by the sound before it; words in brackets are not read."""
    return _PARTICLE.sub(_resolved, text)


def _resolved(match: re.Match[str]) -> str:
    word, pair = match["word"], match["pair"]
    final = _final_sound(word[0])
    if pair == "(으)로":
        return word + ("으로" if final not in (0, _RIEUL) else "로")
    closed, open_ = _FORMS[pair]
    return word + (closed if final else open_)


def _final_sound(letter: str) -> int:
    """Number of the final consonant, 0 for none."""
    if _FIRST <= ord(letter) <= _LAST:
        return (ord(letter) - _FIRST) % _FINALS
    if letter.isascii() and letter.isdigit():
        return _DIGIT_FINALS[int(letter)]
    return _LETTER_FINALS.get(letter.casefold(), 0)
