"""Reviews after the hand-over: writing one, who reads which, and whether both sides may be one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from garment_hub.accounts.self_dealing import Marks
from garment_hub.orders.queries import own_lines
from models.errors import Conflict, Forbidden
from models.order import LineStatus, Order, OrderLine, OrderStatus, Party
from models.review import Review, SelfDealing
from models.terms import Terms
from models.user import User

LONGEST_WORD = 200


@dataclass(frozen=True, slots=True)
class Answers:
    """``was_good``: quality, when the designer writes; payment, when the factory does."""

    kept_the_date: bool
    was_good: bool
    would_again: bool
    word: str | None = None


def write_review(
    session: Session,
    line: OrderLine,
    party: Party,
    author: User,
    answers: Answers,
    now: datetime,
    *,
    device_people: Collection[int] = (),
) -> Review:
    """Say once how it went; ``device_people`` are those who signed in on the author's browser before.

    Raises Conflict before the hand-over and on a second time, Forbidden for a side that is not the author's.
    """
    session.refresh(line.order, with_for_update=True)  # a second tap waits here and is then refused
    if (line, party) not in reviewable(line.order, author):
        raise Forbidden
    if not is_handed_over(line.order):
        raise Conflict("review_too_early")
    written = select(Review.id).where(Review.line_id == line.id, Review.party == party)
    if session.scalar(written) is not None:
        raise Conflict("review_already_written")
    review = Review(
        line=line,
        party=party,
        author=author,
        kept_the_date=answers.kept_the_date,
        was_good=answers.was_good,
        would_again=answers.would_again,
        word=answers.word,
        written_at=now,
        suspicion=_suspicion(session, line, author, device_people),
    )
    session.add(review)
    session.flush()
    return review


def is_handed_over(order: Order) -> bool:
    return order.delivered_at is not None and order.status is not OrderStatus.CANCELLED


def reviewable(order: Order, user: User) -> list[tuple[OrderLine, Party]]:
    """Every line on which this person has a side that may speak, with that side."""
    own = own_lines(order, user)
    is_designer = user.id == order.designer.user_id
    return [
        (line, party)
        for line in order.active_lines
        for party, is_theirs in ((Party.DESIGNER, is_designer), (Party.FACTORY, line in own))
        if is_theirs
    ]


def visible_reviews(session: Session, order: Order, user: User, now: datetime) -> list[Review]:
    """One's own side's, and the other side's once both have written or the days of waiting are over.

    A factory of a team reads what concerns its own line; staff of the district read what is open.
    """
    reviews = reviews_of(session, order)
    written = {(review.line_id, review.party) for review in reviews}
    sides = {(line.id, party) for line, party in reviewable(order, user)}
    concerned = {line_id for line_id, _party in sides}
    return [
        review
        for review in reviews
        if (review.line_id, review.party) in sides
        or (
            (review.line_id in concerned or user.is_staff)
            and review.is_open(other_has_written=(review.line_id, _other(review.party)) in written, now=now)
        )
    ]


def reviews_of(session: Session, order: Order) -> list[Review]:
    lines = [line.id for line in order.lines if line.status is not LineStatus.DROPPED]
    query = select(Review).where(Review.line_id.in_(lines)).options(joinedload(Review.line))
    return list(session.scalars(query.order_by(Review.id)))


def _other(party: Party) -> Party:
    return Party.FACTORY if party is Party.DESIGNER else Party.DESIGNER


def _suspicion(session: Session, line: OrderLine, author: User, device_people: Collection[int]) -> SelfDealing | None:
    """What both sides share. Goods that went to the factory's own address count as sharing it."""
    designer, factory = line.order.designer, line.factory
    query = select(Terms.body).where(Terms.order_id == line.order_id).order_by(Terms.version.desc()).limit(1)
    delivered_to = (session.scalar(query) or {}).get("deliver_to")
    owner = factory.owner
    mine = Marks.of(designer.business_number, (designer.user.phone,), delivered_to)
    theirs = Marks.of(factory.business_number, (factory.phone, owner.phone if owner else None), factory.address)
    return mine.shared_with(theirs) or _shared_device(designer.user_id, factory.owner_id, author, device_people)


def _shared_device(
    designer_id: int, owner_id: int | None, author: User, device_people: Collection[int]
) -> SelfDealing | None:
    """Both have signed in on this browser. The centre's own computers are used by many."""
    is_shared = not author.is_staff and {designer_id, owner_id} <= {author.id, *device_people}
    return SelfDealing.DEVICE if is_shared else None
