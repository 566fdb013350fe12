"""The labelled place: stored with its draw, shown beside the best five, explained to staff alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.recommendations import settings
from garment_hub.recommendations.ranking import Ranking, rank_for_brief
from garment_hub.recommendations.services import replay, store_ranking
from models.brief import Brief
from models.capacity import today_in_seoul
from models.factory import Factory
from models.factory_exposure import FactoryExposure
from models.ranking_setting import SettingOrigin
from models.recommendation import Recommendation
from models.user import Role, User
from recommender import DEFAULT_WEIGHTS, RankedFactory, Team, TeamPlace, Turn, stored_list
from tests.browsing import Browser
from tests.builders import make_brief, make_designer, make_district, make_user
from tests.recommendations.shops import able_factory

SignIn = Callable[[Role | User], Browser]
SEED = 41


def world(session: Session, factories: int = 14) -> Brief:
    district = make_district(session)
    for number in range(factories):
        # None like the other, so that each has points of its own.
        able_factory(session, district, name=f"솔기{number}", lead_time_days=5 + number % 3)
    return make_brief(session, make_designer(session, district), budget_per_piece_krw=12000)


def with_turn(ranking: Ranking, place: RankedFactory, candidates: list[RankedFactory]) -> Ranking:
    """As a ranker gives it that draws a labelled place."""
    ids = tuple(one.factory for one in candidates)
    turn = Turn(place=place, probability=1 / len(ids), candidates=ids, seed=SEED)
    answer = replace(ranking.answer, turn=turn, ranked=ranking.answer.ranked[:10])
    return replace(ranking, answer=answer, stored=stored_list(answer))


def stored(session: Session, brief: Brief, rank: int, **values: Any) -> Recommendation:
    """A list of ten with the factory at this rank in the labelled place."""
    whole = rank_for_brief(session, brief, k=14)
    ranked = whole.answer.ranked
    return store_ranking(session, brief, replace(with_turn(whole, ranked[rank - 1], [*ranked[8:13]]), **values))


def cards(browser: Browser, brief: Brief) -> list[str]:
    page = browser.get(f"/briefs/{brief.id}/recommendations").text
    return re.findall(r"<article.*?</article>", page, re.DOTALL)


@pytest.mark.parametrize(("rank", "rows"), [(12, 11), (9, 10)])
def test_the_draw_is_stored_and_its_factory_has_one_row(session: Session, rank: int, rows: int) -> None:
    made = stored(session, world(session), rank)
    session.expire_all()
    assert made.turn is not None and made.turn_entry is not None
    assert (made.turn["rank"], made.turn["probability"], made.turn["seed"]) == (rank, 0.2, SEED)
    assert made.turn["factory"] == made.turn_entry.factory_id in made.turn["candidates"]
    assert made.turn_entry.rank == rank
    assert [entry.rank for entry in made.entries] == [*range(1, 11), *([rank] if rank > 10 else [])]
    assert len(made.entries) == rows


@pytest.mark.parametrize("rank", [12, 9])
def test_it_stands_beside_the_best_five_and_can_be_ticked(session: Session, client_as: SignIn, rank: int) -> None:
    brief = world(session)
    made = stored(session, brief, rank)
    found = cards(client_as(brief.designer.user), brief)
    beside = found[5]
    assert [("이번 차례 공장" in card) for card in found] == [number == 5 for number in range(len(found))]
    assert f'id="factory-{made.turn_entry.factory_id}"' in beside  # type: ignore[union-attr]
    assert f"점수로는 {rank}번째예요" in beside and 'class="rank"' not in beside
    ticks = [re.search(r'name="factory" value="(\d+)"', card)[1] for card in found]  # type: ignore[index]
    assert ticks[5] == str(made.turn_entry.factory_id)  # type: ignore[union-attr]
    assert sorted(ticks) == sorted(str(entry.factory_id) for entry in made.entries)
    assert "0.2" not in re.sub(r"<[^>]*>", " ", beside) and str(SEED) not in beside and "확률" not in beside


def test_nothing_unknown_is_called_fitting(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    made = stored(session, brief, 12)
    made.turn_entry.is_known_feasible = False  # type: ignore[union-attr]
    beside = cards(client_as(brief.designer.user), brief)[5]
    assert "조건에 맞지만" not in beside and "먼저 물어봐야 해요" in beside


def test_a_factory_that_left_the_register_has_no_place(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    made = stored(session, brief, 12)
    session.delete(session.get_one(Factory, made.turn["factory"]))  # type: ignore[index]
    session.flush()
    session.expire_all()
    assert made.turn_entry is None
    assert len(cards(client_as(brief.designer.user), brief)) == 10


def test_staff_see_the_draw_on_the_replay_page(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    weights = settings.add_version(
        session, brief.district_id, DEFAULT_WEIGHTS, 0.004, True, SettingOrigin.STAFF, "시험"
    )
    made = stored(session, brief, 12, setting_id=weights.id)
    officer = client_as(make_user(session, Role.DISTRICT_OFFICER, brief.district))
    page = officer.get(f"/district/recommendations/{made.id}").text
    assert "20%" in page and str(SEED) in page and "1판" in page
    for factory_id in made.turn["candidates"]:  # type: ignore[index]
        assert session.get_one(Factory, factory_id).name in page


@pytest.mark.parametrize("change", [{"seed": 7}, {"probability": 0.5}, {"rank": 11}])
def test_a_draw_that_was_tampered_with_is_found_out(session: Session, change: dict[str, Any]) -> None:
    made = stored(session, world(session), 12)
    made.turn = (made.turn or {}) | change
    assert not replay(session, made)


def test_a_turn_that_was_slipped_in_is_found_out(session: Session) -> None:
    brief = world(session)
    made = store_ranking(session, brief, rank_for_brief(session, brief, k=5))
    drawn = {"factory": made.entries[4].factory_id, "rank": 5, "probability": 1.0, "candidates": [], "seed": 1}
    had = made.turn
    made.turn = None if had else drawn
    assert not replay(session, made)


def test_the_order_counts_as_shown_and_the_labelled_place_does_not(session: Session) -> None:
    made = stored(session, world(session), 12)
    session.flush()
    shown = session.scalars(select(FactoryExposure.factory_id).order_by(FactoryExposure.amount.desc())).all()
    assert list(shown) == [entry.factory_id for entry in made.entries[:10]]


def test_a_list_made_by_command_was_shown_to_nobody(session: Session) -> None:
    store_ranking(session, None, rank_for_brief(session, world(session)))
    assert session.scalars(select(FactoryExposure.factory_id)).all() == []


def test_teams_are_stored_and_shown_to_staff(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    ranking = rank_for_brief(session, brief)
    today, (first, second) = today_in_seoul(), [one.factory for one in ranking.answer.ranked[:2]]
    due = today + timedelta(days=7)
    places = (
        TeamPlace(first, 1, frozenset({"cutting"}), 120, today, due, is_lead=True),
        TeamPlace(second, 2, frozenset({"sewing_assembly"}), 120, today, due, needed_hundredths=300),
    )
    made = store_ranking(session, brief, replace(ranking, answer=replace(ranking.answer, teams=(Team(places),))))
    session.commit()
    session.expire_all()
    (team,) = made.teams or []
    assert [(place["factory"], place["processes"], place["is_lead"]) for place in team["places"]] == [
        (int(first), ["cutting"], True), (int(second), ["sewing_assembly"], False)
    ]  # fmt: skip
    officer = client_as(make_user(session, Role.DISTRICT_OFFICER, brief.district))
    page = officer.get(f"/district/recommendations/{made.id}").text
    assert "협업팀 1" in page and "재단" in page and "대표" in page


def test_points_taken_for_the_turn_stand_below_the_score(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    made = stored(session, brief, 12)
    entry = made.entries[0]
    entry.parts = entry.parts | {"fair_turn": -0.0123}
    entry.score = sum(entry.parts.values())
    session.flush()
    card = cards(client_as(brief.designer.user), brief)[0]
    score = float(re.search(r"<b>([\d.]+)</b>", card)[1])  # type: ignore[index]
    assert score == pytest.approx(100 * entry.score, abs=0.051)
    for block in re.findall(r'<dl class="parts-numbers">.*?</dl>', card, re.DOTALL):
        values = [float(value.replace("−", "-")) for value in re.findall(r"<dd>([−\d.]+)</dd>", block)]
        assert round(sum(values), 1) == score and min(values) in (-1.2, -1.3)
    assert 'class="bite"' in card
