"""The page of the weekly question, as its owner opens it signed in or by a link."""

from __future__ import annotations

from flask import render_template, request
from sqlalchemy.orm import Session

from garment_hub.labels import full_day
from garment_hub.pulses import wording
from garment_hub.pulses.queries import last_pulse, weeks_ahead
from models.capacity import today_in_seoul
from models.errors import Invalid
from models.factory import Factory
from models.pulse import PulseAnswer

DONE = "done"  # in the address of the page that says what an answer did


def question_page(session: Session, factory: Factory, *, address: str, is_signed_in: bool) -> str:
    """``address`` takes the answer. Who came by a link is led nowhere else, since nothing else is open to them."""
    today = today_in_seoul()
    weeks, last = weeks_ahead(session, factory, today), last_pulse(session, factory)
    return render_template(
        "pulses/ask.html",
        factory=factory,
        today=full_day(today),
        address=address,
        cards=wording.cards(weeks),
        done=wording.done(last, weeks) if last and DONE in request.args else None,
        last=last,
        last_time=wording.last_time(last) if last else None,
        closing=PulseAnswer.WEEK_CLOSED,
        shares=wording.SHARES if is_signed_in else None,
        is_share_saved="shared" in request.args,
        is_signed_in=is_signed_in,
    )


def answer_sent() -> PulseAnswer:
    """The button that was tapped."""
    try:
        return PulseAnswer(request.form.get("answer", ""))
    except ValueError as error:
        raise Invalid("pulse_unknown") from error
