"""Compiled look-up tables against the pipeline they were read from."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recommender import BriefFeatures, CompiledEncoder, FactoryFeatures, group_cosines, make_encoder
from recommender import compiled as compiled_room
from tests.recommender.worlds import STAGE_OF, a_brief, a_factory, any_factory, briefs, has, registers

pytestmark = pytest.mark.slow

MACHINES_OF = {"lockstitch": frozenset({"lockstitch_machine"}), "cutting": frozenset({"plotter"})}
SYNONYMS = {"자켓": "재킷", "코-트": "코트"}
#: Everything a text can be: blanks and line ends of all kinds, single letters of Hangul, capitals, what no word has.
typed = st.text(st.sampled_from("가나다각 \n\t\u3000\x1c\x00ㄱㅏ가AbİΣß한.🧵") | st.characters(codec="utf-8"))
strange = briefs(text=typed, item=st.sampled_from(["coat", "spacesuit"]), processes=st.just(frozenset({"glue"})))
asked = briefs() | strange


@st.composite
def large_registers(draw: st.DrawFn) -> list[FactoryFeatures]:
    """More labels than columns, and texts that share a little."""
    sizes = draw(st.lists(st.integers(0, 4), min_size=16, max_size=24))
    return [
        a_factory(
            str(n), items=has(*(f"item{n * 5 % 40 + k}" for k in range(size))), text=f"공장 {n} 코트{size}" * size
        )
        for n, size in enumerate(sizes)
    ]


def _difference(pipeline: Any, encoder: CompiledEncoder, featured: list[Any]) -> float:
    exact = pipeline.transform(featured)
    one_by_one = np.array([encoder.encode(one) for one in featured])
    return float(max(np.abs(one_by_one - exact).max(), np.abs(encoder.encode_many(iter(featured)) - exact).max()))


@settings(max_examples=60)
@given(registers | large_registers(), st.lists(asked | any_factory, min_size=1, max_size=4))
@example([], [a_brief(text="\x00")])
@example([a_factory()], [a_brief(text="한글 한글  한글\n한글")])
@example([a_factory(text="한글"), a_factory("2", text="한글 전문")], [a_brief(text=" 한글 "), a_brief(text="")])
def test_it_equals_the_pipeline(register: list[FactoryFeatures], featured: list[Any]) -> None:
    pipeline = make_encoder(STAGE_OF, MACHINES_OF, SYNONYMS).fit(register)
    assert _difference(pipeline, CompiledEncoder.from_pipeline(pipeline), [*featured, *register]) <= 1e-5


@settings(max_examples=20)
@given(registers | large_registers(), st.lists(asked, min_size=1, max_size=3))
def test_its_state_gives_it_back(register: list[FactoryFeatures], wanted: list[BriefFeatures]) -> None:
    encoder = CompiledEncoder.from_pipeline(make_encoder(STAGE_OF, MACHINES_OF, SYNONYMS).fit(register))
    again = CompiledEncoder.from_state(encoder.state(), STAGE_OF, MACHINES_OF)
    assert (again.n_features, again.group_slices) == (encoder.n_features, encoder.group_slices)
    assert np.array_equal(again.encode_many([*wanted, *register]), encoder.encode_many([*wanted, *register]))


def test_a_memory_of_words_that_is_full_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_room, "_KEPT_WORDS", 3)
    pipeline = make_encoder().fit([a_factory("1", text="울 코트 전문 봉제 공장"), a_factory("2", text="니트 편직")])
    texts = ["울 코트", "전문 봉제", "울 공장", "니트 편직 울 코트 전문 봉제 공장", "코트"]
    wanted = [a_brief(text=text) for text in texts]
    assert _difference(pipeline, CompiledEncoder.from_pipeline(pipeline), wanted * 2) <= 1e-5


def test_what_nobody_knows_is_nothing() -> None:
    pipeline = make_encoder(STAGE_OF).fit([a_factory(text="코트")])
    encoder = CompiledEncoder.from_pipeline(pipeline)
    stranger = a_brief(item="spacesuit", processes=frozenset({"glue"}), market="moon", text="xyz")
    assert not encoder.encode(stranger).any()
    assert not group_cosines(encoder.encode(stranger), encoder.encode_many([a_factory()])).any()
    assert encoder.encode_many([]).shape == (0, encoder.n_features)


def test_cosines_do_not_depend_on_the_rows_beside_them() -> None:
    register = [a_factory(str(n), items=has("coat", f"item{n % 7}"), text=f"코트 {n}") for n in range(50)]
    encoder = CompiledEncoder.from_pipeline(make_encoder(STAGE_OF).fit(register))
    brief, vectors = encoder.encode(replace(a_brief(), text="코트 3")), encoder.encode_many(register)
    alone = [group_cosines(brief, vectors[[n]])[0] for n in range(50)]
    assert np.array_equal(group_cosines(brief, vectors), alone)
