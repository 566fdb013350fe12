"""One request in front of whoever answers it, signed in or behind a link: the page, the longer form, the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from flask import redirect, render_template, request
from sqlalchemy.orm import Session

from garment_hub.briefs import facts
from garment_hub.designers.queries import past_order_count
from garment_hub.doors import Answer, Door, take
from garment_hub.factories import bookings
from garment_hub.form_tokens import new_token
from garment_hub.forms import TokenForm
from garment_hub.quotes import services, wording
from garment_hub.quotes.by_hand import question_to_send
from garment_hub.quotes.client_record import client_record
from garment_hub.quotes.forms import DeclineForm, NoticeForm, QuoteForm, TapForm, quote_form, values_of
from garment_hub.quotes.offering import named_work, said_so_far, starting_offer, tapped_offer
from garment_hub.quotes.queries import heard_of, held_until, may_answer, order_id_of
from garment_hub.quotes.repeats import earlier_line
from garment_hub.quotes.schedule import schedule_of
from garment_hub.quotes.services import Offer
from garment_hub.quotes.standing import can_answer, is_awardable, is_lapsed, needs_price
from garment_hub.quotes.teams import neighbours
from garment_hub.recommendations.owner_wording import owner_lines
from garment_hub.recommendations.wording import question_lines
from models.base import utc_now
from models.quote import LONGEST_PAYMENT_DAYS, DeclineReason, QuoteAnswer, QuoteRequest, RequestStatus
from models.user import CENTRE, User

UNDER_WAY = frozenset({RequestStatus.OPEN, RequestStatus.ANSWERED, RequestStatus.CHOSEN})


class AnswerDesk:
    """``user`` is who looks and answers, which a link names without signing them in."""

    def __init__(self, session: Session, asked: QuoteRequest, user: User, today: date, door: Door) -> None:
        self.session, self.asked, self.user, self.today, self.door = session, asked, user, today, door

    @property
    def stands_in(self) -> bool:
        """Whether whoever looks speaks for an owner who is not here."""
        return self.user.is_staff and may_answer(self.asked, self.user)

    def page(self, wrong: TokenForm | None = None) -> str:
        """The page of one request; ``wrong`` is the form that has to be corrected."""
        shown = {**self._work(), **self._asker(), **self._answer(), **self._forms(wrong)}
        return render_template("quotes/show.html", **self._always(), **shown)

    def _always(self) -> dict[str, Any]:
        asked, door = self.asked, self.door
        return {
            "asked": asked,
            "brief": asked.brief,
            "headline": facts.headline(asked.brief),
            "part": asked.team_member,
            "questions": question_lines(asked.questions),
            "address": door.address,
            "is_link": door.is_link,
            "own_reach": self.user.phone or self.user.email,
            "stands_in": self.stands_in,
            "words": wording,
        }

    def _work(self) -> dict[str, Any]:
        """What is to be done, and what of it fits this factory."""
        asked, member, pictures = self.asked, self.asked.team_member, self.asked.brief.files
        may_look = self.user.is_staff or asked.status in UNDER_WAY
        return {
            "picture": self.door.picture(pictures[0].id) if self.door.picture and pictures and may_look else None,
            "split": facts.split(asked.brief),
            "price_note": facts.price_note(asked.brief),
            "own_days": wording.own_days(schedule_of(self.session, asked, self.today)),
            "neighbours": neighbours(member) if member else ([], []),
            "reasons_asked": self._why_asked(),
        }

    def _why_asked(self) -> list[Any]:
        """A list is made for the whole work, so it says nothing of a part in a team."""
        entry = services.latest_entry(self.session, self.asked.brief, self.asked.factory_id)
        is_whole = self.asked.team_member is None and self.asked.status in UNDER_WAY
        return owner_lines(entry.reasons) if entry and is_whole else []

    def _asker(self) -> dict[str, Any]:
        designer = self.asked.brief.designer
        return {
            "record": wording.record_lines(client_record(self.session, designer, self.today)),
            "past_orders": past_order_count(self.session, designer),
            "contact": wording.contact(designer.user),
        }

    def _answer(self) -> dict[str, Any]:
        """What was said so far, and what may be said now."""
        asked, today, may = self.asked, self.today, may_answer(self.asked, self.user)
        is_new, lacks_price = can_answer(asked, today), needs_price(asked, today)
        return {
            "answered_for": wording.answered_for(asked, heard_of(self.session, asked)),
            "order_id": order_id_of(self.session, asked),
            "may_answer": may and is_new,
            "may_complete": may and lacks_price,
            "may_hold": may and is_awardable(asked, today),
            "needs_mandate": self.user.role in CENTRE and not may and (is_new or lacks_price),
            "held_until": held_until(self.session, asked, utc_now()),
            "is_lapsed": is_lapsed(asked, today),
            "is_repeat": earlier_line(self.session, asked) is not None,
            "offer": tapped_offer(self.session, asked),
            "question_to_send": question_to_send,
        }

    def _forms(self, wrong: TokenForm | None) -> dict[str, Any]:
        token = new_token()
        blank: dict[str, Any] = {"formdata": None, "data": {"form_token": token}}
        blank |= {"today": self.today, "stands_in": self.stands_in}
        return {
            "form": wrong,
            "token": token,
            "tap": wrong if isinstance(wrong, TapForm) else TapForm(**blank),
            "refusal": wrong if isinstance(wrong, DeclineForm) else DeclineForm(**blank),
            "short": wrong if isinstance(wrong, QuoteForm) else self._quote_form(QuoteAnswer.POSSIBLE),
        }

    def write(self, answer: str | None) -> Answer:
        """The longer form, while there is something to say."""
        if not can_answer(self.asked, self.today) and not needs_price(self.asked, self.today):
            return redirect(self.door.address(), 303)
        return self._form_page(self._quote_form(_answer_named(answer)))

    def _quote_form(self, answer: QuoteAnswer, *, is_sent: bool = False) -> QuoteForm:
        """The form, begun with what was said before or what the brief asks for."""
        work, until = named_work(self.asked), self.asked.brief.needed_by or date.max
        start = {} if is_sent else values_of(starting_offer(self.session, self.asked, self.today))
        values: dict[str, Any] = {"today": self.today, "offered": answer, "work": work, "stands_in": self.stands_in}
        values |= {"until": until, "data": start | {"form_token": new_token()}}
        form = quote_form(work)
        return form(**values) if is_sent else form(formdata=None, **values)

    def _form_page(self, form: QuoteForm) -> str:
        is_conditional = form.offered is QuoteAnswer.CONDITIONAL
        shown = {"form": form, "longest": LONGEST_PAYMENT_DAYS, "is_conditional": is_conditional}
        return render_template("quotes/quote.html", **self._always(), **shown)

    def submit(self) -> Answer:
        """A yes: with one tap, with the price that was missing, or with all of the longer form."""
        if "tap" in request.form:
            tap = TapForm(today=self.today, stands_in=self.stands_in)
            offer = replace(tapped_offer(self.session, self.asked), remark=tap.remark.data)
            return self._take(tap, lambda: self._say_yes(offer, tap), lambda: self.page(tap))
        form = self._quote_form(_answer_named(request.form.get("answer")), is_sent=True)
        if "short" in request.form and self.asked.quote is not None:
            said = said_so_far(self.asked.quote)
            return self._take(form, lambda: self._say_yes(_priced(said, form), form), lambda: self.page(form))
        return self._take(form, lambda: self._say_yes(form.offer(), form), lambda: self._form_page(form))

    def _say_yes(self, offer: Offer, form: TapForm | QuoteForm) -> None:
        services.submit_quote(self.session, self.asked, offer, self.user, self.today, heard=form.heard.data)

    def decline(self) -> Answer:
        form = DeclineForm(today=self.today, stands_in=self.stands_in)

        def act() -> None:
            services.decline(
                self.session,
                self.asked,
                DeclineReason(form.reason.data),
                self.user,
                self.today,
                could_at_krw=form.could_at_krw.data,
                could_from_on=form.could_from_on.data,
                heard=form.heard.data,
            )

        return self._take(form, act, lambda: self.page(form))

    def hold(self) -> Answer:
        """Keep the days of this offer for 48 hours."""
        form = NoticeForm()
        return self._take(
            form, lambda: services.hold_days(self.session, self.asked, utc_now()), lambda: self.page(form)
        )

    def release(self) -> Answer:
        if self.asked.quote is not None:
            bookings.release_hold(self.session, self.asked.quote)
        return redirect(self.door.address(), 303)

    def _take(self, form: TokenForm, act: Callable[[], object], page: Callable[[], str]) -> Answer:
        return take(self.session, self.user, form, act, page, self.door.address())


def _answer_named(code: str | None) -> QuoteAnswer:
    return QuoteAnswer(code) if code in list(QuoteAnswer) else QuoteAnswer.POSSIBLE


def _priced(said: Offer, form: QuoteForm) -> Offer:
    """What was said, with the price and the day that were missing."""
    price, ready_on = form.unit_price_krw.data, form.ready_on.data
    return replace(said, unit_price_krw=price, ready_on=ready_on, is_vat_included=False, valid_until=None)
