"""Pages of factories: directory, one factory, the listing and its weeks."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from garment_hub.accounts import sign_in
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.factories import services, wording
from garment_hub.factories.directory import FACETS, Counts, Wishes, count_found, count_wishes, find_page
from garment_hub.factories.forms import CapacityForm, capacity_form
from garment_hub.factories.listing import BY_KEY, FABRIC_EXAMPLES, PARTS, Part
from garment_hub.factories.queries import (
    factory_of,
    get_factory,
    history_of,
    last_week,
    may_edit,
    sees_contacts,
    stands_for,
    track_record,
    weeks_from,
)
from garment_hub.factories.search import LONGEST_QUESTION
from garment_hub.factories.weeks import as_last_week, missed_weeks, week_rows
from garment_hub.labels import locale_code, week
from garment_hub.maps import DongMap, dong_map
from garment_hub.permissions import Access, audience, public, signed_in
from garment_hub.site import current_district
from models import vocabulary
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import Neighbourhood, current_neighbourhoods
from models.errors import DomainError, NotFound
from models.factory import Factory
from models.user import Role, User

bp = Blueprint("factories", __name__)
for function in (wording.freshness, wording.sources, wording.fact_of, wording.is_checked, missed_weeks):
    bp.add_app_template_filter(function)

EDITORS = (Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)
WEEKS_SHOWN, WEEKS_ASKED = 4, 8


def _person() -> User | None:
    """Whoever looks at a public page."""
    return signed_in() if current_user.is_authenticated else None


@bp.route("/factories")
@public
def directory() -> str:
    session, district, today = get_session(), current_district(), today_in_seoul()
    wishes, person = _wishes(), _person()
    page = find_page(session, district.id, person, wishes, today, request.args.get("page", 1, int))
    counts = count_wishes(session, district.id, person, wishes, today)

    return render_template(
        "factories/directory.html",
        page=page,
        page_address=lambda number: _address(page=number),
        wishes=wishes,
        counts=counts,
        address=_address,
        kinds=FACETS,
        places=[place for place in district.neighbourhoods if _is_offered(place, counts)],
        map=_directory_map(wishes, counts),
        relaxed=[] if page.total else _relaxed(wishes, person),
        vocabulary={kind: vocabulary.terms(kind) for kind in FACETS},
    )


def _address(**changes: Any) -> str:
    """This list with other wishes, from its first page unless a page is named."""
    return url_for("factories.directory", **{**request.args.to_dict(flat=False), "page": None, **changes})


def _wishes() -> Wishes:
    """The wishes in the address; codes that mean nothing are left out."""
    codes = {kind: request.args.get(kind.value, "") for kind in FACETS}
    return Wishes(
        question=request.args.get("q", "")[:LONGEST_QUESTION],
        codes={kind: code for kind, code in codes.items() if vocabulary.is_known(kind, code)},
        dongs=tuple(code for text in request.args.getlist("dong") for code in text.split(",") if code)[:20],
        is_free=bool(request.args.get("free")),
    )


def _is_offered(place: Neighbourhood, counts: Counts) -> bool:
    """A neighbourhood that no longer exists is offered only while something still lies in it."""
    return place.valid_to is None or bool(counts.neighbourhoods.get(place.id))


def _directory_map(wishes: Wishes, counts: Counts) -> DongMap:
    district = current_district()
    return dong_map(
        district,
        district.neighbourhoods,
        title=_("Factories by neighbourhood"),
        counts={place: count for place, count in counts.neighbourhoods.items() if place is not None},
        url=lambda codes: _address(dong=",".join(codes)),
        chosen=wishes.dongs,
    )


def _relaxed(wishes: Wishes, person: User | None) -> list[tuple[str, str]]:
    """Each wish whose leaving out finds something, the one that finds most first, with its number."""
    names = {"q": _("words"), "dong": _("neighbourhood"), "free": _("free this week")} | {
        kind.value: vocabulary.name(kind, code, locale_code()) for kind, code in wishes.codes.items()
    }
    found = []
    for name, fewer in wishes.without_one().items():
        total = count_found(get_session(), current_district().id, person, fewer, today_in_seoul())
        if total:
            text = ngettext(
                "Without “%(wish)s”: %(num)s factory", "Without “%(wish)s”: %(num)s factories", total, wish=names[name]
            )
            found.append((total, text, _address(**{name: None})))
    return [(text, url) for _total, text, url in sorted(found, reverse=True)]


@bp.route("/factories/mine")
@audience(Role.FACTORY_OWNER)
def mine() -> ResponseReturnValue:
    factory = factory_of(get_session(), signed_in())
    if factory is None:
        return redirect(url_for("listings.start"), 303)
    return redirect(url_for("factories.edit", factory_id=factory.id), 303)


@bp.route("/factories/<int:factory_id>")
@public
def show(factory_id: int) -> ResponseReturnValue:
    session, person, today = get_session(), _person(), today_in_seoul()
    if (into := stands_for(session, factory_id)) is not None:
        return redirect(url_for("factories.show", factory_id=into, district=request.args.get("district")), 308)
    factory = get_factory(session, factory_id, person, Access.READ)
    place = factory.neighbourhood
    return render_template(
        "factories/show.html",
        factory=factory,
        rows=week_rows(weeks_from(session, factory, today, WEEKS_SHOWN), factory.district.country),
        history=(history := history_of(session, factory)),
        figures=wording.figures(factory),
        rates=wording.rates(factory),
        price=wording.price(factory),
        machines=wording.machines(factory),
        past=wording.past(history),
        track=track_record(session, factory, utc_now()),
        map=dong_map(
            factory.district,
            factory.district.neighbourhoods,
            title=_("Where it is"),
            chosen=[place.code] if place else [],
        ),
        person=person,
        may_edit=may_edit(factory, person),
        sees_contacts=sees_contacts(factory, person),
        today=today,
    )


def _places() -> list[Neighbourhood]:
    return current_neighbourhoods(get_session(), current_district().id, today_in_seoul())


@bp.route("/factories/<int:factory_id>/edit")
@bp.route("/factories/<int:factory_id>/edit/<part>", methods=["GET", "POST"])
@audience(*EDITORS)
def edit(factory_id: int, part: str | None = None) -> ResponseReturnValue:
    """The overview of the listing, or one part of it."""
    person = signed_in()
    factory = get_factory(get_session(), factory_id, person, Access.WRITE)
    if part is None:
        saved = BY_KEY.get(request.args.get("saved", ""))
        parts = [(part, wording.summary(factory, part.key)) for part in PARTS]
        return render_template("factories/listing.html", factory=factory, parts=parts, saved=saved and saved.name)
    if part not in BY_KEY:
        raise NotFound
    return _edit_part(factory, BY_KEY[part], person)


def _edit_part(factory: Factory, part: Part, person: User) -> ResponseReturnValue:
    form = part.make(factory, _places())
    if form.validate_on_submit():
        said = services.statement_of(person, factory, today_in_seoul())
        part.save(factory, form, said)
        services.confirm(get_session(), factory, said)
        services.note_stand_in(get_session(), factory, said, person, services.Written(part.key))
        overview = url_for("factories.edit", factory_id=factory.id, saved=part.key)
        return redirect(sign_in.safe_next(request.args.get("next")) or overview, 303)
    page = render_template(
        f"factories/edit_{part.key}.html",
        factory=factory,
        part=part,
        form=form,
        fact=next(filter(None, map(factory.fact, part.facts)), None),
        worn=FABRIC_EXAMPLES,
    )
    return page, 422 if form.errors else 200


@bp.route("/factories/<int:factory_id>/capacity", methods=["GET", "POST"])
@audience(*EDITORS)
def capacity(factory_id: int) -> ResponseReturnValue:
    session, today, person = get_session(), today_in_seoul(), signed_in()
    factory = get_factory(session, factory_id, person, Access.WRITE)
    weeks = weeks_from(session, factory, today, WEEKS_ASKED)
    last = last_week(session, factory, today)
    form = capacity_form({monday: week(monday) for monday in weeks})(
        data={monday.isoformat(): stated.open_hundredths for monday, stated in weeks.items() if stated}
    )
    status = 200
    if form.is_submitted():
        status = _list_capacity(form, factory, person, as_last_week(weeks, last) if "same" in request.form else None)
        if status == 303:
            own = url_for("factories.capacity", factory_id=factory.id, saved=1)
            return redirect(sign_in.safe_next(request.args.get("next")) or own, 303)
    rows = week_rows(weeks, factory.district.country)
    page = render_template(
        "factories/capacity.html",
        factory=factory,
        form=form,
        rows=rows,
        last=last,
        saved=request.args.get("saved"),
        rate_name=wording.rate_name(factory.rates[0].item, factory.rates[0].stage) if factory.rates else "",
    )
    return page, status


def _list_capacity(form: CapacityForm, factory: Factory, person: User, same: dict[date, int] | None) -> int:
    """Save the weeks as last week's (``same``) or as written; the status tells how it went."""
    if same is None and not form.validate():
        return 422
    if same is not None and not same:
        form.form_errors.append(_("Nothing was written for last week. Please write the days below."))
        return 422
    said = services.statement_of(person, factory, today_in_seoul())
    try:
        services.list_capacity(get_session(), factory, same or form.days, said)
        services.note_stand_in(get_session(), factory, said, person, services.Written.WEEKS)
    except DomainError as error:
        form.refuse(error)
        return status_of(error)
    return 303
