"""The one question after the minimum: the business registration, by number, by photo, or none."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from garment_hub import files
from garment_hub.accounts import sign_in
from garment_hub.db import get_session
from garment_hub.factories.queries import get_factory
from garment_hub.factories.services import Written, note_stand_in, statement_of
from garment_hub.listings import registration as services
from garment_hub.listings.blueprint import bp
from garment_hub.listings.forms import RegistrationForm
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.site import current_district
from models.base import utc_now
from models.business_number import written
from models.capacity import today_in_seoul
from models.errors import Invalid
from models.factory import Factory
from models.user import CENTRE, Role

MEGABYTE = 1024 * 1024
HEAVIEST_PHOTO = 20 * MEGABYTE
# Taken in as far as this, so that the page can say what is wrong and keep what was typed beside it.
HEAVIEST_REQUEST = 100 * MEGABYTE


@bp.url_value_preprocessor
def take_in_heavy_photos(endpoint: str | None, _values: object) -> None:
    """Before the form is read for its token."""
    if endpoint == "listings.registration":
        request.max_content_length = HEAVIEST_REQUEST


@bp.route("/factories/<int:factory_id>/registration", methods=["GET", "POST"])
@audience(Role.FACTORY_OWNER, *CENTRE)
def registration(factory_id: int) -> ResponseReturnValue:
    if request.method != "POST":
        factory = get_factory(get_session(), factory_id, signed_in(), Access.WRITE)
        return _page(factory, RegistrationForm(formdata=None, data={"number": _written(factory)}))
    form = RegistrationForm()
    answer = request.form.get("do", "number")
    try:
        key = _stored(form.photo.data) if answer == "photo" else None  # decoding takes long: before the session
        digits = services.read_number(form.number.data, current_district().country) if answer == "number" else None
    except Invalid as error:
        form.refuse(error)
        return _page(get_factory(get_session(), factory_id, signed_in(), Access.WRITE), form), 422
    _save(factory_id, digits, key)
    own = url_for("listings.registration", factory_id=factory_id, saved=answer)
    return redirect(sign_in.safe_next(request.args.get("next")) or own, 303)


def _save(factory_id: int, digits: str | None, key: str | None) -> None:
    session, person = get_session(), signed_in()
    try:
        factory = get_factory(session, factory_id, person, Access.WRITE)
    except Exception:
        _remove(key)
        raise
    said = statement_of(person, factory, today_in_seoul())
    if digits is not None:
        _remove(services.state_number(session, factory, digits, said))
    elif key is not None:
        _remove(services.keep_photo(session, factory, key, utc_now()))
    else:
        _remove(services.state_no_number(session, factory, said))
    note_stand_in(session, factory, said, person, Written.REGISTRATION)


def _remove(key: str | None) -> None:
    if key is not None:
        files.remove_file(files.upload_root(), key)


def _stored(photo: FileStorage | None) -> str:
    """The photo drawn anew and kept; raises Invalid for what is too heavy or no photo."""
    if not photo:
        raise Invalid("photo_missing", field="photo")
    with photo.stream as stream:
        data = stream.read(HEAVIEST_REQUEST)
    if len(data) > HEAVIEST_PHOTO:
        raise Invalid("photo_too_heavy", field="photo", megabytes=len(data) // MEGABYTE)
    try:
        return files.store_picture(files.upload_root(), data)
    except Invalid as error:
        code = "photo_unreadable" if error.code == "picture_unreadable" else error.code
        raise Invalid(code, field="photo") from error


def _written(factory: Factory) -> str | None:
    return written(factory.business_number) if factory.business_number else None


def _page(factory: Factory, form: RegistrationForm) -> str:
    return render_template(
        "listings/registration.html",
        factory=factory,
        form=form,
        number=_written(factory),
        photo=services.photo_of(get_session(), factory),
        saved=request.args.get("saved"),
        is_first=bool(request.args.get("first")),
    )
