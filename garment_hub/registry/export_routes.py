"""The register as a file from the pages: contacts only with a reason, and many of them only with a second person."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import Response, current_app, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy.orm import Session
from wtforms import BooleanField

from garment_hub import audit
from garment_hub.db import engine_of, get_session, reading, unit_of_work
from garment_hub.forms import BaseForm, ChoiceField, TextField
from garment_hub.patience import reckons
from garment_hub.permissions import audience, signed_in
from garment_hub.registry.blueprint import bp
from garment_hub.registry.exporting import XLSX, contacts_in, export_registry
from garment_hub.registry.routes import _desk, _elsewhere
from garment_hub.registry.services import district_by_code
from models.audit import AuditAction
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import District
from models.errors import Conflict, DomainError, Invalid, NotFound
from models.user import Role, User

BULK = 100  # from here on contacts are a list that could be passed on, and a second person has to agree
_KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


class ExportForm(BaseForm):
    layout = ChoiceField(
        lazy_gettext("Layout"),
        required=True,
        choices=[
            ("own", lazy_gettext("Our own: everything, and it can be taken in again")),
            ("present_site", lazy_gettext("The present site's: sewing factories, without contacts")),
            ("open_supply_hub", lazy_gettext("Open Supply Hub: listed factories, in English words")),
        ],
        default="own",
    )
    is_with_contacts = BooleanField(lazy_gettext("With telephone, address and business number"))
    reason = TextField(lazy_gettext("What the contacts are needed for"))


@bp.route("/district/export/registry")
@audience(Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def export_form() -> str:
    return _page(ExportForm(), _desk())


@bp.route("/district/export/registry/ask", methods=["POST"])
@audience(Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def ask_for_export() -> Any:
    """Many contacts: somebody else of the office has to agree first."""
    form, session = ExportForm(), get_session()
    district = _district(session, signed_in())
    if not form.validate() or not form.reason.data:
        form.refuse(Invalid("export_needs_reason", field="reason"))
        return _page(form, district), 422
    _ask_approval(session, district, signed_in(), form.reason.data)
    return redirect(url_for("registry.export_form", district=_elsewhere(district), asked=1), 303)


def _page(form: ExportForm, district: District) -> str:
    count = contacts_in(get_session(), district.id, "own")
    return render_template("registry/export.html", form=form, count=count, bulk=BULK)


@bp.route("/district/export/registry.<ending>", methods=["POST"])
@audience(Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
@reckons
def export_file(ending: str) -> Any:
    """Permission is written down in a short transaction of its own, so that a long file holds nobody up."""
    if ending not in _KINDS:
        raise NotFound
    form = ExportForm()
    if not form.validate():
        return _page(form, _desk()), 422
    engine = engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
    try:
        with unit_of_work(engine) as session:
            code = _allow(session, form)
    except Invalid as error:
        form.refuse(error)
        return _page(form, _desk()), 422
    except Conflict as error:
        form.refuse(error)
        return _page(form, _desk()), 409
    with reading(engine) as session, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"registry.{ending}"
        layout: str = form.layout.data
        export_registry(
            session, path, district_code=code, layout=layout, is_with_contacts=bool(form.is_with_contacts.data)
        )
        data = path.read_bytes()
    name = f"registry-{code}-{layout.replace('_', '-')}-{today_in_seoul()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype=_KINDS[ending].partition(";")[0], headers=headers, content_type=_KINDS[ending])


def _allow(session: Session, form: ExportForm) -> str:
    """The district whose register this person may take along, written down where contacts leave."""
    actor = session.get_one(User, current_user.id)
    district = _district(session, actor)
    layout: str = form.layout.data
    count = contacts_in(session, district.id, layout) if form.is_with_contacts.data else 0
    if count:
        if not form.reason.data:
            raise Invalid("export_needs_reason", field="reason")
        if count > BULK:
            _take_approval(session, district, actor)
        audit.record(session, actor, AuditAction.CONTACTS_EXPORTED, district, reason=form.reason.data, count=count)
    return district.code


def _district(session: Session, actor: User) -> District:
    """The own one, for administrators any. Named in the form: naming it in the address would open the transaction."""
    code = request.form.get("district", "")
    try:
        district = district_by_code(session, code) if code else session.get_one(District, actor.district_id)
    except DomainError as error:
        raise NotFound from error
    if actor.role is not Role.ADMINISTRATOR and district.id != actor.district_id:
        raise NotFound
    return district


def _ask_approval(session: Session, district: District, actor: User, reason: str) -> None:
    from garment_hub.approvals.services import ask
    from models.approval import ApprovalKind

    count = contacts_in(session, district.id, "own")
    ask(session, actor, ApprovalKind.BULK_EXPORT, district, reason, count=count)


def _take_approval(session: Session, district: District, actor: User) -> None:
    """Another person has agreed to it within the last days, for once."""
    from garment_hub.approvals.services import take
    from models.approval import ApprovalKind

    take(session, ApprovalKind.BULK_EXPORT, district, actor, utc_now())
