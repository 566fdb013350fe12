"""Over what exactly each indicator is counted here."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext

ORDERS = lazy_gettext("Orders confirmed in the period and not called off. Imported past orders are left out.")
JOBS = lazy_gettext(
    "Jobs of orders confirmed in the period and not called off; one factory's part of an order is one job."
)
AMOUNTS = lazy_gettext(
    "Jobs of orders confirmed in the period and not called off, at the agreed price per piece. VAT is in it only where"
    " the price was agreed with VAT."
)
PROCESSES = lazy_gettext("Processes of the jobs that were confirmed in the period.")
STARTED = lazy_gettext("Orders confirmed in the period on which work has begun.")
DELIVERED = lazy_gettext("Orders whose last hand-over to the client was in the period, not called off.")
ACCEPTED = lazy_gettext("Orders handed over in the period and accepted since.")
JUDGED = lazy_gettext("Orders handed over in the period that were accepted, or for which rework was asked.")
SAMPLED = lazy_gettext("Orders placed in the period of which a first sample was sent.")
ANSWERED = lazy_gettext("Briefs published in the period that got a quote; each counts once.")
WEEKS = lazy_gettext(
    "Weeks that begin in the period, of working firms that offered days; in factory-days, not in pieces."
)
FREE = lazy_gettext(
    "Free days of the next four weeks, times the pieces a day of firms that state a rate for the whole."
)
DUE = lazy_gettext("Delivered orders with a balance whose agreed day lies in the period; every part has to be in.")
PAID = lazy_gettext("Delivered orders with a balance whose agreed day lies in the period, once all of it has come in.")
SIZES_KNOWN = lazy_gettext("Jobs of orders confirmed in the period, of firms whose number of people is known.")
RETURNING = lazy_gettext("Jobs confirmed in the period; an earlier order of the pair counts once it was accepted.")
SHOWN = lazy_gettext("Pairs of brief and firm on lists made in the period; whether an order followed, up to today.")
ELIGIBLE = lazy_gettext("All firms shown to the public today, over the lists made in the period for a brief.")
REGISTERED = lazy_gettext("Working garment firms on the register, as it stood when this was counted.")
CHECKED_FIRMS = lazy_gettext(
    "Firms with a check in the last twelve months, as the register stood when this was counted."
)
SUPPLIERS = lazy_gettext("Firms with confirmed work in the twelve months that end with the period.")
NEWLY = lazy_gettext("Working garment firms by their first check; where no check is recorded, by the day of the last.")
STATED = lazy_gettext("Working garment firms on the register that state how many people work there.")
PLACED = lazy_gettext("Working garment firms on the register whose neighbourhood is known.")
KNOWN = lazy_gettext("Checked firms of the register, against the number of firms that a source outside gives.")
DATED = lazy_gettext(
    "Garment firms whose days of opening and, once closed, of closing are known, over the year that ends with the"
    " period. The day of registration counts nowhere."
)
PLACES_KNOWN = lazy_gettext("Jobs confirmed in the period, from the middle of one neighbourhood to that of the other.")

SCOPES: Mapping[str, object] = {
    "orders_placed": ORDERS,
    "order_quantity": ORDERS,
    "order_value": AMOUNTS,
    "median_order_size": ORDERS,
    "jobs_linked_count": JOBS,
    "jobs_linked_amount": AMOUNTS,
    "participating_firms_distinct": JOBS,
    "participating_firms_cumulative": JOBS,
    "written_contract_rate": STARTED,
    "lead_time_average": ACCEPTED,
    "on_time_rate": DELIVERED,
    "first_pass_rate": JUDGED,
    "sample_lead_time": SAMPLED,
    "quote_response_hours": ANSWERED,
    "capacity_utilisation": WEEKS,
    "idle_capacity": FREE,
    "payment_on_time_rate": DUE,
    "payment_days_average": PAID,
    "hhi_orders": AMOUNTS,
    "effective_firms": AMOUNTS,
    "top10_order_share": AMOUNTS,
    "small_workshop_order_share": SIZES_KNOWN,
    "client_dependence": AMOUNTS,
    "repeat_partner_share": RETURNING,
    "recommendation_acceptance": SHOWN,
    "exposure_gini": ELIGIBLE,
    "verified_firm_share": REGISTERED,
    "audited_supplier_share": SUPPLIERS,
    "green_certified_share": CHECKED_FIRMS,
    "new_registrations": NEWLY,
    "firms_manufacturing": REGISTERED,
    "firms_in_cluster_dong": PLACED,
    "cluster_dong_share": PLACED,
    "employees": STATED,
    "average_firm_size": STATED,
    "micro_firm_share": STATED,
    "registration_coverage": KNOWN,
    "firm_birth_rate": DATED,
    "firm_death_rate": DATED,
    "net_firm_growth": DATED,
    "mean_supplier_distance": PLACES_KNOWN,
    "local_sourcing_share": PROCESSES,
    "traceability_rate": PROCESSES,
}
