"""Korean and Italian say everything that the code and the templates say, with the same placeholders."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
LANGUAGES = ("ko", "it")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
HANGUL, LATIN = re.compile("[가-힣]"), re.compile("[A-Za-z]")
# Names and abbreviations that Korean, too, writes in Latin letters.
SAME_IN_KOREAN = frozenset({"English", "Italiano", "Garment Hub", "CSV", "Excel", "PDF"})


class Text(NamedTuple):
    """One string of the sources; ``plural`` is empty where there is none."""

    singular: str
    plural: str = ""

    @property
    def key(self) -> str | tuple[str, str]:
        return (self.singular, self.plural) if self.plural else self.singular


@cache
def source_texts() -> dict[Text, str]:
    """Every string to translate, with the first place where it stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")  # type: ignore[no-untyped-call]
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(settings["extract_messages"]["keywords"].split())}
    found: dict[Text, str] = {}
    for name, line, message, _comments, _context in extract_from_dir(ROOT, methods, options, keywords):
        text = Text(*message) if isinstance(message, tuple) else Text(message)
        found.setdefault(text, f"{name}:{line}")
    return found


@cache
def catalogue(language: str) -> Catalog:
    path = ROOT / "garment_hub" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def forms_of(text: Text, catalog: Catalog) -> tuple[str, ...]:
    """The translations of a text, one per plural form; empty when there is none that may be shown."""
    message = catalog.get(text.singular)
    if message is None or message.fuzzy or message.id != text.key or not message.string:
        return ()
    forms = [message.string] if isinstance(message.string, str) else message.string
    return tuple(form for form in forms if form) if all(forms) else ()


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def broken_placeholders(text: Text, forms: tuple[str, ...]) -> bool:
    """The last form is the general one; forms for one thing may leave the number out, never add a name."""
    wanted = placeholders(text.plural or text.singular)
    return placeholders(forms[-1]) != wanted or any(set(placeholders(form)) - set(wanted) for form in forms)


def translated(language: str) -> Iterator[tuple[Text, tuple[str, ...]]]:
    for text in source_texts():
        if forms := forms_of(text, catalogue(language)):
            yield text, forms


def test_the_sources_hold_strings_of_every_kind() -> None:
    places = {place.split("/")[0] for place in source_texts().values()}
    assert places == {"garment_hub", "templates"}
    assert len(source_texts()) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated(language: str) -> None:
    missing = [
        f"{place}: {text.singular}" for text, place in source_texts().items() if not forms_of(text, catalogue(language))
    ]
    assert not missing, f"{len(missing)} strings\n" + "\n".join(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language: str) -> None:
    broken = [f"{text.singular} -> {forms}" for text, forms in translated(language) if broken_placeholders(text, forms)]
    assert not broken, "\n".join(broken)


def test_korean_is_korean() -> None:
    foreign = [
        f"{text.singular} -> {form}"
        for text, forms in translated("ko")
        for form in forms
        if LATIN.search(PLACEHOLDER.sub("", form)) and not HANGUL.search(form) and form not in SAME_IN_KOREAN
    ]
    assert not foreign, "\n".join(foreign)


@pytest.mark.parametrize(
    ("text", "forms", "is_broken"),
    [
        (Text("%(n)s of %(all)s"), ("%(all)s 가운데 %(n)s",), False),
        (Text("%(name)s"), ("이름",), True),
        (Text("Name"), ("%(name)s",), True),
        (Text("%(num)s piece", "%(num)s pieces"), ("un capo", "%(num)s capi"), False),
        (Text("%(num)s piece", "%(num)s pieces"), ("%(n)s capo", "%(num)s capi"), True),
        (Text("%(num)s piece", "%(num)s pieces"), ("장",), True),
    ],
)
def test_placeholders_are_compared_by_name(text: Text, forms: tuple[str, ...], is_broken: bool) -> None:
    assert broken_placeholders(text, forms) is is_broken


@pytest.mark.parametrize(
    ("string", "is_fuzzy", "is_shown"), [("안녕", False, True), ("", False, False), ("안녕", True, False)]
)
def test_empty_and_fuzzy_translations_count_as_missing(string: str, is_fuzzy: bool, is_shown: bool) -> None:
    catalog = Catalog(locale="ko")
    catalog.add("Hello", string, flags=["fuzzy"] if is_fuzzy else [])
    assert bool(forms_of(Text("Hello"), catalog)) is is_shown
