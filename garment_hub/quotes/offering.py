"""The offers a page starts from: what one tap says, and what the longer form shows before anything is written."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

from sqlalchemy.orm import Session

from garment_hub.quotes.repeats import earlier_line, earlier_offer
from garment_hub.quotes.schedule import schedule_of
from garment_hub.quotes.services import Offer
from garment_hub.quotes.standing import usual_validity
from models.quote import Quote, QuoteAnswer, QuoteRequest

# What a price can hold, in the order in which the work is done.
TERMS = (
    "pattern_making", "grading", "cutting", "fusing", "sewing_assembly", "button_attaching", "ironing_finishing",
    "inspection", "packing",
)  # fmt: skip


def tapped_offer(session: Session, request: QuoteRequest) -> Offer:
    """What "I will do it at this price" says: the price, the day and the work of last time or of the brief.

    A brief's budget is for the whole garment, so a member of a team that taps says yes without a price.
    """
    brief, member = request.brief, request.team_member
    ready_on = member.due_on if member else brief.needed_by
    if line := earlier_line(session, request):
        return replace(earlier_offer(line), ready_on=ready_on)
    work = list(member.processes if member else brief.price_includes or brief.processes)
    price = None if member else brief.budget_per_piece_krw
    offer = Offer(QuoteAnswer.POSSIBLE, price, ready_on, price_includes=work)
    return replace(offer, is_vat_included=bool(price) and brief.is_vat_included)


def starting_offer(session: Session, request: QuoteRequest, today: date) -> Offer:
    """What the factory has said already, else what one tap would say; and the days at its own rate."""
    said = said_so_far(request.quote) if request.quote else tapped_offer(session, request)
    if said.ready_on and said.ready_on < today:
        said = replace(said, ready_on=None)
    if said.valid_until is None or said.valid_until < today:
        said = replace(said, valid_until=usual_validity(request.brief, today))
    return replace(said, work_hundredths=said.work_hundredths or schedule_of(session, request, today).needed_hundredths)


def said_so_far(quote: Quote) -> Offer:
    return Offer(**{column.name: getattr(quote, column.name) for column in fields(Offer)})


def named_work(request: QuoteRequest) -> list[str]:
    """The work a price may hold: the usual terms, and whatever else the brief asks for; of a team, its part."""
    member, brief = request.team_member, request.brief
    asked = member.processes if member else [*brief.price_includes, *brief.processes]
    usual = [code for code in TERMS if member is None or code in member.processes]
    return list(dict.fromkeys([*usual, *asked]))
