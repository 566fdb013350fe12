"""From rows to proposed teams: the register's facts, who is left out, and who stays."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from garment_hub.quotes.teams import Place, build_team, complaints
from garment_hub.recommendations.ranking import rank_for_brief
from garment_hub.recommendations.teaming import ProposedPlace, propose_for_brief
from models.brief import Brief
from models.capacity import CapacityWeek, today_in_seoul
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryRate, FactSource
from tests.builders import in_days, make_brief, make_designer
from tests.recommendations.shops import able_factory

WORK = ["cutting", "sewing_assembly", "ironing_finishing"]


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def brief(session: Session, district: District) -> Brief:
    return make_brief(session, make_designer(session, district), processes=WORK, needed_by=in_days(40))


def specialist(session: Session, district: District, name: str, *processes: str, rate: int = 60) -> Factory:
    """Does these processes, as it says, and no others."""
    factory = able_factory(session, district, name=name)
    factory.set_capabilities(CapabilityKind.PROCESS, dict.fromkeys(processes))
    factory.record_fact("process", FactSource.OWNER, today_in_seoul(), is_complete=True)
    factory.rates = [FactoryRate(pieces_per_day=rate)]
    session.flush()
    return factory


@pytest.fixture
def makers(session: Session, district: District) -> dict[str, Factory]:
    made = {
        "cutter": specialist(session, district, "칼재단소", "cutting"),
        "sewer": specialist(session, district, "한땀봉제", "sewing_assembly"),
        "finisher": specialist(session, district, "마루완성", "ironing_finishing"),
    }
    session.commit()
    return made


def ids(team: list[ProposedPlace]) -> list[int]:
    return [place.factory_id for place in team]


def as_places(team: list[ProposedPlace]) -> list[Place]:
    fields = "position", "factory_id", "processes", "quantity", "starts_on", "due_on", "is_lead"
    return [Place(**{name: getattr(place, name) for name in fields}) for place in team]


def test_a_chain_of_specialists_is_proposed_and_nothing_is_wrong_with_it(
    session: Session, brief: Brief, makers: dict[str, Factory]
) -> None:
    (team,) = propose_for_brief(session, brief)
    assert ids(team) == [makers[name].id for name in ("cutter", "sewer", "finisher")]
    assert complaints(brief, as_places(team), today_in_seoul()) == []
    assert [place.is_lead for place in team] == [False, True, False]
    for place in team:
        assert place.needed_hundredths == 200  # 120 pieces at 60 a day
        assert place.free_hundredths is not None
        assert place.free_hundredths >= 200
        assert place.free_source
        assert place.free_source.on == today_in_seoul()
        assert (place.unsure, place.is_agreed) == ((), False)


def test_who_said_no_is_left_out(
    session: Session, district: District, brief: Brief, makers: dict[str, Factory]
) -> None:
    gone = frozenset({makers["sewer"].id})
    assert propose_for_brief(session, brief, without=gone) == []
    other = specialist(session, district, "두땀봉제", "sewing_assembly")
    session.commit()
    (team,) = propose_for_brief(session, brief, without=gone)
    assert ids(team) == [makers["cutter"].id, other.id, makers["finisher"].id]


def test_who_stays_keeps_work_pieces_and_days(
    session: Session, district: District, brief: Brief, makers: dict[str, Factory]
) -> None:
    (team,) = propose_for_brief(session, brief)
    made = build_team(session, brief, as_places(team), today_in_seoul())
    other = specialist(session, district, "두땀봉제", "sewing_assembly")
    keep = [member for member in made.members if member.factory_id != makers["sewer"].id]
    session.commit()
    (anew,) = propose_for_brief(session, brief, without=frozenset({makers["sewer"].id}), keep=keep)
    assert ids(anew) == [makers["cutter"].id, other.id, makers["finisher"].id]
    assert [place.is_agreed for place in anew] == [True, False, True]
    stay = [(place.quantity, place.starts_on, place.due_on) for place in anew if place.is_agreed]
    assert stay == [(member.quantity, member.starts_on, member.due_on) for member in keep]


def test_what_the_register_does_not_say_is_marked(
    session: Session, district: District, brief: Brief, makers: dict[str, Factory]
) -> None:
    sewer = makers["sewer"]
    sewer.rates = []
    sewer.set_capabilities(CapabilityKind.PROCESS, {})
    sewer.record_fact("process", FactSource.OWNER, today_in_seoul())
    session.commit()
    (team, *_more) = propose_for_brief(session, brief)
    (place,) = [place for place in team if place.factory_id == sewer.id]
    assert place.needed_hundredths is None
    assert set(place.unsure) == set(place.processes)


def test_a_list_without_anybody_comes_with_teams(session: Session, brief: Brief, makers: dict[str, Factory]) -> None:
    ranking = rank_for_brief(session, brief)
    assert ranking.answer.ranked == ()
    assert [place.factory for place in ranking.answer.teams[0].places] == [
        str(makers[name].id) for name in ("cutter", "sewer", "finisher")
    ]


def test_a_shared_room_is_a_member_and_does_not_lead(
    session: Session, district: District, brief: Brief, makers: dict[str, Factory]
) -> None:
    makers["cutter"].is_shared_room = True
    makers["sewer"].is_shared_room = True
    session.commit()
    (team,) = propose_for_brief(session, brief)
    assert [place.factory_id for place in team if place.is_lead] == [makers["finisher"].id]


def test_days_that_are_full_are_not_planned(session: Session, district: District, brief: Brief) -> None:
    for processes in (("cutting",), ("sewing_assembly", "ironing_finishing")):
        specialist(session, district, "꽉찬집", *processes)
    session.execute(update(CapacityWeek).values(open_hundredths=0))
    session.commit()
    assert propose_for_brief(session, brief) == []
