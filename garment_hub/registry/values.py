"""Years, days, business numbers, telephones, positions and texts of a register; content never raises."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from garment_hub.registry.cells import clean, is_blank, is_damaged
from garment_hub.registry.numbers import read_number
from garment_hub.registry.remarks import Outcome, Reading, Remark, changed, left_out
from models.business_number import KOREA, is_valid

EARLIEST_YEAR = 1850
FORMULA_ERRORS = frozenset("#REF! #DIV/0! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC!".split())
_DAY = re.compile(r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[일.]?(?:[T\s]\d{2}:\d{2}.*)?")
_PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"(\d{4})\s*년?")
_YEAR_AND_MORE = re.compile(r"(\d{4})\s*[-./년]\s*\d{1,2}\s*월?")
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_PHONE_ENDS = re.compile(r"[/,;\n]|(?:\s*[~〜]\s*\d)|(?:\s+(?:내선|ext))", re.IGNORECASE)
_YES = frozenset("true t yes y 1 o ○ ㅇ 예 ok pass passed 합격 정상 준수 good".split())
_NO = frozenset("false f no n 0 x × 아니오 fail failed rework 불합격 지연 late bad".split())


def read_text(text: str, longest: int) -> Reading[str]:
    """One line of text; damaged characters are told, not dropped."""
    line = clean(text)
    if is_blank(line):
        return Reading()
    if len(line) > longest:
        return left_out("text_too_long", line)
    if line in FORMULA_ERRORS:
        return left_out("formula_error", line)
    if is_damaged(line):
        return Reading(line, (Remark("text_damaged", Outcome.NOTED, line),))
    return Reading(line)


def read_day(text: str, today: date) -> Reading[date]:
    written = clean(text)
    if is_blank(written):
        return Reading()
    line = unicodedata.normalize("NFKC", written)
    match = _DAY.fullmatch(line) or _PACKED_DAY.fullmatch(line)
    if match is None:
        return left_out("day_unreadable", written)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return left_out("day_unreadable", written)
    return left_out("day_in_the_future", written) if day > today else Reading(day)


def read_year(text: str, today: date) -> Reading[int]:
    """A year, also out of a whole date. Two digits say nothing certain."""
    written = clean(text)
    if is_blank(written) or written == "0":
        return Reading()
    line = unicodedata.normalize("NFKC", written)
    if _DAY.fullmatch(line) or _PACKED_DAY.fullmatch(line):
        day = read_day(line, today)
        return Reading(day.value.year) if day.value else left_out(day.remarks[0].code, written)
    match = _YEAR.fullmatch(line) or _YEAR_AND_MORE.fullmatch(line)
    if match is None:
        return left_out("year_unreadable", written)
    year = int(match[1])
    if year > today.year:
        return left_out("day_in_the_future", written)
    return Reading(year) if year >= EARLIEST_YEAR else left_out("year_unreadable", written)


def read_business_number(text: str, country: str = "KR") -> Reading[str]:
    """In Korea ten digits whose last one checks the others, elsewhere what a number of that country may be."""
    written = clean(text)
    if is_blank(written) or written == "0":
        return Reading()
    digits = re.sub(r"[\s\-‐‑–—.]", "", unicodedata.normalize("NFKC", written))
    if country != KOREA:
        return Reading(digits) if is_valid(digits, country) else left_out("business_number_form", written)
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 10):
        return left_out("business_number_form", written)
    if digits == "0" * 10:
        return left_out("business_number_zero", written)
    return Reading(digits) if is_business_number(digits) else left_out("business_number_check", written)


def is_business_number(digits: str) -> bool:
    """Whether the check digit of ten digits is right. The outer ``% 10`` lets numbers that end in 0 pass."""
    figures = [int(digit) for digit in digits]
    total = sum(weight * figure for weight, figure in zip(_WEIGHTS, figures[:9], strict=True)) + figures[8] * 5 // 10
    return any(figures) and (10 - total % 10) % 10 == figures[9]


def read_phone(text: str, country: str = "KR") -> Reading[str]:
    """Digits of the first number in the cell; +82 becomes 0. Elsewhere a leading + stays."""
    written = clean(text)
    if is_blank(written) or written == "0":
        return Reading()
    line = unicodedata.normalize("NFKC", written)
    first = _PHONE_ENDS.split(line)[0]
    digits = re.sub(r"\D", "", first)
    value = _korean_phone(digits) if country == "KR" else _foreign_phone(first, digits)
    if value is None:
        return left_out("phone_form", written)
    is_whole = first == line and (country != "KR" or digits in (value, f"82{value[1:]}", f"82{value}"))
    return Reading(value) if is_whole else changed(value, "phone_first", written)


def _korean_phone(digits: str) -> str | None:
    if digits.startswith("82"):
        digits = "0" + digits[2:].lstrip("0")
    elif len(digits) == 10 and digits.startswith("10"):
        digits = "0" + digits  # a spreadsheet took the zero of 010
    if digits.startswith("0"):
        return digits if 9 <= len(digits) <= 12 else None
    return digits if len(digits) == 8 and digits.startswith("1") else None


def _foreign_phone(text: str, digits: str) -> str | None:
    if not 6 <= len(digits) <= 15:
        return None
    return f"+{digits}" if text.lstrip().startswith("+") else digits


def read_position(lat: str, lon: str) -> tuple[float | None, float | None, tuple[Remark, ...]]:
    """Both or neither. 0,0 means "not known" in registers, not a place in the sea."""
    written = f"{clean(lat)}, {clean(lon)}"
    if is_blank(lat) and is_blank(lon):
        return None, None, ()
    try:
        north, east = _degrees(lat), _degrees(lon)
    except ValueError:
        return None, None, left_out("position_unreadable", written).remarks
    if north == east == 0:
        return None, None, ()
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        return None, None, left_out("position_outside", written).remarks
    return north, east, ()


def _degrees(text: str) -> float:
    """Plain decimal degrees; float() alone would also take "nan", "inf" and "1_0"."""
    line = unicodedata.normalize("NFKC", clean(text))
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d+)?", line):
        raise ValueError(line)
    return float(line)


def read_truth(text: str) -> Reading[bool]:
    written = clean(text)
    if is_blank(written) and written.casefold() not in _NO:
        return Reading()
    word = written.casefold()
    if word in _YES or word in _NO:
        return Reading(word in _YES)
    return left_out("truth_unreadable", written)


def read_days(text: str) -> Reading[int]:
    """A number of days; weeks are counted as seven. Words without a number (a way of delivery) are no lead time."""
    written = clean(text)
    if not any(character.isdigit() for character in written):
        return Reading() if is_blank(written) else Reading(None, (Remark("kept_raw", Outcome.NOTED, written),))
    number = read_number(written)
    if number.value is None:
        return number
    if re.search(r"주일|\d\s*주|week", written, re.IGNORECASE):
        return changed(number.value * 7, "weeks_as_days", written)
    if re.search(r"개월|달|month", written, re.IGNORECASE):
        return left_out("days_expected", written)
    return number
