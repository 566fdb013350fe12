"""A code that a telephone's camera reads, as a picture inside the page."""

from __future__ import annotations

from flask_babel import gettext as _
from markupsafe import Markup


def qr_svg(text: str, *, title: str | None = None, side: int = 280) -> Markup:
    """``text`` as an SVG without inline style, ``side`` pixels wide; ``title`` is what a screen reader says."""
    import segno

    code = segno.make(text, error="m", micro=False)
    title = title or _("A code for the camera of a telephone")
    svg = code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, light="#fff", title=title)
    return Markup(svg.replace("<svg ", f'<svg role="img" width="{side}" height="{side}" ', 1))  # noqa: S704 (segno escapes the title)
