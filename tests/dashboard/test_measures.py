"""Every indicator that is measured here equals a plain loop over all rows of a random world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

import pytest
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.dashboard.indicators import MEASURES, OUTSIDE, STOCKS, Period
from garment_hub.db import make_engine
from models.capacity import today_in_seoul
from models.indicators import definitions
from models.past_order import PastOrder
from tests.builders import make_district, make_factory
from tests.dashboard import plain_loops as loops
from tests.dashboard.plain_loops import Plain, day_of, hhi, life, mean_of, people, percent, places, processes
from tests.dashboard.random_world import MONTH, Maker

COUNTS = {  # of events that did not happen there were none; of everything else there is no value
    "orders_placed", "order_quantity", "order_value", "jobs_linked_count", "jobs_linked_amount",
    "participating_firms_distinct", "participating_firms_cumulative", "new_registrations", "firms_manufacturing",
}  # fmt: skip


ORACLES: dict[str, Callable[[Plain], float | None]] = {
    "orders_placed": lambda plain: len(plain.confirmed),
    "order_quantity": lambda plain: sum(one.quantity for one in plain.confirmed),
    "order_value": lambda plain: sum(job.value for job in plain.jobs),
    "median_order_size": lambda plain: median([one.quantity for one in plain.confirmed]) if plain.confirmed else None,
    "jobs_linked_count": lambda plain: len(plain.jobs),
    "jobs_linked_amount": lambda plain: sum(job.value for job in plain.jobs),
    "participating_firms_distinct": lambda plain: len({job.firm.id for job in plain.jobs}),
    "participating_firms_cumulative": lambda plain: len({(job.order.id, job.firm.id) for job in plain.jobs}),
    "local_sourcing_share": lambda plain: processes(plain, lambda job: job.firm.district_id == plain.district_id),
    "traceability_rate": lambda plain: processes(plain, loops.was_checked),
    "mean_supplier_distance": loops.distance,
    "written_contract_rate": loops.written,
    "hhi_orders": hhi,
    "effective_firms": lambda plain: 1 / found if (found := hhi(plain)) else None,
    "top10_order_share": lambda plain: percent(
        sum(sorted(plain.values().values(), reverse=True)[:10]), plain.values().total()
    ),
    "small_workshop_order_share": loops.small_share,
    "client_dependence": loops.dependence,
    "repeat_partner_share": loops.returning,
    "recommendation_acceptance": loops.accepted_pairs,
    "exposure_gini": loops.gini,
    "lead_time_average": lambda plain: mean_of(
        [(day_of(one.delivered_at) - day_of(one.confirmed_at)).days for one in plain.delivered
         if one.delivered_at and one.accepted_at and one.confirmed_at]
    ),
    "on_time_rate": lambda plain: percent(
        sum(day_of(one.delivered_at) <= one.due_on for one in plain.delivered if one.delivered_at), len(plain.delivered)
    ),
    "first_pass_rate": loops.first_pass,
    "sample_lead_time": loops.sample_days,
    "quote_response_hours": loops.hours_to_quote,
    "capacity_utilisation": loops.utilisation,
    "idle_capacity": loops.idle,
    "payment_on_time_rate": loops.paid_on_time,
    "payment_days_average": loops.payment_days,
    "firms_manufacturing": lambda plain: len(plain.firms),
    "firms_in_cluster_dong": lambda plain: max(places(plain).values(), default=None),
    "cluster_dong_share": lambda plain: percent(max(places(plain).values(), default=0), places(plain).total()),
    "employees": lambda plain: sum(people(plain)) if people(plain) else None,
    "average_firm_size": lambda plain: mean_of(people(plain)),
    "micro_firm_share": lambda plain: percent(sum(one <= 4 for one in people(plain)), len(people(plain))),
    "registration_coverage": loops.coverage,
    "verified_firm_share": lambda plain: percent(len(plain.checked()), len(plain.firms)),
    "green_certified_share": loops.green,
    "new_registrations": loops.new_ones,
    "audited_supplier_share": loops.audited,
    "firm_birth_rate": lambda plain: percent(life(plain)[1], life(plain)[0]),
    "firm_death_rate": lambda plain: percent(life(plain)[2], life(plain)[0]),
    "net_firm_growth": lambda plain: percent(life(plain)[3] - life(plain)[0], life(plain)[0]),
}  # fmt: skip


def test_every_measure_has_a_plain_loop_beside_it() -> None:
    assert set(ORACLES) == set(MEASURES)
    assert set(MEASURES) <= set(definitions())
    assert set(MEASURES) >= STOCKS


def assert_as_plain(session: Session, seed: int) -> set[str]:
    """Returns the codes that had a value."""
    maker = Maker(session, seed)
    maker.make()
    had = set()
    for district in (maker.home, maker.away):
        for period in (MONTH, Period(date(2025, 6, 1), date(2026, 2, 28))):
            plain = Plain(session, district.id, period)
            for code, oracle in ORACLES.items():
                found, wanted = MEASURES[code](session, district.id, period), oracle(plain)
                assert found.value == (wanted if wanted is None else pytest.approx(wanted, abs=6e-5)), code
                had |= {code} if found.value is not None else set()
    return had


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_measures_equal_a_plain_loop(session: Session, seed: int) -> None:
    assert assert_as_plain(session, seed) == set(MEASURES)


@pytest.mark.slow
def test_measures_equal_a_plain_loop_on_either_engine(either_engine_url: str) -> None:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    with Session(engine) as session:
        assert assert_as_plain(session, 11) == set(MEASURES)
    engine.dispose()


def test_of_nothing_there_is_no_share_and_no_mean(session: Session) -> None:
    empty = make_district(session)
    for code, measure in {**MEASURES, **OUTSIDE}.items():
        assert measure(session, empty.id, MONTH).value == (0 if code in COUNTS else None), code


def test_imported_past_orders_count_nowhere(session: Session) -> None:
    district = make_district(session)
    factory = make_factory(session, district)
    today = today_in_seoul()
    period = Period.ending(today)
    before = {code: measure(session, district.id, period) for code, measure in MEASURES.items()}
    session.add_all(
        PastOrder(district_id=district.id, source_key=f"{number}", buyer_key="a", buyer_name="a", factory=factory,
                  quantity=50, ordered_on=today - timedelta(days=number), delivered_on=today, is_on_time=True)
        for number in range(9)
    )  # fmt: skip
    session.flush()
    assert {code: measure(session, district.id, period) for code, measure in MEASURES.items()} == before
