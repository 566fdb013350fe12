"""What the check says about a brief."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from garment_hub.briefs import check, wording
from garment_hub.briefs.check import Check, Fitting, check_brief
from garment_hub.briefs.plan import slack, steps_for
from garment_hub.briefs.working_days import is_weekday
from models.brief import Brief, Supplier

TODAY = date(2027, 2, 1)  # a Monday


def brief(**values: Any) -> Brief:
    return Brief(
        **{
            "item": "shirt_blouse", "quantity": 120, "styles": 1, "colours": 1, "sizes": 1, "processes": ["cutting"],
            "needed_by": TODAY + timedelta(weeks=10), "fabrics": ["woven"], "fabric_by": Supplier.DESIGNER,
            "trims_by": Supplier.FACTORY, "has_flexible_dates": True, "is_sample_wanted": True,
        } | values
    )  # fmt: skip


def checked(fitting: Fitting | None = None, **values: Any) -> Check:
    return check_brief(brief(**values), TODAY, is_weekday, fitting)


def codes(found: Check) -> list[str]:
    return [finding.code for finding in found.findings]


def test_a_complete_brief_with_time_has_nothing_to_warn_of() -> None:
    found = checked(Fitting(23, 41))
    assert codes(found) == ["can_be_priced", "factories_fit", "time_enough"]
    assert {finding.kind for finding in found.findings} == {"yes"}
    assert found.later is None


def test_what_is_missing_is_named_and_gives_no_plan() -> None:
    found = checked(quantity=None, needed_by=None, processes=[])
    assert found.findings[0].values["fields"] == ["quantity", "needed_by", "processes"]
    assert found.plan == []


@pytest.mark.parametrize(("fitting", "code"), [(Fitting(0, 5), "only_unknown"), (Fitting(0, 0), "none_fits")])
def test_no_known_fit_is_said(fitting: Fitting, code: str) -> None:
    assert code in codes(checked(fitting))


def test_four_weeks_with_a_sample_are_tight_and_a_later_day_is_proposed() -> None:
    found = checked(needed_by=TODAY + timedelta(weeks=4))
    assert "time_tight_sample" in codes(found)
    assert found.later is not None
    assert (found.later - (TODAY + timedelta(weeks=4))).days % 7 == 0
    assert codes(checked(needed_by=found.later))[-1] == "time_enough"


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(1, 2000), st.booleans(), st.booleans())
def test_a_proposed_day_is_the_first_that_has_room(days: int, quantity: int, sample: bool, pattern: bool) -> None:
    values: dict[str, Any] = {"quantity": quantity, "is_sample_wanted": sample, "is_pattern_ready": pattern}
    found = checked(needed_by=TODAY + timedelta(days=days), **values)
    if found.later is None:
        return
    assert "time_enough" in codes(checked(needed_by=found.later, **values))
    week_before = found.later - timedelta(weeks=1)
    assert week_before > TODAY
    assert "time_enough" not in codes(checked(needed_by=week_before, **values))


def test_a_day_that_cannot_move_gets_no_other_proposed() -> None:
    found = checked(needed_by=TODAY + timedelta(weeks=1), has_flexible_dates=False)
    assert "time_short" in codes(found)
    assert found.later is None


def test_missing_days_are_the_ones_the_plan_is_short_of() -> None:
    found = checked(needed_by=TODAY + timedelta(weeks=1))
    short = next(finding for finding in found.findings if finding.code == "time_short")
    assert short.values["room"] == -slack(found.plan, TODAY, is_weekday) > 0


def test_fabric_after_the_plan_needs_it_is_late() -> None:
    latest = next(one.last for one in checked().plan if one.step == "fabric_in")
    assert "fabric_late" not in codes(checked(materials_on=latest))
    assert "fabric_late" in codes(checked(materials_on=latest + timedelta(days=1)))


@pytest.mark.parametrize(
    ("quantity", "colours", "sizes", "code", "pieces"),
    [(120, 2, 3, "pieces_per_kind", 20), (5, 2, 3, "split_too_fine", 1), (6, 2, 3, "pieces_per_kind", 1)],
)
def test_pieces_of_each_kind(quantity: int, colours: int, sizes: int, code: str, pieces: int) -> None:
    found = checked(quantity=quantity, colours=colours, sizes=sizes)
    split = next(finding for finding in found.findings if finding.code == code)
    assert (split.values["pieces"], split.values["kinds"]) == (pieces, colours * sizes)


@pytest.mark.parametrize(("category", "code"), [("childrenswear", "kc_children"), ("infantwear", "kc_infants")])
def test_wear_for_children_states_the_duty(category: str, code: str) -> None:
    assert code in codes(checked(category=category))
    assert code not in codes(checked(category="womenswear"))


def test_an_open_question_of_the_price_is_only_a_hint() -> None:
    found = checked(fabric_by=None)
    hint = next(finding for finding in found.findings if finding.code == "useful")
    assert hint.kind == "info"
    assert hint.values["fields"] == ["fabric_by"]


def test_every_finding_has_words_in_every_language(app: Flask) -> None:
    found = [
        *checked(Fitting(1, 2), category="childrenswear", colours=2, materials_on=TODAY + timedelta(weeks=9)).findings,
        *checked(Fitting(0, 3), category="infantwear", quantity=1, sizes=2, fabric_by=None).findings,
        *checked(Fitting(0, 0), needed_by=TODAY + timedelta(days=3)).findings,
        *checked(needed_by=TODAY + timedelta(weeks=4)).findings,
        *checked(
            needed_by=TODAY + timedelta(days=10), quantity=1, is_sample_wanted=False, is_pattern_ready=True
        ).findings,
        *checked(quantity=None).findings,
    ]
    assert {finding.code for finding in found} == set(wording.FINDINGS)
    for language in ("ko", "en", "it"):
        with app.test_request_context(f"/?lang={language}"):
            for finding in found:
                line = wording.line(finding)
                assert line.sentence
                assert "%" not in line.sentence + line.detail


def test_the_steps_that_are_left_are_the_steps_of_the_plan() -> None:
    left = [step for step, _days in steps_for(brief(), TODAY)]
    assert [one.step for one in check.plan_for(brief(), TODAY, is_weekday)][:-1] == left
