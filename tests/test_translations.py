"""Korean and Italian say everything that the code and the templates say, with the same placeholders."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from setuptools.config.setupcfg import read_configuration

ROOT = Path(__file__).parents[1]
LANGUAGES = ("ko", "it")
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])|%%|\{(\w*)\}")
HANGUL, LATIN = re.compile("[가-힣]"), re.compile("[A-Za-z]")
# Names and abbreviations that Korean writes in Latin letters.
SAME_IN_KOREAN = {"CSV", "PDF", "English", "Italiano", "Garment Hub", "km"}


class Text(NamedTuple):
    """One string of the sources; ``plural`` is empty where there is none."""

    singular: str
    plural: str = ""


@cache
def source_texts() -> dict[Text, str]:
    """Every string to translate, with the first place where it stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    own = _read_cfg()["extract_messages"]["keywords"].split()
    keywords = DEFAULT_KEYWORDS | parse_keywords(own)
    found: dict[Text, str] = {}
    for name, line, message, _comments, _context in extract_from_dir(ROOT, methods, options, keywords):
        text = Text(*message) if isinstance(message, tuple) else Text(message)
        found.setdefault(text, f"{name}:{line}")
    return found
