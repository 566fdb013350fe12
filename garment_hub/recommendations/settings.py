"""What the parts weigh in a district, and since when: versions are added and put in use, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.approvals.services import ask, take
from models.approval import Approval, ApprovalKind
from models.audit import AuditAction, AuditEntry
from models.district import District
from models.errors import Conflict, Invalid, NotFound
from models.ranking_setting import RankingSetting, SettingOrigin
from models.user import User

DEFAULT_FAIR_TURN = 0.02
# A score lies between 0 and 1: a turn this strong would outweigh every reason.
MOST_FAIR_TURN = 0.1


def current(session: Session, district_id: int) -> RankingSetting:
    """What ranks the district's lists now; where nobody chose, the defaults as version 0, without an id."""
    query = select(RankingSetting).where(RankingSetting.district_id == district_id, RankingSetting.is_in_use)
    return session.scalar(query) or defaults(district_id)


def defaults(district_id: int) -> RankingSetting:
    """The recommender's own weights, never stored."""
    from recommender import DEFAULT_WEIGHTS

    return RankingSetting(
        district_id=district_id,
        version=0,
        weights=dict(DEFAULT_WEIGHTS),
        fair_turn=DEFAULT_FAIR_TURN,
        has_labelled_place=True,
        origin=SettingOrigin.DEFAULT,
        reason="",
        is_in_use=True,
    )


def add_version(
    session: Session,
    district_id: int,
    weights: Mapping[str, float],
    fair_turn: float,
    labelled_place: bool,
    origin: SettingOrigin,
    reason: str,
    by: User | None = None,
    in_use: bool = True,
) -> RankingSetting:
    """The district's next version; one that is not put in use is a proposal.

    Raises Invalid, naming the field, if the weights are not shares of all parts that add up to 1, the strength of the
    turn is out of range, or the reason is missing.
    """
    checked = _checked(weights, fair_turn)
    reason = _checked_reason(reason)
    _lock(session, district_id)
    setting = RankingSetting(
        district_id=district_id,
        version=_latest_version(session, district_id) + 1,
        weights=checked,
        fair_turn=fair_turn,
        has_labelled_place=labelled_place,
        origin=origin,
        reason=reason,
        made_by_id=by.id if by else None,
        is_in_use=False,
    )
    session.add(setting)
    session.flush()
    if in_use:
        put_in_use(session, setting, by, reason)
    else:
        audit.record(session, by, AuditAction.RANKING_PROPOSED, setting, reason=reason, version=setting.version)
    return setting


def put_in_use(session: Session, setting: RankingSetting, by: User | None, reason: str) -> None:
    """From now on this version ranks; the one before stays in the history."""
    reason = _checked_reason(reason)
    _lock(session, setting.district_id)
    session.refresh(setting)
    if setting.is_in_use:
        raise Conflict("setting_in_use")
    before = current(session, setting.district_id)
    rows = update(RankingSetting).where(RankingSetting.district_id == setting.district_id)
    session.execute(rows.values(is_in_use=False))
    setting.is_in_use = True
    values = {"version": setting.version, "before": before.version}
    audit.record(session, by, AuditAction.RANKING_CHANGED, setting, reason=reason, **values)


def ask_for(session: Session, setting: RankingSetting, by: User, reason: str) -> Approval:
    """Put a version before a second person: points that staff chose rank only once somebody else has agreed."""
    if setting.is_in_use:
        raise Conflict("setting_in_use")
    return ask(session, by, ApprovalKind.WEIGHTS, setting, _checked_reason(reason), version=setting.version)


def use_granted(session: Session, setting: RankingSetting, by: User, now: datetime) -> None:
    """Make use of a second person's yes, for the reason it was asked for."""
    put_in_use(session, setting, by, take(session, ApprovalKind.WEIGHTS, setting, by, now).reason)


def _checked(weights: Mapping[str, float], fair_turn: float) -> dict[str, float]:
    from recommender import checked_weights

    if not (isfinite(fair_turn) and 0.0 <= fair_turn <= MOST_FAIR_TURN):
        raise Invalid("fair_turn_out_of_range", field="fair_turn", most=f"{100 * MOST_FAIR_TURN:g}")
    try:
        return checked_weights(weights)
    except ValueError as error:
        raise Invalid("weights_wrong", field="weights", total=f"{100 * sum(weights.values()):g}") from error


def _checked_reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid("setting_reason_needed", field="reason")
    return reason.strip()


def _lock(session: Session, district_id: int) -> None:
    """Of two people who change the ranking at once, one is the first."""
    session.flush()
    session.execute(select(District.id).where(District.id == district_id).with_for_update())


def _latest_version(session: Session, district_id: int) -> int:
    query = select(func.max(RankingSetting.version)).where(RankingSetting.district_id == district_id)
    return session.scalar(query) or 0


def get_setting(session: Session, setting_id: int, district_id: int) -> RankingSetting:
    setting = session.get(RankingSetting, setting_id)
    if setting is None or setting.district_id != district_id:
        raise NotFound
    return setting


def history(session: Session, district_id: int) -> Sequence[RankingSetting]:
    """All versions of a district, the newest first."""
    query = select(RankingSetting).where(RankingSetting.district_id == district_id)
    return session.scalars(query.order_by(RankingSetting.version.desc())).all()


def changes_of(session: Session, setting: RankingSetting) -> list[AuditEntry]:
    """Each time this version came in use: when, by whom and why, the latest last; by nobody where it was a training."""
    if setting.id is None:
        return []
    return audit.entries_of(session, setting, AuditAction.RANKING_CHANGED)


def last_change(session: Session, setting: RankingSetting) -> AuditEntry | None:
    """How this version came in use; None for the defaults and for one that never was."""
    return next(reversed(changes_of(session, setting)), None)


def proposals(versions: Sequence[RankingSetting]) -> list[RankingSetting]:
    """What was learnt since the version in use, newest first; of a history."""
    in_use = max((one.version for one in versions if one.is_in_use), default=0)
    return [one for one in versions if one.origin is SettingOrigin.LEARNT and one.version > in_use]
