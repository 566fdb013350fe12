"""What a browser says it is, in a word or two, so that people know their own telephones and computers again."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext

# Looked for in this order: programs inside which a page is shown name the browser they are made of as well.
PROGRAMS = {
    "kakaotalk": ("KAKAOTALK", lazy_gettext("KakaoTalk")),
    "naver": ("NAVER(", lazy_gettext("Naver")),
    "samsung": ("SamsungBrowser", lazy_gettext("Samsung Internet")),
    "whale": ("Whale/", lazy_gettext("Whale")),
    "edge": ("Edg", lazy_gettext("Edge")),
    "opera": ("OPR/", lazy_gettext("Opera")),
    "firefox": ("Firefox/", lazy_gettext("Firefox")),
    "chrome": ("Chrome/", lazy_gettext("Chrome")),
    "chrome_ios": ("CriOS/", lazy_gettext("Chrome")),
    "safari": ("Safari/", lazy_gettext("Safari")),
}
SYSTEMS = {
    "android": ("Android", lazy_gettext("Android")),
    "iphone": ("iPhone", lazy_gettext("iPhone")),
    "ipad": ("iPad", lazy_gettext("iPad")),
    "windows": ("Windows", lazy_gettext("Windows")),
    "mac": ("Macintosh", lazy_gettext("Mac")),
    "chromeos": ("CrOS", lazy_gettext("Chromebook")),
    "linux": ("Linux", lazy_gettext("Linux")),
}


def device_of(user_agent: str) -> str | None:
    """Codes of program and system, ``kakaotalk android``; None when it says neither."""
    folded = user_agent.casefold()
    found = [
        next((code for code, (mark, _word) in kinds.items() if mark.casefold() in folded), None)
        for kinds in (PROGRAMS, SYSTEMS)
    ]
    return " ".join(code for code in found if code) or None


def device_words(device: str | None) -> str:
    """The codes in words: "카카오톡 · 안드로이드"."""
    known = {code: word for kinds in (PROGRAMS, SYSTEMS) for code, (_mark, word) in kinds.items()}
    words = [str(known[code]) for code in (device or "").split() if code in known]
    return " · ".join(words) or str(_("A device we do not know"))
