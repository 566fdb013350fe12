"""What each indicator is, said once more as a loop over all rows; slow, and plain enough to be believed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import mean, median
from typing import TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators import Period
from models.base import Base
from models.brief import Brief
from models.capacity import SEOUL, CapacityWeek, week_of
from models.district import District
from models.factory import Factory, OperatingStatus
from models.indicators import published_values
from models.order import EventKind, LineStatus, Order, OrderEvent, OrderLine, OrderStatus
from models.payment import PaymentKind, PaymentPart
from models.quote import QuoteRequest
from models.recommendation import Recommendation
from models.terms import Terms
from models.verification import CheckStep, FactoryCheck

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Job:
    order: Order
    line: OrderLine
    firm: Factory

    @property
    def value(self) -> int:
        return self.line.quantity * self.line.unit_price_krw


class Plain:
    """All rows in lists, and what is counted by looking at each."""

    def __init__(self, session: Session, district_id: int, period: Period) -> None:
        self.session, self.district_id, self.period = session, district_id, period
        self.read: dict[type[Base], Sequence[Base]] = {}
        self.orders = [one for one in self.all(Order) if one.district_id == district_id]
        self.factories = self.all(Factory)
        self.by_id = {one.id: one for one in self.factories}
        self.firms = [
            one for one in self.factories
            if one.district_id == district_id and one.status != OperatingStatus.CLOSED and one.merged_into_id is None
        ]  # fmt: skip
        self.alive = [one for one in self.orders if one.status != OrderStatus.CANCELLED]
        self.confirmed = [one for one in self.alive if self.has(one.confirmed_at)]
        self.jobs = self.jobs_of(self.confirmed)
        self.delivered = [one for one in self.alive if self.has(one.delivered_at)]

    def all(self, table: type[Row]) -> list[Row]:
        """Read once: nothing changes while it is counted."""
        if table not in self.read:
            self.read[table] = list(self.session.scalars(select(table)))
        return cast(list[Row], self.read[table])

    def has(self, moment: datetime | None) -> bool:
        return moment is not None and self.period.first <= day_of(moment) <= self.period.last

    def firm_of(self, line: OrderLine) -> Factory:
        return self.by_id[self.by_id[line.factory_id].merged_into_id or line.factory_id]

    def jobs_of(self, orders: Sequence[Order]) -> list[Job]:
        return [
            Job(order, line, self.firm_of(line))
            for order in orders
            for line in order.lines
            if line.status is not LineStatus.DROPPED
        ]

    def values(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for job in self.jobs:
            found[job.firm.id] += job.value
        return found

    def events(self, order: Order, kind: EventKind) -> list[OrderEvent]:
        return [event for event in order.events if event.kind is kind]

    def checked(self) -> list[Factory]:
        oldest = self.period.last - timedelta(days=365)
        return [one for one in self.firms if one.verified_on and one.verified_on >= oldest]


def day_of(moment: datetime) -> date:
    return moment.astimezone(SEOUL).date()


def percent(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def mean_of(values: Sequence[float]) -> float | None:
    return mean(values) if values else None


def hhi(plain: Plain) -> float | None:
    values = plain.values().values()
    return sum((one / sum(values)) ** 2 for one in values) if values else None


def dependence(plain: Plain) -> float | None:
    by_client: dict[int, Counter[int]] = defaultdict(Counter)
    for job in plain.jobs:
        by_client[job.firm.id][job.order.designer_id] += job.value
    return mean_of([100 * max(one.values()) / one.total() for one in by_client.values()])


def returning(plain: Plain) -> float | None:
    before = [
        (order.designer_id, plain.firm_of(line), order.accepted_at)
        for order in plain.all(Order) if order.accepted_at for line in order.lines
    ]  # fmt: skip

    def is_known(job: Job) -> bool:
        assert job.order.confirmed_at
        pair = job.order.designer_id, job.firm
        return any((client, firm) == pair and at < job.order.confirmed_at for client, firm, at in before)

    return percent(sum(map(is_known, plain.jobs)), len(plain.jobs))


def processes(plain: Plain, holds: Callable[[Job], bool]) -> float | None:
    good = sum(len(job.line.processes) for job in plain.jobs if holds(job))
    return percent(good, sum(len(job.line.processes) for job in plain.jobs))


def was_checked(job: Job) -> bool:
    assert job.order.confirmed_at
    seen = job.firm.verified_on
    return seen is not None and seen >= day_of(job.order.confirmed_at) - timedelta(days=365)


def distance(plain: Plain) -> float | None:
    far = []
    for job in plain.jobs:
        made, sent = job.firm.neighbourhood, job.order.brief.deliver_to
        if made and sent:
            assert made.lat and made.lon and sent.lat and sent.lon
            a, b = math.radians(made.lat), math.radians(sent.lat)
            cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(math.radians(made.lon - sent.lon))
            far.append(6371 * math.acos(min(1, cosine)))
    return mean_of(far)


def written(plain: Plain) -> float | None:
    begun = [one for one in plain.confirmed if one.started_at]
    good = 0
    for order in begun:
        assert order.started_at
        for terms in plain.all(Terms):
            said = {one.line_id for one in terms.confirmations if one.confirmed_at <= order.started_at}
            sides = {None, *(line.id for line in order.lines if line.status is not LineStatus.DROPPED)}
            if terms.order_id == order.id and sides <= said:
                good += 1
                break
    return percent(good, len(begun))


def balances(plain: Plain) -> list[tuple[Order, list[PaymentPart]]]:
    found: dict[int, list[PaymentPart]] = defaultdict(list)
    for part in plain.all(PaymentPart):
        is_due = part.due_on is not None and plain.period.first <= part.due_on <= plain.period.last
        order = part.line.order
        if part.kind is PaymentKind.BALANCE and is_due and order.delivered_at and order in plain.orders:
            found[order.id].append(part)
    return [(parts[0].line.order, parts) for parts in found.values()]


def paid_on_time(plain: Plain) -> float | None:
    def is_good(order: Order, part: PaymentPart) -> bool:
        assert order.delivered_at and part.due_on
        last = min(part.due_on, day_of(order.delivered_at) + timedelta(days=60))
        return part.received_at is not None and day_of(part.received_at) <= last

    due = balances(plain)
    return percent(sum(all(is_good(order, part) for part in parts) for order, parts in due), len(due))


def payment_days(plain: Plain) -> float | None:
    return mean_of(
        [
            (max(day_of(part.received_at) for part in parts if part.received_at) - day_of(order.delivered_at)).days
            for order, parts in balances(plain)
            if order.delivered_at and all(part.received_at for part in parts)
        ]
    )


def first_pass(plain: Plain) -> float | None:
    rework = {order.id for order in plain.delivered if plain.events(order, EventKind.REWORK_ASKED)}
    judged = [order for order in plain.delivered if order.accepted_at or order.id in rework]
    return percent(sum(bool(one.accepted_at) and one.id not in rework for one in judged), len(judged))


def sample_days(plain: Plain) -> float | None:
    days = []
    for order in plain.orders:
        sent = plain.events(order, EventKind.SAMPLE_SENT)
        if plain.has(order.placed_at) and sent:
            asked = min(line.quote.request.asked_at for line in order.lines)
            days.append((day_of(min(event.at for event in sent)) - day_of(asked)).days)
    return mean_of(days)


def hours_to_quote(plain: Plain) -> float | None:
    waits = []
    requests = plain.all(QuoteRequest)
    for brief in plain.all(Brief):
        own = [one for one in requests if one.brief_id == brief.id]
        quoted = [one.quote.answered_at for one in own if one.quote]
        if brief.district_id == plain.district_id and plain.has(brief.published_at) and quoted:
            waits.append((min(quoted) - min(one.asked_at for one in own)).total_seconds() / 3600)
    return median(waits) if waits else None


def shown_pairs(plain: Plain) -> list[tuple[int, int]]:
    return [
        (made.brief_id, entry.factory_id)
        for made in plain.all(Recommendation)
        if made.district_id == plain.district_id and made.brief_id and plain.has(made.made_at)
        for entry in made.entries
    ]


def accepted_pairs(plain: Plain) -> float | None:
    taken = {(one.brief_id, line.factory_id) for one in plain.all(Order) if one.confirmed_at for line in one.lines}
    pairs = set(shown_pairs(plain))
    return percent(len(pairs & taken), len(pairs))


def gini(plain: Plain) -> float | None:
    times = Counter(factory for _brief, factory in shown_pairs(plain))
    listed = [times[one.id] for one in plain.firms if one.is_listed]
    if not sum(listed):
        return None
    gaps = sum(abs(one - other) for one in listed for other in listed)
    return gaps / (2 * len(listed) * sum(listed))


def weeks(plain: Plain, first: date, last: date) -> Iterator[CapacityWeek]:
    for week in plain.all(CapacityWeek):
        if week.factory in plain.firms and first <= week.starts_on <= last:
            yield week


def utilisation(plain: Plain) -> float | None:
    found = list(weeks(plain, plain.period.first, plain.period.last))
    return percent(sum(week.booked_hundredths for week in found), sum(week.open_hundredths for week in found))


def idle(plain: Plain) -> float | None:
    monday = week_of(plain.period.last) + timedelta(days=7)
    pieces = []
    for week in weeks(plain, monday, monday + timedelta(days=27)):
        rates = [one.pieces_per_day for one in week.factory.rates if one.stage is None]
        if rates:
            pieces.append(week.free_hundredths / 100 * mean(rates))
    return round(sum(pieces)) if pieces else None


def green(plain: Plain) -> float | None:
    def is_green(one: Factory) -> bool:
        return any(
            paper.code in ("gots", "grs", "oeko_tex_100")
            and paper.valid_until
            and paper.valid_until >= plain.period.last
            for paper in one.certificates
        )

    return percent(sum(map(is_green, plain.checked())), len(plain.checked()))


def looks(plain: Plain, factory: Factory) -> list[FactoryCheck]:
    return [
        one for one in plain.all(FactoryCheck) if one.factory_id == factory.id and one.step is not CheckStep.APPLIED
    ]


def new_ones(plain: Plain) -> float:
    found = 0
    for firm in plain.firms:
        passed = [one.checked_on for one in looks(plain, firm) if one.has_passed]
        if firm.verified_on and plain.period.first <= min(passed, default=firm.verified_on) <= plain.period.last:
            found += 1
    return found


def audited(plain: Plain) -> float | None:
    year = Plain(plain.session, plain.district_id, Period.ending(plain.period.last, 365))
    suppliers = {job.firm for job in year.jobs}
    seen = [
        one for one in suppliers
        if any(year.period.first <= look.checked_on <= year.period.last for look in looks(plain, one))
    ]  # fmt: skip
    return percent(len(seen), len(suppliers))


def life(plain: Plain) -> tuple[int, int, int, int]:
    """Before the year, born, died, at its end."""
    year = Period.ending(plain.period.last, 365)
    eve = year.first - timedelta(days=1)
    dated = [
        one for one in plain.factories
        if one.district_id == plain.district_id and one.merged_into_id is None and one.opened_on
        and (one.status is not OperatingStatus.CLOSED or one.closed_on)
    ]  # fmt: skip

    def is_open(one: Factory, day: date) -> bool:
        assert one.opened_on
        return one.opened_on <= day and (one.closed_on is None or one.closed_on > day)

    before = [one for one in dated if is_open(one, eve)]
    died = [one for one in before if one.closed_on and one.closed_on <= year.last]
    born = [one for one in dated if one.opened_on and year.first <= one.opened_on <= year.last]
    return len(before), len(born), len(died), sum(is_open(one, year.last) for one in dated)


def places(plain: Plain) -> Counter[int]:
    return Counter(one.neighbourhood_id for one in plain.firms if one.neighbourhood_id)


def people(plain: Plain) -> list[int]:
    return [one.people for one in plain.firms if one.people is not None]


def small_share(plain: Plain) -> float | None:
    known = [job for job in plain.jobs if job.firm.people is not None]
    return percent(
        sum(job.value for job in known if job.firm.people and job.firm.people <= 4), sum(job.value for job in known)
    )


def coverage(plain: Plain) -> float | None:
    code = plain.session.get_one(District, plain.district_id).code
    known = published_values(code).get("firms_manufacturing")
    return percent(len(plain.checked()), float(known.value)) if known else None
