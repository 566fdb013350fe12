"""The blueprint of links, and what every answer about them carries."""

from __future__ import annotations

from flask import Blueprint, Response

bp = Blueprint("links", __name__)


@bp.after_request
def keep_the_address(response: Response) -> Response:
    """The address is the key, so nobody is told it: no other site, no cache, no search engine.

    Our own pages are told the site alone: a form's token counts only together with where the form came from.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
