"""The desk for pairs that may be one factory: piles, two side by side, many at once, merging and parting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.registry.duplicate_search import ask_for_search, run_searches
from models.district import District
from models.factory import Factory
from models.merge import DuplicateSearch, Merge
from models.registry_import import DuplicateProposal, DuplicateVerdict
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_district, make_factory, make_user
from tests.registry.merging_world import Pair, make_pair
from tests.registry.registers import works_of

ClientAs = Callable[[Role | User], Browser]
LIST = "/district/duplicates"


@pytest.fixture
def pair(session: Session) -> Pair:
    pair = make_pair(session)
    session.commit()
    return pair


@pytest.fixture
def officer(client_as: ClientAs, pair: Pair) -> Browser:
    return client_as(Role.DISTRICT_OFFICER)


def fresh(session: Session) -> None:
    """What the pages wrote meanwhile can be seen."""
    session.rollback()
    session.expire_all()


def proposals(session: Session) -> list[DuplicateProposal]:
    fresh(session)
    return list(session.scalars(select(DuplicateProposal).order_by(DuplicateProposal.id)))


def make_proposal(session: Session, score: float, district: District | None = None, **values: Any) -> int:
    district = district or session.get_one(District, 1)
    ids = [make_factory(session, district, **values).id for _each in range(2)]
    proposal = DuplicateProposal(factory_id=ids[0], other_id=ids[1], score=score)
    session.add(proposal)
    session.commit()
    return proposal.id


def test_pairs_lie_on_piles(officer: Browser, session: Session) -> None:
    look = make_proposal(session, 0.8)
    assert f"{LIST}/1" in officer.get(LIST).text
    page = officer.get(f"{LIST}?pile=look").text
    assert f"{LIST}/{look}?" in page and f"{LIST}/1?" not in page
    assert officer.send(f"{LIST}/{look}/later").status_code == 303
    assert f"{LIST}/{look}?" in officer.get(f"{LIST}?pile=later").text
    assert f"{LIST}/{look}?" not in officer.get(f"{LIST}?pile=look").text
    assert proposals(session)[-1].verdict is None


def test_side_by_side_says_what_differs_and_what_would_stand(officer: Browser, pair: Pair) -> None:
    page = officer.get(f"{LIST}/1?lang=en").text
    assert page.count("differs</span>") >= 4
    for words in ("가온봉제", "㈜가온 봉제", "021234567", "장안동 1"):
        assert words in page
    assert f'name="phone" value="{pair.gone.id}" checked' in page
    assert f'name="address" value="{pair.kept.id}" checked' in page


def test_merging_takes_what_was_chosen(officer: Browser, pair: Pair, session: Session) -> None:
    chosen = {"kept": pair.kept.id, "phone": pair.kept.id, "people": pair.gone.id}
    answer = officer.send(f"{LIST}/1/same", chosen)
    assert (answer.status_code, f"/district/registry/{pair.kept.id}" in answer.headers["Location"]) == (303, True)
    fresh(session)
    assert (pair.kept.phone, pair.kept.people, pair.gone.merged_into_id) == (None, 7, pair.kept.id)
    assert f"/district/registry/{pair.gone.id}" in officer.get(answer.headers["Location"]).text
    assert officer.get(f"{LIST}/1").status_code == 404
    assert officer.send(f"{LIST}/1/same").status_code == 404


def test_the_person_says_which_row_stays(client_as: ClientAs, session: Session) -> None:
    pair = make_pair(session, with_history=False)
    client_as(Role.DISTRICT_OFFICER).send(f"{LIST}/1/same", {"kept": pair.gone.id})
    fresh(session)
    assert (pair.kept.merged_into_id, pair.gone.merged_into_id) == (pair.gone.id, None)


def test_a_stranger_to_the_pair_cannot_be_chosen(officer: Browser, session: Session) -> None:
    stranger = make_factory(session, session.get_one(District, 1))
    session.commit()
    assert officer.send(f"{LIST}/1/same", {"kept": stranger.id}).status_code == 422
    assert officer.send(f"{LIST}/1/same", {"people": "x"}).status_code == 422
    assert proposals(session)[0].verdict is None


def test_the_public_address_leads_on(officer: Browser, pair: Pair, app: Flask) -> None:
    officer.send(f"{LIST}/1/same")
    for visitor in (Browser(app), officer):
        answer = visitor.get(f"/factories/{pair.gone.id}")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"/factories/{pair.kept.id}")
    assert officer.get(f"/factories/{pair.kept.id}").status_code == 200
    assert pair.gone.name not in officer.get("/district/registry?q=%EA%B0%80%EC%98%A8").text.replace(pair.kept.name, "")


def test_history_shows_who_merged_and_parts_again(officer: Browser, pair: Pair, session: Session) -> None:
    officer.send(f"{LIST}/1/same")
    page = officer.get(f"/district/registry/{pair.kept.id}").text
    fresh(session)
    merged = session.scalars(select(Merge)).one()
    assert f"/district/merges/{merged.id}/undo" in page
    assert (by := merged.merged_by) and by.name in page
    assert officer.send(f"/district/merges/{merged.id}/undo").status_code == 303
    fresh(session)
    assert pair.gone.merged_into_id is None
    assert f"/district/merges/{merged.id}/undo" not in officer.get(f"/district/registry/{pair.kept.id}").text
    assert officer.send(f"/district/merges/{merged.id}/undo").status_code == 409
    assert officer.get(f"{LIST}/1").status_code == 200


def test_coordinators_tell_apart_but_do_not_merge(client_as: ClientAs, pair: Pair, session: Session) -> None:
    coordinator = client_as(Role.COORDINATOR)
    assert coordinator.send(f"{LIST}/1/same").status_code == 403
    assert coordinator.send(f"{LIST}/several", {"decision": "same", "pair": 1}).status_code == 403
    assert coordinator.send(f"{LIST}/1/different").status_code == 303
    proposal = proposals(session)[0]
    assert (proposal.verdict, proposal.decided_by_id is not None) == (DuplicateVerdict.DIFFERENT, True)


def test_many_of_one_pile_after_a_look_at_the_number(officer: Browser, session: Session) -> None:
    ids = [1, make_proposal(session, 0.95, name="나래"), make_proposal(session, 0.9, name="다솜")]
    look = make_proposal(session, 0.6)
    query = "&".join(f"pair={one}" for one in [*ids, look])
    page = officer.get(f"{LIST}/several?decision=same&pile=same&lang=en&{query}").text
    assert "Merge 3 pairs?" in page
    assert session.scalar(select(func.count()).select_from(Merge)) == 0
    form = {"decision": "same", "pile": "same", "pair": [*ids, look]}
    assert officer.send(f"{LIST}/several", form).status_code == 303
    assert [one.verdict for one in proposals(session)] == [DuplicateVerdict.SAME] * 3 + [None]


def test_of_many_those_that_cannot_be_done_are_left_and_named(officer: Browser, pair: Pair, session: Session) -> None:
    other = make_proposal(session, 0.95)
    pair.gone.owner = make_user(session, Role.FACTORY_OWNER, pair.kept.district)
    session.commit()
    page = officer.send(f"{LIST}/several?lang=en", {"decision": "same", "pile": "same", "pair": [1, other]})
    assert "1 done, 1 left" in page.text and "owner of its own" in page.text
    assert [one.verdict for one in proposals(session)] == [None, DuplicateVerdict.SAME]


def test_nothing_ticked_and_nonsense(officer: Browser) -> None:
    assert "pair=" not in officer.get(f"{LIST}/several?decision=later").text
    assert officer.get(f"{LIST}/several?decision=nonsense").status_code == 404
    assert officer.get(f"{LIST}?pile=nonsense&page=99").status_code == 200
    assert officer.get(f"{LIST}/{2**31}").status_code == 404


def test_the_whole_register_is_looked_through_when_asked(officer: Browser, app: Flask, session: Session) -> None:
    for _each in range(2):
        make_factory(session, session.get_one(District, 1), name="새봄어패럴", address="용두동 7-1")
    session.commit()
    with works_of(app)() as writing:
        for _each in range(2):
            ask_for_search(writing, session.get_one(User, 1), session.get_one(District, 1))
    assert run_searches(works_of(app)) == 1
    assert run_searches(works_of(app)) == 0
    fresh(session)
    search = session.scalars(select(DuplicateSearch)).one()
    assert (search.figures["asked_before"], search.figures["same"]) == (1, 1)
    assert len(proposals(session)) == 2
    assert officer.send(f"{LIST}/search").status_code == 303
    assert "said" in officer.send(f"{LIST}/search").headers["Location"]


def test_another_districts_pairs_are_not_there(client_as: ClientAs, pair: Pair, session: Session) -> None:
    elsewhere = make_district(session, country="IT")
    theirs = make_proposal(session, 0.9, elsewhere)
    mine, outsider = client_as(Role.DISTRICT_OFFICER), client_as(make_user(session, Role.DISTRICT_OFFICER, elsewhere))
    for browser, other in ((mine, theirs), (outsider, 1)):
        assert browser.get(f"{LIST}/{other}").status_code == 404
        assert browser.send(f"{LIST}/{other}/same").status_code == 404
        browser.send(f"{LIST}/several", {"decision": "different", "pile": "same", "pair": other})
    assert [one.verdict for one in proposals(session)] == [None, None]
    assert outsider.send(f"{LIST}/{theirs}/same").status_code == 303
    fresh(session)
    merged = session.scalars(select(Merge)).one()
    assert mine.send(f"/district/merges/{merged.id}/undo").status_code == 404
    admin = client_as(Role.ADMINISTRATOR)
    assert f"district={elsewhere.code}" in admin.send(
        f"/district/merges/{merged.id}/undo?district={elsewhere.code}"
    ).headers["Location"]  # fmt: skip
    fresh(session)
    assert session.scalar(select(func.count()).where(Factory.merged_into_id.is_not(None))) == 0
