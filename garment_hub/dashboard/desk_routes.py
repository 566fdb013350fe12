"""The officer's desk: what changed, what needs a hand, growth, supply and demand; papers for the council."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, current_app, render_template, request, url_for
from flask_babel import gettext as _

from garment_hub import audit
from garment_hub.approvals.queries import waiting as approvals_waiting
from garment_hub.audit.wording import ACTIONS
from garment_hub.cases.queries import Desk
from garment_hub.cases.queries import counts as case_counts
from garment_hub.cases.wording import EXPLANATIONS, TITLES
from garment_hub.dashboard import council, files, indicators, queries, state
from garment_hub.dashboard.charts import bars
from garment_hub.dashboard.council import Paper
from garment_hub.dashboard.indicators import Indicator, Period
from garment_hub.dashboard.outlook import weeks_from
from garment_hub.dashboard.routes import bp
from garment_hub.dashboard.state import PERIODS, State
from garment_hub.db import engine_of, get_session
from garment_hub.labels import locale_code, place_name
from garment_hub.labels import week as week_name
from garment_hub.maps import DongMap, dong_map
from garment_hub.patience import reckons
from garment_hub.permissions import audience, signed_in
from garment_hub.recommendations.korean import with_particles
from garment_hub.recommendations.wording import why_not_groups
from garment_hub.site import LANGUAGES
from garment_hub.verification.queries import Due
from garment_hub.verification.queries import counts as check_counts
from models import vocabulary
from models.audit import AuditAction
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import District, current_neighbourhoods
from models.user import STAFF, Role

OFFICERS = (Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
MOST_SHORT = 5
WEEKS_AT_A_GLANCE = 7
# Of the settings those that concern the office, and hold no secret.
SHOWN_SETTINGS = (
    "OPERATOR", "OPERATOR_DEPARTMENT", "PRIVACY_OFFICER", "CENTRE_PHONE", "SITE_URL", "DEFAULT_LOCALE", "TAX_OFFICE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of the period beside that of as many days before."""

    now: Indicator
    before: float | None


def _district() -> District:
    """Everybody sees to the own district."""
    return get_session().get_one(District, signed_in().district_id)


@bp.route("/district/")
@audience(*sorted(STAFF))
def overview() -> str:
    """What changed and what needs a hand comes first; figures that take long stand as they were counted last."""
    session, district, today = get_session(), _district(), today_in_seoul()
    days = _days_wanted()
    counted = state.read(session, district.id, utc_now())
    return render_template(
        "dashboard/overview.html",
        today=today,
        days=days,
        periods=PERIODS,
        changes=[
            Change(
                function(session, district.id, Period.ending(today, days)), counted.before[str(days)][function.__name__]
            )
            for function in indicators.ACTIVITY
        ],
        waiting=queries.waiting(session, district.id, today),
        cases=case_counts(session, Desk(district.id, utc_now())),
        case_titles=TITLES,
        case_notes=EXPLANATIONS,
        approvals=len(approvals_waiting(session, district.id)),
        checks=check_counts(session, district.id, today)[Due.APPLIED],
        register=[function(session, district.id, Period.ending(today)) for function in indicators.REGISTER],
        counted=counted,
        short=_short(counted),
        weeks=weeks_from(today)[:WEEKS_AT_A_GLANCE],
        stages=list(vocabulary.terms("stage")),
        unmet=[(why_not_groups({code: count})[0][0], count) for code, count in counted.unmet],
        map=_map(district, counted),
    )


def _days_wanted() -> int:
    days = request.args.get("days", PERIODS[0], int)
    return days if days in PERIODS else PERIODS[0]


def _short(counted: State) -> list[str]:
    """Sentences like: cutting runs short in the second week of March."""
    found = []
    for stage, week, days in counted.outlook.short()[:MOST_SHORT]:
        words = {"stage": vocabulary.name("stage", stage, locale_code()), "week": week_name(week)}
        sentence = _(
            "%(stage)s runs short in %(week)s: %(days)s factory-days are missing.", **words, days=round(days, 1)
        )
        found.append(with_particles(sentence))
    return found


def _map(district: District, counted: State) -> DongMap:
    return dong_map(
        district,
        current_neighbourhoods(get_session(), district.id, today_in_seoul()),
        title=_("Factories by neighbourhood"),
        counts=counted.places,
        url=lambda codes: url_for("factories.directory", dong=codes, district=district.code),
    )


@bp.route("/district/outlook")
@audience(*sorted(STAFF))
def outlook() -> str:
    """Free against wanted days by stage and week."""
    counted = state.read(get_session(), _district().id, utc_now())
    weeks = weeks_from(today_in_seoul())
    return render_template("dashboard/outlook.html", counted=counted, seen=counted.outlook, weeks=weeks,
                           stages=list(vocabulary.terms("stage")), short=_short(counted))  # fmt: skip


@bp.route("/district/charts/<any(months,seasons):name>.svg")
@audience(*sorted(STAFF))
def chart(name: str) -> Response:
    counted = state.read(get_session(), _district().id, utc_now())
    if name == "months":
        names = tuple(f"{month:%y.%m}" for month, _jobs, _firms in counted.months)
        svg = bars(names, tuple(float(jobs) for _month, jobs, _firms in counted.months), _("Jobs"))
    else:
        names = tuple(str(number) for number, _mean in counted.seasons)
        svg = bars(names, tuple(mean for _number, mean in counted.seasons), _("Jobs a month"))
    return Response(svg, mimetype="image/svg+xml")


@bp.route("/district/council")
@audience(*OFFICERS)
@reckons
def council_papers() -> str:
    """Tables that paste into a word processor as they stand. They are not suppressed, and reading them is recorded."""
    district, today = _district(), today_in_seoul()
    return render_template("dashboard/council.html", papers=_papers(district, today), district=district, today=today)


def _papers(district: District, today: date) -> list[Paper]:
    engine = engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
    audit.record_now(engine, signed_in(), AuditAction.FIGURES_READ, district, since=files.midnight())
    return council.papers(get_session(), district, today)


@bp.route("/district/council.<any(csv,xlsx):ending>")
@audience(*OFFICERS)
@reckons
def council_file(ending: str) -> Response:
    district, today = _district(), today_in_seoul()
    return files.answer(_papers(district, today), f"council-{district.code}-{today}", ending)


@bp.route("/district/hand-over")
@audience(*OFFICERS)
def hand_over() -> str:
    """What the next officer has to know: what runs, what waits, who decides, where things stand."""
    session, district, today = get_session(), _district(), today_in_seoul()
    return render_template(
        "dashboard/hand_over.html",
        today=today,
        district=district,
        place=place_name(district),
        cases=case_counts(session, Desk(district.id, utc_now())),
        case_titles=TITLES,
        approvals=len(approvals_waiting(session, district.id)),
        checks=check_counts(session, district.id, today),
        register=[function(session, district.id, Period.ending(today)) for function in indicators.REGISTER],
        people=queries.staff_of(session, district.id),
        imports=queries.last_imports(session, district.id),
        acts=queries.acts_of(session, district.id, today - timedelta(days=30)),
        acts_words=ACTIONS,
    )


@bp.route("/district/settings")
@audience(*OFFICERS)
def settings() -> str:
    """What is set for this site and district, and where each is changed; nothing is changed here."""
    district = _district()
    return render_template(
        "dashboard/settings.html",
        district=district,
        places=current_neighbourhoods(get_session(), district.id, today_in_seoul()),
        shown={name: current_app.config[name] for name in SHOWN_SETTINGS},
        languages=LANGUAGES,
    )
