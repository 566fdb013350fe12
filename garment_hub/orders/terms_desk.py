"""The terms of one order in front of one of its people, signed in or behind a link: read, write anew, confirm."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from sqlalchemy.orm import Session

from garment_hub.doors import Answer, Door, sent_form
from garment_hub.errors import sentence
from garment_hub.form_tokens import new_token
from garment_hub.orders import terms, terms_wording
from garment_hub.orders.queries import own_lines, parties_of
from garment_hub.orders.terms import Body
from garment_hub.orders.terms_forms import DesignerTermsForm, OwnerTermsForm, start_of
from models.base import utc_now
from models.errors import Conflict, Forbidden
from models.order import ENDED, Order, Party
from models.terms import Terms
from models.user import Role, User

LAYOUTS = {Role.DESIGNER: "base.html", Role.FACTORY_OWNER: "_layout_owner.html"}


class TermsDesk:
    """``user`` is who reads and agrees, which a link names without signing them in."""

    def __init__(self, session: Session, order: Order, user: User, door: Door) -> None:
        self.session, self.order, self.user, self.door = session, order, user, door

    def page(self) -> str:
        return self._page(self._form(self._newest()))

    def _newest(self) -> Terms:
        return terms.latest(self.session, self.order)

    def _page(self, form: OwnerTermsForm | None, *, is_overtaken: bool = False, refusal: str = "") -> str:
        order, user = self.order, self.user
        newest, *older = terms.versions(self.session, order)
        seen = terms.lines_seen_by(order, user)
        return render_template(
            "orders/terms.html",
            layout=LAYOUTS.get(user.role, "_layout_staff.html"),
            order=order,
            terms=newest,
            sheet=terms_wording.sheet(newest.body, seen),
            blanks=terms_wording.blanks(newest.body, seen),
            is_complete=not terms.missing(newest.body),
            is_agreed=terms.is_agreed(newest),
            waits_for_me=terms.waits_for(newest, user),
            changes=terms_wording.changes(older[0].body, newest.body, seen) if older else [],
            sides=terms_wording.sides(newest),
            form=form,
            is_designer=isinstance(form, DesignerTermsForm),
            is_overtaken=is_overtaken,
            refusal=refusal,
            token=new_token(),
            address=self.door.address,
            is_link=self.door.is_link,
            own_reach=user.phone or user.email,
        )

    def _form(self, newest: Terms, *, is_sent: bool = False) -> OwnerTermsForm | None:
        """The form of this person's side; None for those who only read."""
        order = self.order
        active = {line.id for line in order.active_lines}
        body = {**newest.body, "lines": [line for line in newest.body["lines"] if line["line"] in active]}
        parties = parties_of(order, self.user)
        own = [line.id for line in own_lines(order, self.user)]
        if order.status in ENDED or not parties - {Party.CENTRE}:
            return None
        is_designer = Party.DESIGNER in parties
        lines = [line["line"] for line in body["lines"]] if is_designer else own
        start = {**start_of(body, order, lines), "version": str(newest.version), "form_token": new_token()}
        values: dict[str, Any] = {"data": start, "base": body}
        if not is_sent:
            values["formdata"] = None
        return DesignerTermsForm(**values, own_lines=own) if is_designer else OwnerTermsForm(**values)

    def propose(self) -> Answer:
        """Write a new version down."""
        newest = self._newest()
        form = self._form(newest, is_sent=True)
        if form is None:
            raise Conflict("terms_order_over") if self.order.status in ENDED else Forbidden
        sent = sent_form(form, self.user)
        if earlier := sent.earlier_location(self.session):
            return redirect(earlier, 303)
        if not form.validate():
            return self._page(form), 422
        if request.form.get("version") != str(newest.version):
            return self._overtaken(form, newest)
        self._write_down(newest, form.body())
        sent.remember(self.session, self.door.address())
        return redirect(self.door.address(), 303)

    def _overtaken(self, form: OwnerTermsForm, newest: Terms) -> Answer:
        """The other side was quicker: what was typed stays, beside what has changed meanwhile."""
        form.version.data, form.form_token.data = str(newest.version), new_token()
        return self._page(form, is_overtaken=True), 409

    def _write_down(self, newest: Terms, body: Body) -> None:
        """A version of its own only where something changed; otherwise this is a yes to what stands there."""
        if body != newest.body:
            terms.propose(self.session, self.order, body, self.user, utc_now())
        elif not terms.missing(body):
            terms.confirm(self.session, self.order, newest.version, self.user, utc_now())

    def confirm(self) -> Answer:
        """Say yes to the version that stands there."""
        version = request.form.get("version", 0, type=int)
        try:
            terms.confirm(self.session, self.order, version, self.user, utc_now())
        except Conflict as error:
            # The answer is the page as it is now, so that what is to be read stands right below.
            return self._page(self._form(self._newest()), refusal=sentence(error)), 409
        return redirect(self.door.address(), 303)
