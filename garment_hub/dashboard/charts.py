"""Charts of the desk as SVG, drawn by Vega-Lite without a browser; each stands beside its table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

SECOND, GRID, BLUE = "#49545f", "#e3dfd5", "#0b50d0"
WIDTH, HEIGHT = 640, 200
_ARIA = re.compile(r'\s(?:aria-[a-z]+|role)="[^"]*"')


@lru_cache(maxsize=64)
def bars(names: Sequence[str], values: Sequence[float], title: str) -> str:
    """Upright bars, one for each name; equal input gives the same text, so it is drawn once.

    What the library tells screen readers is English and names marks, not meanings; the picture gets its words from
    the page, and its figures from the table.
    """
    import altair as alt
    import vl_convert

    rows = [{"name": name, "value": value} for name, value in zip(names, values, strict=True)]
    x = alt.X("name:N", title=None, sort=list(names), axis=alt.Axis(labelAngle=0, labelOverlap="greedy"))
    y = alt.Y("value:Q", title=title, axis=alt.Axis(tickCount=4, format="~s"))
    chart = alt.Chart({"values": rows}, width=WIDTH, height=HEIGHT).mark_bar(color=BLUE).encode(x=x, y=y)
    chart = chart.configure_view(stroke=None).configure_axis(
        labelColor=SECOND, titleColor=SECOND, gridColor=GRID, domainColor=GRID, tickColor=GRID, labelFontSize=12
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return _ARIA.sub("", svg)
