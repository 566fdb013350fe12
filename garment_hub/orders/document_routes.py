"""The papers of an order: the work order as page and PDF, and the pack of proofs for an unpaid sum."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, time

from flask import Response, current_app, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from garment_hub import audit, files
from garment_hub.briefs.queries import is_own, request_under_way, sees_drawings
from garment_hub.db import engine_of, get_session
from garment_hub.orders import evidence, evidence_wording
from garment_hub.orders.blueprint import bp
from garment_hub.orders.documents import NoPdf, WorkOrder, can_make_pdf, for_paper, make_pdf, qr_code, work_order
from garment_hub.orders.queries import get_order
from garment_hub.permissions import EVERY_ROLE, Access, audience, signed_in
from models.audit import AuditAction
from models.base import utc_now
from models.brief import Brief, BriefFile
from models.capacity import SEOUL, today_in_seoul
from models.errors import NotFound
from models.user import Role, User

SIDES = (Role.DESIGNER, Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)
Answer = str | Response | tuple[str, int]


@bp.route("/orders/<int:order_id>/work-order", endpoint="work_order")
@audience(*EVERY_ROLE)
def show_work_order(order_id: int) -> str:
    session, user = get_session(), signed_in()
    paper = work_order(session, get_order(session, order_id, user, Access.READ), user)
    drawing = _drawing(session, paper.order.brief, user)
    picture = url_for("briefs.file", brief_id=paper.order.brief_id, file_id=drawing.id) if drawing else None
    return _sheet("orders/work_order.html", paper, picture=picture, can_make_pdf=can_make_pdf())


@bp.route("/orders/<int:order_id>/work-order.pdf")
@audience(*EVERY_ROLE)
def work_order_pdf(order_id: int) -> Answer:
    session, user = get_session(), signed_in()
    paper = work_order(session, get_order(session, order_id, user, Access.READ), user)
    drawing = _drawing(session, paper.order.brief, user)
    page = _sheet("orders/work_order_pdf.html", paper, picture=_carried(drawing), for_paper=for_paper)
    answer = _pdf(page, f"work-order-{paper.order.number}-v{paper.terms.version}.pdf", order_id)
    if drawing and not is_own(paper.order.brief, user):
        _write_down(session, paper.order.brief, user)
    return answer


def _sheet(template: str, paper: WorkOrder, **values: object) -> str:
    address = url_for("orders.work_order", order_id=paper.order.id, _external=True)
    code = qr_code(address, _("Opens this work order on a telephone"))
    return render_template(
        template, paper=paper, order=paper.order, terms=paper.terms, sheet=paper.sheet, qr=code, **values
    )


def _drawing(session: Session, brief: Brief, user: User) -> BriefFile | None:
    """The first picture of the brief, for those who may look at it."""
    return next(iter(brief.files), None) if sees_drawings(session, brief, user) else None


def _carried(drawing: BriefFile | None) -> str | None:
    """The picture inside the page itself."""
    if drawing is None:
        return None
    try:
        content, mimetype = files.read_file(files.upload_root(), drawing.key)
    except NotFound:
        return None
    return f"data:{mimetype};base64,{b64encode(content).decode()}"


def _write_down(session: Session, brief: Brief, user: User) -> None:
    """That somebody took the drawing along, as where they look at it on its own."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    asked = None if user.is_staff else request_under_way(session, brief, user)
    since = datetime.combine(today_in_seoul(), time(), SEOUL)
    values = {"factory": asked.factory_id} if asked else {}
    audit.record_now(engine_of(app), user, AuditAction.DRAWING_SEEN, brief, since=since, **values)


@bp.route("/orders/<int:order_id>/evidence.pdf")
@audience(*SIDES)
def evidence_pdf(order_id: int) -> Answer:
    session, user = get_session(), signed_in()
    order = get_order(session, order_id, user, Access.WRITE)
    evidence.require_reason(session, order, user, today_in_seoul())
    found = evidence.pack(session, order, user, utc_now())
    words = evidence_wording.in_words(found, order, current_app.config["CENTRE_PHONE"])
    page = render_template("orders/evidence_pdf.html", pack=found, words=words, order=order)
    return _pdf(page, f"unpaid-{order.number}.pdf", order_id)


def _pdf(page: str, name: str, order_id: int) -> Answer:
    try:
        data = make_pdf(page)
    except NoPdf:
        text = _("No PDF can be made on this machine. Open the page and print it from your browser.")
        back = url_for("orders.work_order", order_id=order_id)
        return (
            render_template(
                "errors/error.html", title=_("No PDF here"), text=text, next_url=back, next_label=_("To the page")
            ),
            503,
        )
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
