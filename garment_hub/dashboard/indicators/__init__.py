"""One function per indicator of a district; page, file and snapshot call the same ones, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext

from garment_hub.dashboard.indicators import chain, checks, delivery, market, orders, payment, register
from garment_hub.dashboard.indicators.activity import (
    briefs_published,
    hours_to_answer,
    lists_empty,
    lists_made,
    requests_answered,
    requests_sent,
)
from garment_hub.dashboard.indicators.basis import FRESH_DAYS, Function, Indicator, Period, working
from garment_hub.dashboard.indicators.outside import from_outside
from garment_hub.dashboard.indicators.register import (
    designers_registered,
    factories_fresh,
    factories_listed,
    factories_registered,
)
from models.indicators import definitions

PUBLIC: tuple[Function, ...] = (factories_listed, factories_fresh, designers_registered)
REGISTER: tuple[Function, ...] = (factories_registered, factories_listed, factories_fresh, designers_registered)
ACTIVITY: tuple[Function, ...] = (
    briefs_published,
    lists_made,
    lists_empty,
    requests_sent,
    requests_answered,
    hours_to_answer,
)
# The linked work stands apart: it says what the office did, not how the industry grew.
LINKED: tuple[Function, ...] = (
    orders.jobs_linked_count,
    orders.jobs_linked_amount,
    orders.participating_firms_distinct,
    orders.participating_firms_cumulative,
)
FIRMS: tuple[Function, ...] = (
    register.firms_manufacturing,
    register.firms_in_cluster_dong,
    register.cluster_dong_share,
    register.employees,
    register.average_firm_size,
    register.micro_firm_share,
    register.registration_coverage,
    checks.new_registrations,
    checks.verified_firm_share,
    checks.audited_supplier_share,
    checks.green_certified_share,
    register.firm_birth_rate,
    register.firm_death_rate,
    register.net_firm_growth,
)
WORK: tuple[Function, ...] = (
    orders.orders_placed,
    orders.order_quantity,
    orders.order_value,
    orders.median_order_size,
    delivery.capacity_utilisation,
    delivery.idle_capacity,
    delivery.quote_response_hours,
    delivery.sample_lead_time,
    delivery.lead_time_average,
    delivery.on_time_rate,
    delivery.first_pass_rate,
    orders.local_sourcing_share,
    orders.traceability_rate,
    chain.mean_supplier_distance,
)
FAIRNESS: tuple[Function, ...] = (
    market.hhi_orders,
    market.effective_firms,
    market.top10_order_share,
    market.small_workshop_order_share,
    market.client_dependence,
    market.repeat_partner_share,
    market.recommendation_acceptance,
    market.exposure_gini,
)
PAYMENT: tuple[Function, ...] = (
    orders.written_contract_rate,
    payment.payment_on_time_rate,
    payment.payment_days_average,
)
# Code of ``models.indicators`` -> the function that measures it here. What is not in it comes from outside, or not.
MEASURES: Mapping[str, Function] = {
    function.__name__: function for theme in (LINKED, FIRMS, WORK, FAIRNESS, PAYMENT) for function in theme
}
OUTSIDE: Mapping[str, Function] = {code: from_outside(code) for code in definitions() if code not in MEASURES}
THEMES: Mapping[str, tuple[object, Mapping[str, Function]]] = {
    name: (title, {function.__name__: function for function in functions})
    for name, title, functions in (
        ("linked", lazy_gettext("Work that was linked"), LINKED),
        ("register", lazy_gettext("The register"), FIRMS),
        ("work", lazy_gettext("Orders and delivery"), WORK),
        ("fairness", lazy_gettext("Who gets the work"), FAIRNESS),
        ("payment", lazy_gettext("Terms and payment"), PAYMENT),
    )
} | {"outside": (lazy_gettext("From outside"), OUTSIDE)}
# What only the present knows. Of a past month it stands as it was counted when the month was closed.
STOCKS = frozenset(
    {
        "firms_manufacturing", "firms_in_cluster_dong", "cluster_dong_share", "employees", "average_firm_size",
        "micro_firm_share", "registration_coverage", "verified_firm_share", "green_certified_share",
        "capacity_utilisation", "idle_capacity", "exposure_gini",
    }
)  # fmt: skip

__all__ = [
    "ACTIVITY",
    "FRESH_DAYS",
    "MEASURES",
    "OUTSIDE",
    "PUBLIC",
    "REGISTER",
    "STOCKS",
    "THEMES",
    "Function",
    "Indicator",
    "Period",
    "working",
]
