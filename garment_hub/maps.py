"""The map of a district's neighbourhoods: drawn on the server from its borders, with a number and a link in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup, escape

from garment_hub.labels import place_name
from models.district import District, Neighbourhood

WIDTH = 340.0
MARGIN = 2.0
SHADES = 5
DARK_FROM = 4  # white figures stand on shades from here on

Point = tuple[float, float]

# The attributions that borders carry, in the reader's language; an unknown one is shown as it stands.
ATTRIBUTIONS = {
    "Statistics Korea SGIS (KOGL Type 1), modified by vuski/admdongkor, CC BY 4.0": lazy_gettext(
        "Statistics Korea SGIS (KOGL Type 1), modified by vuski/admdongkor, CC BY 4.0"
    ),
}


@dataclass(frozen=True, slots=True)
class Area:
    """One shape: the neighbourhoods it stands for, where its outline runs, and where its number goes."""

    places: tuple[Neighbourhood, ...]
    rings: tuple[tuple[Point, ...], ...]
    centre: Point

    @property
    def codes(self) -> list[str]:
        return [place.code for place in self.places]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table beside the map."""

    name: str
    count: int | None
    url: str | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DongMap:
    """``svg`` is None where a district has no borders; the table always stands."""

    svg: Markup | None
    rows: list[Row]
    attribution: str | None


def dong_map(
    district: District,
    places: Sequence[Neighbourhood],
    *,
    title: str,
    counts: Mapping[int, int] | None = None,
    url: Callable[[list[str]], str] | None = None,
    chosen: Iterable[str] = (),
) -> DongMap:
    """The map of ``places``: numbers by neighbourhood id, links from codes to an address, chosen codes marked."""
    marked = frozenset(chosen)
    areas = areas_of(district.borders, places)
    rows = [_row([place], counts, url, marked) for place in _in_table(places, counts)]
    if not areas:
        return DongMap(None, rows, None)
    attribution = str((district.borders or {}).get("attribution", ""))
    return DongMap(_draw(areas, title, counts, url, marked), rows, str(ATTRIBUTIONS.get(attribution, attribution)))


def areas_of(borders: Mapping[str, Any] | None, places: Sequence[Neighbourhood]) -> list[Area]:
    """Shapes of the borders with the neighbourhoods in each; one that was divided stands for its successors too."""
    by_code = {place.code: place for place in places}
    areas = []
    for feature in (borders or {}).get("features", ()):
        facts = feature.get("properties") or {}
        codes = [facts.get("code"), *facts.get("succeeded_by", ())]
        inside = tuple(by_code[code] for code in codes if code in by_code)
        rings = tuple(_rings(feature.get("geometry") or {}))
        if inside and rings:
            areas.append(Area(inside, rings, _centre(max(rings, key=lambda ring: abs(_twice_area(ring))))))
    return areas


def joined_name(places: Sequence[Neighbourhood]) -> str:
    """Names of one shape, the ending they share said once (신설·용두동); what is gone gives way to its successors."""
    present = [place for place in places if place.valid_to is None] or list(places)
    names = [place_name(place) for place in present]
    ending = next((end for end in ("동", "-dong") if all(name.endswith(end) for name in names)), "")
    return "·".join([*(name.removesuffix(ending) for name in names[:-1]), names[-1]])


def _in_table(places: Sequence[Neighbourhood], counts: Mapping[int, int] | None) -> list[Neighbourhood]:
    """A neighbourhood that no longer exists is listed only while something still lies in it."""
    return [place for place in places if place.valid_to is None or (counts or {}).get(place.id)]


def _row(
    places: Sequence[Neighbourhood],
    counts: Mapping[int, int] | None,
    url: Callable[[list[str]], str] | None,
    marked: frozenset[str],
) -> Row:
    codes = [place.code for place in places]
    count = None if counts is None else sum(counts.get(place.id, 0) for place in places)
    return Row(joined_name(places), count, url(codes) if url else None, not marked.isdisjoint(codes))


