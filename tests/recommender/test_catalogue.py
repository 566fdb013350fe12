"""Facts in columns: any sequence of edits is the same as writing the last state at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import BriefFeatures, FactoryFeatures
from recommender.catalogue import Catalogue
from recommender.survey import Survey
from tests.recommender.worlds import STAGE_OF, any_factory, briefs, free_weeks, maybe, registers, weeks

# What may happen to a register: a factory is written, removed, or only its weeks change.
edits = st.lists(
    st.tuples(st.just("write"), any_factory)
    | st.tuples(st.just("remove"), st.integers(1, 40).map(str))
    | st.tuples(st.just("weeks"), maybe(free_weeks)),
    max_size=12,
)


def a_catalogue(*factories: FactoryFeatures) -> Catalogue:
    catalogue = Catalogue(STAGE_OF)
    if factories:
        catalogue.write(factories)
    return catalogue


def passing(brief: BriefFeatures, catalogue: Catalogue) -> set[tuple[str, bool]]:
    survey = Survey(brief, catalogue, STAGE_OF)
    return {(catalogue.ids[row], bool(known)) for row, known in zip(survey.rows, survey.is_known, strict=True)}


@pytest.mark.slow
@given(register=registers, edits=edits, brief=briefs(), data=st.data())
def test_edits_come_to_the_same_as_writing_the_last_state(
    register: list[FactoryFeatures], edits: list[tuple[str, object]], brief: BriefFeatures, data: st.DataObject
) -> None:
    from dataclasses import replace

    edited, state = a_catalogue(*register), {factory.id: factory for factory in register}
    for kind, value in edits:
        if isinstance(value, FactoryFeatures):
            edited.write([value])
            state[value.id] = value
        elif kind == "remove":
            edited.remove([str(value)])
            state.pop(str(value), None)
        elif state:
            name = data.draw(st.sampled_from(sorted(state)))
            state[name] = replace(state[name], free_weeks=value)  # type: ignore[arg-type]
            edited.write_free_weeks(name, value)
    rebuilt = a_catalogue(*state.values())
    assert {edited.ids[row]: edited.facts(row) for row in edited.rows()} == {
        rebuilt.ids[row]: rebuilt.facts(row) for row in rebuilt.rows()
    }
    assert passing(brief, edited) == passing(brief, rebuilt)
    assert edited.size == rebuilt.size == len(state)


@given(factory=any_factory)
def test_facts_come_back_as_they_were_written(factory: FactoryFeatures) -> None:
    from dataclasses import replace

    read = a_catalogue(factory).facts(0)
    rates = {(rate.item, rate.stage): rate for rate in factory.rates}
    assert {(rate.item, rate.stage): rate for rate in read.rates} == rates
    assert replace(read, rates=factory.rates, text=factory.text) == factory


def test_a_week_before_the_first_one_finds_its_place() -> None:
    from dataclasses import replace
    from datetime import timedelta

    from tests.recommender.worlds import a_factory

    late = a_factory("late", free_weeks=weeks(0, 0, 100)[2:])
    early = replace(
        late,
        id="early",
        free_weeks=tuple(replace(week, starts_on=week.starts_on - timedelta(weeks=40)) for week in weeks(700, 50)),
    )
    catalogue = a_catalogue(late, early)
    assert [catalogue.facts(row).free_weeks for row in range(2)] == [late.free_weeks, early.free_weeks]
