"""What people sign in with, in one form: an e-mail address in lower case or a telephone number in digits."""

from __future__ import annotations

import re
import unicodedata

from models.errors import Invalid

LONGEST_EMAIL = 254
# The pattern browsers use for type=email, with at least one dot after the @.
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_PHONE = re.compile(r"\+?[0-9][0-9 .()/-]*")
_PHONE_DIGITS = range(8, 16)
_KOREA = "82"


def email_of(text: str) -> str:
    """The address in lower case; raises Invalid when it is none."""
    address = unicodedata.normalize("NFKC", text).strip().lower()
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise Invalid("email_unreadable", field="email")
    return address


def phone_of(text: str) -> str:
    """Digits only, numbers of Korea from their trunk 0: "+82 10-1234-5678" is 01012345678."""
    typed = unicodedata.normalize("NFKC", text).strip()
    digits = re.sub(r"[^0-9]", "", typed)
    if not _PHONE.fullmatch(typed) or len(digits) not in _PHONE_DIGITS:
        raise Invalid("phone_unreadable", field="phone")
    if digits.startswith(_KOREA) and (typed.startswith("+") or len(digits) > 10):
        return "0" + digits.removeprefix(_KOREA).lstrip("0")
    return digits


def identifier_of(text: str) -> str:
    """What was typed at sign-in in its stored form; what is neither address nor number stays as typed."""
    try:
        return email_of(text) if "@" in text else phone_of(text)
    except Invalid:
        return text.strip().lower()
