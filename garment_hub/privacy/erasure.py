"""A person gone on request: what may go is deleted or blanked, what the law holds stays and is listed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Select, String, Table, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.briefs.services import take_back_request, withdraw_brief
from garment_hub.factories.services import refresh_search_text
from garment_hub.privacy.export import PICTURES, pictures_of, rows_of
from garment_hub.privacy.holdings import is_of, table
from garment_hub.quotes.services import decline
from garment_hub.registry.merging import forget_merges
from models.audit import AuditAction
from models.base import Base
from models.brief import ALLOWED_MOVES, Brief, BriefFile, BriefStatus
from models.capacity import today_in_seoul
from models.case import Case
from models.designer import Designer
from models.errors import Conflict
from models.factory import Factory, OperatingStatus
from models.message import Message
from models.notification import Notification
from models.order import ACTIVE, Order, OrderLine
from models.past_order import PastOrder
from models.quote import DeclineReason, Quote, QuoteRequest, RequestStatus
from models.review import Review
from models.user import User

GONE = "–"
# What stays, and why. Periods are for counsel to confirm; see docs/privacy.md.
HELD = {
    "deal": "order order_line terms terms_confirmation order_event delivery line_reopening payment_part"
    " quote_request quote brief team team_member case message capacity_booking review asking_stop".split(),
    "proof": ["consent", "claim", "audit_entry"],
    "register": ["registry_row", "factory_identity", "past_order"],
}
# Rows that go whole; those that hang on them go with them.
_DELETED = (
    "user_session", "second_factor", "recovery_code", "api_token", "form_token", "notification_opt_out", "notification",
    "portfolio_picture", "mandate",
    "pulse", "tip", "visit", "registration_photo", "listing_draft", "factory_certificate", "factory_capability",
    "factory_rate", "factory_fact", "factory_check", "moderation",
)  # fmt: skip
_FACTORY_BLANKED = (
    "business_number", "phone", "address", "lat", "lon", "people", "established_year", "minimum_order_quantity",
    "lead_time_days", "price_floor_krw", "price_includes", "outside_work_percent", "brands_supplied", "introduction",
    "public_basis", "verified_on", "verification_method", "confirmed_on", "owner_id",
)  # fmt: skip


def forget(session: Session, user: User) -> list[str]:
    """Delete what is the person's and answer the keys of pictures to remove once this is committed.

    Raises Conflict while an order runs: the other side counts on it.
    """
    session.refresh(user, with_for_update=True)
    if session.scalar(_running_orders(user).limit(1)) is not None:
        raise Conflict("account_has_orders")
    words = _words_of(session, user)
    kept = _kept_pictures(session, user)
    pictures = [key for key in pictures_of(rows_of(session, user)) if key not in kept]
    _end_talks(session, user)
    _forget_briefs(session, user)
    for name in _DELETED:
        session.execute(delete(table(name)).where(is_of(name, user.id)))
    session.expire_all()
    _forget_words(session, user)
    _forget_factories(session, user)
    _forget_notices(session, words)
    audit.record(session, user, AuditAction.DELETED, user)
    _blank_person(session, user)
    session.flush()
    return pictures


def _running_orders(user: User) -> Select[int]:
    mine = Order.designer_id.in_(select(Designer.id).where(Designer.user_id == user.id))
    factories = select(Factory.id).where(Factory.owner_id == user.id)
    made_here = Order.id.in_(select(OrderLine.order_id).where(OrderLine.factory_id.in_(factories)))
    return select(Order.id).where(or_(mine, made_here), Order.status.in_(ACTIVE))


def _words_of(session: Session, user: User) -> list[str]:
    """By which others have been told of this person."""
    brands = session.scalars(select(Designer.brand).where(Designer.user_id == user.id))
    factories = session.scalars(select(Factory.name).where(Factory.owner_id == user.id))
    return [word for word in (user.name, user.email, user.phone, *brands, *factories) if word and len(word) > 1]


def _kept_pictures(session: Session, user: User) -> set[str]:
    """Pictures of what became an order: talk about it, and its hand-overs."""
    rows = rows_of(session, user)
    talks = select(Message.picture_key).where(Message.author_id == user.id, Message.case_id.in_(_cases_of_orders()))
    return {*session.scalars(talks), *(row["picture_key"] for row in rows.get("order_event", []))} - {None}


def _requests_of_orders() -> Select[int]:
    return select(Quote.request_id).join(OrderLine, OrderLine.quote_id == Quote.id)


def _cases_of_orders() -> Select[int]:
    return select(Case.id).where(Case.request_id.in_(_requests_of_orders()))


def _end_talks(session: Session, user: User) -> None:
    """Nobody waits for somebody who is gone."""
    for brief in _own_briefs(session, user):
        if BriefStatus.WITHDRAWN in ALLOWED_MOVES[brief.status]:
            withdraw_brief(session, brief)
    _end_requests(session, select(Factory.id).where(Factory.owner_id == user.id), user)


def _end_requests(session: Session, factories: Select[int], by: User, reason: str | None = None) -> None:
    waiting = QuoteRequest.status.in_((RequestStatus.OPEN, RequestStatus.ANSWERED))
    for request in session.scalars(select(QuoteRequest).where(QuoteRequest.factory_id.in_(factories), waiting)).all():
        if request.status is RequestStatus.OPEN and request.answer_by >= today_in_seoul():
            decline(session, request, DeclineReason.OTHER, by, today_in_seoul(), heard=reason)
        else:
            take_back_request(session, request)


def _own_briefs(session: Session, user: User) -> list[Brief]:
    mine = select(Designer.id).where(Designer.user_id == user.id)
    return list(session.scalars(select(Brief).where(Brief.designer_id.in_(mine))))


def _forget_briefs(session: Session, user: User) -> None:
    """Those that became orders stay without note and drawings, the others go with all that hangs on them."""
    ordered = set(session.scalars(select(Order.brief_id)))
    for brief in _own_briefs(session, user):
        if brief.id in ordered:
            brief.note = None
            session.execute(delete(BriefFile).where(BriefFile.brief_id == brief.id))
        else:
            session.execute(delete(Brief).where(Brief.id == brief.id))


def _forget_factories(session: Session, user: User) -> None:
    """It closes; if the district's own register still has it, the next import writes that down anew."""
    for factory in session.scalars(select(Factory).where(Factory.owner_id == user.id)).all():
        _blank_factory(session, factory)


