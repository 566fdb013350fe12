"""The life of a brief: draft, steps, publishing, and what may no longer change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from garment_hub.briefs import services
from garment_hub.briefs.fields import REQUIRED
from garment_hub.briefs.progress import unfinished_step
from garment_hub.recommendations.ranking import rank_for_brief
from models.brief import Brief, BriefStatus
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import District
from models.errors import Conflict, Invalid
from models.quote import QuoteRequest, RequestStatus
from models.recommendation import Recommendation
from tests.builders import in_days, make_brief, make_designer, make_factory

TODAY = today_in_seoul()


@pytest.fixture
def designer(session: Session) -> Designer:
    return make_designer(session, session.get_one(District, 1))


def publish(session: Session, brief: Brief) -> Recommendation:
    return services.publish_brief(session, brief, rank_for_brief(session, brief), TODAY)


def ask(session: Session, brief: Brief) -> QuoteRequest:
    request = QuoteRequest(brief=brief, factory=make_factory(session, brief.district), answer_by=TODAY)
    session.add(request)
    session.flush()
    return request


def test_a_draft_starts_with_what_is_usual_and_misses_the_rest(session: Session, designer: Designer) -> None:
    brief = services.draft_brief(session, designer, "tshirt", None)
    assert brief.status is BriefStatus.DRAFT
    assert brief.fabrics == ["knit_jersey"]
    assert brief.missing_for_publishing == ["quantity", "needed_by"]
    assert unfinished_step(brief) == 2


def test_steps_are_written_under_their_outer_names(session: Session, designer: Designer) -> None:
    brief = services.draft_brief(session, designer, "tshirt", None)
    place = designer.district.neighbourhoods[0]
    services.write_step(
        session, brief, {"quantity": 30, "vat_included": True, "deliver_to": place.code, "fabric": ["denim"]}
    )
    session.expire(brief)
    assert (brief.quantity, brief.is_vat_included, brief.deliver_to, brief.fabrics) == (30, True, place, ["denim"])


def test_another_item_brings_its_own_usual_values(session: Session, designer: Designer) -> None:
    brief = services.draft_brief(session, designer, "tshirt", None)
    services.write_step(session, brief, {"item": "coat", "category": None})
    assert brief.fabrics == ["woven"]
    services.write_step(session, brief, {"fabric": ["leather"]})
    services.write_step(session, brief, {"item": "coat", "category": "menswear"})
    assert brief.fabrics == ["leather"]


def test_publishing_opens_the_brief_and_keeps_a_list(session: Session, designer: Designer) -> None:
    brief = make_brief(session, designer, status=BriefStatus.DRAFT)
    made = publish(session, brief)
    assert brief.status is BriefStatus.OPEN
    assert brief.published_at is not None
    assert made.brief_id == brief.id
    first = brief.published_at
    assert publish(session, brief).id != made.id
    assert brief.published_at == first


@pytest.mark.parametrize("name", [name for name in REQUIRED if name != "item"])
def test_what_a_price_needs_has_to_be_there(session: Session, designer: Designer, name: str) -> None:
    values: dict[str, Any] = {name: [] if name == "processes" else None}
    brief = make_brief(session, designer, status=BriefStatus.DRAFT, **values)
    with pytest.raises(Invalid):
        services.require_publishable(brief, TODAY)


def test_a_day_that_is_over_cannot_be_published(session: Session, designer: Designer) -> None:
    brief = make_brief(session, designer, status=BriefStatus.DRAFT, needed_by=TODAY)
    with pytest.raises(Invalid, match="brief_day_over"):
        services.require_publishable(brief, TODAY)
    services.require_publishable(brief, TODAY - timedelta(days=1))


def test_what_factories_have_seen_stays_as_they_saw_it(session: Session, designer: Designer) -> None:
    brief = make_brief(session, designer)
    services.write_step(session, brief, {"quantity": 99})
    ranking = rank_for_brief(session, brief)
    ask(session, brief)
    with pytest.raises(Conflict, match="brief_already_asked"):
        services.write_step(session, brief, {"quantity": 100})
    with pytest.raises(Conflict, match="brief_already_asked"):
        services.publish_brief(session, brief, ranking, TODAY)
    with pytest.raises(Conflict, match="brief_already_asked"):
        services.add_files(session, brief, ["a" * 32 + ".webp"])
    assert brief.quantity == 99


@pytest.mark.parametrize("end", [services.withdraw_brief, services.close_brief])
def test_an_end_takes_back_what_nobody_has_answered(session: Session, designer: Designer, end: Any) -> None:
    brief = make_brief(session, designer, needed_by=in_days(20))
    waiting, answered = ask(session, brief), ask(session, brief)
    answered.move_to(RequestStatus.DECLINED)
    end(session, brief)
    assert brief.status in (BriefStatus.WITHDRAWN, BriefStatus.CLOSED)
    assert waiting.status is RequestStatus.WITHDRAWN
    assert answered.status is RequestStatus.DECLINED
    with pytest.raises(Conflict):
        end(session, brief)
    with pytest.raises(Conflict, match="brief_over"):
        services.write_step(session, brief, {"quantity": 1})


def test_a_draft_cannot_be_closed_but_taken_back(session: Session, designer: Designer) -> None:
    draft = make_brief(session, designer, status=BriefStatus.DRAFT)
    with pytest.raises(Conflict):
        services.close_brief(session, draft)
    services.withdraw_brief(session, draft)


def test_a_brief_holds_six_pictures(session: Session, designer: Designer) -> None:
    brief = make_brief(session, designer)
    services.add_files(session, brief, [f"{number:032x}.webp" for number in range(services.MOST_FILES)])
    with pytest.raises(Invalid, match="too_many_files"):
        services.add_files(session, brief, ["f" * 32 + ".webp"])
    services.remove_file(session, brief, brief.files[0])
    assert len(brief.files) == services.MOST_FILES - 1
