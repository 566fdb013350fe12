"""Three steps in which a factory puts itself on the list, on a telephone and without a password."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Engine
from werkzeug.datastructures import MultiDict

from garment_hub.accounts import services as accounts
from garment_hub.accounts import sign_in
from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.accounts.services import find_person
from garment_hub.db import engine_of, get_session, reading, unit_of_work
from garment_hub.errors import sentence
from garment_hub.factories.listing import FABRIC_EXAMPLES
from garment_hub.factories.queries import factory_of
from garment_hub.listings import district_routes as _district  # noqa: F401  (adds its pages to the blueprint)
from garment_hub.listings import registration_routes as _registration  # noqa: F401
from garment_hub.listings import services
from garment_hub.listings.blueprint import bp
from garment_hub.listings.forms import CONSENTS, DetailsForm, FabricsForm, StrangersForm, details_form
from garment_hub.listings.services import Said
from garment_hub.listings.shop_kinds import FABRICS, KINDS, ShopKind
from garment_hub.permissions import public, signed_in
from garment_hub.site import choose_locale, current_district, is_demo
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import Neighbourhood, current_neighbourhoods
from models.errors import DomainError, Invalid, NotFound, TooMany
from models.listing_draft import ListingDraft
from models.user import Role

STEPS = 3
NOT_KEPT = frozenset({"csrf_token", *CONSENTS})  # to agree is part of registering, never of a draft


@bp.route("/sign-up/factory", methods=["GET", "POST"])
@public
def start() -> ResponseReturnValue:
    """Which fabrics. Nothing is kept before somebody answers; from then on the address leads back here."""
    form = FabricsForm.of()
    is_answered = request.method == "POST" and _are_fabrics_said(form)
    if is_answered:
        sign_in.count_beginning_a_listing()  # before the session opens
    if _has_factory():
        return redirect(url_for("factories.mine"), 303)
    if is_answered:
        token = services.begin(get_session(), current_district().id, {"fabrics": form.fabrics.data})
        return _kept(token, 1) if _is_autosave() else redirect(url_for("listings.step", token=token, step=2), 303)
    return _fabrics_page(form), 422 if form.errors else 200


def _are_fabrics_said(form: FabricsForm) -> bool:
    """One or more, or none of them by a button of its own."""
    if "none" in request.form:
        form.fabrics.data = []
        return True
    return bool(form.validate())


def _fabrics_page(form: FabricsForm, token: str | None = None) -> str:
    return render_template("listings/fabrics.html", form=form, token=token, worn=FABRIC_EXAMPLES, step=1, steps=STEPS)


@bp.get("/sign-up/factory/<token>")
@public
def resume(token: str) -> ResponseReturnValue:
    """Where it stopped."""
    return redirect(_where_it_stopped(token, services.find_draft(get_session(), token)), 303)


def _where_it_stopped(token: str, draft: ListingDraft) -> str:
    if services.is_sent(draft):
        return url_for("listings.sent", token=token)
    return url_for("listings.step", token=token, step=3 if draft.answers.get("kind") in KINDS else 2)


@bp.route("/sign-up/factory/<token>/<int:step>", methods=["GET", "POST"])
@public
def step(token: str, step: int) -> ResponseReturnValue:
    """One of the three steps of a listing that was begun."""
    if not 1 <= step <= STEPS:
        raise NotFound
    with reading(_engine()) as session:
        draft = services.find_draft(session, token)
        places = current_neighbourhoods(session, draft.district_id, today_in_seoul())
        has_factory = _has_factory_in(session)
    if has_factory:
        return redirect(url_for("factories.mine"), 303)
    if services.is_sent(draft) or (step == STEPS and draft.answers.get("kind") not in KINDS):
        return redirect(_where_it_stopped(token, draft), 303)
    if step == 1:
        return _fabrics(token, draft)
    return _kind(token, draft) if step == 2 else _details(token, draft, places)


def _fabrics(token: str, draft: ListingDraft) -> ResponseReturnValue:
    if request.method != "POST":
        return _fabrics_page(FabricsForm.of(formdata=None, data={"fabrics": draft.answers.get("fabrics")}), token)
    form = FabricsForm.of()
    is_said = _are_fabrics_said(form)
    if is_said or _is_autosave():
        _keep(token, {"fabrics": [code for code in form.fabrics.data or () if code in FABRICS]})
    if _is_autosave():
        return _kept(token, 1)
    if not is_said:
        return _fabrics_page(form, token), 422
    return redirect(url_for("listings.step", token=token, step=2), 303)


def _kind(token: str, draft: ListingDraft) -> ResponseReturnValue:
    code = request.form.get("kind", "")
    if request.method == "POST" and code in KINDS:
        _keep(token, {"kind": code})
        return redirect(url_for("listings.step", token=token, step=STEPS), 303)
    page = render_template(
        "listings/kind.html",
        kinds=KINDS.values(),
        chosen=draft.answers.get("kind"),
        token=token,
        has_errors=request.method == "POST",
        step=2,
        steps=STEPS,
    )
    return page, 422 if request.method == "POST" else 200


def _details(token: str, draft: ListingDraft, places: list[Neighbourhood]) -> ResponseReturnValue:
    kind, is_owner = KINDS[draft.answers["kind"]], _is_owner()
    form_class = details_form(kind, draft.answers["fabrics"], is_owner=is_owner)
    if request.method != "POST":
        return _details_page(_form(form_class, MultiDict(draft.answers.get("typed", {})), places), token, kind)
    _keep(token, {"typed": _typed(form_class)})
    if _is_autosave():
        return _kept(token, STEPS)
    if "save" in request.form:
        return redirect(url_for("listings.step", token=token, step=STEPS), 303)
    form = _form(form_class, _with_consents(), places)
    if not form.validate():
        return _details_page(form, token, kind), 422
    try:
        return redirect(_register_owners(token, form, kind) if is_owner else _register(token, form, kind), 303)
    except TooMany as error:
        form.refuse(error)
        return _details_page(form, token, kind), 429, {"Retry-After": str(error.retry_after)}


def _form(form_class: type[DetailsForm], typed: MultiDict[str, str], places: list[Neighbourhood]) -> DetailsForm:
    form = form_class(formdata=typed)
    form.dong.offer(places)
    return form


def _typed(form_class: type[DetailsForm]) -> dict[str, list[str]]:
    """What was typed and tapped, right or wrong, of the fields that this page has."""
    names = {field.name for field in form_class(formdata=None)} - NOT_KEPT
    return {name: services.as_kept(request.form.getlist(name)) for name in names if name in request.form}


def _with_consents() -> MultiDict[str, str]:
    """The form as sent; the button that agrees to all stands for the three ticks written above it."""
    sent = request.form.copy()
    if sent.get("agree") == "all":
        sent.update(dict.fromkeys(CONSENTS, "y"))
    return sent


def _details_page(form: DetailsForm, token: str, kind: ShopKind) -> str:
    return render_template(
        "listings/details.html", form=form, token=token, kind=kind, is_owner=_is_owner(), step=STEPS, steps=STEPS
    )


def _said(form: DetailsForm, kind: ShopKind, draft: ListingDraft) -> Said:
    """Of several jobs those that were tapped, and the stages for which a number was written."""
    jobs = kind.jobs if not kind.choices else [job for job in kind.choices if job.code in form.tapped]
    stages = [job.stage for job in jobs] + [stage for _item, stage in form.pieces if stage]
    return Said(
        name=form.name.data,
        neighbourhood=get_session().get_one(Neighbourhood, form.dong.data),
        fabrics=draft.answers["fabrics"],
        stages=list(dict.fromkeys(stages)),
        processes=[job.process for job in jobs if job.process],
        pieces=form.pieces,
    )


def _register_owners(token: str, form: DetailsForm, kind: ShopKind) -> str:
    """For somebody signed in, whose telephone and consents we have."""
    session, owner = get_session(), signed_in()
    draft = services.find_draft(session, token, to_change=True)
    if not services.is_sent(draft):
        services.register(session, draft, owner, _said(form, kind, draft), today_in_seoul())
        draft.answers = {}
    return url_for("listings.registration", factory_id=draft.factory_id, first=1)


def _register(token: str, form: StrangersForm | Any, kind: ShopKind) -> str:
    """For a stranger. The draft is locked and knows whether it was sent, so the form sent twice registers once."""
    phone, there = form.phone.data, url_for("listings.sent", token=token)
    with reading(_engine()) as looking:
        person = find_person(looking, phone)
    sign_in.count_asking_for_link(phone, person)
    session = get_session()
    draft = services.find_draft(session, token, to_change=True)
    if services.is_sent(draft):
        return there
    try:
        owner = accounts.register_person(
            session,
            role=Role.FACTORY_OWNER,
            name=form.owner_name.data or form.name.data,
            district_id=draft.district_id,
            password_hash=None,
            phone=phone,
            consents=form.consents,
            locale=choose_locale(),
        )
    except Invalid:
        services.remind_of_account(session, draft, phone, person)
        return there
    services.register(session, draft, owner, _said(form, kind, draft), today_in_seoul())
    services.await_confirmation(session, draft, phone)
    return there


@bp.route("/sign-up/factory/<token>/sent", methods=["GET", "POST"])
@public
def sent(token: str) -> ResponseReturnValue:
    """A message is on its way. It can be sent again, or the number corrected as long as nobody used the link."""
    if request.method == "POST":
        return _sent_again(token)
    draft = services.find_draft(get_session(), token)
    if draft.factory is None and not services.is_sent(draft):
        return redirect(_where_it_stopped(token, draft), 303)
    return _sent_page(token, draft)


def _sent_page(token: str, draft: ListingDraft, error: DomainError | None = None) -> str:
    is_done = services.is_confirmed(draft)
    return render_template(
        "listings/sent.html",
        token=token,
        phone=_grouped(draft.answers.get("sent_to", "")),
        is_done=is_done,
        refusal=sentence(error) if error else None,
        example=_example_link(draft) if is_demo() and not is_done else None,
    )


def _grouped(phone: str) -> str:
    """As people read it aloud, so that a wrong digit is seen."""
    area = 2 if phone.startswith("02") else 3
    return f"{phone[:area]}-{phone[area:-4]}-{phone[-4:]}"


def _example_link(draft: ListingDraft) -> str | None:
    """In a demo no message leaves, so its link is shown. Never that of somebody who had an account before."""
    if draft.factory is None:
        return None
    link = Link(Purpose.LISTING, draft.factory.id, draft.factory.owner_id, utc_now(), is_to_phone=True)
    return url_for("links.page", token=token_of(link))


def _sent_again(token: str) -> ResponseReturnValue:
    with reading(_engine()) as looking:
        phone = services.find_draft(looking, token).answers.get("sent_to")
        person = find_person(looking, phone) if phone else None
    there = url_for("listings.sent", token=token)
    if phone is None:
        return redirect(there, 303)
    if request.form.get("do") == "correct":
        services.take_back(get_session(), services.find_draft(get_session(), token, to_change=True))
        return redirect(url_for("listings.step", token=token, step=STEPS), 303)
    try:
        sign_in.count_asking_for_link(phone, person)
    except TooMany as error:
        draft = services.find_draft(get_session(), token)
        return _sent_page(token, draft, error), 429, {"Retry-After": str(error.retry_after)}
    draft = services.find_draft(get_session(), token, to_change=True)
    if draft.factory is not None and draft.factory.owner is not None:
        services.send_link(get_session(), draft.factory, draft.factory.owner)
    else:
        services.remind_of_account(get_session(), draft, phone, person)
    return redirect(there, 303)


def _keep(token: str, answers: dict[str, Any]) -> None:
    """In a transaction of its own: what was typed stays even where the page is refused."""
    with unit_of_work(_engine()) as session:
        services.keep(session, token, answers)


def _is_autosave() -> bool:
    return "autosave" in request.form


def _kept(token: str, step: int) -> ResponseReturnValue:
    return jsonify(address=url_for("listings.step", token=token, step=step))


def _is_owner() -> bool:
    return bool(current_user.is_authenticated and current_user.role == Role.FACTORY_OWNER)


def _has_factory() -> bool:
    return _has_factory_in(get_session())


def _has_factory_in(session: Any) -> bool:
    return _is_owner() and factory_of(session, current_user.person) is not None


def _engine() -> Engine:
    return engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
