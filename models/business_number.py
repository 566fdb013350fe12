"""Business numbers: in Korea ten digits whose last one checks the others; elsewhere as the country writes them."""

from __future__ import annotations

import re
import unicodedata

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
KOREA = "KR"
_ELSEWHERE = re.compile(r"[A-Z0-9]{5,20}")  # partita IVA, SIRET, CNPJ: each country has its own, none checked here
_BETWEEN = re.compile(r"[\s\-‐‑–—.]")


def digits_of(text: str) -> str:
    """What was typed without hyphens and blanks, full-width digits made plain."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text))


def is_valid(digits: str, country: str = KOREA) -> bool:
    """Whether the check digit is right. It says nothing about whether the firm still exists."""
    if country != KOREA:
        return _ELSEWHERE.fullmatch(digits.upper()) is not None
    if not re.fullmatch(r"[0-9]{10}", digits) or digits == "0" * 10:
        return False
    numbers = [int(digit) for digit in digits]
    total = sum(weight * number for weight, number in zip(_WEIGHTS, numbers, strict=False)) + numbers[8] * 5 // 10
    return (10 - total % 10) % 10 == numbers[9]


def written(digits: str) -> str:
    """As people write it: 123-45-67891; numbers of other countries stay as they are."""
    if not re.fullmatch(r"[0-9]{10}", digits):
        return digits
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
