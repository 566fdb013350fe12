"""A listing on its way: begun, kept at each step, registered once, and confirmed from the owner's telephone."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from garment_hub.accounts.services import current_consents, end_all_sessions, revoke_links, token_hash
from garment_hub.accounts.throttle import leave_a_trace
from garment_hub.factories import services as factories
from garment_hub.listings.shop_kinds import Pair
from garment_hub.notifications import notify
from models.base import utc_now
from models.district import Neighbourhood
from models.errors import Conflict, NotFound
from models.factory import CapabilityKind, Factory
from models.listing_draft import ListingDraft
from models.notification import Channel
from models.user import ConsentPurpose, Role, User, UserSession

DRAFT_LIFE = timedelta(days=7)  # as long as the link to the telephone opens
LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What the owner said in three steps, and nothing that follows from it by a guess."""

    name: str
    neighbourhood: Neighbourhood
    fabrics: Collection[str]
    stages: Collection[str]
    processes: Collection[str]
    pieces: Mapping[Pair, int]


def begin(session: Session, district_id: int, answers: Mapping[str, Any]) -> str:
    """A new draft; its token, which nobody but the address keeps."""
    token = secrets.token_urlsafe(24)
    session.add(ListingDraft(token_hash=token_hash(token), district_id=district_id, answers=dict(answers)))
    session.flush()
    return token


def find_draft(session: Session, token: str, *, to_change: bool = False) -> ListingDraft:
    """The draft of this address; with ``to_change`` nobody else changes it meanwhile."""
    query = select(ListingDraft).where(ListingDraft.token_hash == token_hash(token))
    draft = session.scalar(query.with_for_update(of=ListingDraft) if to_change else query)
    if draft is None:
        raise NotFound
    return draft


def keep(session: Session, token: str, answers: Mapping[str, Any]) -> ListingDraft:
    """Put these answers to the others. What was sent already stays as it was sent."""
    draft = find_draft(session, token, to_change=True)
    if not is_sent(draft):
        draft.answers = {**draft.answers, **answers}
        draft.updated_at = utc_now()
        session.flush()
    return draft


def as_kept(values: Collection[str]) -> list[str]:
    """Typed text as it can be stored, wrong or right."""
    return [text.encode("utf-8", "ignore").decode().replace("\0", "")[:LONGEST_ANSWER] for text in values]


def is_sent(draft: ListingDraft) -> bool:
    """Whether the third step is done: a message went to the telephone named there."""
    return draft.factory_id is not None or "sent_to" in draft.answers


def register(session: Session, draft: ListingDraft, owner: User, said: Said, on: date) -> Factory:
    """The factory with what its owner said. Until the telephone is confirmed nobody else sees it."""
    factory = factories.register_factory(
        session, owner, name=said.name, neighbourhood=said.neighbourhood, stages=said.stages, on=on
    )
    statement = factories.statement_of(owner, factory, on)
    items = dict.fromkeys(item for item, _stage in said.pieces if item)
    factories.state_codes(factory, CapabilityKind.FABRIC, said.fabrics, statement)
    factories.state_codes(factory, CapabilityKind.PROCESS, said.processes, statement)
    factories.state_codes(factory, CapabilityKind.ITEM, items, statement)
    factories.state_rates(factory, said.pieces, statement)
    draft.factory = factory
    draft.updated_at = utc_now()
    session.flush()
    return factory


def await_confirmation(session: Session, draft: ListingDraft, phone: str) -> None:
    """Send the link that confirms the telephone. The answers stay, for a number may have been mistyped."""
    factory = draft.factory
    if factory is None or factory.owner is None:
        raise Conflict("listing_changed")
    factory.is_display_refused = True
    # After a correction, ids may be those of what was taken back; its link lies on a stranger's telephone.
    revoke_links(factory.owner, utc_now())
    draft.answers = {**draft.answers, "sent_to": phone}
    send_link(session, factory, factory.owner)


def send_link(session: Session, factory: Factory, owner: User) -> None:
    path = f"/factories/{factory.id}/registration"
    notify(session, owner, "listing_link", link=path, channel=Channel.MESSAGE, factory=factory.name)


def remind_of_account(session: Session, draft: ListingDraft, phone: str, person: User | None) -> None:
    """The number is somebody's already: they get a way in, and whoever typed it learns nothing."""
    draft.answers = {**draft.answers, "sent_to": phone}
    if person is None or person.is_staff:
        leave_a_trace(session)
    else:
        notify(session, person, "sign_in_link", link="/link", channel=Channel.MESSAGE)
    session.flush()


def is_confirmed(draft: ListingDraft) -> bool:
    owner = draft.factory.owner if draft.factory else None
    return owner is not None and owner.phone_confirmed_at is not None


def take_back(session: Session, draft: ListingDraft) -> None:
    """The number was mistyped: back to the third step, with everything still there. Raises Conflict once confirmed."""
    if is_confirmed(draft):
        raise Conflict("listing_changed")
    factory = draft.factory
    draft.factory = None
    draft.answers = {name: value for name, value in draft.answers.items() if name != "sent_to"}
    session.flush()
    if factory is not None:
        _forget(session, factory)


def _forget(session: Session, factory: Factory) -> None:
    owner = factory.owner
    session.delete(factory)
    session.flush()
    if owner is not None:
        session.delete(owner)
        session.flush()


def confirm_phone(session: Session, owner: User, now: datetime) -> None:
    """Somebody holds the telephone: from now on the consents alone decide whether strangers see the factory."""
    if owner.phone_confirmed_at is None:
        _shut_others_out(session, owner)
        is_public = ConsentPurpose.PUBLIC_DISPLAY in current_consents(owner)
        for factory in session.scalars(select(Factory).where(Factory.owner_id == owner.id)):
            factory.is_display_refused = not is_public
            draft = session.scalar(select(ListingDraft).where(ListingDraft.factory_id == factory.id))
            if draft is not None:
                draft.answers = {}
    owner.phone_confirmed_at = now
    session.flush()


def _shut_others_out(session: Session, owner: User) -> None:
    """An account that somebody else made with this number: their password, e-mail and browsers open it no longer."""
    if owner.role is Role.FACTORY_OWNER:
        owner.password_hash = owner.email = None
        end_all_sessions(session, owner)


def sweep_drafts(session: Session, now: datetime) -> int:
    """Drafts go after a week, and with them what was registered for a telephone that nobody confirmed."""
    old = select(ListingDraft).where(ListingDraft.updated_at < now - DRAFT_LIFE).order_by(ListingDraft.id)
    drafts = session.scalars(old.with_for_update(skip_locked=True)).all()
    for draft in drafts:
        factory, is_theirs = draft.factory, is_confirmed(draft)
        session.delete(draft)
        session.flush()
        if factory is not None and not is_theirs and not _is_in_use(session, factory):
            _forget_if_nothing_hangs_on_it(session, factory)
    return len(drafts)


def _is_in_use(session: Session, factory: Factory) -> bool:
    """Whether the owner has signed in in another way, or nobody owns it any more."""
    query = select(UserSession.id).where(UserSession.user_id == factory.owner_id).limit(1)
    return factory.owner is None or session.scalar(query) is not None


def _forget_if_nothing_hangs_on_it(session: Session, factory: Factory) -> None:
    """Where the centre has begun to work with it, it is the centre's to decide."""
    try:
        with session.begin_nested():
            _forget(session, factory)
    except IntegrityError:
        return


SWEEPS = {"listing drafts": sweep_drafts}
