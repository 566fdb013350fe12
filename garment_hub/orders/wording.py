"""The sentences of an order: where it stands, what is asked of whom, what was done, and what is said with one tap."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.labels import day, days, number, term, won
from garment_hub.orders.offers import Desk, Task, TaskKind
from garment_hub.orders.progress import Standing, Step, days_behind, days_to_inspect, late_parts
from models.order import EventKind, LineStatus, Order, OrderEvent, OrderLine, Party
from models.payment import PaymentKind, PaymentPart

K, P, S = EventKind, Party, Standing

STEP_NAMES = {
    Step.SAMPLE: lazy_gettext("Sample"),
    Step.CHECK: lazy_gettext("Looked at"),
    Step.TERMS: lazy_gettext("Agreement"),
    Step.MAKING: lazy_gettext("Making"),
    Step.HANDOVER: lazy_gettext("Hand-over"),
    Step.INSPECTION: lazy_gettext("Inspection"),
    Step.PAYMENT: lazy_gettext("Payment"),
}

# A word or two for lists, and the kind of badge they stand in.
BADGES = {
    S.SAMPLE_AWAITED: (lazy_gettext("Sample being made"), "plain"),
    S.SAMPLE_HERE: (lazy_gettext("Sample to look at"), "plain"),
    S.TERMS_OPEN: (lazy_gettext("Agreement open"), "plain"),
    S.READY: (lazy_gettext("Confirmed"), "blue"),
    S.MAKING: (lazy_gettext("Being made"), "blue"),
    S.HANDING_OVER: (lazy_gettext("Partly handed over"), "blue"),
    S.INSPECTING: (lazy_gettext("Being inspected"), "blue"),
    S.REWORKING: (lazy_gettext("Being put right"), "warn"),
    S.PAYING: (lazy_gettext("Payment open"), "blue"),
    S.SETTLED: (lazy_gettext("Finished"), "ok"),
    S.CANCELLED: (lazy_gettext("Cancelled"), "plain"),
    S.DISPUTED: (lazy_gettext("With the centre"), "warn"),
}

LINE_STATUS = {
    LineStatus.PLANNED: lazy_gettext("not begun yet"),
    LineStatus.WORKING: lazy_gettext("at work"),
    LineStatus.HANDED_OVER: lazy_gettext("handed over"),
    LineStatus.DROPPED: lazy_gettext("dropped out"),
}

PAYMENTS = {
    PaymentKind.SAMPLE_FEE: lazy_gettext("Sample fee"),
    PaymentKind.DEPOSIT: lazy_gettext("Deposit"),
    PaymentKind.BALANCE: lazy_gettext("Balance"),
}

# What a day that is not known yet counts from.
DUE_LATER = {
    PaymentKind.SAMPLE_FEE: lazy_gettext("when the sample is sent"),
    PaymentKind.DEPOSIT: lazy_gettext("before the work begins"),
    PaymentKind.BALANCE: lazy_gettext("the day follows from the hand-over"),
}

# What the page asks while something waits for its reader: on the designer's side, on the factory's.
QUESTIONS: dict[EventKind | TaskKind, dict[Party, Any]] = {
    K.SAMPLE_SENT: {P.FACTORY: lazy_gettext("Is the sample on its way?")},
    K.SAMPLE_APPROVED: {P.DESIGNER: lazy_gettext("The sample is here. Is it right?")},
    TaskKind.FILL_TERMS: {
        P.DESIGNER: lazy_gettext("A few points of the agreement are still blank"),
        P.FACTORY: lazy_gettext("Shall we fill in the blank points of the agreement?"),
    },
    TaskKind.CONFIRM_TERMS: {
        P.DESIGNER: lazy_gettext("Please look at the agreement"),
        P.FACTORY: lazy_gettext("Is the agreement right like this?"),
    },
    K.CONFIRMED: {
        P.DESIGNER: lazy_gettext("The agreement stands. Shall it begin?"),
        P.FACTORY: lazy_gettext("The agreement stands. Do you take it on?"),
    },
    K.STARTED: {P.FACTORY: lazy_gettext("Have you begun?")},
    K.STAGE_HANDED_OVER: {P.FACTORY: lazy_gettext("Have you passed it on?")},
    K.DELIVERED: {P.FACTORY: lazy_gettext("Is it all done?")},
    K.PIECES_COUNTED: {
        P.DESIGNER: lazy_gettext("How many pieces came?"),
        P.FACTORY: lazy_gettext("How many pieces have come?"),
    },
    K.ACCEPTED: {P.DESIGNER: lazy_gettext("Are the pieces right?")},
    K.PAYMENT_REPORTED: {P.DESIGNER: lazy_gettext("A payment is due")},
    K.PAYMENT_RECEIVED: {P.FACTORY: lazy_gettext("Has the money come in?")},
    K.SETTLED: {P.FACTORY: lazy_gettext("Everything is paid. Shall we close it?")},
    TaskKind.REVIEW: {
        P.DESIGNER: lazy_gettext("How was it to work together?"),
        P.FACTORY: lazy_gettext("How was the client?"),
    },
    K.DISPUTE_ENDED: {P.CENTRE: lazy_gettext("How is this to go on?")},
}

# Where it stands while others are at it.
HEADINGS: dict[Standing, dict[Party, Any]] = {
    S.SAMPLE_AWAITED: {P.DESIGNER: lazy_gettext("The factory is making the sample")},
    S.SAMPLE_HERE: {P.FACTORY: lazy_gettext("The designer is looking at the sample")},
    S.TERMS_OPEN: {
        P.DESIGNER: lazy_gettext("The factory is looking at the agreement"),
        P.FACTORY: lazy_gettext("The designer is looking at the agreement"),
    },
    S.READY: {
        P.DESIGNER: lazy_gettext("All agreed. The factory begins soon"),
        P.FACTORY: lazy_gettext("All agreed"),
    },
    S.MAKING: {P.DESIGNER: lazy_gettext("They are making it"), P.FACTORY: lazy_gettext("The others are still at work")},
    S.HANDING_OVER: {
        P.DESIGNER: lazy_gettext("Some pieces are here, the rest follows"),
        P.FACTORY: lazy_gettext("Some pieces are handed over"),
    },
    S.INSPECTING: {P.FACTORY: lazy_gettext("The designer is inspecting")},
    S.REWORKING: {P.DESIGNER: lazy_gettext("The factory is putting it right")},
    S.PAYING: {
        P.DESIGNER: lazy_gettext("The factory is checking the payment"),
        P.FACTORY: lazy_gettext("Waiting for the payment"),
    },
    S.SETTLED: {P.DESIGNER: lazy_gettext("This order is finished"), P.FACTORY: lazy_gettext("This work is finished")},
    S.CANCELLED: {
        P.DESIGNER: lazy_gettext("This order was called off"),
        P.FACTORY: lazy_gettext("This work was called off"),
    },
    S.DISPUTED: {
        P.DESIGNER: lazy_gettext("The centre is looking into it with you"),
        P.FACTORY: lazy_gettext("The centre is looking into it with you"),
    },
}

HISTORY = {
    K.SAMPLE_SENT: lazy_gettext("The sample was sent"),
    K.SAMPLE_REJECTED: lazy_gettext("Another sample was asked for"),
    K.SAMPLE_APPROVED: lazy_gettext("The sample was found right"),
    K.TERMS_PROPOSED: lazy_gettext("The agreement was written down"),
    K.TERMS_CONFIRMED: lazy_gettext("The agreement was confirmed"),
    K.CONFIRMED: lazy_gettext("The order was confirmed"),
    K.STARTED: lazy_gettext("The work began"),
    K.INSPECTION_STARTED: lazy_gettext("The inspection began"),
    K.REWORK_ASKED: lazy_gettext("It was asked to be put right"),
    K.SETTLED: lazy_gettext("Everything is paid, the order is finished"),
    K.LINE_DROPPED: lazy_gettext("Dropped out of this work"),
    K.LINE_REPLACED: lazy_gettext("Took the open place"),
    K.NOTED: lazy_gettext("A note"),
    K.CANCELLED: lazy_gettext("The order was called off"),
    K.DISPUTED: lazy_gettext("A problem was reported to the centre"),
    K.DISPUTE_ENDED: lazy_gettext("It was decided how it goes on"),
}

# The heading of the page for a choice that came too late.
GONE = {
    "quote_gone": lazy_gettext("This offer is gone"),
    "quote_expired": lazy_gettext("This offer has run out"),
    "quote_without_price": lazy_gettext("There is no price to it yet"),
    "brief_not_open": lazy_gettext("This brief is closed"),
    "capacity_short": lazy_gettext("Their days were taken in the meantime"),
    "team_incomplete": lazy_gettext("The team is not complete"),
    "already_ordered": lazy_gettext("This is ordered already"),
}


def headline(order: Order) -> str:
    """Item and pieces: "셔츠·블라우스 120장"."""
    pieces = _("%(number)s pieces", number=number(order.quantity))
    return str(_("%(item)s, %(pieces)s", item=term(order.item, "item"), pieces=pieces))


def badge(desk: Desk) -> tuple[str, str]:
    """Words and kind of the mark in lists; what is late comes before everything else."""
    if late_ones := late_parts(desk.parts, desk.today):
        return late(max(late_ones, key=lambda part: part.days_late(desk.today)), desk), "bad"
    words, kind = BADGES[desk.standing]
    return str(words), kind


def heading(desk: Desk) -> str:
    """The question, when something waits for the reader; otherwise where it stands."""
    task = desk.task
    if task is not None:
        party = _party_of(task, desk.side)
        if words := QUESTIONS[task.kind].get(party):
            return str(words)
    words = HEADINGS.get(desk.standing, {}).get(desk.side)
    return str(words or BADGES[desk.standing][0])


def _party_of(task: Task, side: Party) -> Party:
    return task.offers[0].party if task.offers else side


def intro(desk: Desk) -> str:
    """The clock that runs, in words."""
    order, today = desk.order, desk.today
    left = days_to_inspect(order, today)
    if left is not None and order.inspect_by:
        if left == 0:
            return str(_("The inspection ends today. Without a word the pieces then count as accepted."))
        return str(
            _("%(left)s of 10 days are left to inspect. Without a word until %(day)s the pieces count as accepted.",
              left=left, day=day(order.inspect_by))
        )  # fmt: skip
    if late_ones := late_parts(desk.parts, today):
        values = {"payment": PAYMENTS[late_ones[0].kind], "amount": won(late_ones[0].amount_krw)}
        days_late = late_ones[0].days_late(today)
        if desk.side is Party.DESIGNER:
            return str(_("%(payment)s of %(amount)s is %(days)s days late. From the seventh day you cannot ask new "
                         "factories until it is paid.", days=days_late, **values))  # fmt: skip
        return str(_("%(payment)s of %(amount)s is %(days)s days late. Below are the papers that prove it.",
                     days=days_late, **values))  # fmt: skip
    if behind := days_behind(order, today):
        if order.expected_on and order.expected_on >= today:
            return str(_("Promised for %(day)s, now expected on %(later)s.",
                         day=day(order.due_on), later=day(order.expected_on)))  # fmt: skip
        return str(_("It is %(days)s days late: it was promised for %(day)s.", days=behind, day=day(order.due_on)))
    if desk.task is None and desk.standing in (S.SAMPLE_AWAITED, S.SAMPLE_HERE, S.TERMS_OPEN, S.READY, S.MAKING):
        return str(_("Nothing for you to do now. We tell you when something comes."))
    return ""


def due(part: PaymentPart) -> str:
    return str(_("by %(day)s", day=day(part.due_on)) if part.due_on else DUE_LATER[part.kind])


def late(part: PaymentPart, desk: Desk) -> str:
    return str(_("%(days)s days late", days=part.days_late(desk.today)))


def who(event: OrderEvent) -> str:
    """The side that acted, by its name."""
    if event.party is Party.DESIGNER:
        return event.order.designer.brand
    if event.party is Party.FACTORY:
        return (event.line or event.order.lead).factory.name
    return str(_("The centre") if event.party is Party.CENTRE else _("By itself"))


def what(event: OrderEvent) -> str:
    """What happened, with its numbers."""
    said = _SAYING.get(event.kind)
    return said(event) if said else str(HISTORY[event.kind])


def _placed(event: OrderEvent) -> str:
    waived = event.order.is_sample_waived
    return str(_("The order was placed, without a sample") if waived else _("The order was placed"))


def _accepted(event: OrderEvent) -> str:
    if event.party is Party.SYSTEM:
        return str(_("Ten days passed without a word, so the pieces count as accepted"))
    return str(_("The pieces were accepted"))


def _delayed(event: OrderEvent) -> str:
    later = event.values.get("day")
    words = _("It gets later: %(day)s", day=_day_of(later)) if later else _("It gets later")
    left = event.values.get("days_left")
    rest = [str(_("%(days)s days of work are left", days=days(left)))] if left else []
    return ". ".join([str(words), *rest])


def _day_of(iso: str) -> str:
    return day(date.fromisoformat(iso))


def _pieces(event: OrderEvent) -> str:
    pieces = number(event.values.get("pieces", 0))
    words = {
        K.PIECES_COUNTED: _("%(pieces)s pieces were counted", pieces=pieces),
        K.STAGE_HANDED_OVER: _("%(pieces)s pieces went to the next factory", pieces=pieces),
        K.PART_DELIVERED: _("%(pieces)s pieces were handed over, more follow", pieces=pieces),
        K.DELIVERED: _("%(pieces)s pieces were handed over", pieces=pieces),
    }
    return str(words[event.kind])


def _paid(event: OrderEvent) -> str:
    kind, amount = event.values.get("payment"), event.values.get("amount_krw")
    if not kind or amount is None:
        return str(_("A payment was reported") if event.kind is K.PAYMENT_REPORTED else _("A payment was confirmed"))
    values = {"payment": PAYMENTS[PaymentKind(kind)], "amount": won(amount)}
    if event.kind is K.PAYMENT_REPORTED:
        return str(_("%(payment)s sent: %(amount)s", **values))
    return str(_("%(payment)s come in: %(amount)s", **values))


def _noted(event: OrderEvent) -> str:
    """A note, or what the factory says of a sum that it waits for."""
    if "payment" not in event.values:
        return str(HISTORY[event.kind])
    values = {"payment": PAYMENTS[PaymentKind(event.values["payment"])], "amount": won(event.values["amount_krw"])}
    return str(_("%(payment)s not come in yet: %(amount)s", **values))


_SAYING = {
    K.NOTED: _noted,
    K.PLACED: _placed,
    K.ACCEPTED: _accepted,
    K.DELAY_REPORTED: _delayed,
    K.PIECES_COUNTED: _pieces,
    K.STAGE_HANDED_OVER: _pieces,
    K.PART_DELIVERED: _pieces,
    K.DELIVERED: _pieces,
    K.PAYMENT_REPORTED: _paid,
    K.PAYMENT_RECEIVED: _paid,
}


def other_side(desk: Desk) -> str:
    """With whom: the designer sees the factories, a factory the designer, staff both."""
    factories = ", ".join(line.factory.name for line in desk.order.active_lines)
    if desk.side is Party.DESIGNER:
        return factories
    brand = desk.order.designer.brand
    return brand if desk.side is Party.FACTORY else f"{brand} · {factories}"


def unplaced(line: OrderLine) -> str:
    return str(
        _("%(days)s days have no place in the calendar yet. They get one when the factory states those weeks.",
          days=days(line.unplaced_hundredths))
    )  # fmt: skip
