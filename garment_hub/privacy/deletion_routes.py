"""Staff delete what is kept of a factory: one person asks, another one agrees, and only then it goes."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from garment_hub import audit, files
from garment_hub.approvals.queries import is_open, latest, open_grants
from garment_hub.approvals.services import ask, take
from garment_hub.audit.desk import OFFICERS, district_if_other, own_district
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.permissions import audience, signed_in
from garment_hub.privacy.erasure import GONE, erase_factory
from garment_hub.privacy.forms import AskDeletionForm
from garment_hub.privacy.routes import bp
from garment_hub.registry.queries import registered
from models.approval import ApprovalKind
from models.audit import AuditAction
from models.base import utc_now
from models.errors import Conflict
from models.factory import Factory
from models.user import User


@bp.route("/district/registry/<int:factory_id>/delete")
@audience(*OFFICERS)
def deletion(factory_id: int) -> str:
    return _page(registered(get_session(), factory_id, own_district().id), AskDeletionForm(formdata=None))


@bp.route("/district/registry/<int:factory_id>/delete", methods=["POST"])
@audience(*OFFICERS)
def go_on_deleting(factory_id: int) -> ResponseReturnValue:
    """The next step: to ask a second person, or after the yes to delete."""
    session, person, form, district = get_session(), signed_in(), AskDeletionForm(), own_district()
    factory = registered(session, factory_id, district.id)
    here = district_if_other(district)
    may_delete = session.scalar(open_grants(ApprovalKind.DELETION, factory, person, utc_now()).limit(1))
    if not may_delete and not form.validate():
        return _page(factory, form), 422
    try:
        if may_delete:
            _delete(factory, person)
            return redirect(url_for("registry.factory", factory_id=factory.id, district=here), 303)
        ask(session, person, ApprovalKind.DELETION, factory, form.reason.data)
    except Conflict as error:
        session.rollback()
        form.refuse(error)
        return _page(factory, form), status_of(error)
    return redirect(url_for("privacy.deletion", factory_id=factory.id, district=here), 303)


def _delete(factory: Factory, person: User) -> None:
    session = get_session()
    grant = take(session, ApprovalKind.DELETION, factory, person, utc_now())
    pictures = erase_factory(session, factory, person, grant.reason)
    audit.record(session, person, AuditAction.DELETED, factory, reason=grant.reason, approval=grant.id)
    for key in pictures:
        files.remove_file(files.upload_root(), key)


def _page(factory: Factory, form: AskDeletionForm) -> str:
    asked, now = latest(get_session(), ApprovalKind.DELETION, factory), utc_now()
    return render_template(
        "privacy/deletion.html",
        factory=factory,
        form=form,
        asked=asked,
        may_delete=asked is not None and is_open(asked, now) and asked.asked_by_id == signed_in().id,
        is_gone=factory.name == GONE,
        now=now,
        here=district_if_other(own_district()),
    )
