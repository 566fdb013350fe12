"""Checks a page in Chromium with axe-core: WCAG 2.2 AA, and no sideways scrolling."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def problems(page: Page) -> list[str]:
    """What axe finds, one line per rule and element; and a page that is wider than its window."""
    page.wait_for_load_state()  # what a button led to is seen whole
    page.evaluate(_axe())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    lines = [f"{rule['id']}: {node['target']}" for rule in found["violations"] for node in rule["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        lines.append("the page scrolls sideways")
    return lines
