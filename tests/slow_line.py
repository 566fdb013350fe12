"""Pages as a telephone on a slow line gets them: how much has to come, and how soon there is something to see."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
MOST_BYTES, MOST_SECONDS, TRIES = 100_000, 3.0, 3
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime / 1000)[0]"


@dataclass(frozen=True, slots=True)
class View:
    weight: int  # bytes besides fonts
    seconds: float  # until something was painted


def first_view(open_page: Callable[[], Page], address: str) -> View:
    """Seen by a phone that was never here, again if it took too long: of a busy machine the quickest try counts."""
    views: list[View] = []
    while len(views) < TRIES and not (views and views[-1].seconds <= MOST_SECONDS):
        views.append(_view(open_page(), address))
    return min(views, key=lambda view: view.seconds)


def _view(page: Page, address: str) -> View:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_LINE)
    weights: list[int] = []
    page.on("response", lambda response: weights.append(_compressed(response)))
    page.goto(address)
    seconds = page.wait_for_function(PAINTED).json_value()
    page.locator("main button:visible").first.wait_for()  # and there is something to press
    return View(sum(weights), seconds)


def _compressed(response: Response) -> int:
    """Bytes as a server in front would send them; fonts are counted apart."""
    is_body = response.ok and ".woff2" not in response.url
    return len(gzip.compress(response.body())) if is_body else 0
