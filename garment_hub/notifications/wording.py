"""From a row to sentences in the reader's language: what happened, what to do, where, and why it was sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale, lazy_gettext, ngettext
from flask_babel import gettext as _

from garment_hub.labels import day, month, number, term, won
from garment_hub.notifications.catalogue import CATALOGUE, Topic
from garment_hub.notifications.channels import Letter, Refused
from garment_hub.notifications.one_job import link_path
from garment_hub.quotes.wording import NOT_CHOSEN, REFUSALS
from models.base import utc_now
from models.notification import Channel, Notification
from models.order import OrderStatus

LONGEST_REMARK = 200
SWITCHES = "/account/notifications"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """``title`` names the kind; ``happened`` and ``to_do`` are one sentence each."""

    title: Any
    happened: Any
    to_do: Any


TOPICS = {
    Topic.REQUESTS: lazy_gettext("Questions to your factory"),
    Topic.QUOTES: lazy_gettext("Answers from factories"),
    Topic.ORDERS: lazy_gettext("Orders and samples"),
    Topic.PAYMENTS: lazy_gettext("Payments"),
    Topic.TALK: lazy_gettext("Messages"),
    Topic.CENTRE: lazy_gettext("Work of the centre"),
    Topic.CLAIMS: lazy_gettext("Taking over a factory"),
    Topic.SIGN_IN: lazy_gettext("Getting in"),
}

REASONS = {
    Topic.REQUESTS: lazy_gettext("You get this because your factory takes requests here."),
    Topic.QUOTES: lazy_gettext("You get this because you asked a factory here."),
    Topic.ORDERS: lazy_gettext("You get this because you are part of this order."),
    Topic.PAYMENTS: lazy_gettext("You get this because of the payment agreed for this order."),
    Topic.TALK: lazy_gettext("You get this because you write to each other here."),
    Topic.CENTRE: lazy_gettext("You get this because you are a coordinator of this district."),
    Topic.CLAIMS: lazy_gettext("You get this because you said that this factory is yours."),
    Topic.SIGN_IN: lazy_gettext("If you did not ask for it, leave it be and tell nobody this address."),
}

WORDS: dict[str, Words] = {
    "quote_requested": Words(
        lazy_gettext("A designer asks for a price"),
        lazy_gettext("%(designer)s asks: %(item)s, %(quantity)s pieces, %(needed_by)s."),
        lazy_gettext("One tap says whether you can do it."),
    ),
    "quote_expiring": Words(
        lazy_gettext("The time to answer is almost over"),
        lazy_gettext("The question about %(item)s can be answered until %(answer_by)s."),
        lazy_gettext("If it does not work out this time, one tap says so."),
    ),
    "request_withdrawn": Words(
        lazy_gettext("A question was taken back"),
        lazy_gettext("The question about %(item)s was taken back."),
        lazy_gettext("You need not answer it any more."),
    ),
    "not_chosen": Words(
        lazy_gettext("Another factory was chosen"),
        lazy_gettext("%(item)s: this time it went to another factory. %(reason)s"),
        lazy_gettext("You need not do anything. Your days are free again."),
    ),
    "pulse_asked": Words(
        lazy_gettext("Once a week: can you take work?"),
        lazy_gettext("%(factory)s: can you take work this week?"),
        lazy_gettext("Open the page and tap one answer."),
    ),
    "monthly_tip": Words(
        lazy_gettext("Your factory last month"),
        lazy_gettext(
            "%(month)s: your factory stood on %(shown)s lists, was asked %(asked)s times and got %(chosen)s orders."
            " %(waiting)s"
        ),
        lazy_gettext("The page shows what you can do about it."),
    ),
    "page_hidden": Words(
        lazy_gettext("Your page was taken off the public list"),
        lazy_gettext("%(name)s is not shown to the public for now. Reason: %(reason)s"),
        lazy_gettext("If you see it differently, call the centre."),
    ),
    "request_for_unclaimed": Words(
        lazy_gettext("A question to a factory that has not signed up"),
        lazy_gettext("Somebody asks %(factory)s about %(item)s. This factory has not signed up."),
        lazy_gettext("Please ask by telephone and write the answer down."),
    ),
    "quote_answered": Words(
        lazy_gettext("A factory has answered"),
        lazy_gettext("%(factory)s has answered about %(item)s."),
        lazy_gettext("Compare it with the other offers and choose."),
    ),
    "quote_declined": Words(
        lazy_gettext("A factory cannot do it this time"),
        lazy_gettext("%(factory)s cannot make the %(item)s this time. Reason: %(reason)s."),
        lazy_gettext("You can ask the next factory with one tap."),
    ),
    "hold_ending": Words(
        lazy_gettext("Held days are about to be let go"),
        lazy_gettext("%(factory)s soon lets go of the days held for %(item)s."),
        lazy_gettext("If you have decided, place the order now."),
    ),
    "order_awarded": Words(
        lazy_gettext("An order for your factory"),
        lazy_gettext("%(designer)s gives you the work: %(item)s, %(quantity)s pieces."),
        lazy_gettext("Look at the days and the terms first."),
    ),
    "sample_sent": Words(
        lazy_gettext("The sample is on its way"),
        lazy_gettext("%(factory)s has sent the sample of %(item)s."),
        lazy_gettext("When it is there, look it over and say whether it is right."),
    ),
    "sample_approved": Words(
        lazy_gettext("The sample is approved"),
        lazy_gettext("The sample of %(item)s is approved."),
        lazy_gettext("Next, settle the price and the terms."),
    ),
    "sample_rejected": Words(
        lazy_gettext("The sample needs changes"),
        lazy_gettext("The sample of %(item)s needs changes."),
        lazy_gettext("See what to change and send it once more."),
    ),
    "terms_proposed": Words(
        lazy_gettext("Terms to look at"),
        lazy_gettext("There are terms for %(item)s to look at (version %(version)s)."),
        lazy_gettext("Please read them and confirm. Work starts when both have confirmed."),
    ),
    "terms_confirmed": Words(
        lazy_gettext("The terms are agreed"),
        lazy_gettext("The terms for %(item)s are agreed."),
        lazy_gettext("The work order is there to print."),
    ),
    "order_moved": Words(
        lazy_gettext("An order goes on"),
        lazy_gettext("%(item)s: %(status)s %(reason)s"),
        lazy_gettext("You see where it stands on the page of the order."),
    ),
    "delivery_sent": Words(
        lazy_gettext("Pieces were handed over"),
        lazy_gettext("%(item)s: %(quantity)s pieces are on their way."),
        lazy_gettext("When they are there, count them and write down how many."),
    ),
    "inspection_ending": Words(
        lazy_gettext("The inspection is about to end"),
        lazy_gettext("You can inspect the %(item)s until %(day)s. Without a word they count as accepted."),
        lazy_gettext("If something is wrong, write it down before."),
    ),
    "order_accepted": Words(
        lazy_gettext("The pieces are accepted"),
        lazy_gettext("The %(item)s passed the inspection."),
        lazy_gettext("Payment follows, by the day agreed."),
    ),
    "order_cancelled": Words(
        lazy_gettext("An order was cancelled"),
        lazy_gettext("The order for %(item)s was cancelled. Reason: %(reason)s"),
        lazy_gettext("Days that were kept for it are free again."),
    ),
    "dispute_opened": Words(
        lazy_gettext("An order is disputed"),
        lazy_gettext("The order for %(item)s is disputed. The centre looks into it."),
        lazy_gettext("Please write down what happened, with pictures if you have any."),
    ),
    "review_waiting": Words(
        lazy_gettext("A review is waiting"),
        lazy_gettext("The work on %(item)s is done. How was it?"),
        lazy_gettext("Three short questions. Nobody sees it before both have answered."),
    ),
    "payment_due": Words(
        lazy_gettext("A payment is due soon"),
        lazy_gettext("%(amount_krw)s for %(item)s are due on %(day)s."),
        lazy_gettext("Once you have paid, write it down in the order."),
    ),
    "payment_late": Words(
        lazy_gettext("A payment is late"),
        lazy_gettext("%(amount_krw)s for %(item)s are late by %(days)s days."),
        lazy_gettext("Who has paid writes it down in the order; who has received it confirms it there."),
    ),
    "payment_reported": Words(
        lazy_gettext("A payment was sent"),
        lazy_gettext("%(designer)s says the money for %(item)s was sent. %(amount_krw)s"),
        lazy_gettext("One tap says whether it has come in."),
    ),
    "payment_missing": Words(
        lazy_gettext("A payment has not come in yet"),
        lazy_gettext("%(factory)s says the money for %(item)s has not come in yet. %(amount_krw)s"),
        lazy_gettext("Please look at your account. Once it is sent, write it down in the order."),
    ),
    "payment_received": Words(
        lazy_gettext("A payment has arrived"),
        lazy_gettext("The factory confirms that the payment for %(item)s has arrived. %(amount_krw)s"),
        lazy_gettext("You need not do anything."),
    ),
    "asking_stopped": Words(
        lazy_gettext("New requests are stopped"),
        lazy_gettext("The payment for %(item)s is more than 7 days late, so new factories cannot be asked for now."),
        lazy_gettext("Once it has arrived, the centre opens it again."),
    ),
    "asking_allowed": Words(
        lazy_gettext("You can ask factories again"),
        lazy_gettext("You can ask new factories again."),
        lazy_gettext("Your briefs are as you left them."),
    ),
    "message_received": Words(
        lazy_gettext("Somebody has written to you"),
        lazy_gettext("%(sender)s has written to you."),
        lazy_gettext("Read it and answer on its page."),
    ),
    "claim_waiting": Words(
        lazy_gettext("Somebody says that a factory is theirs"),
        lazy_gettext("Somebody says that %(factory)s is theirs."),
        lazy_gettext("Please look at it and decide."),
    ),
    "claim_accepted": Words(
        lazy_gettext("The factory is yours"),
        lazy_gettext("%(factory)s is in your name now."),
        lazy_gettext("See what the centre has written for you so far, and correct what is not right."),
    ),
    "claim_refused": Words(
        lazy_gettext("The factory is not in your name yet"),
        lazy_gettext("The centre could not see that %(factory)s is yours. Reason: %(reason)s"),
        lazy_gettext("Please call the centre, or say it once more with what shows it."),
    ),
    "claim_link": Words(
        lazy_gettext("One tap and the factory is yours"),
        lazy_gettext("%(factory)s: somebody with this number says it is theirs. One button is left."),
        lazy_gettext("Open it and tap the button. If it was not you, leave it be."),
    ),
    "sign_in_link": Words(
        lazy_gettext("A link to get in"),
        lazy_gettext("Here is the link you asked for. It opens for 15 minutes, once."),
        lazy_gettext("Open it and tap the button."),
    ),
    "listing_link": Words(
        lazy_gettext("One tap and your factory is on the list"),
        lazy_gettext("%(factory)s is almost registered. One button is left."),
        lazy_gettext("Open it and tap the button. The link works for 7 days."),
    ),
    "link_again": Words(
        lazy_gettext("A new link"),
        lazy_gettext("Here is the new link you asked for."),
        lazy_gettext("Open it and go on where you were."),
    ),
    "mandate_given": Words(
        lazy_gettext("The centre writes and answers for you"),
        lazy_gettext("%(name)s said that the centre may write and answer for %(factory)s."),
        lazy_gettext("If you know nothing of it, end it with one tap, or call the centre."),
    ),
    "sign_in_shown": Words(
        lazy_gettext("The centre has shown a way in"),
        lazy_gettext("The centre has shown a code on its screen that signs a telephone in for you. Reason: %(reason)s"),
        lazy_gettext("If you know nothing of it, please call the centre now."),
    ),
}

STATUSES = {
    OrderStatus.SAMPLING: lazy_gettext("The sample is being made."),
    OrderStatus.SAMPLE_APPROVED: lazy_gettext("The sample is right; now the terms are settled."),
    OrderStatus.CONFIRMED: lazy_gettext("The order is confirmed and the days are booked."),
    OrderStatus.IN_PRODUCTION: lazy_gettext("It is being sewn."),
    OrderStatus.DELIVERED: lazy_gettext("Everything is handed over."),
    OrderStatus.INSPECTING: lazy_gettext("The pieces are being inspected."),
    OrderStatus.REWORK: lazy_gettext("Some pieces are being put right."),
    OrderStatus.ACCEPTED: lazy_gettext("The inspection is passed."),
    OrderStatus.SETTLED: lazy_gettext("Everything is paid."),
    OrderStatus.CANCELLED: lazy_gettext("The order is cancelled."),
    OrderStatus.DISPUTED: lazy_gettext("The order is disputed."),
}

# A reason is a code in these; elsewhere somebody typed it.
CODED_REASONS: dict[str, dict[Any, Any]] = {"quote_declined": REFUSALS, "not_chosen": NOT_CHOSEN}

# What is said of a value that is not known; others are left out of the sentence.
UNKNOWN = {
    "needed_by": lazy_gettext("day still open"),
    "reason": lazy_gettext("none given"),
}


def _iso_day(text: str) -> str:
    return day(date.fromisoformat(text))


def _waiting(briefs: int) -> str:
    sentence: str = ngettext(
        "One thing written down would make it fit %(num)s more brief.",
        "One thing written down would make it fit %(num)s more briefs.",
        briefs,
    )
    return sentence


SPOKEN: dict[str, Callable[[Any], str]] = {
    "item": lambda code: term(code, "item"),
    "quantity": number,
    "needed_by": lambda text: str(_("by %(day)s", day=_iso_day(text))),
    "answer_by": _iso_day,
    "day": _iso_day,
    "amount_krw": won,
    "month": lambda text: month(date.fromisoformat(text)),
    "shown": number,
    "asked": number,
    "chosen": number,
    "waiting": lambda briefs: _waiting(briefs) if briefs else "",
    "status": lambda code: str(STATUSES[OrderStatus(code)]),
}


def _spoken(template: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Every value in words; what a person typed becomes one line of bearable length."""
    words = {name: _word(template, name, value) for name, value in values.items()}
    return {"reason": ""} | {name: _one_line(word) for name, word in words.items()}


