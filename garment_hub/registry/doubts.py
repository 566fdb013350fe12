"""Columns that hold something else than their heading says: numbers for names, telephones for business numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from garment_hub.registry.cells import clean, is_blank
from garment_hub.registry.headers import Header

FEWEST = 3
_MOSTLY = 0.5
_LETTERS = re.compile(r"[^\W\d_]")
_UNIT = re.compile(r"^[\d.,~\s-]+(장|매|벌|개|명|인|대|일|년|원|만|천)*$")


class Looks(StrEnum):
    """What the text of a cell looks like."""

    NUMBER = "number"
    PHONE = "phone"
    BUSINESS_NUMBER = "business_number"
    WORDS = "words"


# What a column of this field must not mostly look like.
_STRANGE = {
    "name": {Looks.NUMBER, Looks.PHONE, Looks.BUSINESS_NUMBER},
    "address": {Looks.NUMBER, Looks.PHONE, Looks.BUSINESS_NUMBER},
    "phone": {Looks.BUSINESS_NUMBER, Looks.WORDS},
    "business_number": {Looks.PHONE, Looks.WORDS},
}


def looks_of(text: str) -> Looks:
    line = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"\D", "", line)
    if _LETTERS.search(line) and not _UNIT.match(line):
        return Looks.WORDS
    if digits.startswith("0") and 9 <= len(digits) <= 12:
        return Looks.PHONE
    if len(digits) == 10 and not digits.startswith("10"):  # 010 without its zero is a telephone too
        return Looks.BUSINESS_NUMBER
    return Looks.NUMBER


def doubts_about(header: Header, rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """One note for each column of which more than half looks like something else."""
    notes = []
    for field, strange in _STRANGE.items():
        if field not in header.fields:
            continue
        column = header.fields[field]
        texts = [clean(row[column]) for row in rows if column < len(row) and not is_blank(row[column])]
        kinds = Counter(looks_of(text) for text in texts)
        kind, count = max(((kind, kinds[kind]) for kind in strange), key=lambda pair: pair[1])
        if len(texts) >= FEWEST and sum(kinds[one] for one in strange) > _MOSTLY * len(texts):
            example = next(text for text in texts if looks_of(text) is kind)
            notes.append(
                {"code": "column_doubt", "field": field, "heading": header.names[column], "looks": kind.value}
                | {"count": count, "of": len(texts), "example": example[:60]}
            )
    return notes
