"""An import taken back: as if it had never been, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from garment_hub.registry.undo import undo_import
from models.errors import Conflict
from models.factory import FactSource
from models.past_order import PastOrder
from models.registry_import import DuplicateProposal, ImportStatus, RegistryImport
from models.user import Role
from tests.builders import make_user
from tests.registry.registers import TODAY, Works, as_csv, factory_called, outcome, state, take_in, works_of

pytestmark = pytest.mark.slow

HEAD = ["관리번호", "업체명", "인원", "품목", "월생산량", "행정동", "소개"]
FIRST = as_csv(HEAD, ["1", "가온", "5", "티셔츠, 바지", "2200", "장안1동", "처음"], ["2", "나래", "3", "", "", "", ""])
SECOND = as_csv(
    HEAD,
    ["1", "가온상사", "9", "코트, 바지", "4400", "이문1동", "나중"],
    ["2", "나래", "3", "", "", "", ""],
    ["3", "다솜"],
)


@pytest.fixture
def works(app: Flask) -> Works:
    return works_of(app)


def undo(works: Works, number: int) -> None:
    undo_import(works, number)


def refused(works: Works, number: int) -> str:
    before = state(works)
    with pytest.raises(Conflict) as caught:
        undo(works, number)
    assert state(works) == before
    return caught.value.code


def test_what_was_created_goes_and_what_was_changed_is_as_before(works: Works) -> None:
    take_in(works, FIRST, source="구청")
    before = state(works)
    assert outcome(take_in(works, SECOND, source="구청", today=date(2026, 12, 1))) == (1, 1, 1, 0)
    undo(works, 2)
    assert state(works) == before
    undo(works, 1)
    assert state(works) == []


def test_either_database_takes_in_changes_and_takes_back(
    make_app: Callable[..., Flask], either_engine_url: str
) -> None:
    works = works_of(make_app(DATABASE_URL=either_engine_url))
    take_in(works, FIRST, source="구청")
    before = state(works)
    assert outcome(take_in(works, SECOND, source="구청")) == (1, 1, 1, 0)
    assert outcome(take_in(works, SECOND, source="구청")) == (0, 0, 3, 0)
    undo(works, 3)
    undo(works, 2)
    assert state(works) == before


def test_after_the_undoing_the_same_file_goes_in_again(works: Works) -> None:
    take_in(works, FIRST, source="구청")
    take_in(works, SECOND, source="구청")
    after = state(works)
    undo(works, 2)
    assert outcome(take_in(works, SECOND, source="구청")) == (1, 1, 1, 0)
    assert state(works) == after


def test_proposals_go_with_the_import_and_its_rows_stay_to_be_read(works: Works) -> None:
    take_in(works, as_csv(["업체명", "주소"], ["가온", "장안동 1"], ["㈜가온", "장안동 1"]))
    undo(works, 1)
    with works() as session:
        assert session.scalar(select(func.count()).select_from(DuplicateProposal)) == 0
        imported = session.get_one(RegistryImport, 1)
        assert imported.status == ImportStatus.UNDONE
        assert [row.raw["업체명"] for row in imported.rows] == ["가온", "㈜가온"]
    assert refused(works, 1) == "import_already_undone"


def test_the_earlier_import_waits_for_the_later_one(works: Works) -> None:
    take_in(works, FIRST, source="구청")
    take_in(works, SECOND, source="구청")
    assert refused(works, 1) == "import_has_later"


def test_a_claimed_factory_holds_the_import_fast(works: Works) -> None:
    take_in(works, FIRST, source="구청")
    with works() as session:
        factory = factory_called(session, "나래")
        factory.owner = make_user(session, Role.FACTORY_OWNER, factory.district)
    assert refused(works, 1) == "import_touched_since"


@pytest.mark.parametrize("source", [FactSource.OWNER, FactSource.STAFF])
def test_a_word_of_a_person_since_holds_the_import_fast(works: Works, source: FactSource) -> None:
    take_in(works, FIRST, source="구청")
    take_in(works, SECOND, source="구청")
    with works() as session:
        factory_called(session, "가온상사").record_fact("people", source, TODAY)
    assert refused(works, 2) == "import_touched_since"


def test_a_word_of_a_person_before_does_not(works: Works) -> None:
    take_in(works, FIRST, source="구청")
    with works() as session:
        factory_called(session, "가온").record_fact("people", FactSource.OWNER, TODAY)
    before = state(works)
    take_in(works, SECOND, source="구청")
    undo(works, 2)
    assert state(works) == before


def test_a_factory_somebody_works_with_is_not_taken_away(works: Works) -> None:
    take_in(works, FIRST, source="구청")
    with works() as session:
        factory = factory_called(session, "나래")
        session.add(
            PastOrder(
                district_id=factory.district_id, source_key="x", buyer_key="b", buyer_name="B", factory_id=factory.id
            )
        )
    assert refused(works, 1) == "import_in_use"
