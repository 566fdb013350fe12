"""One brief against all factories at once: the hard limits of `feasibility` on whole columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np

from recommender.capacity import DAY_HUNDREDTHS, DAYS_IN_WEEK, single_stage
from recommender.catalogue import NOT_STATED, Catalogue
from recommender.feasibility import VERIFICATION_LASTS, Certificates
from recommender.labels import Array, packed_rows
from recommender.price import WON, WON_WITH_VAT, WON_WITHOUT_VAT
from recommender.types import Answer, BriefFeatures, FactoryFeatures

#: Reason code for a factory that a rule excludes, by rule.
_CODES = {
    "active": "inactive",
    "item": "item_not_made",
    "processes": "process_missing",
    "minimum_quantity": "below_minimum",
    "free_days": "no_free_days",
    "working_time": "too_little_time",
    "price_floor": "over_budget",
    "certificates": "certificate_expired",
    "verified": "not_verified",
}

Verdict = tuple[Array, Array]

#: Weeks without an answer after which free days count half.
_HALF_LIFE_WEEKS = 4


class Columns:
    """What rules and signals read of some rows of a catalogue for one brief; every number is computed once.

    Parameters
    ----------
    brief : BriefFeatures
    catalogue : Catalogue
    stage_of : mapping of str to str
        Process code to stage code.
    rows : ndarray of int, shape (n,)
    """

    def __init__(self, brief: BriefFeatures, catalogue: Catalogue, stage_of: Mapping[str, str], rows: Array) -> None:
        self.brief, self.catalogue, self.stage_of, self.rows = brief, catalogue, stage_of, rows

    def identity(self, place: int) -> str:
        """Factory of one of the rows."""
        return self.catalogue.ids[int(self.rows[place])]

    def number(self, name: str) -> Array:
        """A column of whole numbers, ``NOT_STATED`` where nothing is stated."""
        return self.catalogue.numbers[name].take(self.rows)

    @cached_property
    def rate(self) -> Array:
        """Pieces a day for this brief, nan where unknown (see `capacity.rate_for`)."""
        stage = single_stage(self.brief, self.stage_of)
        return self.catalogue.rates.best(self.brief.item, stage).take(self.rows)

    @cached_property
    def needed(self) -> Array:
        """Hundredths of a factory-day, nan where no rate is known."""
        return np.ceil(DAY_HUNDREDTHS * self.brief.quantity / self.rate)

    @cached_property
    def free_and_unknown(self) -> Verdict:
        """Stated free hundredths in the window, and the days nothing is stated about."""
        return self.catalogue.free_time.inside(self.brief, self.rows)

    @cached_property
    def missed_weeks(self) -> Array:
        """Whole weeks since the last confirmation beyond the first one; 0 where nobody keeps book."""
        confirmed = self.number("confirmed_on")
        weeks = (self.brief.as_of.toordinal() - confirmed) // DAYS_IN_WEEK - 1
        return np.where(confirmed == NOT_STATED, 0, np.maximum(weeks, 0))

    @property
    def freshness(self) -> Array:
        """What a stated free day is still worth, in (0, 1]: half after four weeks without an answer."""
        return np.exp2(-self.missed_weeks / _HALF_LIFE_WEEKS)

    @cached_property
    def prices(self) -> tuple[Array, Array]:
        """Lowest and highest possible price floor in 110ths of a won on the brief's basis, nan where unbounded."""
        asked = self.brief.price_includes or self.brief.processes
        basis = self.catalogue.price_includes.numbers.take(self.rows)
        no_more, all_of_it = self.catalogue.price_covers(asked).take(basis, axis=1)
        floor, vat = self.number("price_floor_krw").astype(float), self.number("vat")
        floor[floor == NOT_STATED] = np.nan
        low_with, high_with = _vat_factors(self.brief.vat_included)
        return np.where(no_more, floor * low_with[vat], np.nan), np.where(all_of_it, floor * high_with[vat], np.nan)

    @property
    def budget(self) -> int | None:
        """In 110ths of a won per piece."""
        budget = self.brief.budget_per_piece_krw
        return None if budget is None else WON * budget

    def only(self, keep: Array) -> Columns:
        """The rows of a mask, with what has been computed."""
        fewer = Columns(self.brief, self.catalogue, self.stage_of, self.rows[keep])
        for name in ("rate", "needed"):
            if name in self.__dict__:
                fewer.__dict__[name] = self.__dict__[name][keep]
        for name in ("free_and_unknown", "prices"):
            if name in self.__dict__:
                one, other = self.__dict__[name]
                fewer.__dict__[name] = one[keep], other[keep]
        return fewer


def _vat_factors(wanted: bool) -> tuple[Array, Array]:
    """Factors for a floor without VAT, with VAT and, last, one that says nothing about it."""
    without, with_vat = (WON_WITH_VAT, WON) if wanted else (WON, WON_WITHOUT_VAT)
    pair = sorted((without, with_vat))
    return np.array([without, with_vat, pair[0]]), np.array([without, with_vat, pair[1]])


