"""Search finds exactly what a plain look through the words would find, on either database."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.factories import search
from garment_hub.factories.services import refresh_search_text
from models import vocabulary
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryCertificate
from tests.builders import make_factory

NAMES = ["해든봉제", "달빛 니트", "Seoul Sewing 2", "가나다라", "한솔_재단", "ＡＢＣ의류", "봉제 해든"]
TEXTS = [None, "적은 수량도 꼼꼼하게 해 드려요.", "Ladies' coats, 100% hand-made", "오바로크 급한 일"]
SPELLINGS = [
    (kind, code, spelling)
    for kind in search.KINDS
    for code, term in vocabulary.terms(kind).items()
    for spelling in term.spellings
]


@pytest.fixture
def many(session: Session) -> list[Factory]:
    """Sixty factories of one district with a few codes each."""
    draw, district = random.Random(3), session.get_one(District, 1)
    return [a_factory(session, district, draw) for _ in range(60)]


def a_factory(session: Session, district: District, draw: random.Random) -> Factory:
    codes: dict[CapabilityKind, list[str]] = {
        kind: draw.sample(sorted(vocabulary.terms(kind)), draw.randint(0, 3)) for kind in search.KINDS
    }
    factory = make_factory(
        session,
        district,
        codes=codes,
        name=draw.choice(NAMES),
        introduction=draw.choice(TEXTS),
        neighbourhood=draw.choice([None, *district.neighbourhoods]),
    )
    if draw.random() < 0.2:
        factory.certificates.append(FactoryCertificate(code="gots"))
    refresh_search_text(factory)
    session.flush()
    return factory


def found(session: Session, question: str) -> set[int]:
    return set(session.scalars(select(Factory.id).where(search.condition(question))))


def plain(factory: Factory, question: str) -> bool:
    """The oracle: every word of the question is ``in`` one of the factory's texts."""
    place = factory.neighbourhood
    names = [factory.name, *([place.name_ko, place.name_en] if place else [])]
    codes = [(row.kind.value, row.code) for row in factory.capabilities if row.has and row.kind in search.KINDS]
    codes += [("certificate", held.code) for held in factory.certificates]
    names += [spelling for kind, code in codes for spelling in vocabulary.terms(kind)[code].spellings]
    texts = [search.squeezed(name) for name in names] + search.words_of(factory.introduction or "")
    words = search.words_of(question)
    return bool(words) and all(any(word in text for text in texts) for word in words)


questions = st.one_of(
    st.sampled_from([spelling for _kind, _code, spelling in SPELLINGS]),
    st.lists(st.sampled_from([s[:3] for _k, _c, s in SPELLINGS] + NAMES), min_size=1, max_size=3).map(" ".join),
    st.text(alphabet="해든봉제니트 ab%_\\'\"", max_size=5),
    st.text(max_size=4),
)


@pytest.mark.slow
@given(questions)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_it_finds_what_a_plain_look_finds(session: Session, many: list[Factory], question: str) -> None:
    assert found(session, question) == {factory.id for factory in many if plain(factory, question)}


@given(st.sampled_from(SPELLINGS))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_spelling_of_what_a_factory_does_finds_it(
    session: Session, spelt: tuple[CapabilityKind, str, str]
) -> None:
    kind, code, spelling = spelt
    nested = session.begin_nested()
    factory = make_factory(session, session.get_one(District, 1), codes={kind: [code]}, name="이름")
    refresh_search_text(factory)
    session.flush()
    assert factory.id in found(session, spelling)
    nested.rollback()


@given(st.text(alphabet="해든봉제달빛니트재단가나다", min_size=2, max_size=9), st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_two_syllables_of_a_name_find_it_also_in_decomposed_letters(
    session: Session, name: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(name) - 2))
    nested = session.begin_nested()
    factory = make_factory(session, session.get_one(District, 1), name=unicodedata.normalize("NFD", name))
    refresh_search_text(factory)
    session.flush()
    for form in ("NFC", "NFD"):
        assert factory.id in found(session, unicodedata.normalize(form, name[at : at + 2]))
    nested.rollback()


@pytest.mark.parametrize(
    ("kind", "code", "question"),
    [
        (CapabilityKind.FABRIC, "sweater_knit", "니트"),
        (CapabilityKind.PROCESS, "cutting", "재단"),
        (CapabilityKind.PROCESS, "overlock", "오바로크"),
        (CapabilityKind.MACHINE, "lockstitch_machine", "본봉미싱"),
        (CapabilityKind.FABRIC, "denim", "청"),
        (CapabilityKind.ITEM, "dress", "ABITO"),
    ],
)
def test_words_that_shops_use(session: Session, kind: CapabilityKind, code: str, question: str) -> None:
    factory = make_factory(session, session.get_one(District, 1), codes={kind: [code]})
    assert found(session, question) == {factory.id}


def test_what_a_factory_says_it_has_not_does_not_find_it(session: Session) -> None:
    factory = make_factory(session, session.get_one(District, 1))
    factory.set_capabilities(CapabilityKind.MACHINE, {}, ("plotter",))
    session.flush()
    assert not found(session, "플로터")


@pytest.mark.parametrize("question", ["", " ", "%", "_", "···", "\x00", "'; DROP TABLE factory; --" * 50])
def test_a_question_without_words_or_with_too_many_harms_nothing(session: Session, question: str) -> None:
    make_factory(session, session.get_one(District, 1))
    assert found(session, question) == set()


def test_both_databases_find_the_same(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    with Session(engine_of(app)) as session:
        draw, district = random.Random(5), session.scalars(select(District)).one()
        factories = [a_factory(session, district, draw) for _ in range(30)]
        for question in ["니트", "재단 봉제", "해든봉제", "100%", "abc", "장안", "GOTS", "의류_", "청"]:
            assert found(session, question) == {factory.id for factory in factories if plain(factory, question)}
