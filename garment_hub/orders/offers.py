"""What one person may do with an order now: each move with its line and sum, and the one thing that comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.orders import payments
from garment_hub.orders.moves import Step as Trial
from garment_hub.orders.moves import unmet, waiting_delivery
from garment_hub.orders.progress import Standing, TermsState, standing_of, terms_state
from garment_hub.orders.queries import open_places, own_lines, parties_of
from models.base import utc_now
from models.order import (
    BEFORE_WORK,
    MOVES,
    Delivery,
    EventKind,
    Move,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Party,
    moves_for,
)
from models.payment import PaymentPart
from models.review import Review
from models.user import Role, User

K = EventKind
OF_ONE_LINE = frozenset(
    {K.STARTED, K.STAGE_HANDED_OVER, K.PIECES_COUNTED, K.DELAY_REPORTED, K.PART_DELIVERED, K.DELIVERED, K.LINE_DROPPED}
)
OF_ONE_SUM = frozenset({K.PAYMENT_REPORTED, K.PAYMENT_RECEIVED})
ASK_FOR_REVIEW = timedelta(days=30)  # after that, who wants to may still write one
QUIET = (K.LINE_DROPPED, K.DISPUTED, K.CANCELLED)  # these stand last, folded away


@dataclass(frozen=True, slots=True)
class Offer:
    """One move that this person may make now, on which side, with which line, sum and hand-over."""

    move: Move
    party: Party
    line: OrderLine | None = None
    part: PaymentPart | None = None
    delivery: Delivery | None = None

    @property
    def kind(self) -> EventKind:
        return self.move.kind

    @property
    def key(self) -> str:
        """Tells the forms of one page apart."""
        return "-".join(str(each) for each in (self.kind.value, self._subject) if each)

    @property
    def _subject(self) -> int | None:
        if self.part is not None:
            return self.part.id
        return self.line.id if self.line is not None and self.kind in OF_ONE_LINE else None

    @property
    def usual_pieces(self) -> int | None:
        """How many it will be most of the time: what is left to hand over, or what the other side says it sent."""
        if self.delivery is not None:
            return self.delivery.pieces
        if self.line is None or self.kind not in (K.DELIVERED, K.STAGE_HANDED_OVER):
            return None
        return self.line.quantity - self.line.handed_over_pieces or None

    def is_meant(self, kind: str | None, line_id: str | None, part_id: str | None) -> bool:
        """Whether a form that names these is about this offer; what it leaves out may be anything."""
        return (
            kind == self.kind.value
            and line_id in (None, "", str(self.line.id if self.line else ""))
            and part_id in (None, "", str(self.part.id if self.part else ""))
        )


class TaskKind(StrEnum):
    """Things to do that are no moves of the table."""

    FILL_TERMS = "fill_terms"
    CONFIRM_TERMS = "confirm_terms"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Task:
    """The one thing to do now, and what may be answered instead."""

    kind: EventKind | TaskKind
    offers: list[Offer] = field(default_factory=list)
    instead: list[Offer] = field(default_factory=list)


# What is asked first on each side, where more than one thing could be done; with it, what may be answered instead.
FIRST: dict[Party, list[tuple[EventKind | TaskKind, tuple[EventKind, ...]]]] = {
    Party.DESIGNER: [
        (K.SAMPLE_APPROVED, (K.SAMPLE_REJECTED,)),
        (TaskKind.CONFIRM_TERMS, ()),
        (K.CONFIRMED, ()),
        (K.PIECES_COUNTED, ()),
        (K.ACCEPTED, (K.REWORK_ASKED,)),
        (K.PAYMENT_REPORTED, ()),
        (TaskKind.REVIEW, ()),
    ],
    Party.FACTORY: [
        (K.SAMPLE_SENT, ()),
        (TaskKind.CONFIRM_TERMS, ()),
        (K.CONFIRMED, ()),
        (K.PAYMENT_RECEIVED, ()),
        (K.PIECES_COUNTED, ()),
        (K.STARTED, ()),
        (K.STAGE_HANDED_OVER, ()),
        (K.DELIVERED, (K.PART_DELIVERED,)),
        (K.SETTLED, ()),
        (TaskKind.REVIEW, ()),
    ],
    Party.CENTRE: [(K.DISPUTE_ENDED, ())],
}


class Desk:
    """One order as one person sees it on one day; what several blocks of the page need is read once."""

    def __init__(self, session: Session, order: Order, user: User, today: date) -> None:
        self.session, self.order, self.user, self.today = session, order, user, today
        self.parties = parties_of(order, user)
        self.own_lines = own_lines(order, user)
        # An owner whose place is no longer in the order still looks from the factory's side.
        usual = Party.FACTORY if user.role is Role.FACTORY_OWNER else Party.CENTRE
        self.side = next((party for party in Party if party in self.parties), usual)

    @property
    def is_owner(self) -> bool:
        """Owners see what concerns their own factory, not what the others of a team are paid."""
        return self.user.role is Role.FACTORY_OWNER

    def concerns(self, line: OrderLine | None) -> bool:
        return not self.is_owner or line is None or line.factory.owner_id == self.user.id

    @property
    def shown_lines(self) -> list[OrderLine]:
        """Those whose prices and days the reader may see."""
        return [line for line in self.order.lines if self.concerns(line)] if self.is_owner else self.order.active_lines

    @cached_property
    def open_places(self) -> set[int]:
        """Lines for which the reader may look for another factory."""
        return open_places(self.session, self.order) if self.side is Party.DESIGNER else set()

    @cached_property
    def parts(self) -> list[PaymentPart]:
        return [part for part in payments.parts_of(self.session, self.order) if self.concerns(part.line)]

    @property
    def events(self) -> list[OrderEvent]:
        """The newest first."""
        told = [event for event in self.order.events if not _is_of_a_sum(event) or self.concerns(event.line)]
        return told[::-1]

    @cached_property
    def terms(self) -> TermsState:
        return terms_state(self.session, self.order)

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.session, self.order)

    @cached_property
    def offers(self) -> list[Offer]:
        """In the order of the table of moves."""
        return [offer for party in self._sides() for offer in self._offers_of(party, frozenset(EventKind))]

    def _sides(self) -> list[Party]:
        return sorted(self.parties, key=list(Party).index)

    def _offers_of(self, party: Party, kinds: frozenset[EventKind]) -> Iterator[Offer]:
        for move in moves_for(self.order.status, party):
            is_for_centre = party is Party.FACTORY and Party.CENTRE in self.parties & move.actors
            if move.kind not in kinds or is_for_centre or self._is_pointless(move):
                continue
            for line, part in self._subjects(move, party):
                trial = Trial(self.session, self.order, move, self.user, party, utc_now(), self.today)
                trial.line, trial.part = line, part
                if unmet(trial) is None:
                    counted = K.PIECES_COUNTED is move.kind
                    sent = waiting_delivery(self.order, party, line) if counted else None
                    yield Offer(move, party, line, part, sent)

    def _is_pointless(self, move: Move) -> bool:
        """Allowed, but of no use: a second sample while one is looked at, a count of what is accepted."""
        if move.kind is K.SAMPLE_SENT:
            return self.order.has_sample_waiting
        return move.kind is K.PIECES_COUNTED and self.order.accepted_at is not None

    def _subjects(self, move: Move, party: Party) -> list[tuple[OrderLine | None, PaymentPart | None]]:
        """With which line and which sum a move can be made: each is an offer of its own."""
        if move.kind in OF_ONE_SUM:
            return [(part.line, part) for part in self.parts if party is not Party.FACTORY or self._owns(part)]
        lines = self.own_lines if party is Party.FACTORY else self.order.active_lines
        if party is Party.DESIGNER or (move.kind not in OF_ONE_LINE and party is Party.CENTRE):
            return [(None, None)]
        return [(line, None) for line in (lines if move.kind in OF_ONE_LINE else lines[:1])]

    def _owns(self, part: PaymentPart) -> bool:
        return part.line in self.own_lines

    def guess(self, kind: str | None, line_id: str | None) -> Offer | None:
        """What a form meant that is not offered (any more); the service says why it is refused."""
        try:
            move = MOVES[EventKind(kind or "")]
        except (ValueError, KeyError):
            return None
        party = next((each for each in self._sides() if each in move.actors), self.side)
        lines = self.own_lines if party is Party.FACTORY else []
        return Offer(move, party, next((line for line in lines if line_id in (None, "", str(line.id))), None))

    @cached_property
    def task(self) -> Task | None:
        """The first of what waits for this person; None while others are at it."""
        is_stopped = self.order.status is OrderStatus.DISPUTED
        for party in self._sides() if not is_stopped else self.parties & {Party.CENTRE}:
            for kind, instead in FIRST.get(party, ()):
                if found := self._task(party, kind, instead):
                    return found
        return None

    def _task(self, party: Party, kind: EventKind | TaskKind, instead: tuple[EventKind, ...]) -> Task | None:
        if isinstance(kind, TaskKind):
            if kind is TaskKind.REVIEW:
                return Task(kind) if self._review_waits(party) else None
            return self._terms_task(party)
        found = list(self._offers_of(party, frozenset({kind, *instead})))
        offers = [offer for offer in found if offer.kind is kind and self._is_due(offer)]
        others = [offer for offer in found if offer.kind in instead]
        if kind in OF_ONE_SUM:  # one after the other, the most pressing first
            offers = sorted(offers, key=_pressing)[:1]
        return Task(kind, offers, others) if offers else None

    @property
    def sums_to_tap(self) -> dict[int, Offer]:
        """Sums of which something can be said by now, beside the one that is the task."""
        first = self.task.offers if self.task else []
        found = [offer for offer in self.offers if offer.part is not None and offer not in first]
        return {offer.part.id: offer for offer in found if offer.part and (offer.part.due_on or offer.part.reported_at)}

    def _is_due(self, offer: Offer) -> bool:
        """What may be done is not always what has to be done now."""
        if offer.kind is K.PAYMENT_REPORTED and offer.part is not None:
            return offer.part.due_on is not None
        if offer.kind is K.PAYMENT_RECEIVED and offer.part is not None:
            return offer.part.reported_at is not None
        if offer.kind is K.STARTED and offer.line is not None:
            return self._work_has_come(offer.line)
        if offer.kind is K.PIECES_COUNTED:
            return self.order.status is not OrderStatus.REWORK  # the pieces have gone back
        return True

    def _work_has_come(self, line: OrderLine) -> bool:
        """The first of a chain begins by itself, the others when something was handed over to their place."""
        before = [each for each in self.order.active_lines if each.position < line.position]
        sent = [delivery.to_line for each in before for delivery in each.deliveries if delivery.to_line]
        return not before or any(each.position == line.position for each in sent)

    def _terms_task(self, party: Party) -> Task | None:
        if self.order.status not in BEFORE_WORK - {OrderStatus.SAMPLING} | {OrderStatus.IN_PRODUCTION}:
            return None
        if not self.terms.waits_for(party, self.own_lines):
            return None
        return Task(TaskKind.FILL_TERMS if self.terms.blanks else TaskKind.CONFIRM_TERMS)

    def _review_waits(self, party: Party) -> bool:
        """A factory is asked when it has its money, a designer when nothing is left to pay."""
        asked_in = {OrderStatus.SETTLED} | ({OrderStatus.ACCEPTED} if party is Party.DESIGNER else set())
        since = self.order.accepted_at
        if self.order.status not in asked_in or since is None or utc_now() > since + ASK_FOR_REVIEW:
            return False
        lines = self.order.active_lines if party is Party.DESIGNER else self.own_lines
        written = select(Review.line_id).where(Review.line_id.in_([line.id for line in lines]), Review.party == party)
        return len(lines) > len(self.session.scalars(written).all())


def _is_of_a_sum(event: OrderEvent) -> bool:
    return event.kind in OF_ONE_SUM or "payment" in event.values


def _pressing(offer: Offer) -> tuple[date, int]:
    part = offer.part
    return (part.due_on or date.max, part.id) if part else (date.max, 0)
