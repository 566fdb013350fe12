"""Plots of the report as SVG texts, drawn by Altair without a browser."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Rows = list[dict[str, Any]]

INK, SECOND, GRID, BLUE, GREY = "#17202b", "#49545f", "#e3dfd5", "#0b50d0", "#6d7882"
WIDTH, ROW_HEIGHT = 520, 26


def intervals(rows: Rows, title: str, order: Sequence[str], series: Sequence[str]) -> str:
    """A mark and its interval for every name, in series told apart by shape and colour; ``group`` makes panels.

    Rows hold ``name``, ``series``, ``mean``, ``low``, ``high`` and may hold ``group``.
    """
    alt = _altair()
    y = alt.Y("name:N", title=None, sort=list(order))
    both = alt.Scale(domain=list(series), range=[BLUE, GREY][: len(series)])
    legend = alt.Legend() if len(series) > 1 else None
    colour = alt.Color("series:N", title=None, scale=both, legend=legend)
    marks = alt.Scale(domain=list(series), range=["circle", "square"][: len(series)])
    shape = alt.Shape("series:N", title=None, scale=marks, legend=legend)
    chart = alt.Chart().encode(y=y, yOffset=alt.YOffset("series:N", sort=list(series)), color=colour)
    lines = chart.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q", title=title), x2="high:Q")
    points = chart.mark_point(filled=True, size=60, opacity=1).encode(x="mean:Q", shape=shape)
    size = {"width": WIDTH, "height": ROW_HEIGHT * len(order)}
    layers = alt.layer(lines, points, data=alt.Data(values=rows)).properties(**size)
    groups = list(dict.fromkeys(row["group"] for row in rows if "group" in row))
    if groups:
        header = alt.Row("group:N", title=None, sort=groups, header=alt.Header(labelAngle=0, labelOrient="top"))
        layers = layers.facet(row=header)
    return _svg(layers)


def reliability(bins: Sequence[Mapping[str, Any]]) -> str:
    """Foretold against seen shares with intervals; on the dashed line both are equal."""
    alt = _altair()
    rows = [{"foretold": one["foretold"], **one["accepted"]} for one in bins]
    x = alt.X("foretold:Q", title="foretold share of yes", scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("mean:Q", title="share that said yes", scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(alt.Data(values=rows))
    marks = [
        _diagonal(alt),
        base.mark_rule(color=BLUE, strokeWidth=2).encode(x=x, y="low:Q", y2="high:Q"),
        base.mark_line(color=BLUE, strokeWidth=2.5, point={"size": 60, "color": BLUE}).encode(x=x, y=y),
    ]
    return _svg(alt.layer(*marks).properties(width=360, height=360))


def lorenz_curves(curves: Mapping[str, Iterable[tuple[float, float]]]) -> str:
    """Shares of what was shown against shares of factories, least shown first; equal shares lie on the dashed line."""
    alt = _altair()
    rows = [{"name": name, "x": x, "y": y} for name, points in curves.items() for x, y in points]
    scale = alt.Scale(domain=list(curves), range=[GREY, BLUE])
    lines = alt.Chart(alt.Data(values=rows)).mark_line(strokeWidth=2.5)
    drawn = lines.encode(
        x=alt.X("x:Q", title="share of factories, least shown first", scale=alt.Scale(domain=[0, 1])),
        y=alt.Y("y:Q", title="their share of all showings", scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("name:N", title=None, scale=scale),
        strokeDash=alt.StrokeDash("name:N", title=None, scale=alt.Scale(domain=list(curves), range=[[2, 2], [1, 0]])),
    )
    return _svg(alt.layer(_diagonal(alt), drawn).properties(width=360, height=360))


def _diagonal(alt: Any) -> Any:
    ends = alt.Data(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])
    return alt.Chart(ends).mark_line(color=GREY, strokeWidth=1, strokeDash=[4, 4]).encode(x="x:Q", y="y:Q")


def _altair() -> Any:
    import altair

    return altair


def _svg(chart: Any) -> str:
    words = {"labelColor": SECOND, "titleColor": SECOND, "labelFontSize": 14, "titleFontSize": 14}
    axes = {"gridColor": GRID, "tickCount": 5, "domainColor": GRID, "tickColor": GRID, "titleFontWeight": "normal"}
    chart = chart.configure_axis(**words, **axes).configure_view(stroke=None)
    chart = chart.configure_legend(labelColor=SECOND, labelFontSize=14, orient="top")
    chart = chart.configure_header(labelColor=INK, labelFontSize=15, labelFontWeight="bold")
    out = io.StringIO()
    chart.save(out, format="svg")
    return out.getvalue()
