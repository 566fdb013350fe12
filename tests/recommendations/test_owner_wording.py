"""Why an owner was asked: three of the owner's own facts at most, each with its day, and never a score."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from garment_hub.recommendations.owner_wording import MOST, owner_lines
from recommender import REASON_CODES, REASON_KINDS

SOURCE = {"kind": "owner", "on": "2027-03-01"}
VALUES: dict[str, Any] = {
    "item": "shirt_blouse", "processes": "cutting sewing_assembly", "fabrics": "linen", "market": "online_brand",
    "difficulty": "basic", "certificate": "iso9001", "until": None, "verified_on": "2027-01-01",
    "needed_by": "2027-03-20", "needed_hundredths": 300, "free_hundredths": 500,
}  # fmt: skip


def stored(code: str, *, source: bool = True) -> dict[str, Any]:
    values = {name: VALUES.get(name, 7) for name in REASON_CODES[code]}
    return {"code": code, "values": values} | ({"source": SOURCE} if source else {})


codes = st.lists(st.tuples(st.sampled_from(sorted(REASON_KINDS["why"])), st.booleans()), unique_by=lambda pair: pair[0])


@given(listed=codes)
def test_at_most_three_and_each_with_where_it_is_known_from(shared_app: Flask, listed: list[tuple[str, bool]]) -> None:
    with shared_app.app_context(), force_locale("ko"):
        lines = owner_lines([stored(code, source=source) for code, source in listed])
    assert len(lines) <= MOST
    assert all(line.source and re.search(r"2027-03-01|거래", line.source) for line in lines)
    assert not [line for line in lines if re.search(r"점수|점$|순위|%\(", line.sentence)]


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_the_clients_own_history_counts_first_in_every_language(shared_app: Flask, language: str) -> None:
    listed = [stored(code) for code in ("makes_item", "has_free_days", "minimum_fits", "within_budget")]
    with shared_app.app_context(), force_locale(language):
        lines = owner_lines([*listed, stored("same_buyer_before", source=False)])
        others = owner_lines(listed)
    assert [line.sentence for line in lines[1:]] == [line.sentence for line in others[:2]]
    assert lines[0].sentence not in {line.sentence for line in others}


def test_what_nobody_has_stated_is_no_reason(shared_app: Flask) -> None:
    with shared_app.app_context():
        assert owner_lines([stored("makes_item", source=False), stored("near", source=False)]) == []
