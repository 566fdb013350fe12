"""Whether two sides of an order may be one: what they share of numbers and addresses, however it was typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from models.review import SelfDealing

_KOREA = "82"
_NO_LETTER = re.compile(r"[\W_]+")
_BUSINESS_NUMBER_DIGITS = 10
_SHORTEST_ADDRESS = 8  # letters and digits; a bare "1층" is no address


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells one side from another, in one form; empty means unknown and is never shared."""

    business_number: str = ""
    phones: frozenset[str] = frozenset()
    address: str = ""

    @classmethod
    def of(cls, business_number: str | None, phones: tuple[str | None, ...], address: str | None = None) -> Marks:
        number = _digits(business_number)
        folded = _NO_LETTER.sub("", unicodedata.normalize("NFKC", address or "")).casefold()
        return cls(
            business_number=number if len(number) == _BUSINESS_NUMBER_DIGITS else "",
            phones=frozenset(filter(None, map(_phone, phones))),
            address=folded if len(folded) >= _SHORTEST_ADDRESS else "",
        )

    def shared_with(self, other: Marks) -> SelfDealing | None:
        """The strongest thing both have."""
        if self.business_number and self.business_number == other.business_number:
            return SelfDealing.BUSINESS_NUMBER
        if self.phones & other.phones:
            return SelfDealing.PHONE
        if self.address and self.address == other.address:
            return SelfDealing.ADDRESS
        return None


def _digits(text: str | None) -> str:
    return re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text or ""))


def _phone(text: str | None) -> str:
    """Registers hold numbers in every form, some of them no numbers: these are compared, never called."""
    digits = _digits(text)
    return "0" + digits.removeprefix(_KOREA).lstrip("0") if digits.startswith(_KOREA) and len(digits) > 10 else digits
