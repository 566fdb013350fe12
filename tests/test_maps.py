"""The map of neighbourhoods: a number and a link in each, one shape for two, and who drew the borders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.headers import CONTENT_SECURITY_POLICY
from garment_hub.maps import areas_of, dong_map, joined_name
from models.district import District, Neighbourhood
from tests.builders import make_district

SVG_LINK = "a"


@pytest.fixture
def district(app: Flask, session: Session) -> Iterator[District]:
    """The first district, in a request whose reader has Korean."""
    with app.test_request_context("/", headers={"Accept-Language": "ko"}):
        yield session.scalars(select(District)).one()


def codes_url(codes: list[str]) -> str:
    return f"/factories?dong={','.join(codes)}"


def inside(point: tuple[float, float], ring: tuple[tuple[float, float], ...]) -> bool:
    """Even-odd rule, one edge after the other."""
    x, y = point
    crossed = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            crossed = not crossed
    return crossed


@given(st.lists(st.integers(0, 5000), min_size=16, max_size=16))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_neighbourhood_has_its_number_and_none_is_lost(district: District, numbers: list[int]) -> None:
    counts = {place.id: number for place, number in zip(district.neighbourhoods, numbers, strict=True)}
    drawn = dong_map(district, district.neighbourhoods, title="지도", counts=counts, url=codes_url)
    written = [int(text.replace(",", "")) for text in re.findall(r"<text[^>]*>([\d,]+)</text>", str(drawn.svg))]
    assert sum(written) == sum(numbers)
    assert len(written) == 14
    listed = [row.count or 0 for row in drawn.rows]
    assert sum(listed) == sum(numbers)


def test_the_divided_neighbourhood_is_one_shape_with_both_names_and_both_links(district: District) -> None:
    by_name = {place.name_ko: place for place in district.neighbourhoods}
    counts = {by_name["신설동"].id: 7, by_name["용두동"].id: 5}
    svg = str(dong_map(district, district.neighbourhoods, title="지도", counts=counts, url=codes_url).svg)
    links = re.findall(r'<a href="([^"]+)"><title>([^<]+)</title>', svg)
    (both,) = [(url, name) for url, name in links if "1123051500" in url]
    assert "1123053300" in both[0]
    assert both[1].startswith("신설·용두동") and "12" in both[1]
    assert len(links) == 14


def test_the_table_names_each_and_leaves_out_what_no_longer_exists(district: District) -> None:
    rows = dong_map(district, district.neighbourhoods, title="지도", counts={}, url=codes_url).rows
    assert {"신설동", "용두동"} < {row.name for row in rows}
    assert "용신동" not in {row.name for row in rows}
    assert len(rows) == 15


def test_a_factory_in_the_old_neighbourhood_is_still_counted(district: District) -> None:
    old = next(place for place in district.neighbourhoods if place.valid_to)
    drawn = dong_map(district, district.neighbourhoods, title="지도", counts={old.id: 3}, url=codes_url)
    assert [row.count for row in drawn.rows if row.name == "용신동"] == [3]
    assert ">3</text>" in str(drawn.svg)


def test_numbers_stand_inside_their_shapes(district: District) -> None:
    areas = areas_of(district.borders, district.neighbourhoods)
    assert all(inside(area.centre, area.rings[0]) for area in areas)


def test_the_largest_number_has_the_darkest_blue_and_nothing_has_none(district: District) -> None:
    counts = {place.id: number for number, place in enumerate(district.neighbourhoods)}
    svg = str(dong_map(district, district.neighbourhoods, title="지도", counts=counts).svg)
    shades = {
        int(number.replace(",", "")): css for css, number in re.findall(r'class="(dong[^"]*)".*?>([\d,]+)</text>', svg)
    }
    assert shades[max(shades)] == "dong dong-5"
    assert all((css == "dong") == (number == 0) for number, css in shades.items())


def test_the_picture_is_well_formed_and_needs_no_inline_style(district: District) -> None:
    assert "unsafe-inline" not in CONTENT_SECURITY_POLICY
    svg = str(dong_map(district, district.neighbourhoods, title='"><script>', counts={}, url=codes_url).svg)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "group" and root.get("aria-label") == '"><script>'
    for element in root.iter():
        assert "style" not in element.attrib and not any(name.startswith("on") for name in element.attrib)
        assert element.tag in {"svg", SVG_LINK, "path", "text", "title"}
        if element.tag == SVG_LINK:
            title = next(child for child in element if child.tag == "title")
            assert title.text and element.get("href", "").startswith("/")


def test_without_links_it_is_one_image_that_says_where(district: District) -> None:
    place = next(place for place in district.neighbourhoods if place.name_ko == "장안2동")
    svg = str(dong_map(district, district.neighbourhoods, title="위치", chosen=[place.code]).svg)
    assert 'role="img" aria-label="위치, 장안2동"' in svg
    assert svg.count("here") == 1


def test_a_district_without_borders_has_the_table_only(app: Flask, session: Session) -> None:
    with app.test_request_context("/"):
        district = make_district(session)
        counts = {place.id: 4 for place in district.neighbourhoods}
        drawn = dong_map(district, district.neighbourhoods, title="지도", counts=counts, url=codes_url)
    assert drawn.svg is None
    assert [row.count for row in drawn.rows] == [4, 4]


def test_borders_of_several_parts_and_without_attribution_are_drawn(app: Flask, session: Session) -> None:
    square = [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]
    far = [[[3, 0], [3, 2], [5, 2], [5, 0], [3, 0]]]
    with app.test_request_context("/"):
        district = make_district(session)
        feature = {"properties": {"code": district.neighbourhoods[0].code}}
        district.borders = {
            "features": [feature | {"geometry": {"type": "MultiPolygon", "coordinates": [square, far]}}]
        }
        drawn = dong_map(district, district.neighbourhoods, title="지도", counts={district.neighbourhoods[0].id: 1})
    assert str(drawn.svg).count("M") == 2
    assert drawn.attribution == ""


@pytest.mark.parametrize(
    ("names", "joined"), [(["신설동", "용두동"], "신설·용두동"), (["끝동"], "끝동"), (["가로", "나동"], "가로·나동")]
)
def test_joined_names_say_the_shared_ending_once(app: Flask, names: list[str], joined: str) -> None:
    with app.test_request_context("/?lang=ko"):
        assert joined_name([Neighbourhood(name_ko=name, name_en=name) for name in names]) == joined


@pytest.mark.parametrize("address", ["/factories", "/factories?lang=en", "/factories?lang=it"])
def test_who_drew_the_borders_stands_beside_the_map(app: Flask, address: str) -> None:
    page = app.test_client().get(address).text
    assert 'class="map"' in page
    assert "vuski/admdongkor" in page and "CC BY 4.0" in page
