"""The sentences of this room: counted factories, refusals, promises, days of work, telephone numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from garment_hub.labels import day, days, label, locale_code, number, terms, week, won
from garment_hub.quotes.client_record import ClientRecord
from garment_hub.quotes.proposals import Handover, Member, Proposal
from garment_hub.quotes.schedule import Schedule
from garment_hub.quotes.teams import Complaint, neighbours
from garment_hub.recommendations.korean import with_particles
from garment_hub.recommendations.teaming import ProposedPlace
from models.factory import Factory
from models.quote import (
    BalanceRule,
    DeclineReason,
    DefectRule,
    NotChosenReason,
    Quote,
    QuoteRequest,
    RequestStatus,
)
from models.team import TeamMember
from models.user import User

COUNTED = {
    1: lazy_gettext("one factory"),
    2: lazy_gettext("two factories"),
    3: lazy_gettext("three factories"),
    4: lazy_gettext("four factories"),
    5: lazy_gettext("five factories"),
}

REFUSALS = {
    DeclineReason.PRICE: lazy_gettext("The price per piece does not fit"),
    DeclineReason.DATE: lazy_gettext("The day is too soon"),
    DeclineReason.FULL: lazy_gettext("They are fully booked"),
    DeclineReason.MACHINE: lazy_gettext("They do not have the machine"),
    DeclineReason.OTHER: lazy_gettext("For another reason"),
}

# As the owner says it, with one tap.
REFUSAL_BUTTONS = {
    DeclineReason.PRICE: lazy_gettext("The price is too low for me"),
    DeclineReason.DATE: lazy_gettext("The day is too soon for me"),
    DeclineReason.FULL: lazy_gettext("I am fully booked"),
    DeclineReason.MACHINE: lazy_gettext("I do not have the machine"),
    DeclineReason.OTHER: lazy_gettext("I have another reason"),
}

# Why another one was taken: said to those who were not.
NOT_CHOSEN = {
    NotChosenReason.PRICE: lazy_gettext("The price fitted better elsewhere."),
    NotChosenReason.DATE: lazy_gettext("Another factory was sooner."),
    NotChosenReason.INCLUDED: lazy_gettext("Another price held more work."),
    NotChosenReason.NEARER: lazy_gettext("Another factory was nearer."),
    NotChosenReason.KNOWN: lazy_gettext("They went to a factory they know."),
    NotChosenReason.OTHER: lazy_gettext("For another reason."),
}

STATUSES = {
    RequestStatus.OPEN: lazy_gettext("Waiting for an answer"),
    RequestStatus.ANSWERED: lazy_gettext("Answered"),
    RequestStatus.DECLINED: lazy_gettext("Cannot this time"),
    RequestStatus.WITHDRAWN: lazy_gettext("Taken back"),
    RequestStatus.CHOSEN: lazy_gettext("Chosen"),
    RequestStatus.NOT_CHOSEN: lazy_gettext("Another factory was chosen"),
}

DEFECTS = {
    DefectRule.REMAKE: lazy_gettext("made anew"),
    DefectRule.DEDUCT: lazy_gettext("taken off the sum"),
    DefectRule.REMAKE_OR_DEDUCT: lazy_gettext("made anew or taken off"),
}

BALANCES = {
    BalanceRule.BEFORE_SHIPPING: lazy_gettext("before it is sent"),
    BalanceRule.AFTER_HANDOVER: lazy_gettext("after hand-over"),
}

# What is wrong with a chain of factories, beside the field it belongs to.
CHAIN = {
    "team_day_over": lazy_gettext("This day is over. Please choose a later one."),
    "team_days_swapped": lazy_gettext("It ends before it starts. Please look at the two days."),
    "team_day_too_late": lazy_gettext("This is after the day the goods are needed. Please choose an earlier one."),
    "team_place_without_work": lazy_gettext("Please choose what this factory does."),
    "team_work_twice": lazy_gettext("This is already done in another step: %(work)s"),
    "team_work_missing": lazy_gettext("Nobody does this yet: %(work)s"),
    "team_too_small": lazy_gettext("A team has at least two factories. One alone is asked from the list."),
    "team_pieces_wrong": lazy_gettext("The pieces of this step do not add up to those of the brief."),
    "team_lots_differ": lazy_gettext("Factories of one step share its pieces, so they do the same work."),
    "team_factory_twice": lazy_gettext("This factory stands twice in one step."),
    "team_too_early": lazy_gettext("It starts before the step before it is done."),
    "team_lead_needed": lazy_gettext("Please choose which factory speaks for the team."),
}


def complaint(found: Complaint) -> str:
    return str(CHAIN[found.code]) % {"work": terms(list(found.processes), "process")}


def factories_counted(count: int) -> str:
    return str(COUNTED[count]) if count in COUNTED else str(_("%(count)s factories", count=count))


def own_days(schedule: Schedule) -> tuple[str, str]:
    """How long it takes at the factory's own rate, and when it could be."""
    free = _free(schedule.free_weeks)
    if schedule.needed_hundredths is None:
        return _("To be confirmed"), _("You have not written how many you make a day.") + " " + free
    return days_of_work(schedule.needed_hundredths), free


