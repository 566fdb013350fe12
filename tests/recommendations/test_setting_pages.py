"""Pages of the ranking's settings: what staff see and change, and what everybody reads of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.recommendations import settings
from garment_hub.recommendations.points import whole_points
from garment_hub.recommendations.services import recommend_for_brief
from models.approval import Approval
from models.district import District
from models.ranking_setting import RankingSetting, SettingOrigin
from models.recommendation import RankerArtifact
from models.user import Role, User
from recommender import DEFAULT_WEIGHTS
from tests.browsing import Browser
from tests.builders import make_brief, make_designer, make_district, make_user
from tests.recommendations.shops import able_factory

pytestmark = pytest.mark.slow

SignIn = Callable[[Role | User], Browser]
NEW = "/district/ranking/new"
POINTS = {part: str(points) for part, points in whole_points(DEFAULT_WEIGHTS).items()}
FILLED: dict[str, Any] = POINTS | {"turn": "usual", "has_labelled_place": "y", "reason": "가까운 곳이 더 낫대요"}
NEARER = FILLED | {"specialty": "20", "nearness": "16"}


@pytest.fixture
def officer(session: Session) -> User:
    return make_user(session, Role.DISTRICT_OFFICER, session.get_one(District, 1))


def versions(session: Session) -> int:
    return session.scalar(select(func.count(RankingSetting.id))) or 0


def agree(session: Session, client_as: SignIn) -> None:
    """Another officer agrees to what waits."""
    session.expire_all()
    approval = session.scalars(select(Approval).where(Approval.decided_at.is_(None))).one()
    answer = client_as(Role.DISTRICT_OFFICER).send(
        f"/district/approvals/{approval.id}", {"decision": "grant", "reason": "점수를 확인했어요"}
    )
    assert answer.status_code == 303


def _told_that_it_waits(asker: Browser, client_as: SignIn) -> None:
    """On the overview of the ranking and on the desk; only somebody else is asked to decide."""
    other = client_as(Role.DISTRICT_OFFICER)
    assert "1판을 누가 정하는지 보기" in asker.get("/district/ranking").text
    assert "1판을 승인할지 정하기" in other.get("/district/ranking").text
    assert "두 사람 승인을 기다리는 요청 1건" in other.get("/district/").text
    assert "두 사람 승인을 기다리는" not in client_as(Role.COORDINATOR).get("/district/").text


def token_of(browser: Browser) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', browser.get(NEW).text)
    assert found
    return found[1]


def test_staff_change_the_points_and_everybody_reads_it(session: Session, officer: User, client_as: SignIn) -> None:
    browser = client_as(officer)
    assert "처음 그대로예요" in browser.get("/district/ranking").text
    answer = browser.send(NEW, NEARER)
    address = "/district/ranking/1"
    assert (answer.status_code, answer.location) == (303, address)
    assert "처음 그대로예요" in browser.get("/district/ranking").text
    assert settings.current(session, 1).version == 0
    _told_that_it_waits(browser, client_as)
    agree(session, client_as)
    assert "두 사람 승인을 기다리는 판" not in browser.get("/district/ranking").text
    assert "동의했어요" in browser.get(address).text
    assert browser.send(address).location == "/district/ranking"
    page = browser.get("/district/ranking").text
    assert "전문 분야 26 → 20" in page and "거리 10 → 16" in page
    assert "가까운 곳이 더 낫대요" in page and officer.display_name in page
    public = Browser(browser.app).get("/how-it-ranks").text
    assert "구청 담당자가 정했어요" in public
    assert re.search(r"거리</th><td[^>]*>16</td>", public)
    assert officer.display_name not in public and "가까운 곳이 더 낫대요" not in public


def test_the_form_starts_from_what_is_in_use(session: Session, officer: User, client_as: SignIn) -> None:
    weights = DEFAULT_WEIGHTS | {"specialty": 0.2, "nearness": 0.16}
    settings.add_version(session, 1, weights, 0.0066, False, SettingOrigin.STAFF, "시험", by=officer)
    browser = client_as(officer)
    page = browser.get(NEW).text
    assert 'name="nearness" type="text" value="16"' in page or re.search(r'name="nearness"[^>]*value="16"', page)
    assert re.search(r'value="own" checked', page) and re.search(r'name="fair_turn"[^>]*value="0.66"', page)
    assert re.search(r'name="nearness"[^>]*value="10"', browser.get(f"{NEW}?from=defaults").text)
    answer = browser.send(NEW, FILLED | {"turn": "own", "fair_turn": "0,66", "has_labelled_place": ""})
    assert answer.status_code == 303
    setting = settings.history(session, 1)[0]
    assert (setting.version, setting.fair_turn, setting.weights) == (2, 0.0066, DEFAULT_WEIGHTS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"specialty": "24"}, "98점이에요. 2점을 더"),
        ({"specialty": "30"}, "104점이에요. 4점을 빼"),
        ({"specialty": ""}, "점수를 적어 주세요"),
        ({"specialty": "스물"}, "숫자로 적어 주세요"),
        ({"specialty": "-26"}, "0 이상"),
        ({"reason": " "}, "왜 바꾸는지"),
        ({"turn": ""}, "하나를 골라"),
        ({"turn": "sometimes"}, "가운데"),
        ({"turn": "own"}, "점수를 적어 주세요. 예: 0.4"),
        ({"turn": "own", "fair_turn": "11"}, "0부터 10 사이"),
        ({"turn": "own", "fair_turn": "많이"}, "0부터 10 사이"),
        ({"fair_turn": "0.6"}, "직접 적을게요"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(
    session: Session, officer: User, client_as: SignIn, change: dict[str, str], said: str
) -> None:
    answer = client_as(officer).send(NEW, FILLED | {"reason": "<b>이 이유"} | change)
    assert answer.status_code == 422
    assert said in answer.text and "오류:" in answer.text
    assert re.search(r'name="capacity_fit"[^>]*value="18"', answer.text)
    if "reason" not in change:
        assert "&lt;b&gt;이 이유" in answer.text
    assert versions(session) == 0


def test_the_same_form_sent_twice_makes_one_version(session: Session, officer: User, client_as: SignIn) -> None:
    browser = client_as(officer)
    fields = NEARER | {"form_token": token_of(browser)}
    assert [browser.send(NEW, fields).status_code for _time in range(2)] == [303, 303]
    assert versions(session) == 1


def test_a_proposal_is_put_in_use_with_a_reason(session: Session, officer: User, client_as: SignIn) -> None:
    weights = DEFAULT_WEIGHTS | {"specialty": 0.1634, "history": 0.1966}
    learnt = settings.add_version(session, 1, weights, 0.003, True, SettingOrigin.LEARNT, "선택 300건", in_use=False)
    browser, address = client_as(officer), f"/district/ranking/{learnt.id}"
    assert f'href="{address}"' in browser.get("/district/ranking").text
    shown = browser.get(address).text
    assert "16.3" in shown and "전문 분야 26 → 16.3" in shown
    assert browser.send(address, {"reason": ""}).status_code == 422
    assert browser.send(address, {"reason": "더 잘 맞혀요"}).status_code == 303
    assert browser.send(address, {"reason": "더 잘 맞혀요"}).status_code == 409
    assert settings.current(session, 1).version == 0
    agree(session, client_as)
    assert browser.send(address).status_code == 303
    session.expire_all()
    assert settings.current(session, 1).id == learnt.id
    assert "지난 선택에서 배움" in browser.get("/district/ranking").text
    assert "전에 고른 것에서 배웠어요" in browser.get("/how-it-ranks").text
    assert browser.send(address, {"reason": "또"}).status_code == 409


def test_another_district_has_its_own(session: Session, officer: User, client_as: SignIn) -> None:
    elsewhere = make_user(session, Role.DISTRICT_OFFICER, make_district(session))
    theirs = settings.add_version(
        session, elsewhere.district_id, DEFAULT_WEIGHTS, 0.0, False, SettingOrigin.STAFF, "남의 이유", by=elsewhere
    )
    browser = client_as(officer)
    assert browser.get(f"/district/ranking/{theirs.id}").status_code == 404
    assert browser.send(f"/district/ranking/{theirs.id}", {"reason": "내 것처럼"}).status_code == 404
    assert "남의 이유" not in browser.get("/district/ranking").text
    public = Browser(browser.app).get(f"/how-it-ranks?district={elsewhere.district.code}").text
    assert "자주 나와도 점수를 빼지 않아요" in public and "따로 보여 주는 공장이 없어요" in public


def test_a_list_is_found_by_its_number(session: Session, officer: User, client_as: SignIn) -> None:
    def made(district: District) -> int:
        able_factory(session, district)
        return recommend_for_brief(session, make_brief(session, make_designer(session, district))).id

    mine, theirs = made(officer.district), made(make_district(session))
    browser = client_as(officer)
    answer = browser.get(f"/district/ranking?list={mine}")
    assert (answer.status_code, answer.location) == (303, f"/district/recommendations/{mine}")
    assert f'href="/district/recommendations/{mine}"' in browser.get("/district/ranking").text
    for number in (str(theirs), "999999", "열둘", "9" * 30, "<b>"):
        shown = browser.get("/district/ranking", query_string={"list": number})
        assert shown.status_code == 200 and "이 번호의 목록이 없어요" in shown.text


def test_trainings_are_told_with_what_became_of_them(session: Session, officer: User, client_as: SignIn) -> None:
    def trained(verdict: str, **values: Any) -> RankerArtifact:
        one = {"mean": 0.4321, "low": 0.4, "high": 0.46}
        figures = {"verdict": verdict, "orders": 1234, "cases": 210, "partner": {"ndcg_at_10": one}}
        return RankerArtifact(district_id=1, key="k", sha256="s", figures=figures, **values)

    session.add_all([trained("replaces", is_in_use=True), trained("worse_than_in_use")])
    session.add(RankerArtifact(district_id=1, key="k", sha256="s", figures={"verdict": "not_judged", "split": "none"}))
    page = client_as(officer).get("/district/ranking").text
    assert "뒤지지 않아서 이걸로 바꿨어요" in page and "앞의 것이 주문을 더 잘 맞혀서" in page
    assert "견줄 주문이 너무 적어서" in page and "0.432 (0.400–0.460)" in page and "1,234" in page


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_pages_stand_in_every_language(session: Session, officer: User, client_as: SignIn, language: str) -> None:
    setting = settings.add_version(session, 1, DEFAULT_WEIGHTS, 0.008, True, SettingOrigin.STAFF, "시험", by=officer)
    browser = client_as(officer)
    for address in ("", "/new", "/exposure", "/exposure?days=90", "/exposure?days=x", f"/{setting.id}"):
        shown = browser.get(f"/district/ranking{address}{'&' if '?' in address else '?'}lang={language}")
        assert shown.status_code == 200 and f'<html lang="{language}"' in shown.text
    assert browser.get(f"/how-it-ranks?lang={language}").status_code == 200