def _blank_factory(session: Session, factory: Factory) -> None:
    """With the rows that were merged into it, which hold the same of the same firm."""
    for one in (factory, *forget_merges(session, factory)):
        for name in _FACTORY_BLANKED:
            setattr(one, name, None)
        one.name, one.status, one.is_display_refused = GONE, OperatingStatus.CLOSED, True
        refresh_search_text(one)


def erase_factory(session: Session, factory: Factory, by: User, reason: str) -> list[str]:
    """Delete what is kept of a factory and answer the keys of pictures to remove once this is committed.

    What the law holds stays, as when a person goes. Raises Conflict while an order runs.
    """
    session.refresh(factory, with_for_update=True)
    lines = select(OrderLine.order_id).where(OrderLine.factory_id == factory.id)
    if session.scalar(select(Order.id).where(Order.id.in_(lines), Order.status.in_(ACTIVE)).limit(1)) is not None:
        raise Conflict("deletion_has_orders")
    words = [word for word in (factory.name, factory.phone) if word and len(word) > 1]
    own = [table(name) for name in _DELETED if "factory_id" in table(name).c]
    pictures = [key for rows in own for key in _keys(session, rows, factory)]
    _end_requests(session, select(Factory.id).where(Factory.id == factory.id), by, reason)
    for rows in own:
        session.execute(delete(rows).where(rows.c.factory_id == factory.id))
    session.expire_all()
    _blank_factory(session, factory)
    _forget_notices(session, words)
    session.flush()
    return pictures


def _keys(session: Session, rows: Table, factory: Factory) -> Iterator[str]:
    for column in (rows.c[name] for name in PICTURES if name in rows.c):
        yield from session.scalars(select(column).where(rows.c.factory_id == factory.id, column.is_not(None)))


def _forget_words(session: Session, user: User) -> None:
    """What the person wrote, outside of what became an order."""
    silent = update(Message).where(Message.author_id == user.id, Message.case_id.not_in(_cases_of_orders()))
    session.execute(silent.values(text="", picture_key=None))
    session.execute(update(Review).where(Review.author_id == user.id).values(word=None))
    offers = Quote.answered_by_id == user.id, Quote.request_id.not_in(_requests_of_orders())
    session.execute(update(Quote).where(*offers).values(remark=None, condition=None, extras={}))
    mine = select(Designer.id).where(Designer.user_id == user.id)
    session.execute(update(PastOrder).where(PastOrder.designer_id.in_(mine)).values(buyer_name=GONE))


def _forget_notices(session: Session, words: list[str]) -> None:
    """Messages to others that named the person; they were read long ago or tell of somebody who is gone."""
    for word in words:
        spellings = (json.dumps(word, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False))
        told = or_(*(cast(Notification.values, String).contains(one, autoescape=True) for one in spellings))
        session.execute(delete(Notification).where(told).execution_options(synchronize_session=False))


def _blank_person(session: Session, user: User) -> None:
    """The row stays, because what others did with this person refers to it."""
    blank = {"brand": GONE, "introduction": None, "business_number": None, "website": None, "is_public": False}
    session.execute(update(Designer).where(Designer.user_id == user.id).values(**blank))
    user.name, user.email, user.phone = GONE, f"gone-{user.id}@invalid", None
    user.password_hash, user.locale, user.is_active = None, None, False


def tables_held() -> Iterator[str]:
    """Names of the tables in which something of a person may stay."""
    for names in HELD.values():
        yield from (name for name in names if name in Base.metadata.tables)
