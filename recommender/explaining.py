"""Which reasons hold for a factory and a brief, for the designer and for the owner, and what has to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from math import isnan, nan
from typing import Any

from recommender.catalogue import NOT_STATED
from recommender.labels import Array, has_bit
from recommender.signals import Evidence, shrunk
from recommender.survey import Columns
from recommender.types import BriefFeatures, Reason

#: A history percentile from here on is worth a word.
_OFTEN_CHOSEN = 0.5
_NEAR_KM = 10.0
#: Part -> code, the name of its count in the reason.
_RECORDS = {
    "reliability": ("on_time_record", "on_time"),
    "quality": ("inspection_record", "passed"),
    "acceptance": ("says_yes_record", "accepted"),
}


class Seen:
    """What is known of one factory for one brief; nothing is said that is not known.

    Every reason has the values that `REASON_CODES` names. They are made here in the hot path without being checked;
    a property test checks them.
    """

    def __init__(self, asked: Asked, row: int, numbers: Mapping[str, Any], evidence: Mapping[str, float]) -> None:
        self.asked, self.brief, self.row = asked, asked.brief, row
        self.evidence = evidence
        self.minimum, self.lead, self.floor = numbers["minimum"], numbers["lead"], numbers["floor"]
        self.needed, self.free, self.rate = numbers["needed"], numbers["free"], numbers["rate"]
        self.has_spoken, self.high = numbers["has_spoken"], numbers["high"]
        self.confirmed_on, self.missed_weeks = numbers["confirmed_on"], numbers["missed_weeks"]
        self.is_free = self.has_spoken and self.free >= self.needed
        self.does = [code for code, bits in asked.processes if has_bit(bits, row)]

    @property
    def makes_item(self) -> bool:
        return has_bit(self.asked.item, self.row)

    @property
    def is_in_time(self) -> bool:
        return bool(0 <= self.lead <= self.asked.days)

    @property
    def takes_so_few(self) -> bool:
        return bool(0 <= self.minimum <= self.brief.quantity)

    @property
    def keeps_budget(self) -> bool:
        budget = self.asked.budget
        return budget is not None and self.high <= budget

    def why(self, history: float) -> tuple[Reason, ...]:
        """What speaks for the factory; ``history`` is the value of that signal in [0, 1]."""
        said: list[Reason] = []
        self._can_make(said)
        self._can_deliver(said)
        self._matches(said)
        self._experience(said, history)
        return tuple(said)

    def questions(self) -> tuple[Reason, ...]:
        """Everything that is unknown and must be asked, of a factory that no rule excludes."""
        asked: list[Reason] = []
        self._ask_work(asked)
        self._ask_time(asked)
        self._ask_terms(asked)
        return tuple(asked)

    def for_owner(self) -> tuple[Reason, ...]:
        """What fits the owner about the brief."""
        said: list[Reason] = []
        self._fits_work(said)
        self._fits_calendar(said)
        self._fits_terms(said)
        self._fits_circle(said)
        return tuple(said)

    def _can_make(self, said: list[Reason]) -> None:
        if self.makes_item:
            said.append(Reason("makes_item", {"item": self.brief.item}))
        if self.does:
            said.append(Reason("has_processes", {"processes": " ".join(self.does)}))

    def _can_deliver(self, said: list[Reason]) -> None:
        if self.is_free:
            said.append(self._free_days())
        if self.is_in_time:
            said.append(Reason("in_time", {"lead_time_days": self.lead, "days": self.asked.days}))
        if self.takes_so_few:
            said.append(
                Reason("minimum_fits", {"minimum_order_quantity": self.minimum, "quantity": self.brief.quantity})
            )
        if self.keeps_budget:
            budget = self.brief.budget_per_piece_krw
            said.append(Reason("within_budget", {"price_floor_krw": self.floor, "budget_per_piece_krw": budget}))

    def _free_days(self) -> Reason:
        """With the day of the last word, where the score counts the days for less than they are."""
        days = {"needed_hundredths": int(self.needed), "free_hundredths": self.free, "needed_by": self.asked.needed_by}
        if not self.missed_weeks:
            return Reason("has_free_days", days)
        return Reason("had_free_days", days | {"confirmed_on": date.fromordinal(self.confirmed_on).isoformat()})

    def _matches(self, said: list[Reason]) -> None:
        brief, stated = self.brief, self.asked.stated
        if brief.fabrics and (fabrics := brief.fabrics & stated["fabrics"][self.row].has):
            said.append(Reason("fabric_match", {"fabrics": " ".join(sorted(fabrics))}))
        if brief.market is not None and brief.market in stated["markets"][self.row].has:
            said.append(Reason("market_match", {"market": brief.market}))
        if brief.difficulty is not None and brief.difficulty in stated["difficulties"][self.row].has:
            said.append(Reason("difficulty_match", {"difficulty": brief.difficulty}))
        for code, until in self.asked.held(self.row):
            said.append(Reason("certificate_held", {"certificate": code, "until": until}))
        if (checked := self.asked.verified_on(self.row)) is not None:
            said.append(Reason("verified", {"verified_on": checked.isoformat()}))

    def _experience(self, said: list[Reason], history: float) -> None:
        evidence = self.evidence
        if "km" in evidence and evidence["km"] < _NEAR_KM:
            said.append(Reason("near", {"km": round(evidence["km"], 1)}))
        if orders := evidence.get("good_orders"):
            said.append(Reason("same_buyer_before", {"orders": int(orders), "months": _whole(evidence["months"])}))
        if history >= _OFTEN_CHOSEN:
            said.append(Reason("similar_buyers", {"percentile": round(100 * history)}))
        for part, (code, name) in _RECORDS.items():
            if of := evidence.get(f"{part}_of"):
                good, mean = evidence[f"{part}_good"], evidence[f"{part}_mean"]
                if shrunk(good, of, mean) >= mean:  # a record speaks for a factory when it is no worse than the mean
                    said.append(Reason(code, {name: int(good), "of": int(of)}))

    def _ask_work(self, said: list[Reason]) -> None:
        if not self.makes_item:
            said.append(Reason("ask_item", {"item": self.brief.item}))
        for code, bits in self.asked.processes:
            if not has_bit(bits, self.row):
                said.append(Reason("ask_process", {"process": code}))
        if self.minimum == NOT_STATED:
            said.append(Reason("ask_minimum_order_quantity", {"quantity": self.brief.quantity}))

    def _ask_time(self, said: list[Reason]) -> None:
        is_rate_known = not isnan(self.needed)
        if not is_rate_known:
            said.append(Reason("ask_rate", {"item": self.brief.item, "quantity": self.brief.quantity}))
        if not self.is_free:
            needed = int(self.needed) if is_rate_known else None
            said.append(Reason("ask_free_days", {"needed_hundredths": needed} | self.asked.window))
        if self.lead == NOT_STATED:
            said.append(Reason("ask_lead_time", {"days": self.asked.days}))

    def _ask_terms(self, said: list[Reason]) -> None:
        budget = self.brief.budget_per_piece_krw
        if budget is not None and not self.keeps_budget:
            if self.floor == NOT_STATED:
                said.append(Reason("ask_price_floor", {"budget_per_piece_krw": budget}))
            else:
                said.append(Reason("ask_price_basis", {"price_floor_krw": self.floor, "budget_per_piece_krw": budget}))
        held = {code for code, _ in self.asked.held(self.row)}
        for code in sorted(self.brief.certificates - held):
            said.append(Reason("ask_certificate", {"certificate": code}))

    def _fits_work(self, said: list[Reason]) -> None:
        if self.makes_item:
            said.append(Reason("you_make_item", {"item": self.brief.item}))
        if self.does:
            said.append(Reason("you_do_processes", {"processes": " ".join(self.does)}))

    def _fits_calendar(self, said: list[Reason]) -> None:
        quantity, needed_by = self.brief.quantity, self.asked.needed_by
        if not isnan(self.needed):
            days = {"needed_hundredths": int(self.needed), "quantity": quantity, "pieces_per_day": self.rate}
            said.append(Reason("days_at_your_rate", days))
        if self.is_free:
            said.append(Reason("your_free_days", {"free_hundredths": self.free, "needed_by": needed_by}))
        if self.is_in_time:
            days = {"days": self.asked.days, "lead_time_days": self.lead, "needed_by": needed_by}
            said.append(Reason("date_leaves_time", days))

    def _fits_terms(self, said: list[Reason]) -> None:
        if self.takes_so_few:
            quantity = self.brief.quantity
            said.append(Reason("over_your_minimum", {"quantity": quantity, "minimum_order_quantity": self.minimum}))
        if self.keeps_budget:
            budget = self.brief.budget_per_piece_krw
            said.append(Reason("pays_your_floor", {"budget_per_piece_krw": budget, "price_floor_krw": self.floor}))

    def _fits_circle(self, said: list[Reason]) -> None:
        if orders := self.evidence.get("good_orders"):
            months = _whole(self.evidence["months"])
            said.append(Reason("buyer_came_before", {"orders": int(orders), "months": months}))
        if self.evidence.get("km", _NEAR_KM) < _NEAR_KM:
            said.append(Reason("goods_stay_near", {"km": round(self.evidence["km"], 1)}))


class Asked:
    """What the reasons of every factory share: the brief in the form in which it is said."""

    def __init__(self, columns: Columns) -> None:
        catalogue, brief = columns.catalogue, columns.brief
        self.brief: BriefFeatures = brief
        self.stated, self._certificates = catalogue.stated, catalogue.certificates
        self._verified = catalogue.numbers["verified_on"]
        self.item: Array = catalogue.item_planes.does(brief.item)
        self.processes = [(code, catalogue.work_planes.does(code)) for code in sorted(brief.processes)]
        self.days = (brief.needed_by - brief.starts_on).days
        self.needed_by = brief.needed_by.isoformat()
        self.budget = columns.budget

    @cached_property
    def window(self) -> dict[str, str | int | float | None]:
        return {"starts_on": self.brief.starts_on.isoformat(), "needed_by": self.needed_by}

    def held(self, row: int) -> list[tuple[str, str | None]]:
        """Asked certificates that are valid on the first possible day, with their last one."""
        if not self.brief.certificates:
            return []
        stated, first = self._certificates[row], self.brief.starts_on
        own = [(code, until) for code, until in stated if code in self.brief.certificates]
        held = [(code, until) for code, until in own if until is None or until >= first]
        return [(code, None if until is None else until.isoformat()) for code, until in held]

    def verified_on(self, row: int) -> date | None:
        """Day of a check by staff that has not lapsed."""
        day = int(self._verified[row])
        return None if day < self._verified_from else date.fromordinal(day)

    @cached_property
    def _verified_from(self) -> int:
        from recommender.feasibility import VERIFICATION_LASTS

        return (self.brief.as_of - VERIFICATION_LASTS).toordinal()


def seen(columns: Columns, evidence: Evidence) -> list[Seen]:
    """What is known of each factory of some columns."""
    asked = Asked(columns)
    numbers = {
        "minimum": columns.number("minimum_order_quantity").tolist(),
        "lead": columns.number("lead_time_days").tolist(),
        "floor": columns.number("price_floor_krw").tolist(),
        "needed": columns.needed.tolist(),
        "rate": columns.rate.tolist(),
        "free": columns.free_and_unknown[0].tolist(),
        "confirmed_on": columns.number("confirmed_on").tolist(),
        "missed_weeks": columns.missed_weeks.tolist(),
        "has_spoken": columns.catalogue.free_time.has_spoken.take(columns.rows).tolist(),
        "high": [nan] * len(columns.rows) if columns.budget is None else columns.prices[1].tolist(),
    }
    known = by_row(evidence, len(columns.rows))
    return [
        Seen(asked, row, {name: column[place] for name, column in numbers.items()}, known[place])
        for place, row in enumerate(columns.rows.tolist())
    ]


def by_row(evidence: Evidence, size: int) -> list[dict[str, float]]:
    """One dict of plain numbers for each row."""
    columns = {name: column.tolist() if column.ndim else [float(column)] * size for name, column in evidence.items()}
    return [{name: column[place] for name, column in columns.items()} for place in range(size)]


def _whole(months: float) -> int | None:
    return None if isnan(months) else round(months)
