"""What is imported from the door, and what that costs."""

import subprocess
import sys

import pytest

import recommender
from recommender import REASON_CODES, REASON_KINDS, reason


def test_every_name_at_the_door_opens() -> None:
    assert all(getattr(recommender, name) is not None for name in recommender.__all__)
    with pytest.raises(AttributeError, match="guess"):
        recommender.guess  # noqa: B018


@pytest.mark.parametrize("start", ["recommender, recommender.types", "garment_hub.app, garment_hub.cli"])
def test_the_door_and_the_site_open_without_numerical_libraries(start: str) -> None:
    heavy = "numpy", "scipy", "sklearn"
    code = f"import sys, {start}; print([one for one in {heavy} if one in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"


def test_every_reason_has_one_kind() -> None:
    assert sum(len(codes) for codes in REASON_KINDS.values()) == len(REASON_CODES)
    assert frozenset().union(*REASON_KINDS.values()) == REASON_CODES.keys()


def test_a_reason_holds_exactly_the_values_of_the_table() -> None:
    assert dict(reason("near", km=1.5).values) == {"km": 1.5}
    for values in ({}, {"km": 1.0, "why": 2}):
        with pytest.raises(TypeError, match="near"):
            reason("near", **values)
    with pytest.raises(KeyError):
        reason("nice")