def _draw(
    areas: Sequence[Area],
    title: str,
    counts: Mapping[int, int] | None,
    url: Callable[[list[str]], str] | None,
    marked: frozenset[str],
) -> Markup:
    project, height = _projection(areas)
    rows = [_row(area.places, counts, url, marked) for area in areas]
    most = max((row.count or 0 for row in rows), default=0)
    shapes = Markup("").join(_shape(area, row, most, project) for area, row in zip(areas, rows, strict=True))
    # An image hides what is inside it from screen readers, so a map of links is a group.
    role, label = ("group", title) if url else ("img", ", ".join([title, *(row.name for row in rows if row.is_chosen)]))
    return Markup('<svg viewBox="0 0 {} {}" width="{}" role="{}" aria-label="{}">{}</svg>').format(
        f"{WIDTH:g}", f"{height:.0f}", f"{WIDTH:g}", role, label, shapes
    )


def _shape(area: Area, row: Row, most: int, project: Callable[[Point], Point]) -> Markup:
    shade = _shade(row.count, most)
    css = "dong here" if row.is_chosen else f"dong dong-{shade}" if shade else "dong"
    outline = "".join(_path(ring, project) for ring in area.rings)
    drawn = Markup('<path class="{}" d="{}"/>').format(css, outline) + _words(area, row, shade, project)
    if row.url is None:
        return drawn
    name = _("%(place)s, %(count)s factories", place=row.name, count=row.count or 0)
    return Markup('<a href="{}"{}><title>{}</title>{}</a>').format(
        row.url, Markup(' aria-current="true"') if row.is_chosen else "", name, drawn
    )


def _words(area: Area, row: Row, shade: int, project: Callable[[Point], Point]) -> Markup:
    if row.count is None and not row.is_chosen:
        return Markup("")
    x, y = project(area.centre)
    css = "number on-dark" if row.is_chosen or shade >= DARK_FROM else "number"
    text = row.name if row.count is None else f"{row.count:,}"
    return Markup('<text class="{}" x="{}" y="{}" aria-hidden="true">{}</text>').format(
        css, f"{x:.1f}", f"{y + 5:.1f}", escape(text)
    )


def _shade(count: int | None, most: int) -> int:
    """Which of five blues: the largest number has the last; nothing has none."""
    return -(-SHADES * count // most) if count and most else 0


def _projection(areas: Sequence[Area]) -> tuple[Callable[[Point], Point], float]:
    """Degrees to the points of the picture, a degree of longitude as short as it is at this latitude."""
    points = [point for area in areas for ring in area.rings for point in ring]
    west, east = min(lon for lon, _lat in points), max(lon for lon, _lat in points)
    south, north = min(lat for _lon, lat in points), max(lat for _lon, lat in points)
    narrowing = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * narrowing or 1)

    def project(point: Point) -> Point:
        return MARGIN + (point[0] - west) * narrowing * scale, MARGIN + (north - point[1]) * scale

    return project, (north - south) * scale + 2 * MARGIN


def _path(ring: Sequence[Point], project: Callable[[Point], Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(project, ring)) + "Z"


def _rings(geometry: Mapping[str, Any]) -> Iterable[tuple[Point, ...]]:
    """Outlines of a polygon or of several; holes are left out, no neighbourhood lies inside another here."""
    coordinates = geometry.get("coordinates", ())
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(geometry.get("type", ""), ())
    for polygon in polygons:
        yield tuple((float(point[0]), float(point[1])) for point in polygon[0])


def _twice_area(ring: Sequence[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))


@lru_cache(maxsize=512)
def _centre(ring: tuple[Point, ...]) -> Point:
    """A point well inside the outline, where a number has room: the best of the middles at a few heights."""
    south, north = min(lat for _lon, lat in ring), max(lat for _lon, lat in ring)
    turned = tuple((lat, lon) for lon, lat in ring)

    def room(point: Point) -> float:
        left, right = _stretch(ring, point[1], point[0])
        below, above = _stretch(turned, point[0], point[1])
        return (right - left) * min(point[1] - below, above - point[1])

    heights = [south + (north - south) * share / 24 for share in range(3, 22)]
    return max(((sum(_stretch(ring, lat)) / 2, lat) for lat in heights), key=room)


def _stretch(ring: tuple[Point, ...], lat: float, lon: float | None = None) -> tuple[float, float]:
    """The stretch inside the outline at this latitude: the one around ``lon``, else the longest."""
    crossings = sorted(
        a[0] + (lat - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
        if (a[1] <= lat) != (b[1] <= lat)
    )
    stretches = list(zip(crossings[::2], crossings[1::2], strict=True))
    around = [stretch for stretch in stretches if lon is not None and stretch[0] <= lon <= stretch[1]]
    return max(around or stretches, key=lambda stretch: stretch[1] - stretch[0], default=(ring[0][0], ring[0][0]))
