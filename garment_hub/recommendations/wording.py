"""From reason codes with numbers to sentences, in the language of the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import ceil, floor
from typing import Any

from flask_babel import gettext as _

from garment_hub.labels import day, days, full_day, label, locale_code, number, term, terms, won
from garment_hub.recommendations import sentences
from garment_hub.recommendations.korean import with_particles
from garment_hub.recommendations.sources import FROM_ORDERS, Source
from models import vocabulary
from recommender import Reason, reason_from_json

SHOWN_FIRST = 3
# What a designer looks at first; the rest opens below.
_ORDER = (
    "makes_and_does", "makes_item", "has_free_days", "had_free_days", "on_time_record", "same_buyer_before",
    "within_budget", "certificate_held", "has_processes", "near", "inspection_record", "similar_buyers", "verified",
    "fabric_match", "market_match", "minimum_fits", "in_time", "difficulty_match", "says_yes_record",
)  # fmt: skip
# What must be settled before anything else can be.
_QUESTION_ORDER = (
    "ask_item", "ask_process", "ask_certificate", "ask_minimum_order_quantity", "ask_free_days", "ask_rate",
    "ask_lead_time", "ask_price_floor", "ask_price_basis",
)  # fmt: skip

# Value of a reason -> (its name in sentences, how it is written).
_WRITTEN: dict[str, tuple[str, Callable[[Any], str]]] = {
    "item": ("item", lambda code: term(code, "item")),
    "process": ("process", lambda code: term(code, "process")),
    "processes": ("processes", lambda codes: _listed(codes, "process")),
    "fabrics": ("fabrics", lambda codes: _listed(codes, "fabric")),
    "market": ("market", lambda code: term(code, "market")),
    "difficulty": ("difficulty", lambda code: term(code, "difficulty")),
    "certificate": ("certificate", lambda code: term(code, "certificate")),
    "needed_by": ("needed_by", lambda text: day(date.fromisoformat(text))),
    "starts_on": ("starts_on", lambda text: day(date.fromisoformat(text))),
    "until": ("until", lambda text: full_day(date.fromisoformat(text))),
    "confirmed_on": ("confirmed_on", lambda text: day(date.fromisoformat(text))),
    "verified_on": ("verified_on", lambda text: full_day(date.fromisoformat(text))),
    "needed_hundredths": ("needed", lambda hundredths: days(_tenth(hundredths, ceil))),
    "free_hundredths": ("free", lambda hundredths: days(_tenth(hundredths, floor))),
    "budget_per_piece_krw": ("budget", won),
    "price_floor_krw": ("floor", won),
    "km": ("km", lambda km: f"{km:g}"),
}
# A value that may be missing, and the variant of the sentence that does without it.
_WITHOUT = {
    "certificate_held": ("until", "forever"),
    "too_little_time": ("lead_time_days", "late_fabric"),
    "not_verified": ("verified_on", "never"),
    "ask_free_days": ("needed_hundredths", "any"),
}


def sentence(reason: Reason) -> str:
    """The reason in words, whichever side it is for; without an end mark unless it is a question."""
    return _filled(_key(reason), reason.values)


def sentence_of(stored: Mapping[str, Any]) -> str:
    """The same of a reason as a list keeps it."""
    return sentence(reason_from_json(stored))


def _key(reason: Reason) -> str:
    if reason.code == "near" and reason.values["km"] == 0:
        return "near.here"
    name, variant = _WITHOUT.get(reason.code, ("", ""))
    return f"{reason.code}.{variant}" if name and reason.values[name] is None else reason.code


def _filled(key: str, values: Mapping[str, Any]) -> str:
    written = dict(_write(name, value) for name, value in values.items() if value is not None)
    if key == "no_free_days":
        written["short"] = days(_tenth(values["needed_hundredths"] - values["free_hundredths"], ceil))
    language = locale_code()
    text = _pattern(key, language) % written
    return with_particles(text) if language == "ko" else text


@lru_cache(maxsize=1000)
def _pattern(key: str, _language: str) -> str:
    """Looked up once for each language: a page of ten factories says some hundred sentences."""
    return str(sentences.SENTENCES[key])


def _tenth(hundredths: int, rounded: Callable[[float], int]) -> int:
    """Days are said to one decimal; free ones never more, needed ones never less than there are."""
    return rounded(hundredths / 10) * 10


def _listed(codes: str, kind: str) -> str:
    """Words in the order of the glossary, which is that of the work."""
    given = set(codes.split())
    return terms([code for code in vocabulary.terms(kind) if code in given], kind)


def _write(name: str, value: Any) -> tuple[str, str]:
    if name in _WRITTEN:
        shown, write = _WRITTEN[name]
        return shown, write(value)
    return name, number(value)


@dataclass(frozen=True, slots=True)
class Line:
    """A reason as it is shown: the sentence, and where it is known from in small."""

    sentence: str
    source: str | None


def reason_lines(stored: Sequence[Mapping[str, Any]], delivered_to: str | None = None) -> list[Line]:
    """Why this factory, what counts most first; item and processes become one sentence."""
    by_code = {one["code"]: one for one in reversed(stored)}
    repeated = [one for one in stored if by_code[one["code"]] is not one]  # several certificates
    shown = {code: Line(sentence(reason_from_json(one)), _source(one, delivered_to)) for code, one in by_code.items()}
    if "makes_item" in shown and "has_processes" in shown:
        values = {**by_code["makes_item"]["values"], **by_code["has_processes"]["values"]}
        shown["makes_and_does"] = Line(_filled("makes_and_does", values), shown["has_processes"].source)
        del shown["makes_item"], shown["has_processes"]
    lines = [shown[code] for code in _ORDER if code in shown]
    return lines + [Line(sentence(reason_from_json(one)), _source(one, delivered_to)) for one in repeated]


def _source(stored: Mapping[str, Any], delivered_to: str | None) -> str | None:
    """In small: at which rate, who said it and when, or from what it was counted."""
    parts = []
    if rate := stored.get("pieces_per_day"):
        parts.append(_("at %(pieces)s pieces a day", pieces=number(rate)))
    if stored["code"] == "within_budget":
        floor = won(stored["values"]["price_floor_krw"])
        parts.append(with_particles(_("from %(floor)s per piece", floor=floor)))
    if stored.get("source"):
        source = Source.from_json(stored["source"])
        parts += [label(source.kind), source.on.isoformat()]
    if stored["code"] in FROM_ORDERS:
        parts.append(_("Record of past orders"))
    if stored["code"] == "near" and delivered_to:
        parts.append(_("measured to %(place)s", place=delivered_to))
    return " · ".join(parts) or None


def question_lines(stored: Sequence[Mapping[str, Any]]) -> list[str]:
    """What has to be asked, what decides first."""
    ordered = sorted(stored, key=lambda one: _QUESTION_ORDER.index(one["code"]))
    return [sentence(reason_from_json(one)) for one in ordered]


def why_not_lines(reasons: Sequence[Reason]) -> list[str]:
    return [sentence(reason) for reason in reasons]


def why_not_groups(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reasons with the number of factories, the most frequent first."""
    known = [(str(sentences.WHY_NOT_GROUPS[code]), count) for code, count in counts.items()]
    return sorted(known, key=lambda pair: -pair[1])


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The one condition to change, in words, and the field of the brief with its new value."""

    sentence: str
    factories: int
    button: str
    field: str | None
    value: str | int | None
    before: str | None
    after: str | None


def relaxation(stored: Mapping[str, Any], needed_by: date) -> Relaxation:
    """Words for the ``relax`` of a stored list."""
    reason = reason_from_json(stored)
    values = reason.values
    field: str | None = None
    value: str | int | None = None
    before = after = None
    if reason.code == "later_date":
        later = date.fromisoformat(str(values["needed_by"]))
        field, value, before, after = "needed_by", later.isoformat(), day(needed_by), day(later)
    elif reason.code == "larger_quantity":
        field, value = "quantity", int(values["quantity"] or 0)
    elif reason.code == "higher_budget":
        field, value = "budget_per_piece_krw", int(values["budget_per_piece_krw"] or 0)
    button = _("Search again with %(day)s", day=after) if after else _("Change the brief")
    if after and locale_code() == "ko":
        button = with_particles(button)
    return Relaxation(sentence(reason), int(values["factories"] or 0), button, field, value, before, after)
