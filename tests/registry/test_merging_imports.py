"""Merged rows and registers: what comes in next goes to the row that stays, and what goes out leaves the other out."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.registry import decisions
from garment_hub.registry.exporting import LAYOUTS, export_registry
from garment_hub.registry.merging import undo_merge
from garment_hub.registry.reading import read_table
from garment_hub.registry.undo import undo_import
from models.base import utc_now
from models.district import District
from models.errors import Conflict
from models.factory import Factory
from models.merge import Merge
from models.registry_import import DuplicateProposal
from models.user import Role, User
from tests.builders import make_user
from tests.registry.registers import DISTRICT, Works, as_csv, outcome, state, take_in, works_of

HEAD = ["업체명", "주소", "인원", "전화번호"]
CITY = as_csv(HEAD, ["㈜가온봉제", "장안동 1", "5", ""])
UNION = as_csv(HEAD, ["㈜가온봉재", "장안동 1", "", "02-1234-5678"])


@pytest.fixture
def works(app: Flask) -> Works:
    """Two registers that spell one firm in two ways."""
    works = works_of(app)
    take_in(works, CITY, source="구청")
    assert take_in(works, UNION, source="조합").duplicates == 1
    return works


def joined(works: Works) -> int:
    with works() as session:
        officer = make_user(session, Role.DISTRICT_OFFICER, session.get_one(District, 1))
        pair = session.scalars(select(DuplicateProposal)).one()
        return decisions.join(session, officer, pair, None, None, utc_now()).id


def parted(works: Works, merge_id: int) -> None:
    with works() as session:
        officer = session.scalars(select(User).where(User.role == Role.DISTRICT_OFFICER)).one()
        undo_merge(session, officer, session.get_one(Merge, merge_id), utc_now())


def standing(session: Session) -> Factory:
    return session.scalars(select(Factory).where(Factory.merged_into_id.is_(None))).one()


def test_both_registers_go_on_with_the_row_that_stays(works: Works) -> None:
    joined(works)
    assert outcome(take_in(works, CITY, source="구청")) == (0, 0, 1, 0)
    changed = as_csv(HEAD, ["㈜가온봉재", "장안동 1", "", "02-9999-9999"])
    assert outcome(take_in(works, changed, source="조합")) == (0, 1, 0, 0)
    with works() as session:
        assert (standing(session).phone, standing(session).people) == ("0299999999", 5)


def test_what_the_next_import_changed_keeps_them_together(works: Works) -> None:
    merge_id = joined(works)
    take_in(works, as_csv(HEAD, ["㈜가온봉재", "장안동 1", "", "02-9999-9999"]), source="조합")
    with pytest.raises(Conflict) as refused:
        parted(works, merge_id)
    assert refused.value.code == "merge_has_later_work"


def test_parted_the_registers_are_as_if_nothing_had_been(works: Works) -> None:
    before = state(works)
    parted(works, joined(works))
    assert state(works) == before


def test_an_import_of_a_merged_row_stays_until_the_merge_is_taken_back(works: Works) -> None:
    merge_id = joined(works)
    for import_id in (1, 2):
        with pytest.raises(Conflict) as refused:
            undo_import(works, import_id)
        assert refused.value.code == "import_merged_since"
    parted(works, merge_id)
    undo_import(works, 2)
    with works() as session:
        assert standing(session).name == "㈜가온봉제"


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_merged_rows_do_not_go_out(works: Works, tmp_path: Path, layout: str) -> None:
    joined(works)
    path = tmp_path / "out.csv"
    with works() as session:
        assert export_registry(session, path, district_code=DISTRICT, layout=layout) == 1
    assert len(read_table(path.read_bytes()).rows) == 2