def days_of_work(hundredths: int) -> str:
    return str(_("About %(days)s days of work", days=days(_half_days(hundredths))))


def days_left(count: int) -> str:
    """Until the day to answer is over."""
    if count == 0:
        return str(_("Until today"))
    return str(ngettext("%(num)s day left", "%(num)s days left", count))


def stood_in_for(request: QuoteRequest) -> str:
    """Why somebody of the centre may answer here, as they read it before they do."""
    mandate, values = request.factory.mandate, {"factory": request.factory.name}
    if request.factory.owner is None or mandate is None:
        return str(_("%(factory)s has no owner here. You answer for it after a call; your name is kept with the "
                     "answer.", **values))  # fmt: skip
    agreed = {"name": mandate.given_by, "day": day(mandate.given_at)}
    return _spoken(_("%(name)s of %(factory)s has let the centre answer since %(day)s. You answer after a call; your "
                     "name is kept with the answer.", **values, **agreed))  # fmt: skip


def answered_for(request: QuoteRequest, heard: str | None) -> str | None:
    """In whose name somebody of the centre answered, and how they knew; None for an owner's own answer."""
    if request.answered_by is None or not heard:
        return None
    values = {"name": request.answered_by.name, "factory": request.factory.name, "heard": heard}
    return _spoken(
        _("%(name)s of the centre answered in the name of %(factory)s. How it was heard: %(heard)s", **values)
    )


def _spoken(text: str) -> str:
    """Names are known late, and so are the particles after them."""
    return with_particles(text) if locale_code() == "ko" else str(text)


