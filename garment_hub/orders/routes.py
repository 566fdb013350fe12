"""Pages of an order: the list, where one stands, every move of it, and the pictures of its events."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub import files
from garment_hub.db import get_session
from garment_hub.errors import sentence
from garment_hub.factories.queries import factory_of
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.orders import phrases, progress, services, wording
from garment_hub.orders.blueprint import bp
from garment_hub.orders.dependence import dependence_of
from garment_hub.orders.forms import FIELDS, MoveForm
from garment_hub.orders.offers import QUIET, Desk, Offer
from garment_hub.orders.queries import count_of_district, get_order, orders_of, orders_of_district
from garment_hub.paging import page_count, page_wanted
from garment_hub.permissions import EVERY_ROLE, Access, audience, signed_in
from garment_hub.quotes.wording import contact, factory_phone
from models.base import utc_now
from models.capacity import today_in_seoul
from models.case import Case
from models.errors import Conflict, Invalid, NotFound
from models.order import EventKind, Order, Party
from models.user import Role, User

Answer = str | Response | tuple[str, int]
Rows = list[tuple[str, Desk]]
PAGE_SIZE = 30
GROUPS = ("waiting", "running", "ended")
LAYOUTS = {Role.DESIGNER: "base.html", Role.FACTORY_OWNER: "_layout_owner.html"}


def layout_of(user: User) -> str:
    return LAYOUTS.get(user.role, "_layout_staff.html")


@bp.route("/orders")
@audience(*EVERY_ROLE)
def mine() -> str:
    """What waits for the reader first, then what runs, then what has ended."""
    session, user = get_session(), signed_in()
    rows, page, pages = (_of_district if user.is_staff else _of_person)(session, user)
    factory = factory_of(session, user) if user.role == Role.FACTORY_OWNER else None
    return render_template(
        "orders/mine.html",
        layout=layout_of(user),
        role=user.role,
        rows=rows,
        page=page,
        pages=pages,
        page_address=lambda number: url_for("orders.mine", page=number),
        words=wording,
        dependence=factory and dependence_of(session, factory, today_in_seoul()),
        factory=factory,
    )


def _of_person(session: Session, user: User) -> tuple[Rows, int, int]:
    """One page of the reader's own, its number, and how many pages there are."""
    rows = _grouped(session, orders_of(session, user), user)
    page, pages = _page_of(len(rows))
    return rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], page, pages


