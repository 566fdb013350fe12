"""The rules on columns say what the rules say factory by factory."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given

from recommender import Answer, BriefFeatures, FactoryFeatures, Feasibility
from recommender.capacity import free_hundredths, needed_hundredths
from recommender.survey import Survey, count_refusals
from tests.recommender.test_catalogue import a_catalogue, passing
from tests.recommender.worlds import STAGE_OF, briefs, registers


@pytest.mark.slow
@given(brief=briefs(), register=registers)
def test_columns_answer_like_the_plain_loop(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    rules = Feasibility(STAGE_OF)
    answers = {factory.id: rules.answer(brief, factory) for factory in register}
    wanted = {(name, answer is Answer.YES) for name, answer in answers.items() if answer is not Answer.NO}
    assert passing(brief, a_catalogue(*register)) == wanted


@given(brief=briefs(), register=registers)
def test_refusals_are_counted_like_the_plain_loop(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    rules = Feasibility(STAGE_OF)
    codes = ({reason.code for reason in rules.why_not(brief, factory)} for factory in register)
    wanted = Counter(code for of_one in codes for code in of_one)
    assert count_refusals(brief, a_catalogue(*register), STAGE_OF) == wanted


@given(brief=briefs(), register=registers)
def test_needed_and_free_days_are_those_of_one_factory(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    catalogue, by_id = a_catalogue(*register), {factory.id: factory for factory in register}
    columns = Survey(brief, catalogue, STAGE_OF).columns
    free, unknown = columns.free_and_unknown
    for place, row in enumerate(columns.rows):
        factory = by_id[catalogue.ids[row]]
        assert (int(free[place]), int(unknown[place])) == free_hundredths(brief, factory)
        needed = needed_hundredths(brief, factory, STAGE_OF)
        assert columns.needed[place] == needed if needed is not None else columns.needed[place] != columns.needed[place]
