"""Pages of designers: directory, profile, signing up, and the portfolio's pictures."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub import files
from garment_hub.accounts import services as accounts
from garment_hub.accounts import sign_in
from garment_hub.db import get_session
from garment_hub.designers import services
from garment_hub.designers.forms import PictureForm, ProfileForm, RegisterForm, SignUpForm
from garment_hub.designers.queries import designer_of, designers_page, get_designer, past_order_count, payment_record
from garment_hub.labels import choices
from garment_hub.paging import page_count
from garment_hub.permissions import Access, audience, public, signed_in
from garment_hub.site import choose_locale, current_district
from models.base import utc_now
from models.designer import Designer
from models.errors import Invalid
from models.user import Role, User

bp = Blueprint("designers", __name__)

PAGE_SIZE = 20
COLUMNS = tuple(
    "brand introduction items market usual_quantity_min usual_quantity_max website business_number is_public".split()
)


def _person() -> User | None:
    """Whoever looks at a public page."""
    return signed_in() if current_user.is_authenticated else None


@bp.route("/designers")
@public
def directory() -> str:
    number = min(max(1, request.args.get("page", 1, int)), 10_000)
    person = _person()
    designers, total = designers_page(get_session(), current_district().id, person, page=number, size=PAGE_SIZE)
    return render_template(
        "designers/directory.html",
        designers=designers,
        total=total,
        page=number,
        pages=page_count(total, PAGE_SIZE),
        page_address=lambda page: url_for("designers.directory", page=page, district=request.args.get("district")),
        person=person,
    )


@bp.route("/designers/<int:designer_id>")
@public
def show(designer_id: int) -> str:
    person = _person()
    designer = get_designer(get_session(), designer_id, person, Access.READ)
    return render_template(
        "designers/show.html",
        designer=designer,
        orders=past_order_count(get_session(), designer),
        payment=payment_record(get_session(), designer, utc_now()),
        is_own=person is not None and designer.user_id == person.id,
    )


@bp.route("/designers/<int:designer_id>/pictures/<int:picture_id>")
@public
def picture(designer_id: int, picture_id: int) -> Response:
    designer = get_designer(get_session(), designer_id, _person(), Access.READ)
    return files.file_response(files.upload_root(), services.picture_of(designer, picture_id).key)


@bp.route("/sign-up/designer", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    """For strangers with an account to be made; for a designer without a profile just the profile."""
    is_designer = current_user.is_authenticated and current_user.role == Role.DESIGNER
    if is_designer and designer_of(get_session(), signed_in()):
        return redirect(url_for("designers.edit"), 303)
    form = RegisterForm() if is_designer else SignUpForm()
    if form.validate_on_submit():
        try:
            services.register_designer(get_session(), _user(form), brand=form.brand.data)
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("designers.edit", new=1), 303)
    return render_template("designers/sign_up.html", form=form, is_designer=is_designer), 422 if form.errors else 200


def _user(form: RegisterForm) -> User:
    """Who is signed in, or the person that the form describes, then signed in."""
    if not isinstance(form, SignUpForm):
        return signed_in()
    password_hash = accounts.hash_password(form.password.data)  # before the session's first statement
    session = get_session()
    user = accounts.register_person(
        session,
        role=Role.DESIGNER,
        name=form.name.data,
        district_id=current_district().id,
        password_hash=password_hash,
        email=form.email.data,
        consents=form.consents,
        locale=choose_locale(),
    )
    sign_in.start(session, user)
    return user


def _own() -> Designer:
    """The profile of whoever is signed in; who has none is led to make one."""
    designer = designer_of(get_session(), signed_in())
    if designer is None:
        abort(redirect(url_for("designers.sign_up"), 303))
    return designer


@bp.route("/designers/me/edit", methods=["GET", "POST"])
@audience(Role.DESIGNER)
def edit() -> ResponseReturnValue:
    designer = _own()
    form = _profile_form(designer)
    if form.validate_on_submit():
        services.change_profile(get_session(), designer, _values(form))
        return redirect(url_for("designers.edit", saved=1), 303)
    return _edit_page(designer, form, PictureForm(formdata=None)), 422 if form.errors else 200


def _profile_form(designer: Designer, **options: None) -> ProfileForm:
    form = ProfileForm(data={name: getattr(designer, name) for name in COLUMNS}, **options)
    form.items.choices = choices("item")
    form.market.choices = choices("market")
    return form


def _values(form: ProfileForm) -> dict[str, object]:
    values = {name: form[name].data for name in COLUMNS}
    return (
        values
        | {"items": values["items"] or [], "is_public": bool(values["is_public"])}
        | {name: values[name] or None for name in ("website", "business_number", "market")}
    )


def _edit_page(designer: Designer, form: ProfileForm, picture_form: PictureForm) -> str:
    return render_template(
        "designers/edit.html",
        designer=designer,
        profile=form,
        picture_form=picture_form,
        form=picture_form if picture_form.errors else form,
        most=services.MOST_PICTURES,
        saved=request.args.get("saved"),
        is_new=request.args.get("new"),
    )


@bp.post("/designers/me/pictures")
@audience(Role.DESIGNER)
def add_picture() -> ResponseReturnValue:
    picture_form = PictureForm()
    key = _stored(picture_form)  # decoding takes long: before the session's first statement
    designer = _own()
    if key is not None:
        try:
            services.add_picture(get_session(), designer, key, picture_form.caption.data)
        except Invalid as error:
            files.remove_file(files.upload_root(), key)
            picture_form.refuse(error)
        else:
            return redirect(url_for("designers.edit", saved=1, _anchor="pictures"), 303)
    return _edit_page(designer, _profile_form(designer, formdata=None), picture_form), 422


def _stored(form: PictureForm) -> str | None:
    """The key of the picture sent, or None with the reason in the form."""
    if not form.validate():
        return None
    try:
        return files.store_picture(files.upload_root(), form.picture.data.read())
    except Invalid as error:
        error.field = "picture"
        form.refuse(error)
        return None


@bp.post("/designers/me/pictures/<int:picture_id>/remove")
@audience(Role.DESIGNER)
def remove_picture(picture_id: int) -> ResponseReturnValue:
    session = get_session()
    services.remove_picture(session, _own(), picture_id, partial(files.remove_file, files.upload_root()))
    return redirect(url_for("designers.edit", saved=1, _anchor="pictures"), 303)
