"""Pages of designers: directory, one profile, signing up, one's own profile and pictures."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub import files
from garment_hub.accounts import services as accounts
from garment_hub.accounts import sign_in
from garment_hub.db import get_session
from garment_hub.designers import services
from garment_hub.designers.forms import PictureForm, ProfileForm, RegisterForm, SignUpForm
from garment_hub.designers.queries import designer_of, designers_page, get_designer, past_order_count
from garment_hub.errors import sentence
from garment_hub.permissions import Access, audience, public, signed_in
from garment_hub.site import current_district
from models.designer import Designer
from models.errors import Invalid
from models.user import Role, User

bp = Blueprint("designers", __name__)

PAGE_SIZE = 20
MOST_PAGES = 10_000


def _person() -> User | None:
    """Whoever looks at a public page."""
    return signed_in() if current_user.is_authenticated else None


@bp.route("/designers")
@public
def directory() -> str:
    person = _person()
    page = min(max(request.args.get("page", 1, int), 1), MOST_PAGES)
    found, total = designers_page(get_session(), current_district().id, person, page=page, size=PAGE_SIZE)
    return render_template(
        "designers/directory.html",
        designers=found,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        page_address=lambda number: url_for("designers.directory", page=number, district=request.args.get("district")),
    )


@bp.route("/designers/<int:designer_id>")
@public
def show(designer_id: int) -> str:
    session, person = get_session(), _person()
    designer = get_designer(session, designer_id, person, Access.READ)
    return render_template(
        "designers/show.html",
        designer=designer,
        orders=past_order_count(session, designer),
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
            services.register_designer(get_session(), _owner(form), form.brand.data)
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("designers.edit", first=1), 303)
    return render_template("designers/sign_up.html", form=form, is_designer=is_designer), 422 if form.errors else 200


def _owner(form: RegisterForm) -> User:
    """Who is signed in, or the person that the form describes, then signed in."""
    if not isinstance(form, SignUpForm):
        return signed_in()
    district_id, session = current_district().id, get_session()
    session.rollback()  # hashing takes long: nobody waits for our write lock meanwhile
    password_hash = accounts.hash_password(form.password.data)
    person = accounts.register_person(
        session,
        role=Role.DESIGNER,
        name=form.name.data,
        district_id=district_id,
        password_hash=password_hash,
        email=form.email.data,
        consents=form.consents,
    )
    sign_in.start(session, person)
    return person


@bp.route("/designers/me/edit", methods=["GET", "POST"])
@audience(Role.DESIGNER)
def edit() -> ResponseReturnValue:
    session = get_session()
    designer = designer_of(session, signed_in())
    if designer is None:
        return redirect(url_for("designers.sign_up"), 303)
    form = ProfileForm(obj=designer)
    if form.validate_on_submit():
        try:
            services.change_profile(session, designer, _profile(form))
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("designers.edit", saved=1), 303)
    return _edit_page(designer, form, PictureForm(formdata=None))


def _profile(form: ProfileForm) -> services.Profile:
    values = {name: form[name].data for name in services.Profile.__dataclass_fields__}
    return services.Profile(**{**values, "items": tuple(values["items"] or ())})


def _edit_page(designer: Designer, form: ProfileForm, picture_form: PictureForm) -> ResponseReturnValue:
    refused = form if form.errors else picture_form
    page = render_template(
        "designers/edit.html",
        designer=designer,
        form=form,
        picture_form=picture_form,
        refused=refused,
        has_errors=bool(refused.errors),
        most_pictures=services.MOST_PICTURES,
        saved=request.args.get("saved"),
        is_first=bool(request.args.get("first")),
    )
    return page, 422 if refused.errors else 200


@bp.route("/designers/me/pictures", methods=["POST"])
@audience(Role.DESIGNER)
def add_picture() -> ResponseReturnValue:
    form = PictureForm()
    key = None
    if form.validate():
        try:  # before the first statement: decoding takes long
            key = files.store_picture(files.upload_root(), form.picture.data.stream.read())
        except Invalid as error:
            form.picture.errors = [*form.picture.errors, sentence(error)]
    session = get_session()
    designer = designer_of(session, signed_in())
    if designer is None:
        return redirect(url_for("designers.sign_up"), 303)
    if key is None:
        return _edit_page(designer, ProfileForm(formdata=None, obj=designer), form)
    try:
        services.add_picture(session, designer, key, form.caption.data)
    except Invalid as error:
        files.remove_file(files.upload_root(), key)
        form.refuse(error)
        return _edit_page(designer, ProfileForm(formdata=None, obj=designer), form)
    return redirect(url_for("designers.edit", saved=1), 303)


@bp.route("/designers/me/pictures/<int:picture_id>/remove", methods=["POST"])
@audience(Role.DESIGNER)
def remove_picture(picture_id: int) -> ResponseReturnValue:
    session = get_session()
    designer = designer_of(session, signed_in())
    if designer is None:
        return redirect(url_for("designers.sign_up"), 303)
    files.remove_file(files.upload_root(), services.remove_picture(session, designer, picture_id))
    return redirect(url_for("designers.edit", saved=1), 303)
