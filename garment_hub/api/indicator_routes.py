"""What anybody's program may read of closed months: the releases, as they stand on the page of district figures."""

from __future__ import annotations

from flask import Response, jsonify

from garment_hub.api import shapes
from garment_hub.api.blueprint import bp
from garment_hub.dashboard import releases
from garment_hub.dashboard.releases import Pair, Release
from garment_hub.db import get_session
from garment_hub.permissions import public
from garment_hub.site import current_district
from models.indicators import definitions


@bp.route("/indicators")
@public
def indicators() -> Response:
    """The latest month first; null is hidden."""
    place = current_district()
    found = releases.releases(get_session(), place.id)
    codes = {code for release in found for code in release.figures}
    words = {code: one for code, one in definitions().items() if code in codes}
    return jsonify(
        district=shapes.district(place),
        definitions={
            code: {"name": one.names, "definition": one.definitions, "unit": one.units, "formula": one.formula}
            for code, one in words.items()
        },
        releases=[_release(release) for release in found],
    )


def _release(release: Release) -> dict[str, object]:
    groups = {kind: {code: _pair(pair) for code, pair in found.items()} for kind, found in release.groups.items()}
    return {"month": f"{release.month:%Y-%m}", "figures": release.figures, "groups": groups}


def _pair(pair: Pair) -> dict[str, int | None]:
    return dict(zip((releases.JOBS, releases.AMOUNT), pair, strict=True))