def _word(template: str, name: str, value: Any) -> str:
    if value is None:
        return "" if template == "order_moved" else str(UNKNOWN.get(name, ""))
    if name == "reason":
        coded = CODED_REASONS.get(template)
        return str(coded[value]) if coded else f"“{_one_line(value)}”"
    return SPOKEN.get(name, str)(value)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_REMARK else f"{line[: LONGEST_REMARK - 1]}…"


def text_to_send(template: str, values: Mapping[str, Any], link: str | None, locale: str) -> str:
    """The message as somebody sends it by hand: what happened, what to do, and where."""
    with force_locale(locale):
        return _render("emails/by_hand.txt", template, values, _address(link) if link else None)


def compose(notification: Notification) -> Letter:
    """The row in its reader's language and for its channel; refused when it cannot be put into words or sent."""
    person = notification.user
    is_email = notification.channel is Channel.EMAIL
    address = person.email if is_email else person.phone
    if address is None or not person.is_active:
        raise Refused("no_address")
    layout = "emails/email.txt" if is_email else "emails/message.txt"
    try:
        with force_locale(person.locale or current_app.config["DEFAULT_LOCALE"]):
            subject = _subject(notification.template, notification.values)
            page = _address(link_path(notification, utc_now())) if notification.link else None
            text = _render(layout, notification.template, notification.values, page)
    except (KeyError, ValueError, TypeError) as error:
        # One row with a code that this version does not know must not hold up the others.
        log.exception("notification %s cannot be put into words", notification.id)
        raise Refused("wording") from error
    return Letter(address, subject, text, notification.template, notification.message_id)


def _subject(template: str, values: Mapping[str, Any]) -> str:
    about = _spoken(template, values).get("item")
    title = str(WORDS[template].title)
    name = _("Garment Hub")
    return f"[{name}] {title} · {about}" if about else f"[{name}] {title}"


def _render(layout: str, template: str, values: Mapping[str, Any], page: str | None) -> str:
    words, spoken = WORDS[template], _spoken(template, values)
    kind = CATALOGUE[template]
    return (
        render_template(
            layout,
            happened=_one_line(str(words.happened) % spoken),
            to_do=str(words.to_do),
            address=page,
            reason=str(REASONS[kind.topic]),
            switches=_address(SWITCHES) if kind.is_optional else None,
            is_asked_for=kind.is_urgent,
        ).strip()
        + "\n"
    )


def _address(path: str) -> str:
    site: str = current_app.config["SITE_URL"]
    return site.rstrip("/") + path
