"""The benchmark measures what it says: the same briefs as the site, the same factories on every side, every edit."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from benchmarks.partners_edits import capacity_edits
from benchmarks.partners_register import AS_OF, Request, factories, outcomes, read, requests
from benchmarks.partners_world import World
from benchmarks.rivals import RuleColumns
from garment_hub.briefs.reading import read_brief
from garment_hub.recommendations.features import brief_features
from models import vocabulary
from models.district import District
from recommender import Answer, Feasibility


def test_a_request_is_read_as_the_site_reads_it(session: Session) -> None:
    district = session.get_one(District, 1)
    for request in requests(60, 20):
        brief = read_brief(request.brief, district=district, session=session, today=AS_OF)
        assert brief_features(brief, AS_OF) == read(Request(None, request.brief))


def test_the_rivals_leave_out_exactly_the_factories_that_the_rules_leave_out() -> None:
    register = list(factories(300))
    rules, feasibility = RuleColumns(register), Feasibility(vocabulary.stage_of())
    for request in requests(80, 20):
        brief = read(request)
        passing = [row for row, one in enumerate(register) if feasibility.answer(brief, one) is not Answer.NO]
        assert rules.rows(brief).tolist() == passing


def test_a_register_is_the_same_each_time_and_a_larger_one_begins_alike() -> None:
    assert list(factories(50)) == list(factories(80))[:50]
    assert list(outcomes(30, 50)) == list(outcomes(30, 50))
    assert requests(30, 20) == requests(30, 20)


@pytest.mark.slow
def test_every_side_sees_the_same_factories_and_the_next_list_sees_every_edit() -> None:
    world = World.of(1_500)
    world.check()
    assert world.encoder_difference() <= 1e-5
    assert capacity_edits(world, edits=40)[0] == 1.0
