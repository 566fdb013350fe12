"""What weighs how much in a district: versions are added, checked, put in use and never changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.audit import entries_of, record
from garment_hub.db import make_engine
from garment_hub.recommendations import settings
from garment_hub.recommendations.points import points_of, whole_points
from models.audit import AuditAction, AuditEntry
from models.district import District
from models.errors import Conflict, Invalid, NotFound
from models.ranking_setting import RankingSetting, SettingOrigin
from models.user import Role, User
from recommender import DEFAULT_WEIGHTS, PartnerRanker
from tests.builders import make_district, make_user

OTHERS = DEFAULT_WEIGHTS | {"specialty": 0.20, "nearness": 0.16}


@pytest.fixture
def officer(session: Session) -> User:
    return make_user(session, Role.DISTRICT_OFFICER, make_district(session))


def add(
    session: Session,
    by: User,
    weights: dict[str, float] = OTHERS,
    fair_turn: float = 0.004,
    reason: str = "가까운 곳부터",
) -> RankingSetting:
    return settings.add_version(session, by.district_id, weights, fair_turn, True, SettingOrigin.STAFF, reason, by=by)


def propose(session: Session, district_id: int) -> RankingSetting:
    origin = SettingOrigin.LEARNT
    return settings.add_version(session, district_id, OTHERS, 0.003, True, origin, "선택 300건", in_use=False)


def test_a_district_that_chose_nothing_has_the_defaults(session: Session, officer: User) -> None:
    setting = settings.current(session, officer.district_id)
    assert (setting.version, setting.origin) == (0, SettingOrigin.DEFAULT)
    ranker = PartnerRanker()
    assert setting.weights == DEFAULT_WEIGHTS
    assert (setting.fair_turn, setting.has_labelled_place) == (ranker.fair_turn, ranker.labelled_place)
    session.commit()
    assert session.scalars(select(RankingSetting)).all() == []
    assert settings.last_change(session, setting) is None


def test_a_new_version_ranks_from_now_on_and_the_old_one_stays(session: Session, officer: User) -> None:
    first, second = add(session, officer), add(session, officer, DEFAULT_WEIGHTS, 0.008, "다시 처음으로")
    assert [one.version for one in settings.history(session, officer.district_id)] == [2, 1]
    assert settings.current(session, officer.district_id) is second
    session.refresh(first)
    assert (first.weights, first.fair_turn, first.is_in_use) == (OTHERS, 0.004, False)


def test_who_changed_it_and_why_is_in_the_audit_record(session: Session, officer: User) -> None:
    first, second = add(session, officer), add(session, officer, reason="  두 번째  ")
    (entry,) = entries_of(session, second, AuditAction.RANKING_CHANGED)
    assert (entry.actor, entry.reason, entry.district_id) == (officer, "두 번째", officer.district_id)
    assert entry.values == {"version": 2, "before": 1}
    settings.put_in_use(session, first, officer, "되돌려요")
    assert settings.current(session, officer.district_id) is first
    changes = settings.changes_of(session, first)
    assert [(one.reason, one.values["before"]) for one in changes] == [("가까운 곳부터", 0), ("되돌려요", 2)]
    assert settings.last_change(session, first) == changes[-1]


def test_what_was_learnt_is_a_proposal_until_somebody_uses_it(session: Session, officer: User) -> None:
    learnt = propose(session, officer.district_id)
    history = settings.history(session, officer.district_id)
    assert settings.current(session, officer.district_id).version == 0
    assert settings.proposals(history) == [learnt]
    (entry,) = entries_of(session, learnt, AuditAction.RANKING_PROPOSED)
    assert (entry.actor_id, entry.district_id) == (None, officer.district_id)
    settings.put_in_use(session, learnt, officer, "더 잘 맞아요")
    assert settings.proposals(settings.history(session, officer.district_id)) == []


def test_a_proposal_older_than_what_is_in_use_is_history(session: Session, officer: User) -> None:
    propose(session, officer.district_id)
    add(session, officer)
    assert settings.proposals(settings.history(session, officer.district_id)) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"weights": DEFAULT_WEIGHTS | {"specialty": 0.25}}, "weights"),
        ({"weights": DEFAULT_WEIGHTS | {"specialty": 0.36, "nearness": -0.0000001}}, "weights"),
        ({"weights": {"specialty": 1.0}}, "weights"),
        ({"weights": DEFAULT_WEIGHTS | {"fair_turn": 0.0}}, "weights"),
        ({"fair_turn": -0.001}, "fair_turn"),
        ({"fair_turn": 0.2}, "fair_turn"),
        ({"fair_turn": float("nan")}, "fair_turn"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_a_wrong_version_is_refused_by_the_name_of_its_field(
    session: Session, officer: User, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(session, officer, **values)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert settings.history(session, officer.district_id) == []


def test_what_is_in_use_cannot_be_put_in_use_again(session: Session, officer: User) -> None:
    setting = add(session, officer)
    with pytest.raises(Conflict):
        settings.put_in_use(session, setting, officer, "한 번 더")
    assert len(settings.changes_of(session, setting)) == 1


def test_districts_do_not_touch_each_other(session: Session, officer: User) -> None:
    mine, elsewhere = add(session, officer), make_user(session, Role.DISTRICT_OFFICER, make_district(session))
    theirs = add(session, elsewhere)
    assert (mine.version, theirs.version, mine.is_in_use) == (1, 1, True)
    with pytest.raises(NotFound):
        settings.get_setting(session, mine.id, elsewhere.district_id)


def test_the_database_holds_one_in_use_for_each_district(session: Session, officer: User) -> None:
    add(session, officer)
    second = propose(session, officer.district_id)
    second.is_in_use = True
    with pytest.raises(IntegrityError):
        session.flush()


@given(st.lists(st.integers(0, 1000), min_size=9, max_size=9).filter(any))
def test_whole_points_add_up_to_a_hundred_and_are_never_a_point_off(raw: list[int]) -> None:
    weights = {part: share / sum(raw) for part, share in zip(DEFAULT_WEIGHTS, raw, strict=True)}
    points = whole_points(weights)
    assert sum(points.values()) == 100
    assert all(abs(points[part] - 100 * share) < 1 for part, share in weights.items())
    assert round(sum(points_of(weights).parts.values()), 6) == 100


@pytest.mark.slow
def test_the_audit_record_stays_when_the_schema_goes_down_and_up(either_engine_url: str) -> None:
    """SQLite makes its table anew; what the earlier schema has a name for must come through, and stay final."""
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    with Session(engine) as session:
        officer = make_user(session, Role.DISTRICT_OFFICER, session.get_one(District, 1))
        record(session, officer, AuditAction.CASE_READ, officer, reason="그대로")
        add(session, officer)
        session.commit()
    schema.downgrade(engine, "0004")
    schema.upgrade(engine)
    with Session(engine) as session:
        (kept,) = session.scalars(select(AuditEntry)).all()
        assert (kept.action, kept.reason) == (AuditAction.CASE_READ, "그대로")
        kept.reason = "다르게"
        with pytest.raises(Exception, match="append-only"):
            session.flush()
        session.rollback()
        add(session, session.get_one(User, kept.actor_id))
    engine.dispose()
