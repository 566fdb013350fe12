"""The look's measurable promises: contrast, own files only, nothing inline."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "garment_hub" / "static"
VENDOR = STATIC / "vendor"
SHEETS = sorted((STATIC / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (STATIC / "css" / "tokens.css").read_text()))

# text or mark, ground, least ratio: WCAG 4.5 for text, 3.0 for borders and marks; the rest is the house's own measure.
PAIRS = [
    ("ink", "surface", 16.0),
    ("ink", "ground", 15.0),
    ("ink", "muslin", 13.5),
    ("ink-2", "surface", 7.0),
    ("ink-2", "ground", 7.0),
    ("ink-2", "muslin", 6.0),
    ("ink-2", "blue-t", 4.5),
    ("control", "surface", 4.5),
    ("control", "ground", 4.0),
    ("control", "muslin", 3.0),
    ("blue", "surface", 6.5),
    ("blue", "ground", 6.0),
    ("blue", "muslin", 5.5),
    ("blue", "blue-t", 4.5),
    ("blue-d", "blue-t", 8.5),
    ("blue-d", "surface", 7.0),
    ("ok", "ok-t", 5.5),
    ("ok", "surface", 4.5),
    ("warn", "warn-t", 5.5),
    ("warn", "surface", 4.5),
    ("warn", "ground", 4.5),
    ("bad", "bad-t", 5.0),
    ("bad", "surface", 5.5),
    ("bad", "ground", 4.5),
    ("ink", "warn-t", 7.0),
    ("ink", "ok-t", 7.0),
    ("ink", "bad-t", 7.0),
    ("ink", "blue-l", 7.0),
    ("t-navy", "surface", 10.0),
    ("t-blue", "surface", 4.5),
    ("t-teal", "surface", 4.5),
    ("t-ochre", "surface", 3.0),
    ("t-navy", "muslin", 3.0),
    ("t-blue", "muslin", 3.0),
    ("t-teal", "muslin", 3.0),
    ("t-ochre", "muslin", 3.0),
    ("surface", "t-ochre-d", 5.0),
]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("mark", "ground", "least"), PAIRS)
def test_contrast(mark: str, ground: str, least: float) -> None:
    assert contrast(TOKENS[mark], TOKENS[ground]) >= least


def test_heat_and_map_colours_carry_their_words() -> None:
    blocks = (STATIC / "css" / "blocks.css").read_text()
    for name, colour in re.findall(r"\.heat-(\d) \{ background: (#[0-9a-f]{6})", blocks):
        assert contrast(TOKENS["ink"], colour) >= 4.5, name
    for name, colour in re.findall(r"\.dong-([123]) \{ fill: (#[0-9a-f]{6})", blocks):
        assert contrast(TOKENS["ink"], colour) >= 4.5, name
    assert contrast("#ffffff", TOKENS["bad"]) >= 4.5


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_loads_only_files_of_ours_that_exist(sheet: Path) -> None:
    text = sheet.read_text()
    assert "@import" not in text
    assert not re.search(r"https?:|//[a-z]", text)
    for address in re.findall(r"url\(\"?([^\")]+)", text):
        assert (sheet.parent / address).resolve().is_file(), address


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_colour_variable_is_defined(sheet: Path) -> None:
    tokens = set(re.findall(r"--([\w-]+):", (STATIC / "css" / "tokens.css").read_text()))
    assert set(re.findall(r"var\(--([\w-]+)", sheet.read_text())) <= tokens


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_holds_nothing_inline_and_nothing_from_elsewhere(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<(?:link|script|img|iframe|source|use|form|image)\b[^>]*(?:https?:)?//[a-z]", text)


def test_vendored_files_are_what_their_list_says() -> None:
    listed = re.findall(r"^([0-9a-f]{64})  (\S+)$", (VENDOR / "README.md").read_text(), flags=re.MULTILINE)
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert {name for _sum, name in listed} == present - {"README.md"}
    for digest, name in listed:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest
