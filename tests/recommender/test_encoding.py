"""Vectors of briefs and factories, against sets and cosines done by hand."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings

from recommender import BriefFeatures, FactoryFeatures, group_cosines, make_encoder, vectors
from recommender.encoding import GROUPS, encoder_from_words, learnt_words
from tests.recommender.worlds import STAGE_OF, a_brief, a_factory, briefs, has, registers

pytestmark = pytest.mark.slow


def _labels(one: BriefFeatures | FactoryFeatures) -> dict[str, frozenset[str]]:
    if isinstance(one, BriefFeatures):
        return {
            "item": frozenset({one.item}) | {f"category:{one.category}"} - {"category:None"},
            "work": one.processes | {f"stage:{STAGE_OF[code]}" for code in one.processes},
            "fabric": one.fabrics,
            "market": frozenset({one.market} if one.market else ()),
            "difficulty": frozenset({one.difficulty} if one.difficulty else ()),
        }
    stages = one.stages.has | {STAGE_OF[code] for code in one.processes.has}
    return {
        "item": one.items.has | {f"category:{code}" for code in one.categories.has},
        "work": one.processes.has | {f"stage:{stage}" for stage in stages},
        "fabric": one.fabrics.has,
        "market": one.markets.has,
        "difficulty": one.difficulties.has,
    }


def _cosine(brief: BriefFeatures, factory: FactoryFeatures, register: list[FactoryFeatures]) -> float:
    """Weighted mean over the groups the brief speaks about; codes no factory has are not heard."""
    total = asked = 0.0
    for group, codes in _labels(brief).items():
        heard = codes & frozenset().union(*(_labels(one)[group] for one in register))
        stated = _labels(factory)[group]
        if heard:
            asked += GROUPS[group]
            total += GROUPS[group] * (len(heard & stated) / sqrt(len(heard) * len(stated)) if stated else 0.0)
    return total / asked if asked else 0.0


@settings(max_examples=20)
@given(briefs(), registers.filter(bool))
def test_cosines_of_codes_equal_those_of_sets(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    silent = replace(brief, text="")
    encoder = make_encoder(STAGE_OF).fit(register)
    found = group_cosines(vectors(encoder, [silent]), vectors(encoder, register))
    assert found == pytest.approx([_cosine(silent, factory, register) for factory in register])


@settings(max_examples=20)
@given(briefs(), registers)
def test_cosines_lie_between_0_and_1_whatever_is_unknown(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    encoder = make_encoder(STAGE_OF).fit([FactoryFeatures("0")])
    assert not group_cosines(vectors(encoder, [brief]), vectors(encoder, register)).any()  # no word was learnt
    encoder = make_encoder(STAGE_OF).fit([*register, a_factory("0", text="코트 전문")])
    found = group_cosines(vectors(encoder, [brief]), vectors(encoder, register))
    assert found.shape == (len(register),) and ((found >= 0.0) & (found <= 1.0)).all()


def test_a_factory_that_is_just_what_is_asked_has_cosine_1() -> None:
    brief = a_brief(fabrics=frozenset({"woven"}), text="울 코트")
    processes = has(*brief.processes)
    twin = a_factory(items=has("coat"), processes=processes, fabrics=has("woven"), text="울 코트")
    encoder = make_encoder(STAGE_OF).fit([twin, a_factory(items=has("dress"), text="니트")])
    assert group_cosines(vectors(encoder, [brief]), vectors(encoder, [twin])) == pytest.approx([1.0])


def test_misspelt_and_unspaced_text_stays_nearer_than_other_text() -> None:
    register = [a_factory("1", text="오버코트 전문 봉제"), a_factory("2", text="티셔츠 다이마루")]
    encoder = make_encoder(STAGE_OF).fit(register)
    coat, tshirt = group_cosines(vectors(encoder, [a_brief(text="오바코트전문")]), vectors(encoder, register))
    assert coat > tshirt


def test_machines_count_only_where_a_process_runs_on_them() -> None:
    brief = a_brief(processes=frozenset({"lockstitch"}))
    with_machine, without = a_factory("1", machines=has("lockstitch_machine", "plotter")), a_factory("2")
    for machines_of, is_better in (({"lockstitch": frozenset({"lockstitch_machine"})}, True), ({}, False)):
        encoder = make_encoder(STAGE_OF, machines_of).fit([with_machine, without])
        mine, theirs = group_cosines(vectors(encoder, [brief]), vectors(encoder, [with_machine, without]))
        assert bool(mine > theirs) == is_better


@settings(max_examples=20)
@given(briefs(), registers)
def test_an_encoder_rebuilt_from_its_words_is_the_same(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    encoder = make_encoder(STAGE_OF).fit([*register, a_factory("0")])
    words, idf = learnt_words(encoder)
    again = encoder_from_words(words, idf, STAGE_OF, {})
    before, after = vectors(encoder, [brief, *register]), vectors(again, [brief, *register])
    assert np.array_equal(before.toarray(), after.toarray())