def _of_district(session: Session, user: User) -> tuple[Rows, int, int]:
    """The same for staff: of a district's orders only those of the page are read."""
    page, pages = _page_of(count_of_district(session, user.district_id))
    orders = orders_of_district(session, user.district_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return _grouped(session, orders, user), page, pages


def _page_of(total: int) -> tuple[int, int]:
    """The page that is asked for, the last one where it lies past the end, and how many there are."""
    pages = page_count(total, PAGE_SIZE)
    return min(page_wanted(), pages), pages


def _grouped(session: Session, orders: list[Order], user: User) -> Rows:
    desks = [Desk(session, order, user, today_in_seoul()) for order in orders]
    rows = [(_group_of(desk), desk) for desk in desks]
    return sorted(rows, key=lambda row: GROUPS.index(row[0]))


def _group_of(desk: Desk) -> str:
    if desk.task:
        return "waiting"
    return "ended" if progress.is_over(desk.order) else "running"


@bp.route("/orders/<int:order_id>")
@audience(*EVERY_ROLE)
def show(order_id: int) -> str:
    session, user = get_session(), signed_in()
    desk = Desk(session, get_order(session, order_id, user, Access.READ), user, today_in_seoul())
    done = request.args.get("done")
    return _page(desk, done=phrases.DONE.get(EventKind(done)) if done in list(EventKind) else None)


def _page(desk: Desk, *, sent: MoveForm | None = None, done: Any = None, refusal: str | None = None) -> str:
    """``sent`` is a form that came back: it stands open in its place, or beside the refusal."""
    order = desk.order
    forms = {offer.key: _form(desk, offer) for offer in desk.offers}
    if sent is not None and sent.offer.key in forms:
        forms[sent.offer.key] = sent
    task = desk.task
    shown = {offer.key for offer in [*task.offers, *task.instead]} if task else set()
    rest = [offer for offer in desk.offers if offer.key not in shown and offer.part is None]
    return render_template(
        "orders/show.html",
        layout=layout_of(desk.user),
        desk=desk,
        order=order,
        forms=forms,
        fields=FIELDS,
        form=sent,
        others=[offer for offer in rest if offer.kind not in QUIET],
        quiet=[offer for kind in QUIET for offer in rest if offer.kind is kind],
        done=done,
        refusal=refusal,
        phrases=phrases,
        words=wording,
        stitches=progress.stitches(desk.session, order),
        bookings=progress.bookings_of(desk.session, order),
        makers=progress.named_processes(order),
        hand_overs=progress.hand_overs(order),
        late=progress.late_parts(desk.parts, desk.today),
        contacts=_contacts(desk),
        cases=_cases(desk),
        is_owner=desk.is_owner,
    )


def _form(desk: Desk, offer: Offer, **given: Any) -> MoveForm:
    data = {
        "form_token": new_token(),
        "move": offer.kind.value,
        "line_id": offer.line.id if offer.line else "",
        "part_id": offer.part.id if offer.part else "",
        "pieces": offer.usual_pieces,
    }
    return MoveForm(order=desk.order, offer=offer, today=desk.today, **(given or {"formdata": None, "data": data}))


def _contacts(desk: Desk) -> list[tuple[str, str]]:
    """Names and telephones: both sides see each other's, the factory having said yes."""
    order = desk.order
    people = [(order.designer.brand, contact(order.designer.user))] if desk.side is not Party.DESIGNER else []
    if desk.side is not Party.FACTORY or order.is_team:
        people += [(line.factory.name, factory_phone(line.factory) or "") for line in order.active_lines]
    return [(name, number) for name, number in people if number]


def _cases(desk: Desk) -> list[tuple[str, int]]:
    """The conversations that the reader is part of, by the factory's name."""
    lines = desk.own_lines if desk.side is Party.FACTORY else desk.order.active_lines
    requests = {line.quote.request_id: line.factory.name for line in lines}
    query = select(Case).where(Case.request_id.in_(requests)).order_by(Case.id)
    return [(requests[case.request_id], case.id) for case in desk.session.scalars(query)]


@bp.route("/orders/<int:order_id>/pictures/<int:event_id>")
@audience(*EVERY_ROLE)
def picture(order_id: int, event_id: int) -> Response:
    order = get_order(get_session(), order_id, signed_in(), Access.READ)
    event = progress.event_of(order, event_id)
    if event is None or event.picture_key is None:
        raise NotFound
    return files.file_response(files.upload_root(), event.picture_key)


class TakenPicture:
    """The photo of a form, decoded and stored before the first statement; discarded when the move is not made."""

    def __init__(self) -> None:
        self.key: str | None = None
        self.complaint: str | None = None
        sent = request.files.get("picture")
        if sent is None or not sent.filename:
            return
        try:
            self.key = files.store_picture(files.upload_root(), sent.stream.read())
        except Invalid as error:
            self.complaint = sentence(error)

    def discard(self) -> None:
        if self.key is not None:
            files.remove_file(files.upload_root(), self.key)


@bp.route("/orders/<int:order_id>/events", methods=["POST"])
@audience(Role.DESIGNER, Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)
def move_on(order_id: int) -> Answer:
    taken = TakenPicture()
    made = False
    try:
        answer, made = _move_on(order_id, taken)
    finally:
        if not made:
            taken.discard()
    return answer


def _move_on(order_id: int, taken: TakenPicture) -> tuple[Answer, bool]:
    """The answer, and whether the move was made."""
    session, user = get_session(), signed_in()
    order = get_order(session, order_id, user, Access.WRITE)
    desk = Desk(session, order, user, today_in_seoul())
    named = [request.form.get(name) for name in ("move", "line_id", "part_id")]
    offered = next((offer for offer in desk.offers if offer.is_meant(*named)), None)
    offer = offered or desk.guess(*named[:2])
    if offer is None:
        raise Invalid("move_unknown", field="move")
    form = _form(desk, offer, formdata=request.form)
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    try:
        if earlier := sent.earlier_location(session):
            return redirect(earlier, 303), False
        if not _is_valid(form, taken) and offered:
            return (_page(desk, sent=form), 422), False
        services.advance(session, order, offer.kind, user, offer.party, utc_now(), picture_key=taken.key, **form.given)
    except (Conflict, Invalid) as error:
        return _refused(desk, form, error), False
    location = url_for("orders.show", order_id=order.id, done=offer.kind.value)
    sent.remember(session, location)
    return redirect(location, 303), True


def _is_valid(form: MoveForm, taken: TakenPicture) -> bool:
    is_valid = form.validate()
    if taken.complaint and "picture" in form:
        form.picture.errors = [*form.picture.errors, taken.complaint]
        return False
    return is_valid


def _refused(desk: Desk, form: MoveForm, error: Conflict | Invalid) -> tuple[str, int]:
    """The order as it is now, what stood in the way, and what was typed."""
    desk.session.rollback()
    now = Desk(desk.session, get_order(desk.session, desk.order.id, signed_in(), Access.READ), signed_in(), desk.today)
    if isinstance(error, Invalid):
        form.refuse(error)
        return _page(now, sent=form), 422
    return _page(now, sent=form, refusal=sentence(error)), 409