def _minimum_quantity(columns: Columns) -> Verdict:
    minimum = columns.number("minimum_order_quantity")
    return minimum > columns.brief.quantity, minimum == NOT_STATED


def _working_time(columns: Columns) -> Verdict:
    days = (columns.brief.needed_by - columns.brief.starts_on).days
    lead = columns.number("lead_time_days")
    if days < 0:
        return np.ones(len(lead), dtype=bool), np.zeros(len(lead), dtype=bool)
    return lead > days, lead == NOT_STATED


def _verified(columns: Columns) -> Verdict:
    nobody = np.zeros(len(columns.rows), dtype=bool)
    if not columns.brief.verified_only:
        return nobody, nobody
    checked = columns.number("verified_on")
    lapsed = checked < (columns.brief.as_of - VERIFICATION_LASTS).toordinal()
    return (checked == NOT_STATED) | lapsed, nobody


def _certificates(columns: Columns) -> Verdict:
    nobody = np.zeros(len(columns.rows), dtype=bool)
    if not columns.brief.certificates:
        return nobody, nobody
    rule = Certificates(columns.stage_of)
    answers = columns.catalogue.certificates.each(
        columns.rows,
        lambda held: rule.answer(columns.brief, FactoryFeatures("", certificates_until=dict(held))).value,
    )
    return answers == Answer.NO.value, answers == Answer.UNKNOWN.value


def _price_floor(columns: Columns) -> Verdict:
    nobody = np.zeros(len(columns.rows), dtype=bool)
    if columns.budget is None:
        return nobody, nobody
    low, high = columns.prices
    is_over = low > columns.budget
    return is_over, ~(is_over | (high <= columns.budget))


def _free_days(columns: Columns) -> Verdict:
    (free, unknown_days), needed = columns.free_and_unknown, columns.needed
    is_known = columns.catalogue.free_time.has_spoken.take(columns.rows) & ~np.isnan(needed)
    suffices = free >= needed
    is_short = is_known & (free + DAY_HUNDREDTHS * unknown_days < needed)
    return is_short, ~(is_short | (is_known & suffices))


#: By name: rows that a rule excludes, and rows it does not know about. What costs little comes first.
_RULES: dict[str, Callable[[Columns], Verdict]] = {
    "minimum_quantity": _minimum_quantity,
    "working_time": _working_time,
    "verified": _verified,
    "certificates": _certificates,
    "price_floor": _price_floor,
    "free_days": _free_days,
}


class Survey:
    """Who passes the hard limits of a brief; equal to `Feasibility.answer` factory by factory.

    Attributes
    ----------
    columns : Columns
        Of the rows that pass.
    is_known : ndarray of bool
        Whether every rule says yes.
    """

    def __init__(self, brief: BriefFeatures, catalogue: Catalogue, stage_of: Mapping[str, str]) -> None:
        may, does = _label_bits(brief, catalogue)
        rows = packed_rows([catalogue.active, *may], len(catalogue))
        known = does[0]
        for bits in does[1:]:
            known = known & bits
        is_known = (known[rows >> 3] >> (7 - (rows & 7)).astype(np.uint8) & 1).view(bool)
        columns = Columns(brief, catalogue, stage_of, rows)
        for rule in _RULES.values():
            refused, unknown = rule(columns)
            is_known = is_known & ~unknown
            if refused.any():
                keep = ~refused
                columns, is_known = columns.only(keep), is_known[keep]
        self.columns, self.is_known = columns, is_known

    @property
    def rows(self) -> Array:
        return self.columns.rows


def _label_bits(brief: BriefFeatures, catalogue: Catalogue) -> tuple[list[Array], list[Array]]:
    item, work = catalogue.item_planes, catalogue.work_planes
    may = [item.may(brief.item), *(work.may(code) for code in brief.processes)]
    return may, [item.does(brief.item), *(work.does(code) for code in brief.processes)]


def refusals(brief: BriefFeatures, catalogue: Catalogue, stage_of: Mapping[str, str]) -> dict[str, Array]:
    """For every rule the mask of the factories it excludes, over ``catalogue.rows()``, in the order of the rules."""
    rows, size = catalogue.rows(), len(catalogue)
    columns = Columns(brief, catalogue, stage_of, rows)
    (item, *processes), _ = _label_bits(brief, catalogue)
    every = np.full_like(catalogue.active, 255)
    planes = {"active": [catalogue.active], "item": [item], "processes": [every, *processes]}
    masks = {name: ~np.isin(rows, packed_rows(bits, size)) for name, bits in planes.items()}
    masks |= {name: rule(columns)[0] for name, rule in _RULES.items()}
    return {name: masks[name] for name in _CODES}


def count_refusals(brief: BriefFeatures, catalogue: Catalogue, stage_of: Mapping[str, str]) -> Counter[str]:
    """Reason code -> number of factories it excludes; one factory may have several."""
    masks = refusals(brief, catalogue, stage_of)
    return Counter({_CODES[name]: int(mask.sum()) for name, mask in masks.items() if mask.any()})
