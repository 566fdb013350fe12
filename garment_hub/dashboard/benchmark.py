"""Milan beside the district: every indicator with what is published of both, and what carries out each Milan rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.dashboard import statistics
from models import indicators
from models.district import District
from models.indicator_snapshot import IndicatorSnapshot
from models.indicators import Definition
from models.statistic import Statistic

MEASURED, UPLOADED, PUBLISHED = "measured", "uploaded", "published"


@dataclass(frozen=True, slots=True)
class Own:
    """The district's own value and where it is from; ``value`` is text where a source gives a span."""

    value: float | str
    origin: str
    first: date | None = None
    last: date | None = None
    year: str = ""
    scope: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of the table."""

    definition: Definition
    own: Own | None

    @property
    def stand_side_by_side(self) -> bool:
        """Judged of what is published; rows of our own register are no census and were not judged."""
        is_told = self.own is not None and self.own.origin != MEASURED
        return self.definition.is_comparable and self.definition.milan is not None and is_told


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, where it is from, what carries it out, and the indicators that show how far."""

    name: Any
    origin: Any
    practice: Any
    codes: tuple[str, ...]


RULES = (
    Rule(
        lazy_gettext("The chain, not the firm"),
        lazy_gettext("Italian industrial districts; Milan itself is no district of ISTAT."),
        lazy_gettext("A team makes what no single factory can, with one lead and one chain of dates."),
        ("local_sourcing_share",),
    ),
    Rule(
        lazy_gettext("A short chain"),
        lazy_gettext("Studies of Italian districts; the scale of 10 km is our own."),
        lazy_gettext("Nearness counts down to nothing at 10 km from where the goods go."),
        ("mean_supplier_distance",),
    ),
    Rule(
        lazy_gettext("A register of checked firms, asked in proportion to their size"),
        lazy_gettext("Milan protocol of 26 May 2025; the end after 12 months is our own."),
        lazy_gettext("Checks in steps with their dates; who is unchecked stays listed."),
        ("verified_firm_share", "registration_coverage", "audited_supplier_share"),
    ),
    Rule(
        lazy_gettext("Fair terms in writing"),
        lazy_gettext("Italian law 192/1998 and the Korean acts on subcontracting."),
        lazy_gettext("One page of terms stands in the work order; nothing starts while a term is blank."),
        ("written_contract_rate", "payment_on_time_rate", "payment_days_average", "payment_term_legal_max"),
    ),
    Rule(
        lazy_gettext("No dependence on one client"),
        lazy_gettext("Law 192/1998, article 9, forbids abuse of dependence; the line at one half is our own."),
        lazy_gettext("A private warning to the owner, after a minimum of orders and without a penalty."),
        ("client_dependence",),
    ),
    Rule(
        lazy_gettext("Work is spread"),
        lazy_gettext("Our own rule."),
        lazy_gettext("A fair turn with a measured, bounded loss, and one labelled place on each list."),
        ("exposure_gini", "hhi_orders", "small_workshop_order_share"),
    ),
    Rule(
        lazy_gettext("Traceability and green work"),
        lazy_gettext("Milan protocol of 26 May 2025 and the sustainability criteria of the Italian fashion chamber."),
        lazy_gettext("Every stage of an order names its maker; certificates count only when a brief asks."),
        ("traceability_rate", "green_certified_share", "fabric_waste_separated_share"),
    ),
    Rule(
        lazy_gettext("A monitor with definitions"),
        lazy_gettext("The monitor of Italian districts and ISTAT."),
        lazy_gettext("Every indicator has formula, unit, scope, year and source; an empty one says so."),
        ("firms_manufacturing", "firm_birth_rate", "firm_death_rate"),
    ),
)


def compare(session: Session, district: District) -> dict[str, Compared]:
    """Every indicator by code, in the table's order."""
    own = own_values(session, district)
    return {code: Compared(one, own.get(code)) for code, one in indicators.definitions().items()}


def own_values(session: Session, district: District) -> dict[str, Own]:
    """Measured on the platform, else taken in from outside, else published before; but see ``_may_stand_beside``."""
    published = {
        code: Own(one.value, PUBLISHED, year=one.year, source=one.source)
        for code, one in indicators.published_values(district.code).items()
    }
    uploaded = {code: _uploaded(row) for code, row in statistics.newest(session, district.id).items()}
    told = published | uploaded
    return told | _measured(session, district.id) | _may_stand_beside(told)


def _may_stand_beside(told: dict[str, Own]) -> dict[str, Own]:
    """What is told from outside of an indicator that is compared with Milan: there it goes before our own count."""
    comparable = {code for code, one in indicators.definitions().items() if one.is_comparable}
    return {code: one for code, one in told.items() if code in comparable}


def _uploaded(row: Statistic) -> Own:
    return Own(row.value, UPLOADED, row.first_on, row.last_on, scope=row.scope, source=row.source)


def _measured(session: Session, district_id: int) -> dict[str, Own]:
    """Of each indicator the newest snapshot that has a value."""
    query = (
        select(IndicatorSnapshot.code, IndicatorSnapshot.value, IndicatorSnapshot.month)
        .where(IndicatorSnapshot.district_id == district_id, IndicatorSnapshot.value.is_not(None))
        .order_by(IndicatorSnapshot.month, IndicatorSnapshot.revision)
    )
    return {code: Own(value, MEASURED, month) for code, value, month in session.execute(query) if value is not None}
