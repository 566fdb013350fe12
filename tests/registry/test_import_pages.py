"""The way of a file through the pages: handed over, its columns settled, started, watched, steered, read."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from garment_hub.registry import uploads
from models.audit import AuditAction, AuditEntry
from models.district import District
from models.factory import Factory
from models.registry_import import ImportState, ImportWork, RegistryImport
from models.user import Role, User
from tests.accessible import problems
from tests.browsing import Browser
from tests.builders import make_district, make_user
from tests.registry.registers import as_csv

if TYPE_CHECKING:
    from playwright.sync_api import Page

ClientAs = Callable[[Role | User], Browser]
ROWS = [["등록부"], ["업체", "자리", "직원"], *[[f"가온{n}봉제<b>", f"장안동 {n}", "30~50"] for n in range(30)]]
PAGE = "/district/imports/1"


@pytest.fixture
def officer(client_as: ClientAs) -> Browser:
    return client_as(Role.DISTRICT_OFFICER)


def hand_over(browser: Browser, data: bytes = b"", source: str = "구청", query: str = "") -> str:
    fields = {"file": (io.BytesIO(data or as_csv(*ROWS)), "등록부.csv"), "source": source}
    answer = browser.send(f"/district/imports{query}", fields)
    assert answer.status_code == 303
    return str(answer.location)


def settled(page: str, **fields: str) -> dict[str, str]:
    """The form of the columns as the page shows it, with some of them changed by heading."""
    shown = dict(re.findall(r'<bdi>([^<]*)</bdi></th>.*?<select[^>]* name="(column-\d+)"', page, re.DOTALL))
    row = re.search(r'name="shown_row" value="(\d+)"', page)
    assert row
    return {"shown_row": row[1], "header_row": row[1]} | {shown[heading]: field for heading, field in fields.items()}


def start(browser: Browser, address: str = PAGE) -> None:
    form = settled(browser.get(address).text, 업체="name", 자리="address", 직원="people")
    answer = browser.send(f"{address.split('?')[0]}/columns", form | {"do": "start"})
    assert (answer.status_code, answer.location) == (303, address)


def test_from_the_file_to_the_report(officer: Browser, app: Flask, session: Session) -> None:
    assert hand_over(officer) == PAGE
    page = officer.get(f"{PAGE}?lang=ko").text
    assert "아직 아무것도 저장하지 않았어요" in page
    assert "가온0봉제&lt;b&gt;" in page
    assert session.scalar(select(func.count()).select_from(Factory)) == 0
    session.commit()
    start(officer)
    assert session.scalar(select(func.count()).select_from(Factory)) == 30
    assert "30행을 모두 살펴봤어요" in officer.get(f"{PAGE}?lang=ko").text
    assert list((app.config["DATA_DIR"] / uploads.FOLDER).iterdir()) == []
    session.commit()
    assert officer.send(f"{PAGE}/undo").status_code == 303
    assert session.scalar(select(func.count()).select_from(Factory)) == 0
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == [AuditAction.IMPORT_STARTED, AuditAction.IMPORT_UNDONE]


def test_the_next_file_of_the_register_comes_with_its_columns_set(officer: Browser) -> None:
    hand_over(officer)
    start(officer)
    hand_over(officer, as_csv(*ROWS, ["나래", "이문동 1", "3"]))
    page = officer.get("/district/imports/2?lang=ko").text
    assert "지난번 파일과 같게 맞춰 두었어요" in page
    assert re.search(r'<option selected value="people">', page)
    other = officer.get(hand_over(officer, source="조합") + "?lang=ko").text
    assert "지난번 파일과 같게" not in other and "어느 열이 업체 이름인지 알 수 없어요" in other


def test_the_first_rows_are_tried_with_the_columns_as_chosen(officer: Browser, session: Session) -> None:
    hand_over(officer)
    form = settled(officer.get(PAGE).text, 업체="name", 직원="people")
    page = officer.send(f"{PAGE}/columns?lang=ko", form | {"do": "look"})
    assert page.status_code == 200
    assert "처음 30행을 미리 해 봤어요" in page.text and "두 수가 적혀 있어요" in page.text
    assert session.scalar(select(func.count()).select_from(Factory)) == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"업체": "name", "자리": "name"}, "두 열에 같은 것을 골랐어요"),
        ({"자리": "address"}, "업체 이름이 있는 열을 골라 주세요"),
        ({"업체": "nonsense"}, "오류"),
    ],
)
def test_columns_that_cannot_be_are_refused_beside_what_was_chosen(
    officer: Browser, session: Session, fields: dict[str, str], words: str
) -> None:
    hand_over(officer)
    form = settled(officer.get(PAGE).text, **fields) | {"do": "start"}
    answer = officer.send(f"{PAGE}/columns?lang=ko", form)
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalars(select(ImportWork.state)).all() == [ImportState.MAPPING]


def test_another_row_of_headings_is_read_anew(officer: Browser) -> None:
    hand_over(officer, as_csv(["업체명", "전화"], ["참고", "무시"], ["상호 (2026)", "연락처"], ["가온", "02-123-4567"]))
    form = settled(officer.get(PAGE).text) | {"header_row": "3", "do": "look"}
    page = officer.send(f"{PAGE}/columns", form).text
    assert 'name="shown_row" value="3"' in page and "상호 (2026)" in page
    answer = officer.send(f"{PAGE}/columns", settled(page) | {"header_row": "99", "do": "look"})
    assert answer.status_code == 422


def test_the_same_file_sent_twice_waits_once(officer: Browser, session: Session) -> None:
    assert hand_over(officer) == hand_over(officer)
    assert session.scalar(select(func.count()).select_from(RegistryImport)) == 1


def test_without_a_file_the_page_asks_for_one(officer: Browser) -> None:
    answer = officer.send("/district/imports?lang=ko", {"source": "구청"})
    assert (answer.status_code, "파일을 골라 주세요" in answer.text, "구청" in answer.text) == (422, True, True)


@pytest.fixture
def held(officer: Browser, session: Session) -> Callable[[ImportState], None]:
    """An import with its file, brought into a state."""
    hand_over(officer)

    def bring(state: ImportState) -> None:
        session.execute(update(ImportWork).values(state=state, rows_done=7))
        session.commit()

    return bring


@pytest.mark.parametrize(
    ("state", "verbs", "is_refreshed"),
    [
        (ImportState.WAITING, {"pause", "cancel"}, True),
        (ImportState.RUNNING, {"pause", "cancel"}, True),
        (ImportState.PAUSED, {"resume", "cancel"}, False),
        (ImportState.FAILED, {"resume", "cancel"}, False),
        (ImportState.CANCELLED, {"undo"}, False),
        (ImportState.UNDOING, set(), True),
    ],
)
def test_each_state_offers_what_can_be_done_and_moves_by_itself_while_it_moves(
    officer: Browser,
    client_as: ClientAs,
    held: Callable[[ImportState], None],
    state: ImportState,
    verbs: set[str],
    is_refreshed: bool,
) -> None:
    held(state)
    page = officer.get(PAGE)
    assert set(re.findall(rf"{PAGE}/(\w+)", page.text)) == verbs
    assert ("Refresh" in page.headers) == is_refreshed
    assert not set(re.findall(rf"{PAGE}/(\w+)", client_as(Role.COORDINATOR).get(PAGE).text))


@pytest.mark.parametrize(
    ("state", "verb", "after"),
    [
        (ImportState.RUNNING, "pause", ImportState.PAUSED),
        (ImportState.PAUSED, "cancel", ImportState.CANCELLED),
        (ImportState.MAPPING, "cancel", ImportState.CANCELLED),
        (ImportState.MAPPING, "resume", None),
        (ImportState.CANCELLED, "resume", None),
        (ImportState.ENDED, "pause", None),
        (ImportState.RUNNING, "undo", None),
        (ImportState.UNDOING, "cancel", None),
    ],
)
def test_a_button_moves_it_or_says_that_it_is_somewhere_else_by_now(
    officer: Browser,
    session: Session,
    held: Callable[[ImportState], None],
    state: ImportState,
    verb: str,
    after: ImportState | None,
) -> None:
    held(state)
    assert officer.send(f"{PAGE}/{verb}").status_code == (303 if after else 409)
    assert session.scalars(select(ImportWork.state)).all() == [after or state]


def test_a_made_up_district_has_imports_of_its_own(client_as: ClientAs, session: Session) -> None:
    district = make_district(session, country="IT")
    there = client_as(make_user(session, Role.DISTRICT_OFFICER, district))
    here = client_as(make_user(session, Role.DISTRICT_OFFICER, session.get_one(District, 1)))
    hand_over(there)
    assert here.get(PAGE).status_code == 404
    assert here.send(f"{PAGE}/columns").status_code == 404
    start(there)
    assert {one.district_id for one in session.scalars(select(Factory))} == {district.id}
    administrator = client_as(make_user(session, Role.ADMINISTRATOR, session.get_one(District, 1)))
    where = f"?district={district.code}"
    assert hand_over(administrator, as_csv(*ROWS, ["나래", "", ""]), query=where) == f"/district/imports/2{where}"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_can_be_used_by_everybody(
    officer: Browser, new_page: Callable[..., Page], held: Callable[[ImportState], None], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    for address, state in ((PAGE, ImportState.MAPPING), (PAGE, ImportState.PAUSED), ("/district/imports", None)):
        if state:
            held(state)
        officer.show_in(page, f"{address}?lang=ko")
        assert problems(page) == []


def test_what_is_to_be_looked_at_leaves_as_a_spreadsheet_without_the_values(officer: Browser) -> None:
    hand_over(officer)
    start(officer)
    with officer.get(f"{PAGE}/rows.xlsx?lang=en") as sent:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(sent.data)).get_sheet_by_index(0).to_python()
    assert sheet[0] == ["Row", "Column", "What is the matter"]
    assert [row[0] for row in sheet[1:]] == [float(number) for number in range(3, 33)]
    assert {row[1] for row in sheet[1:]} == {"직원"}
    assert not any("30" in str(cell) for row in sheet[1:] for cell in row[1:])
    with officer.get(f"{PAGE}/rows.xlsx?show=row_left_out") as none:
        assert len(CalamineWorkbook.from_filelike(io.BytesIO(none.data)).get_sheet_by_index(0).to_python()) == 1
