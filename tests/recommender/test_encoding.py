"""Vectors of briefs and factories, against sets and cosines done by hand."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from recommender import BriefFeatures, FactoryFeatures, group_cosines, make_encoder
from recommender.encoding import COLUMNS
from recommender.rows import GROUPS
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


def _cosines(encoder: Any, brief: BriefFeatures, register: Sequence[FactoryFeatures]) -> Any:
    return group_cosines(encoder.transform([brief])[0], encoder.transform(register))


@settings(max_examples=20)
@given(briefs(), registers.filter(bool))
def test_cosines_of_few_codes_equal_those_of_sets(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    silent = replace(brief, text="")
    encoder = make_encoder(STAGE_OF).fit(register)
    found = _cosines(encoder, silent, register)
    assert found == pytest.approx([_cosine(silent, factory, register) for factory in register], abs=1e-9)


@settings(max_examples=20)
@given(briefs(), registers)
def test_cosines_lie_between_0_and_1_whatever_is_unknown(brief: BriefFeatures, register: list[FactoryFeatures]) -> None:
    known = [*register, a_factory("0", text="코트 전문")]
    assert not _cosines(make_encoder(STAGE_OF).fit(register[:0]), brief, known).any()  # no word was learnt
    found = _cosines(make_encoder(STAGE_OF).fit(known), brief, known)
    assert found.shape == (len(known),) and ((found >= 0.0) & (found <= 1.0)).all()


def test_many_words_come_down_to_the_columns_of_their_group() -> None:
    register = [
        a_factory(str(n), items=has(*(f"item{n + k}" for k in range(3))), text=f"가{n}나{n * n}") for n in range(40)
    ]
    encoder = make_encoder(STAGE_OF).fit(register)
    vectors = encoder.transform(register)
    lossless = len({"lockstitch", "ironing_finishing", "stage:sewing", "stage:finishing"})
    nobody_states = len(("fabric", "market", "difficulty"))
    assert vectors.shape == (40, COLUMNS["item"] + lossless + nobody_states + COLUMNS["text"])
    assert sum(COLUMNS.values()) <= 64
    assert (vectors**2).sum(axis=1) == pytest.approx(np.full(40, GROUPS["item"] + GROUPS["work"] + GROUPS["text"]))


def test_the_order_of_the_register_has_no_say() -> None:
    register = [a_factory(str(n), items=has(f"item{n}", f"item{n + 1}"), text=f"코트 {n}") for n in range(30)]
    brief = a_brief(item="item7", text="코트 7")
    straight, turned = make_encoder(STAGE_OF).fit(register), make_encoder(STAGE_OF).fit(register[::-1])
    assert _cosines(straight, brief, register) == pytest.approx(_cosines(turned, brief, register), abs=1e-12)


def test_a_factory_that_is_just_what_is_asked_has_cosine_1() -> None:
    brief = a_brief(fabrics=frozenset({"woven"}), text="울 코트")
    processes = has(*brief.processes)
    twin = a_factory(items=has("coat"), processes=processes, fabrics=has("woven"), text="울 코트")
    encoder = make_encoder(STAGE_OF).fit([twin, a_factory(items=has("dress"), text="니트")])
    assert _cosines(encoder, brief, [twin]) == pytest.approx([1.0])


def test_misspelt_and_unspaced_text_stays_nearer_than_other_text() -> None:
    register = [a_factory("1", text="오버코트 전문 봉제"), a_factory("2", text="티셔츠 다이마루")]
    coat, tshirt = _cosines(make_encoder(STAGE_OF).fit(register), a_brief(text="오바코트전문"), register)
    assert coat > tshirt


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("자켓을 만들어요", "재킷을 만들어요"),
        ("오버코트", "코트"),
        ("티셔츠", "티셔츠"),
        ("티", "티"),
        ("옷자켓", "옷자켓"),
    ],
)
def test_a_synonym_is_its_word_wherever_a_word_begins_with_it(written: str, meant: str) -> None:
    synonyms = {"자켓": "재킷", "오버코트": "코트", "오버": "큰 옷", "티": "티셔츠", "T셔츠": "티셔츠"}
    register = [a_factory("1", text="재킷을 만들어요 티셔츠"), a_factory("2", text="오버 옷자켓 코트 티")]
    with_them, without = make_encoder(synonyms=synonyms).fit(register), make_encoder().fit(register)
    sames = with_them.transform([a_brief(text=written), a_brief(text=meant)])
    assert (sames[0] == sames[1]).all()
    others = without.transform([a_brief(text=written), a_brief(text=meant)])
    assert (others[0] == others[1]).all() == (written == meant)


def test_small_letters_and_joined_forms_are_one_spelling() -> None:
    encoder = make_encoder().fit([a_factory("1", text="MTM 코트"), a_factory("2", text="니트")])
    one, other = encoder.transform([a_brief(text="mtm 코트"), a_brief(text="ＭＴＭ 코트")])
    assert one.any() and (one == other).all()


def test_machines_count_only_where_a_process_runs_on_them() -> None:
    brief = a_brief(processes=frozenset({"lockstitch"}))
    with_machine, without = a_factory("1", machines=has("lockstitch_machine", "plotter")), a_factory("2")
    for machines_of, is_better in (({"lockstitch": frozenset({"lockstitch_machine"})}, True), ({}, False)):
        encoder = make_encoder(STAGE_OF, machines_of).fit([with_machine, without])
        mine, theirs = _cosines(encoder, brief, [with_machine, without])
        assert bool(mine > theirs) == is_better
