"""The register as a file from the pages: who may take what along, and what is written down about it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.registry.exporting import CONTACTS
from models.audit import AuditAction, AuditEntry
from models.district import District
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_district, make_factory
from tests.registry.registers import outcome, take_in, works_of

ClientAs = Callable[[Role | User], Browser]
CSV, XLSX = "/district/export/registry.csv", "/district/export/registry.xlsx"
WITH = {"layout": "own", "is_with_contacts": "y", "reason": "지원사업 안내"}


@pytest.fixture
def officer(client_as: ClientAs, session: Session) -> Browser:
    district = session.get_one(District, 1)
    make_factory(session, district, name="가온", phone="021234567", address="장안동 1", business_number="1234567891")
    make_factory(session, district, name="=1+1", phone=None)
    return client_as(Role.DISTRICT_OFFICER)


def entries(session: Session) -> list[AuditEntry]:
    session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == AuditAction.CONTACTS_EXPORTED)
    return list(session.scalars(query))


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_without_contacts_nothing_is_asked(officer: Browser, session: Session) -> None:
    answer = officer.send(CSV, {"layout": "own"})
    rows = rows_of(answer.data)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert {row["업체명"] for row in rows} == {"가온", "'=1+1"}
    assert CONTACTS.isdisjoint(rows[0])
    assert entries(session) == []


def test_contacts_leave_with_a_reason_that_is_written_down(officer: Browser, session: Session) -> None:
    refused = officer.send(CSV, WITH | {"reason": " "})
    assert (refused.status_code, "021234567" in refused.text, entries(session)) == (422, False, [])
    answer = officer.send(CSV, WITH)
    assert rows_of(answer.data)[0]["전화번호"] == "021234567"
    (entry,) = entries(session)
    assert (entry.reason, entry.values, entry.subject) == ("지원사업 안내", {"count": 1}, "district")


def test_layouts_without_contacts_ask_for_no_reason(officer: Browser, session: Session) -> None:
    for layout in ("present_site", "open_supply_hub"):
        answer = officer.send(XLSX, {"layout": layout, "is_with_contacts": "y"})
        assert (answer.status_code, answer.data[:2]) == (200, b"PK")
    assert entries(session) == []


def test_many_contacts_need_a_second_person(officer: Browser, session: Session) -> None:
    for number in range(100):
        make_factory(session, session.get_one(District, 1), phone=f"02{number:07d}")
    session.commit()
    assert officer.send(CSV, {"layout": "own"}).status_code == 200
    answer = officer.send(CSV, WITH)
    assert (answer.status_code, b"021234567" in answer.data, entries(session)) == (409, False, [])


def test_nobody_takes_another_districts_register_along(client_as: ClientAs, officer: Browser, session: Session) -> None:
    elsewhere = make_district(session, country="IT")
    make_factory(session, elsewhere, name="Filo", phone="3902123")
    session.commit()
    assert officer.send(CSV, WITH | {"district": elsewhere.code}).status_code == 404
    assert officer.send(CSV, WITH | {"district": "nowhere"}).status_code == 404
    answer = client_as(Role.ADMINISTRATOR).send(CSV, WITH | {"district": elsewhere.code})
    assert [row["업체명"] for row in rows_of(answer.data)] == ["Filo"]
    assert [(entry.subject, entry.subject_id) for entry in entries(session)] == [("district", elsewhere.id)]


def test_other_files_and_layouts_there_are_none(officer: Browser) -> None:
    assert officer.send("/district/export/registry.pdf", {"layout": "own"}).status_code == 404
    assert officer.send(CSV, {"layout": "nonsense"}).status_code == 422
    assert officer.get(CSV).status_code == 405


@pytest.mark.parametrize("address", [CSV, XLSX])
def test_what_was_taken_along_comes_back_without_a_change(app: Flask, officer: Browser, address: str) -> None:
    """Our own layout taken in twice under one name: the second time nothing is new and nothing is other."""
    data = officer.send(address, WITH).data
    assert outcome(take_in(works_of(app), data, source="우리 등록부")) == (2, 0, 0, 0)
    assert outcome(take_in(works_of(app), data, source="우리 등록부")) == (0, 0, 2, 0)
