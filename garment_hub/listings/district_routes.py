"""The centre's desk of registrations: photos whose number waits to be keyed in."""

from __future__ import annotations

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub import audit, files
from garment_hub.db import engine_of, get_session
from garment_hub.listings import registration as services
from garment_hub.listings.blueprint import bp
from garment_hub.listings.forms import NumberForm
from garment_hub.permissions import audience, signed_in
from garment_hub.site import current_district
from models.audit import AuditAction
from models.base import utc_now
from models.capacity import today_in_seoul
from models.errors import Invalid
from models.registration_photo import RegistrationPhoto
from models.user import CENTRE


@bp.get("/district/registrations")
@audience(*CENTRE)
def registrations() -> str:
    session, district = get_session(), current_user.district_id
    return render_template(
        "listings/registrations.html",
        photos=services.waiting_photos(session, district),
        without=services.without_number(session, district),
        saved=request.args.get("saved"),
    )


@bp.route("/district/registrations/<int:photo_id>", methods=["GET", "POST"])
@audience(*CENTRE)
def key_in(photo_id: int) -> ResponseReturnValue:
    """The photo beside the field for its number; once keyed in, the photo is gone."""
    person = signed_in()
    photo = services.get_photo(get_session(), photo_id, person)
    form = NumberForm()
    if request.method != "POST":
        return _page(photo, form)
    if form.validate():
        try:
            digits = services.read_number(form.number.data, current_district().country)
        except Invalid as error:
            form.refuse(error)
        else:
            name = photo.factory.name
            key = services.key_in(get_session(), photo, digits, person, today_in_seoul())
            files.remove_file(files.upload_root(), key)
            return redirect(url_for("listings.registrations", saved=name, district=current_district().code), 303)
    return _page(photo, form), 422


def _page(photo: RegistrationPhoto, form: NumberForm) -> str:
    return render_template("listings/key_in.html", photo=photo, factory=photo.factory, form=form)


@bp.get("/district/registrations/<int:photo_id>/photo")
@audience(*CENTRE)
def registration_photo(photo_id: int) -> Response:
    """The photo itself. Each time that it is looked at is written down, so the browser keeps no copy."""
    person = signed_in()
    photo = services.get_photo(get_session(), photo_id, person)
    now = utc_now()
    engine = engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
    audit.record_now(engine, person, AuditAction.REGISTRATION_SEEN, photo.factory, since=now)
    response = files.file_response(files.upload_root(), photo.key)
    response.headers["Cache-Control"] = "no-store"
    return response
