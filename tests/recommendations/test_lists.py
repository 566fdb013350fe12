"""Stored lists: made from the district's rows, computed anew to the same, and without anything personal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.permissions import Access
from garment_hub.recommendations.evidence import load_outcomes
from garment_hub.recommendations.features import Window, brief_features, load_factories, ranked_factories
from garment_hub.recommendations.queries import changed_since, get_recommendation, latest_list, standing_of
from garment_hub.recommendations.rankers import unfitted_ranker
from garment_hub.recommendations.ranking import rank_for_brief
from garment_hub.recommendations.services import count_partners, recommend_for_brief, replay
from models.brief import Brief
from models.capacity import CapacityWeek, today_in_seoul
from models.district import District
from models.errors import Forbidden, NotFound
from models.factory import Factory, FactoryCertificate, FactSource
from models.recommendation import Recommendation
from models.user import Role
from tests.builders import in_days, make_brief, make_designer, make_district, make_user
from tests.recommendations.shops import able_factory, past_order, random_factory

pytestmark = pytest.mark.slow


def usual_brief(session: Session, district: District, **values: Any) -> Brief:
    return make_brief(
        session,
        make_designer(session, district),
        **{"budget_per_piece_krw": 12000, "fabrics": ["woven"], "deliver_to": district.neighbourhoods[1]} | values,
    )


def mixed_district(session: Session, seed: int, size: int = 25) -> District:
    """Some who can, many who may or cannot, and some history."""
    district, random = make_district(session), Random(seed)
    able = [able_factory(session, district, neighbourhood=district.neighbourhoods[number % 2]) for number in range(4)]
    for _ in range(size - len(able)):
        random_factory(session, district, random)
    for number, factory in enumerate(able):
        designer = make_designer(session, district)
        for ago in range(1, number + 3):
            past_order(session, factory, designer, today_in_seoul() - timedelta(days=40 * ago))
    return district


@pytest.mark.parametrize("seed", range(3))
def test_a_list_is_what_the_ranker_says_of_the_whole_district(session: Session, seed: int) -> None:
    """Only those who pass are encoded for a list; ranking all of them gives the same."""
    district = mixed_district(session, seed)
    brief = usual_brief(session, district)
    features = brief_features(brief, today_in_seoul())
    factories = load_factories(session, ranked_factories(district.id), Window.of(features))
    log = load_outcomes(session, district.id, today_in_seoul())
    wanted = unfitted_ranker().fit(factories, log, today_in_seoul()).recommend(features, k=10)

    made = recommend_for_brief(session, brief)
    assert [(str(one.factory_id), one.rank, one.score, one.parts) for one in made.entries] == [
        (one.factory, one.rank, one.score, one.parts) for one in wanted.ranked
    ]
    assert (made.feasible_count, made.unknown_count, made.infeasible_count) == (
        wanted.feasible,
        wanted.unknown,
        wanted.infeasible,
    )
    assert count_partners(session, brief) == (wanted.feasible, wanted.unknown)
    assert made.feasible_count >= 4


def test_counts_and_reasons_of_refusal_agree(session: Session) -> None:
    district = mixed_district(session, 5)
    made = recommend_for_brief(session, usual_brief(session, district))
    assert made.infeasible_count > 0
    assert max(made.why_not.values()) <= made.infeasible_count <= sum(made.why_not.values())


def test_shown_scores_are_the_sum_of_their_parts(session: Session) -> None:
    made = recommend_for_brief(session, usual_brief(session, mixed_district(session, 6)))
    assert [entry.score for entry in made.entries] == [sum(entry.parts.values()) for entry in made.entries]
    assert all(set(entry.parts) == set(made.stored["weights"]) for entry in made.entries)


def test_another_district_changes_nothing(session: Session) -> None:
    district = mixed_district(session, 7)
    brief = usual_brief(session, district)
    before = rank_for_brief(session, brief).stored
    foreign = mixed_district(session, 8)
    past_order(session, session.scalars(select(Factory).where(Factory.district_id == foreign.id)).first() or Factory(),
               brief.designer, today_in_seoul())  # fmt: skip
    after = recommend_for_brief(session, brief)
    by_lot = {"turn": None}  # drawn anew for every list
    assert {**before, **by_lot} == {**after.stored, **by_lot}
    theirs = set(session.scalars(select(Factory.id).where(Factory.district_id == foreign.id)))
    assert theirs.isdisjoint(entry.factory_id for entry in after.entries)


def reloaded(session: Session, made: Recommendation) -> Recommendation:
    session.flush()
    session.expire_all()
    return session.get_one(Recommendation, made.id)


def test_a_stored_list_is_computed_anew_to_the_same(session: Session) -> None:
    made = recommend_for_brief(session, usual_brief(session, mixed_district(session, 9)))
    assert replay(session, reloaded(session, made))


def test_the_order_of_keys_plays_no_role(session: Session) -> None:
    """PostgreSQL gives back the keys of an object in an order of its own; sums of floats depend on it."""
    made = recommend_for_brief(session, usual_brief(session, mixed_district(session, 9)))
    made.stored = json.loads(json.dumps(made.stored, sort_keys=True))
    assert replay(session, reloaded(session, made))


def swap_scores(made: Recommendation) -> None:
    first, last = made.entries[0], made.entries[-1]
    first.score, last.score = last.score, first.score


def raise_a_part(made: Recommendation) -> None:
    made.entries[0].parts = made.entries[0].parts | {"specialty": 0.26}


def change_a_fact(made: Recommendation) -> None:
    stored = json.loads(json.dumps(made.stored))
    first = next(one for one in stored["facts"] if one["id"] == str(made.entries[0].factory_id))
    first["minimum_order_quantity"] = 10_000
    made.stored = stored


def change_a_weight(made: Recommendation) -> None:
    weights = made.stored["weights"]
    made.stored = made.stored | {
        "weights": weights | {"specialty": weights["nearness"], "nearness": weights["specialty"]}
    }


def swap_factories(made: Recommendation) -> None:
    stored = json.loads(json.dumps(made.stored))
    stored["ranked"][0][0], stored["ranked"][1][0] = stored["ranked"][1][0], stored["ranked"][0][0]
    made.stored = stored


def drop_a_place(made: Recommendation) -> None:
    made.entries.pop()


def claim_more(made: Recommendation) -> None:
    made.feasible_count += 1


@pytest.mark.parametrize(
    "tamper",
    [swap_scores, raise_a_part, change_a_fact, change_a_weight, swap_factories, drop_a_place, claim_more],
    ids=lambda tamper: tamper.__name__,
)
def test_a_list_that_was_tampered_with_is_found_out(session: Session, tamper: Callable[[Recommendation], None]) -> None:
    made = recommend_for_brief(session, usual_brief(session, mixed_district(session, 10)))
    tamper(made)
    assert not replay(session, reloaded(session, made))


def test_a_list_outlives_a_factory_that_leaves_the_register(session: Session) -> None:
    district = make_district(session)
    gone = able_factory(session, district)
    able_factory(session, district)
    made = recommend_for_brief(session, usual_brief(session, district))
    session.query(CapacityWeek).filter_by(factory_id=gone.id).delete()
    session.delete(gone)
    again = reloaded(session, made)
    assert len(again.entries) == 1
    assert replay(session, again)


def test_nothing_personal_is_stored(session: Session) -> None:
    district = make_district(session)
    owner = make_user(session, Role.FACTORY_OWNER, district, name="표식대표", phone="01077776666")
    factory = able_factory(
        session, district, owner=owner, name="표식공장", phone="01088889999", address="표식로 12", lat=37.512345,
        lon=127.054321, business_number="1234567891", introduction="표식소개 010-5555-4444", brands_supplied="표식상표",
    )  # fmt: skip
    factory.certificates = [FactoryCertificate(code="gots", issuer="표식기관", number="표식번호")]
    factory.record_fact("item", FactSource.STAFF, today_in_seoul(), source_name="표식직원", is_complete=True)
    brief = usual_brief(session, district, note="표식메모 010-1111-2222", certificates=["gots"])
    brief.designer.brand = "표식브랜드"
    past_order(session, factory, brief.designer, today_in_seoul() - timedelta(days=30))

    made = recommend_for_brief(session, brief)

    assert len(made.entries) == 1
    rows = [[one.parts, one.reasons, one.questions, one.facts_hash] for one in made.entries]
    everything = json.dumps([made.stored, made.why_not, made.relax, rows], ensure_ascii=False)
    planted = (
        "표식", "0107777", "0108888", "010-5555", "010-1111", "1234567891", "37.512345", "127.054321",
        f"designer:{brief.designer_id}", str(district.neighbourhoods[1].lat),
    )  # fmt: skip
    assert [marker for marker in planted if marker in everything] == []


def test_a_changed_fact_is_marked_and_others_are_not(session: Session) -> None:
    district = make_district(session)
    factories = [able_factory(session, district) for _ in range(3)]
    made = recommend_for_brief(session, usual_brief(session, district))
    assert changed_since(session, made) == set()

    factories[0].minimum_order_quantity = 31
    factories[1].name = "새 이름"
    week = session.scalars(select(CapacityWeek).where(CapacityWeek.factory_id == factories[2].id)).all()[1]
    week.booked_hundredths = 100
    session.flush()

    assert changed_since(session, made) == {factories[0].id, factories[2].id}


def test_nothing_fits_names_the_one_condition_that_opens_most(session: Session) -> None:
    district = make_district(session)
    for minimum in (200, 200, 500):
        able_factory(session, district, minimum_order_quantity=minimum)
    made = recommend_for_brief(session, usual_brief(session, district))
    assert (made.entries, made.feasible_count, made.unknown_count, made.infeasible_count) == ([], 0, 0, 3)
    assert made.relax is not None
    assert (made.relax["code"], made.relax["values"]) == ("larger_quantity", {"quantity": 200, "factories": 2})
    assert replay(session, reloaded(session, made))


def test_an_empty_district_gives_an_empty_list(session: Session) -> None:
    made = recommend_for_brief(session, usual_brief(session, make_district(session)))
    assert (made.entries, made.relax, made.infeasible_count) == ([], None, 0)


def test_what_is_unknown_passes_and_becomes_a_question(session: Session) -> None:
    district = make_district(session)
    silent = able_factory(session, district, minimum_order_quantity=None)
    made = recommend_for_brief(session, usual_brief(session, district))
    (entry,) = made.entries
    assert (entry.factory_id, entry.is_known_feasible) == (silent.id, False)
    assert [question["code"] for question in entry.questions] == ["ask_minimum_order_quantity"]


def test_a_reason_remembers_who_stated_its_fact_and_when(session: Session) -> None:
    district = make_district(session)
    factory = able_factory(session, district)
    factory.record_fact("minimum_order_quantity", FactSource.IMPORT, in_days(-9), source_name="장부")
    (entry,) = recommend_for_brief(session, usual_brief(session, district)).entries
    sources = {reason["code"]: reason.get("source") for reason in entry.reasons}
    assert sources["minimum_fits"] == {"kind": "import", "on": in_days(-9).isoformat()}
    assert next(one["pieces_per_day"] for one in entry.reasons if one["code"] == "has_free_days") == 40.0


def test_where_a_factory_stands(session: Session) -> None:
    district = make_district(session)
    best = able_factory(session, district)
    large = able_factory(session, district, minimum_order_quantity=900)
    made = recommend_for_brief(session, usual_brief(session, district))
    assert (standing_of(session, made, best).place, standing_of(session, made, best).why_not) == (1, ())
    out = standing_of(session, made, large)
    assert (out.place, [reason.code for reason in out.why_not]) == (None, ["below_minimum"])


def test_the_newest_list_is_shown(session: Session) -> None:
    district = make_district(session)
    brief = usual_brief(session, district)
    assert latest_list(session, brief) is None
    recommend_for_brief(session, brief)
    newest = recommend_for_brief(session, brief)
    assert latest_list(session, brief) is newest


def test_weights_and_insides_are_for_those_who_answer_for_the_ranking(session: Session) -> None:
    district, elsewhere = make_district(session), make_district(session)
    made = recommend_for_brief(session, usual_brief(session, district))
    officer = make_user(session, Role.DISTRICT_OFFICER, district)
    assert get_recommendation(session, made.id, officer, Access.READ) is made
    with pytest.raises(Forbidden):
        get_recommendation(session, made.id, officer, Access.WRITE)
    strangers = [
        None,
        make_user(session, Role.DISTRICT_OFFICER, elsewhere),
        make_user(session, Role.COORDINATOR, district),
    ]
    for stranger in strangers:
        with pytest.raises(NotFound):
            get_recommendation(session, made.id, stranger, Access.READ)


def test_dormant_factories_are_counted_and_never_listed(session: Session) -> None:
    district = make_district(session)
    able_factory(session, district, status="dormant")
    made = recommend_for_brief(session, usual_brief(session, district))
    assert (made.entries, made.why_not) == ([], {"inactive": 1})


def test_lists_survive_either_database(either_engine_url: str, make_app: Callable[..., Flask]) -> None:
    """Codes come joined from the database and scores go through its own JSON: both come back as they were."""
    app = make_app(DATABASE_URL=either_engine_url)
    with Session(engine_of(app)) as session:
        district = mixed_district(session, 11)
        brief = usual_brief(session, district)
        made = recommend_for_brief(session, brief)
        session.commit()
        again = session.get_one(Recommendation, made.id)
        assert len(again.entries) >= 4
        assert replay(session, again)
        assert changed_since(session, again) == set()
