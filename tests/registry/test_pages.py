"""Staff pages of the registry: what they show, and what their buttons do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.factory import Factory, FactSource
from models.registry_import import DuplicateProposal, DuplicateVerdict, ImportStatus, RegistryImport
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_district, make_user
from tests.registry.registers import TODAY, as_csv, take_in, works_of

ClientAs = Callable[[Role | User], Browser]

ROWS = [
    ["업체명", "주소", "사업자등록번호", "최소수량", "업종", "메모"],
    ["㈜가온<b>", "장안동 1", "1234567890", "30~50", "봉제", "비밀 아님"],
    ["가온<b>", "장안동 1", "", "", "봉제", ""],
    ["다솜빵집", "이문동 1", "", "", "빵류 제조업", ""],
    ["", "주소만", "", "", "", ""],
]


@pytest.fixture(autouse=True)
def imported(app: Flask) -> None:
    take_in(works_of(app), as_csv(*ROWS), name="등록부 2026.csv")


@pytest.fixture
def officer(client_as: ClientAs) -> Browser:
    return client_as(Role.DISTRICT_OFFICER)


def test_the_list_leads_to_the_report(officer: Browser) -> None:
    assert "등록부 2026.csv" in officer.get("/district/imports").text
    assert 'href="/district/imports/1' in officer.get("/district/imports").text


def test_the_report_says_of_each_row_what_happened_to_it(officer: Browser) -> None:
    page = officer.get("/district/imports/1?lang=ko").text
    for words in (
        "사업자등록번호",
        "1234567890",
        "끝자리가 맞지 않아요",
        "두 수가 적혀 있어요",
        "이름이 없어 누구인지 알 수 없어요",
    ):
        assert words in page
    assert "메모" in page
    assert "빵류 제조업" in page


def test_the_report_can_be_narrowed_to_one_kind(officer: Browser) -> None:
    page = officer.get("/district/imports/1?show=row_left_out&lang=ko").text
    assert "이름이 없어 누구인지 알 수 없어요" in page
    assert "끝자리가 맞지 않아요" not in page
    assert officer.get("/district/imports/1?show=nonsense&page=99").status_code == 200


def test_long_reports_come_in_pages(app: Flask, officer: Browser) -> None:
    rows = [["업체명", "최소수량"], *[[f"공장{n:03d}", "10~20"] for n in range(120)]]
    take_in(works_of(app), as_csv(*rows), name="long.csv")
    first, last = officer.get("/district/imports/2").text, officer.get("/district/imports/2?page=3").text
    assert 'rel="next"' in first and "page=2" in first
    assert 'rel="next"' not in last and 'rel="prev"' in last


def test_taking_back_removes_what_came(officer: Browser, session: Session) -> None:
    answer = officer.send("/district/imports/1/undo")
    assert (answer.status_code, answer.location) == (303, "/district/imports/1")
    assert session.scalar(select(func.count()).select_from(Factory)) == 0
    assert session.get_one(RegistryImport, 1).status == ImportStatus.UNDONE
    page = officer.get("/district/imports/1?lang=ko").text
    assert "되돌린 가져오기예요" in page and "/undo" not in page


def test_taking_back_twice_or_after_somebody_spoke_is_a_conflict(officer: Browser, session: Session) -> None:
    factory = session.scalars(select(Factory).limit(1)).one()
    factory.record_fact("people", FactSource.OWNER, TODAY)
    session.commit()
    answer = officer.send("/district/imports/1/undo")
    assert answer.status_code == 409
    assert session.scalar(select(func.count()).select_from(Factory)) == 3


def test_coordinators_read_but_do_not_take_back(client_as: ClientAs) -> None:
    coordinator = client_as(Role.COORDINATOR)
    assert "/undo" not in coordinator.get("/district/imports/1").text
    assert coordinator.send("/district/imports/1/undo").status_code == 403


def test_a_neighbouring_districts_desk_is_closed_but_not_to_administrators(
    client_as: ClientAs, session: Session
) -> None:
    other = make_district(session)
    officer = client_as(make_user(session, Role.DISTRICT_OFFICER, other))
    pages = ["/district/imports/1", "/district/registry/1", "/district/imports?district=11230"]
    assert [officer.get(page).status_code for page in pages] == [404, 404, 404]
    assert officer.send("/district/imports/1/undo").status_code == 404
    assert officer.send("/district/imports/1/undo?district=11230").status_code == 404
    administrator = client_as(make_user(session, Role.ADMINISTRATOR, other))
    assert administrator.get("/district/imports/1?district=11230").status_code == 200
    answer = administrator.send("/district/imports/1/undo?district=11230")
    assert (answer.status_code, answer.location) == (303, "/district/imports/1?district=11230")


def test_the_register_shows_what_nobody_else_sees(officer: Browser) -> None:
    page = officer.get("/district/registry").text
    assert "가온&lt;b&gt;" in page and "다솜빵집" not in page
    assert "다솜빵집" in officer.get("/district/registry?sector=other").text
    assert "다솜빵집" in officer.get("/district/registry?sector=other&q=다솜").text
    assert "다솜빵집" not in officer.get("/district/registry?sector=other&q=없는말").text


def test_a_factory_with_sources_and_the_words_of_the_register(officer: Browser, session: Session) -> None:
    factory = session.scalars(select(Factory).where(Factory.name == "㈜가온<b>")).one()
    page = officer.get(f"/district/registry/{factory.id}?lang=ko").text
    assert "등록부 2026" in page and "2026년 11월 20일" in page
    assert "비밀 아님" in page


def test_a_pair_is_kept_apart_by_one_button(officer: Browser, session: Session) -> None:
    proposal = session.scalars(select(DuplicateProposal)).one()
    session.commit()
    address = f"/district/duplicates/{proposal.id}"
    assert f'href="{address}?' in officer.get("/district/duplicates").text
    assert f"{address}/different" in officer.get(address).text
    answer = officer.send(f"/district/duplicates/{proposal.id}/different")
    assert answer.status_code == 303
    session.refresh(proposal)
    assert proposal.verdict == DuplicateVerdict.DIFFERENT
    session.commit()
    assert f'href="{address}?' not in officer.get("/district/duplicates").text
    assert officer.send(f"/district/duplicates/{proposal.id}/different").status_code == 404


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.FACTORY_OWNER])
@pytest.mark.parametrize(
    "address", ["/district/imports", "/district/imports/1", "/district/registry", "/district/duplicates"]
)
def test_others_stay_outside(client_as: ClientAs, role: Role, address: str) -> None:
    assert client_as(role).get(address).status_code == 403


@pytest.mark.parametrize(
    "address", ["/district/imports/9", "/district/imports/99999999999999999999", "/district/registry/9"]
)
def test_what_is_not_there_is_not_found(officer: Browser, address: str) -> None:
    assert officer.get(address).status_code == 404
