"""The list as its designer sees it, the empty answer, and the replay page of the district."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.recommendations.points import points_of
from garment_hub.recommendations.services import recommend_for_brief
from models.brief import Brief, BriefStatus
from models.district import District
from models.factory import Factory
from models.quote import QuoteRequest
from models.recommendation import Recommendation
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_district, make_factory, make_user
from tests.recommendations.shops import able_factory

SignIn = Callable[[Role | User], Browser]


def world(session: Session, factories: int = 7, **values: Any) -> Brief:
    """A brief in a district of its own, with factories that can make it."""
    district = make_district(session)
    for number in range(factories):
        able_factory(session, district, name=f"솔기{number}", people=number + 1)
    place = {"deliver_to": district.neighbourhoods[1]}
    return make_brief(session, make_designer(session, district), **{"budget_per_piece_krw": 12000} | place | values)


def page_of(brief: Brief) -> str:
    return f"/briefs/{brief.id}/recommendations"


def test_a_list_is_made_on_demand_and_shown_as_stored(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    browser = client_as(brief.designer.user)
    assert "새 목록" not in browser.get(page_of(brief)).text

    answer = browser.send(page_of(brief))
    assert (answer.status_code, answer.location) == (303, page_of(brief))

    shown = browser.get(page_of(brief)).text
    made = session.scalars(select(Recommendation)).one()
    for entry in made.entries:
        score = f"{points_of(entry.parts).score:.1f}"
        assert re.search(rf'id="factory-{entry.factory_id}".*?<b>{score}</b>', shown, re.DOTALL)
        assert f'name="factory" value="{entry.factory_id}"' in shown
    assert f'action="/briefs/{brief.id}/quote-requests"' in shown and 'name="form_token"' in shown
    assert "맞는 공장 7곳 가운데 위에서 5곳이에요" in shown
    assert "셔츠·블라우스를 만들고" in shown


def test_looking_makes_no_list(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    browser = client_as(brief.designer.user)
    assert browser.get(page_of(brief)).status_code == 200
    assert session.scalar(select(func.count(Recommendation.id))) == 0


def test_numbers_on_the_page_add_up(session: Session, client_as: SignIn) -> None:
    brief = world(session, factories=3)
    recommend_for_brief(session, brief)
    shown = client_as(brief.designer.user).get(page_of(brief)).text
    cards = re.findall(r"<article.*?</article>", shown, re.DOTALL)
    assert len(cards) == 3
    for card in cards:
        score = float(re.search(r"<b>([\d.]+)</b>", card)[1])  # type: ignore[index]
        groups, parts = (
            [float(value.replace("−", "-")) for value in re.findall(r"<dd>(−?[\d.]+)</dd>", block)]
            for block in re.findall(r'<dl class="parts-numbers">.*?</dl>', card, re.DOTALL)
        )
        assert round(sum(groups), 1) == round(sum(parts), 1) == score
        assert (len(groups), len(parts)) == (5, 10)  # the turn among both


def test_every_language_shows_the_list(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    recommend_for_brief(session, brief)
    browser = client_as(brief.designer.user)
    titles = {browser.get(f"{page_of(brief)}?lang={code}").text.split("<h1>")[1].split("</h1>")[0] for code in
              ("ko", "en", "it")}  # fmt: skip
    assert len(titles) == 3


def test_rows_whose_facts_changed_are_marked(session: Session, client_as: SignIn) -> None:
    brief = world(session, factories=2)
    made = recommend_for_brief(session, brief)
    browser = client_as(brief.designer.user)
    assert "그 뒤 바뀌었어요" not in browser.get(page_of(brief)).text
    made.entries[1].factory.lead_time_days = 9
    session.commit()
    cards = re.findall(r"<article.*?</article>", browser.get(page_of(brief)).text, re.DOTALL)
    assert ["그 뒤 바뀌었어요" in card for card in cards] == [False, True]


def test_a_page_seen_before_is_never_out_of_date(session: Session, client_as: SignIn) -> None:
    """Pages are kept after they were written; whatever they show must be that of now."""
    brief = world(session, factories=3)
    made = recommend_for_brief(session, brief)
    first, second, third = (entry.factory for entry in made.entries)
    browser = client_as(brief.designer.user)
    before = browser.get(page_of(brief)).text
    assert browser.get(page_of(brief)).text.count("<article") == before.count("<article") == 3
    first.name = "새이름봉제"
    second.owner = make_user(session, Role.FACTORY_OWNER, brief.district)
    session.commit()
    shown = browser.get(page_of(brief)).text
    assert "새이름봉제" in shown and "새이름봉제" not in before and "그 뒤 바뀌었어요" not in shown
    assert (
        "no. 1" in browser.get(f"{page_of(brief)}?lang=en").text
        and "1위" in browser.get(f"{page_of(brief)}?lang=ko").text
    )
    session.add(QuoteRequest(brief=brief, factory=second, answer_by=in_days(5)))
    session.commit()
    assert f'name="factory" value="{second.id}"' not in browser.get(page_of(brief)).text
    staff = client_as(make_user(session, Role.COORDINATOR, brief.district)).get(page_of(brief)).text
    assert 'name="factory"' not in staff
    third.minimum_order_quantity = 5000
    recommend_for_brief(session, brief)
    session.commit()
    assert browser.get(page_of(brief)).text.count("<article") == 2
    session.delete(first)
    session.commit()
    assert browser.get(page_of(brief)).text.count("<article") == 1


def test_a_list_of_another_brief_text_says_so(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    recommend_for_brief(session, brief)
    browser = client_as(brief.designer.user)
    assert "의뢰를 고치셨어요" not in browser.get(page_of(brief)).text
    brief.quantity = 90
    session.commit()
    assert "의뢰를 고치셨어요" in browser.get(page_of(brief)).text


def test_nothing_fits_names_one_condition_and_the_way_to_change_it(session: Session, client_as: SignIn) -> None:
    brief = world(session, budget_per_piece_krw=8000)
    made = recommend_for_brief(session, brief)
    shown = client_as(brief.designer.user).get(page_of(brief)).text
    assert made.entries == []
    assert "지금 이 조건을 다 맞추는 공장은 없어요" in shown
    assert "7곳에 물어볼 수 있어요" in shown
    assert f'href="/briefs/{brief.id}/edit/2?budget_per_piece_krw=' in shown
    assert 'name="factory"' not in shown


def test_one_factory_can_be_looked_up(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    large = able_factory(session, brief.district, name="큰손봉제", minimum_order_quantity=900)
    hidden = make_factory(session, brief.district, name="숨은봉제", legal_form=None)
    foreign = make_factory(session, make_district(session), name="먼데봉제")
    recommend_for_brief(session, brief)
    browser = client_as(brief.designer.user)
    found = browser.get(f"{page_of(brief)}?name=봉제").text
    assert f"?factory={large.id}" in found and f"?factory={hidden.id}" not in found
    assert "900장부터만 받아요" in browser.get(f"{page_of(brief)}?factory={large.id}").text
    best = session.scalars(select(Recommendation)).one().entries[0].factory_id
    assert "7곳 가운데 1번째예요" in browser.get(f"{page_of(brief)}?factory={best}").text
    for unseen in (hidden.id, foreign.id, 999_999):
        assert browser.get(f"{page_of(brief)}?factory={unseen}").status_code == 404
    assert browser.get(f"{page_of(brief)}?name=<script>&factory=x").status_code == 200


def test_factories_asked_already_cannot_be_ticked_again(session: Session, client_as: SignIn) -> None:
    brief = world(session, factories=2)
    made = recommend_for_brief(session, brief)
    asked, other = (entry.factory_id for entry in made.entries)
    session.add(QuoteRequest(brief=brief, factory=session.get_one(Factory, asked), answer_by=in_days(5)))
    shown = client_as(brief.designer.user).get(page_of(brief)).text
    assert f'name="factory" value="{asked}"' not in shown
    assert f'name="factory" value="{other}"' in shown


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"status": BriefStatus.DRAFT}, 409),
        ({"status": BriefStatus.CLOSED}, 409),
        ({"needed_by": in_days(0)}, 422),
    ],
)
def test_only_an_open_brief_gets_a_list(
    session: Session, client_as: SignIn, values: dict[str, Any], status: int
) -> None:
    brief = world(session, **values)
    assert client_as(brief.designer.user).send(page_of(brief)).status_code == status
    assert session.scalar(select(func.count(Recommendation.id))) == 0


def test_whose_list_it_is(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    made = recommend_for_brief(session, brief)
    asked = made.entries[0].factory
    asked.owner = make_user(session, Role.FACTORY_OWNER, brief.district)
    session.add(QuoteRequest(brief=brief, factory=asked, answer_by=in_days(5)))
    coordinator = make_user(session, Role.COORDINATOR, brief.district)
    stranger = make_designer(session, brief.district).user
    # The factory asked sees the brief, but not who stands above it.
    assert client_as(asked.owner).get(page_of(brief)).status_code == 403
    assert client_as(stranger).get(page_of(brief)).status_code == 404
    shown = client_as(coordinator).get(page_of(brief))
    assert shown.status_code == 200 and 'name="factory"' not in shown.text
    assert client_as(coordinator).send(page_of(brief)).status_code == 403
    assert client_as(stranger).send(page_of(brief)).status_code == 404


def test_a_spoilt_ranking_file_is_told_on_the_page(app: Flask, session: Session, client_as: SignIn) -> None:
    from garment_hub.recommendations.rankers import FOLDER
    from garment_hub.recommendations.training import train

    brief = world(session)
    artifact = train(session, brief.district, app.config["DATA_DIR"])
    browser = client_as(brief.designer.user)
    (app.config["DATA_DIR"] / FOLDER / artifact.key / "ranker.npz").write_bytes(b"PK")
    assert browser.send(page_of(brief)).status_code == 303
    assert "이번에는 간단한 순서예요" in browser.get(page_of(brief)).text


def test_the_district_sees_whether_a_list_is_what_it_claims(session: Session, client_as: SignIn) -> None:
    brief = world(session)
    made = recommend_for_brief(session, brief)
    officer = client_as(make_user(session, Role.DISTRICT_OFFICER, brief.district))
    address = f"/district/recommendations/{made.id}"
    shown = officer.get(address).text
    assert "다시 계산했어요" in shown and "같아요." in shown and "달라요." not in shown
    assert all(entry.factory.name in shown for entry in made.entries)
    made.entries[0].score += 0.01
    session.commit()
    assert "달라요." in officer.get(address).text
    assert client_as(make_user(session, Role.COORDINATOR, brief.district)).get(address).status_code == 403
    elsewhere: District = make_district(session)
    assert client_as(make_user(session, Role.DISTRICT_OFFICER, elsewhere)).get(address).status_code == 404
