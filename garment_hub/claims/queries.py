"""Reads of claims: what somebody said of a factory, and what waits for the centre."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.claim import Claim, ClaimGround, ClaimStatus
from models.errors import NotFound
from models.factory import Factory
from models.user import User


def waiting_claim(session: Session, factory: Factory, user: User) -> Claim | None:
    which = Claim.factory_id == factory.id, Claim.user_id == user.id, Claim.status == ClaimStatus.WAITING
    return session.scalar(select(Claim).where(*which))


def waiting_claims(session: Session, district_id: int) -> list[Claim]:
    """Those that the centre decides, the longest waiting first. One by a code waits for its telephone alone."""
    query = (
        select(Claim)
        .join(Factory, Factory.id == Claim.factory_id)
        .where(Factory.district_id == district_id, Claim.status == ClaimStatus.WAITING)
        .where(Claim.ground != ClaimGround.CODE)
        .options(joinedload(Claim.factory), joinedload(Claim.user))
        .order_by(Claim.made_at, Claim.id)
    )
    return list(session.scalars(query))


def get_claim(session: Session, claim_id: int, person: User) -> Claim:
    """A claim of this person's district, decided or not; NotFound for another's."""
    claim = session.get(Claim, claim_id)
    if claim is None or claim.factory.district_id != person.district_id or claim.ground is ClaimGround.CODE:
        raise NotFound
    return claim
