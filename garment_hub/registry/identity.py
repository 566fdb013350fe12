"""By which key a source knows a factory, so that the same file twice changes nothing and branch works stay apart."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

from garment_hub.registry.cells import clean
from garment_hub.registry.places import fold_address

_LONGEST_KEY = 200
_LEGAL_WORDS = re.compile(r"\((?:주|유|합|재|사|사복)\)|주식회사|유한회사|유한책임회사|합자회사|합명회사|농업회사법인")
_COMPANY = re.compile(
    r"\((?:주|유|합|재|사|사복)\)|주식회사|유한회사|유한책임회사|합자회사|합명회사|회사법인|사단법인|재단법인|협동조합"
    r"|\b(?:limited|ltd|inc|incorporated|corp|corporation|company|llc|plc|gmbh|ag|kg|s\.?r\.?l|s\.?p\.?a|s\.?a|s\.?a\.?c"
    r"|b\.?v|n\.?v|pvt|pte|sdn|bhd|jsc|c\.v|lda|oy|pt)\b|\bco\s*(?:\.|,|ltd|$)",
    re.IGNORECASE,
)


def fold_name(name: str) -> str:
    """The name for comparison: one form, without legal form and spaces."""
    folded = unicodedata.normalize("NFKC", clean(name)).casefold()
    bare = "".join(_LEGAL_WORDS.sub("", folded).split())
    return bare or "".join(folded.split())


def is_company(name: str) -> bool:
    """Whether the name itself states a company: ㈜, 주식회사, Ltd. Nothing stated is not "sole trader"."""
    return _COMPANY.search(unicodedata.normalize("NFKC", name)) is not None


class Keys:
    """Gives each row its key; equals are numbered in the order of the file."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def key(self, source_id: str, name: str, address: str) -> str:
        base = f"id:{source_id}" if source_id else f"at:{fold_name(name)}|{fold_address(address)}"
        if len(base) > _LONGEST_KEY:
            base = f"{base[:100]}#{hashlib.sha256(base.encode()).hexdigest()}"
        self._seen[base] += 1
        ordinal = self._seen[base]
        return base if ordinal == 1 else f"{base}|{ordinal}"


def content_hash(values: Mapping[str, Any]) -> str:
    """Equal for equal values: nothing to do for a row that says what it said before."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
