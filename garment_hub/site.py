"""What every page knows: the district in view, the languages, the way around, and whether the content is made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, has_request_context, request, url_for
from flask_babel import Babel
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.urls import iri_to_uri

from garment_hub.db import SAFE_METHODS, engine_of, get_session, reading
from garment_hub.labels import locale_code, place_name
from models.district import DEFAULT_DISTRICT, District, Installation
from models.errors import NotFound
from models.user import ANSWER_FOR_RANKING, CENTRE, STAFF, Role

LANGUAGES = {"ko": "한국어", "en": "English", "it": "Italiano"}
LANGUAGE_COOKIE = "lang"
ONE_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool
    group: str = ""  # heading before it


def choose_locale() -> str:
    """The language asked for now, else the one chosen before, else the site's own."""
    for code in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if code in LANGUAGES:
            return code
    default: str = current_app.config["DEFAULT_LOCALE"]
    return default


def _keep_language(response: Response) -> Response:
    code = request.args.get("lang")
    if code in LANGUAGES and request.cookies.get(LANGUAGE_COOKIE) != code:
        response.set_cookie(
            LANGUAGE_COOKIE, code, max_age=ONE_YEAR, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return response


def current_district() -> District:
    """The district named in the address, else the person's own, else the first; NotFound for an unknown name."""
    if "district" not in g:
        g.district = _home_district()
        code = request.args.get("district")
        if code and _may_look_elsewhere():
            g.district, home = _named_district(code), g.district
            if g.district is None:
                g.district = home  # the page that says so still stands somewhere
                raise NotFound
    district: District = g.district
    return district


def _refuse_unknown_district() -> None:
    """Before the page is made, so that no page, not even one that reports a failure, stumbles over it half-way."""
    code = request.args.get("district")
    if code is None:
        return
    if request.method not in SAFE_METHODS:  # the request's own transaction must not stand open while a form is counted
        with reading(engine_of(current_app._get_current_object())) as session:  # type: ignore[attr-defined]
            if session.scalar(select(District.id).where(District.code == code)):
                return
    current_district()


def _may_look_elsewhere() -> bool:
    """Designers and owners stay in their own district; everybody else may name one."""
    return not current_user.is_authenticated or current_user.is_staff


def _home_district() -> District:
    session = get_session()
    if current_user.is_authenticated:
        return session.get_one(District, current_user.district_id)
    first = session.scalar(select(District).order_by(District.code != DEFAULT_DISTRICT, District.id).limit(1))
    if first is None:
        raise RuntimeError("the database has no district; run: garment-hub db upgrade")
    return first


def _named_district(code: str) -> District | None:
    return get_session().scalar(select(District).where(District.code == code))


def is_demo() -> bool:
    if "is_demo" not in g:
        g.is_demo = bool(get_session().scalar(select(Installation.is_demo)))
    demo: bool = g.is_demo
    return demo


class Site:
    """Read by templates as ``site``; everything is worked out when it is asked for."""

    def __getattr__(self, name: str) -> Any:
        # Settings shown on every page, by their own names in lower case.
        if name in ("operator", "operator_department", "privacy_officer", "centre_phone"):
            return current_app.config[name.upper()]
        raise AttributeError(name)

    @property
    def is_demo(self) -> bool:
        return is_demo()

    @property
    def district(self) -> District:
        return current_district()

    @property
    def district_name(self) -> str:
        return place_name(current_district())

    @property
    def locale(self) -> str:
        return locale_code()

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        """Code, own name, and this page in that language."""
        arguments = request.args.to_dict(flat=False)
        path = request.path
        if request.method == "POST" and request.url_rule and "GET" not in (request.url_rule.methods or ()):
            path = url_for("pages.home")
        return [(code, name, _with_language(path, arguments, code)) for code, name in LANGUAGES.items()]

    @property
    def navigation(self) -> list[Link]:
        return [Link(text, url_for(endpoint), _is_current(endpoint)) for endpoint, text in _menu()]

    @property
    def staff_navigation(self) -> list[Link]:
        """What this person may open at the desk; the first link of each group names it."""
        mine = [item for item in _staff_menu() if current_user.role in item[3]]
        groups = [group for group, *_rest in mine]
        return [
            Link(text, url_for(endpoint), request.endpoint == endpoint, "" if group in groups[:number] else group)
            for number, (group, endpoint, text, _roles) in enumerate(mine)
        ]


@dataclass(frozen=True, slots=True)
class BareSite:
    """What a page knows when the database cannot be asked."""

    locale: str
    is_demo: bool = False
    district_name: str = ""
    operator: str = ""
    operator_department: str = ""
    privacy_officer: str = ""
    centre_phone: str = ""
    languages: tuple[tuple[str, str, str], ...] = ()
    navigation: tuple[Link, ...] = ()


def _with_language(path: str, arguments: dict[str, list[str]], code: str) -> str:
    return f"{iri_to_uri(path)}?{urlencode({**arguments, 'lang': code}, doseq=True)}"


def _menu() -> list[tuple[str, str]]:
    role = current_user.role if current_user.is_authenticated else None
    if role == Role.DESIGNER:
        return [
            ("factories.directory", _("Find factories")),
            ("briefs.mine", _("My briefs")),
            ("orders.mine", _("My orders")),
            ("designers.edit", _("My profile")),
            ("pages.how_it_ranks", _("How it ranks")),
        ]
    if role == Role.FACTORY_OWNER:
        return [
            ("quotes.inbox", _("Requests")),
            ("orders.mine", _("My orders")),
            ("factories.mine", _("My factory")),
            ("designers.directory", _("Designers")),
        ]
    if role in STAFF:
        return [
            ("dashboard.overview", _("District desk")),
            ("factories.directory", _("Find factories")),
            ("designers.directory", _("Find designers")),
        ]
    return [
        ("factories.directory", _("Find factories")),
        ("briefs.new", _("Post a brief")),
        ("dashboard.public_page", _("District figures")),
        ("pages.how_it_ranks", _("How it ranks")),
    ]


def _staff_menu() -> list[tuple[str, str, str, frozenset[Role]]]:
    """Group, endpoint, words, and whose it is."""
    centre, officers = frozenset(CENTRE), frozenset(ANSWER_FOR_RANKING)
    return [
        ("", "dashboard.overview", _("Overview"), STAFF),
        (_("To do"), "cases.queue", _("Needs a hand"), STAFF),
        (_("To do"), "visits.day", _("Visits"), centre),
        (_("To do"), "claims.waiting", _("Who owns what"), STAFF),
        (_("To do"), "listings.registrations", _("Registrations"), centre),
        (_("To do"), "verification.queue", _("Checking factories"), STAFF),
        (_("To do"), "orders.mine", _("Orders under way"), STAFF),
        (_("Register"), "registry.factories", _("Factories"), STAFF),
        (_("Register"), "verification.designers_page", _("Designers"), STAFF),
        (_("Register"), "registry.imports", _("Imports"), STAFF),
        (_("Register"), "registry.duplicates", _("Possible duplicates"), STAFF),
        (_("Register"), "registry.export_form", _("The register as a file"), officers),
        (_("Figures"), "dashboard.indicator_table", _("Indicators"), STAFF),
        (_("Figures"), "dashboard.outlook", _("Supply and demand"), STAFF),
        (_("Figures"), "dashboard.milan", _("Beside Milan"), STAFF),
        (_("Figures"), "dashboard.statistics_list", _("Figures from outside"), officers),
        (_("Figures"), "dashboard.council_papers", _("Papers for the council"), officers),
        (_("Figures"), "dashboard.hand_over", _("Handing over the office"), officers),
        (_("Rules"), "recommendations.ranking", _("Ranking"), officers),
        (_("Rules"), "approvals.waiting", _("Second person"), officers),
        (_("Rules"), "audit.entries", _("Record"), officers),
        (_("Rules"), "dashboard.settings", _("Settings"), officers),
    ]


def _is_current(endpoint: str) -> bool:
    room = endpoint.split(".")[0]
    return request.endpoint == endpoint or (room != "pages" and request.blueprint == room)


def _keep_district(endpoint: str, values: dict[str, Any]) -> None:
    """Whoever came without an account to a district by its name goes on there, to the sign-up page and beyond."""
    code = request.args.get("district") if has_request_context() and endpoint != "static" else None
    if code and not current_user.is_authenticated and current_district().code == code:
        values.setdefault("district", code)


def init_app(app: Flask) -> None:
    app.url_defaults(_keep_district)
    Babel(app, locale_selector=choose_locale, default_timezone="Asia/Seoul")
    app.before_request(_refuse_unknown_district)
    app.after_request(_keep_language)
    app.context_processor(lambda: {"site": Site()})