def _half_days(hundredths: int) -> int:
    """Rounded up to half days, as people speak."""
    return -(-hundredths // 50) * 50


def _free(weeks: list[date] | None) -> str:
    if weeks is None:
        return str(_("You have not written which weeks are free."))
    if not weeks:
        return str(_("You have no free day left until then."))
    return str(_("You have free days in %(weeks)s.", weeks=", ".join(week(monday) for monday in weeks[:3])))


def record_lines(record: ClientRecord) -> list[tuple[str, str]]:
    """How the asker ordered and paid before, as kind of row and sentence."""
    lines = []
    if record.is_thin:
        lines.append(("info", _("Few orders here so far.")))
    if record.finished:
        lines.append(("yes", ngettext("%(num)s order finished here", "%(num)s orders finished here", record.finished)))
    if record.on_time and not record.late:
        lines.append(("yes", _("All payments came by the day agreed.")))
    elif record.on_time or record.late:
        paid = _("%(on_time)s payments by the day agreed, %(late)s late", on_time=record.on_time, late=record.late)
        lines.append(("warn", paid))
    if record.cancelled:
        called_off = ngettext("Called off %(num)s order", "Called off %(num)s orders", record.cancelled)
        lines.append(("info", called_off))
    return lines


def could(request: QuoteRequest) -> str:
    """What would have made a yes of a refusal; empty when nothing was said."""
    said = []
    if request.could_at_krw:
        said.append(_("could at %(price)s per piece", price=won(request.could_at_krw)))
    if request.could_from_on:
        said.append(_("free from %(day)s", day=day(request.could_from_on)))
    return ", ".join(said)


def payment(quote: Quote) -> str:
    """Deposit and rest, as far as they were named; empty when nothing was."""
    said = []
    if quote.deposit_percent:
        said.append(_("deposit %(percent)s%%", percent=quote.deposit_percent))
    elif quote.deposit_percent == 0:
        said.append(_("no deposit"))
    if quote.balance is BalanceRule.BEFORE_SHIPPING:
        said.append(_("the rest before it is sent"))
    elif quote.balance_days is not None:
        said.append(_("the rest within %(days)s days of hand-over", days=quote.balance_days))
    elif quote.balance is BalanceRule.AFTER_HANDOVER:
        said.append(_("the rest after hand-over"))
    return ", ".join(said)


def sample(quote: Quote) -> str:
    if quote.sample_fee_krw is None:
        return ""
    fee = won(quote.sample_fee_krw) if quote.sample_fee_krw else str(_("free"))
    return str(_("%(fee)s, taken off the main order", fee=fee)) if quote.is_sample_fee_deducted else fee


def tolerance(pieces: int) -> str:
    return str(_("up to %(number)s pieces either way", number=number(pieces)))


def after(member: TeamMember) -> list[TeamMember]:
    """To whom a member of a team hands over."""
    return neighbours(member)[1]


def span(member: TeamMember) -> str:
    return f"{day(member.starts_on)} – {day(member.due_on)}"


def days_used(place: ProposedPlace) -> str:
    """Factory-days of a proposed place; what nobody has stated has to be asked."""
    return str(_("has to be asked")) if place.needed_hundredths is None else _factory_days(place.needed_hundredths)


def days_free(place: ProposedPlace) -> str:
    return str(_("has to be asked")) if place.free_hundredths is None else _factory_days(place.free_hundredths)


def free_source(place: ProposedPlace) -> str:
    """Who said how many days are free, and when."""
    return f"{label(place.free_source.kind)} · {place.free_source.on.isoformat()}" if place.free_source else ""


def _factory_days(hundredths: int) -> str:
    """To a tenth of a day: used days never look fewer than they are."""
    return str(_("%(count)s d", count=days(10 * ceil(hundredths / 10))))


def days_counted(count: int) -> str:
    return str(ngettext("%(num)s day", "%(num)s days", count))


def pieces(count: int) -> str:
    return str(_("%(pieces)s pieces", pieces=number(count)))


def handover(one: Handover) -> str:
    """What goes over to the next step and when, as it stands beside the line of a chain."""
    whole, on = sum(giver.quantity for giver in one.givers), day(one.on)
    if len(one.takers) > 1:
        lots = " + ".join(number(taker.quantity) for taker in one.takers)
        return str(_("%(lots)s pieces handed on · %(day)s", lots=lots, day=on))
    return str(_("%(pieces)s pieces handed on · %(day)s", pieces=number(whole), day=on))


def due(proposal: Proposal) -> str:
    return str(_("due %(day)s", day=day(proposal.needed_by)))


def handing_over(members: Sequence[TeamMember | Member]) -> str:
    """Factories with their pieces, as one reads them on a chain."""
    return " · ".join(
        _("%(factory)s %(number)s pieces", factory=member.factory.name, number=number(member.quantity))
        for member in members
    )


def factory_phone(factory: Factory) -> str | None:
    return spoken_phone(factory.phone or (factory.owner.phone if factory.owner else None))


def contact(person: User) -> str:
    """How the other side is reached: by telephone, else by e-mail."""
    return spoken_phone(person.phone) or person.email or ""


def spoken_phone(digits: str | None) -> str | None:
    """Digits in the groups in which Korean numbers are read; others as they are."""
    if not digits or not digits.isdecimal() or not digits.startswith("0"):
        return digits
    area = 2 if digits.startswith("02") else 3
    if len(digits) - area not in (7, 8):
        return digits
    return f"{digits[:area]}-{digits[area:-4]}-{digits[-4:]}"
