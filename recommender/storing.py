"""Values as plain JSON and back, and stored lists that can be recomputed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from recommender.types import (
    BriefFeatures,
    FactoryFeatures,
    FreeWeek,
    Outcome,
    Place,
    Rate,
    Reason,
    Recommendation,
    Stated,
    Turn,
)

Json = dict[str, Any]

#: Changes when a stored list can no longer be read as before.
STORED_FORMAT = 2

_STATED = ("items", "categories", "fabrics", "processes", "stages", "machines", "markets", "difficulties")
_BRIEF_DEFAULTS = BriefFeatures("", 1, date.min, frozenset(), date.min)
_FACTORY_DEFAULTS = FactoryFeatures("")


def brief_to_json(brief: BriefFeatures) -> Json:
    """Every field that differs from its default; `brief_from_json` gives back an equal brief."""
    return {name: _plain(value) for name, value in _set_fields(brief, _BRIEF_DEFAULTS)}


def brief_from_json(stored: Mapping[str, Any]) -> BriefFeatures:
    """The brief that `brief_to_json` was given."""
    known = dict(stored)
    for name in ("needed_by", "as_of", "materials_on"):
        if known.get(name) is not None:
            known[name] = date.fromisoformat(known[name])
    for name in ("processes", "fabrics", "price_includes", "certificates"):
        if name in known:
            known[name] = frozenset(known[name])
    if known.get("deliver_to") is not None:
        known["deliver_to"] = Place(*known["deliver_to"])
    return BriefFeatures(**{"processes": frozenset(), **known})


def factory_to_json(factory: FactoryFeatures) -> Json:
    """Every field that differs from its default; `factory_from_json` gives back an equal factory."""
    return {name: _plain(value) for name, value in _set_fields(factory, _FACTORY_DEFAULTS)}


def factory_from_json(stored: Mapping[str, Any]) -> FactoryFeatures:
    """The factory that `factory_to_json` was given."""
    known = dict(stored)
    for name in _STATED:
        if name in known:
            has, has_not, is_complete = known[name]
            known[name] = Stated(frozenset(has), frozenset(has_not), is_complete)
    if "price_includes" in known:
        known["price_includes"] = frozenset(known["price_includes"])
    if "certificates_until" in known:
        known["certificates_until"] = {code: _day(until) for code, until in known["certificates_until"].items()}
    if "rates" in known:
        known["rates"] = tuple(Rate(*rate) for rate in known["rates"])
    if known.get("free_weeks") is not None:
        known["free_weeks"] = tuple(FreeWeek(date.fromisoformat(day), free) for day, free in known["free_weeks"])
    if known.get("place") is not None:
        known["place"] = Place(*known["place"])
    days = {name: _day(known.get(name)) for name in ("verified_on", "confirmed_on")}
    return FactoryFeatures(**{**known, **days})


def outcome_to_json(outcome: Outcome) -> Json:
    """A row of the log as plain values."""
    return {field.name: _plain(getattr(outcome, field.name)) for field in fields(outcome)}


def outcome_from_json(stored: Mapping[str, Any]) -> Outcome:
    """The row that `outcome_to_json` was given."""
    days = {name: _day(stored.get(name)) for name in ("ordered_on", "delivered_on")}
    return Outcome(**{**stored, **days})


def reason_to_json(reason: Reason) -> Json:
    """Code and values."""
    return {"code": reason.code, "values": dict(reason.values)}


def reason_from_json(stored: Mapping[str, Any]) -> Reason:
    """The reason that `reason_to_json` was given."""
    return Reason(stored["code"], dict(stored["values"]))


def _set_fields(value: BriefFeatures | FactoryFeatures, defaults: object) -> list[tuple[str, Any]]:
    pairs = [(field.name, getattr(value, field.name)) for field in fields(value)]
    return [(name, one) for name, one in pairs if one != getattr(defaults, name) or name == "quantity"]


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case Stated():
            return [sorted(value.has), sorted(value.has_not), value.is_complete]
        case Place() | Rate() | FreeWeek():
            return [_plain(getattr(value, field.name)) for field in fields(value)]
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return {name: _plain(one) for name, one in value.items()}
        case _:
            return value


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def stored_list(recommendation: Recommendation) -> Json:
    """A list with everything it was made from: brief, facts used, learnt numbers, weights, order and parts.

    Holds all factories that passed. Text, places and the designer are left out: the learnt numbers carry what they
    gave, and no personal value is stored.
    """
    brief, stage_of, considered = recommendation.brief, recommendation.stage_of, tuple(recommendation.considered)
    names = considered[0].evidence if considered else ()
    return {
        "format": STORED_FORMAT,
        "brief": brief_to_json(replace(brief, designer=None, deliver_to=None, text="")),
        "stage_of": dict(stage_of),
        "weights": dict(recommendation.weights),
        "weights_version": recommendation.weights_version,
        "counts": [recommendation.feasible, recommendation.unknown, recommendation.infeasible],
        "facts": [factory_to_json(used_facts(brief, one.factory, stage_of)) for one in considered],
        "evidence": {name: [one.evidence[name] for one in considered] for name in names},
        "ranked": [[one.factory, one.score, dict(one.parts)] for one in recommendation.ranked],
        "turn": _turn_to_json(recommendation.turn),
    }


def _turn_to_json(turn: Turn | None) -> Json | None:
    if turn is None:
        return None
    drawn = {"factory": turn.place.factory, "probability": turn.probability, "candidates": list(turn.candidates)}
    return drawn | {"seed": turn.seed}


def used_facts(brief: BriefFeatures, factory: FactoryFeatures, stage_of: Mapping[str, str]) -> FactoryFeatures:
    """The facts that decide whether a factory passes this brief and how it is scored; the rest stays unstated.

    What the encoder read (codes of no rule, text) and the place are in the learnt numbers.
    """
    asked_stages = {stage_of.get(code, code) for code in brief.processes}
    processes = brief.processes | {code for code, stage in stage_of.items() if stage in asked_stages}
    first, last = brief.starts_on - timedelta(days=6), brief.needed_by
    certificates = factory.certificates_until.items()
    return FactoryFeatures(
        id=factory.id,
        is_active=factory.is_active,
        items=_only(factory.items, {brief.item}),
        processes=_only(factory.processes, processes),
        stages=_only(factory.stages, asked_stages),
        certificates_until={code: until for code, until in certificates if code in brief.certificates},
        minimum_order_quantity=factory.minimum_order_quantity,
        lead_time_days=factory.lead_time_days,
        price_floor_krw=factory.price_floor_krw,
        price_vat_included=factory.price_vat_included,
        price_includes=factory.price_includes,
        rates=tuple(rate for rate in factory.rates if rate.item in (None, brief.item)),
        free_weeks=_only_weeks(factory.free_weeks, first, last),
        verified_on=factory.verified_on,
        confirmed_on=factory.confirmed_on,
    )


def _only(stated: Stated, codes: AbstractSet[str]) -> Stated:
    return Stated(stated.has & codes, stated.has_not & codes, stated.is_complete)


def _only_weeks(weeks: tuple[FreeWeek, ...] | None, first: date, last: date) -> tuple[FreeWeek, ...] | None:
    return None if weeks is None else tuple(week for week in weeks if first <= week.starts_on <= last)


def recompute(stored: Mapping[str, Any]) -> list[tuple[str, float, dict[str, float]]]:
    """Score and order a stored list anew from what it was made from.

    Parameters
    ----------
    stored : mapping
        What `stored_list` gave, also after a way through JSON.

    Returns
    -------
    list of (factory, score, parts)
        All factories that passed, best first.

    Raises
    ------
    ValueError
        If the list has another format or holds parts this version does not know.
    """
    return _Again(stored).rows()


def is_equal(stored: Mapping[str, Any]) -> bool:
    """Whether the stored list is what its own facts, numbers, weights and draw give: counts, order, scores, parts."""
    again = _Again(stored)
    shown = [list(row) for row in again.rows(len(stored["ranked"]))]
    return bool(shown == stored["ranked"] and again.counts == stored["counts"][:2] and again.turn() == stored["turn"])


class _Again:
    """A stored list, scored anew by the very code that scored it first."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        from recommender.catalogue import Catalogue
        from recommender.scoring import part_values, weighted_parts
        from recommender.survey import Survey

        _check_format(stored)
        brief, stage_of = brief_from_json(stored["brief"]), stored["stage_of"]
        self._stored, self._catalogue = stored, Catalogue(stage_of)
        if facts := [factory_from_json(one) for one in stored["facts"]]:
            self._catalogue.write(facts)
        self._survey = Survey(brief, self._catalogue, stage_of)
        signals, self._evidence = _signals(stored), self._numbers()
        self._names = [signal.name for signal in signals]
        values = part_values(self._survey.columns, self._evidence, signals)
        self._parts = weighted_parts(values, [stored["weights"][name] for name in self._names])
        self._scores = self._parts.sum(axis=0)

    @property
    def counts(self) -> list[int]:
        """Known to pass, and may pass."""
        known = int(self._survey.is_known.sum())
        return [known, len(self._scores) - known]

    def rows(self, k: int | None = None) -> list[tuple[str, float, dict[str, float]]]:
        parts, scores, identity = self._parts, self._scores, self._survey.columns.identity
        return [
            (identity(place), float(scores[place]), dict(zip(self._names, parts[:, place].tolist(), strict=True)))
            for place in self._order(len(scores) if k is None else k)
        ]

    def turn(self) -> Json | None:
        """The draw of the labelled place, if the list had one."""
        from recommender.exposure import BEST, NEXT, draw_turn

        if (stored := self._stored["turn"]) is None:
            return None
        order = self._order(BEST + NEXT)
        ids = [self._survey.columns.identity(place) for place in order]
        drawn = draw_turn(ids, self._evidence["exposure"][order].tolist(), stored["seed"])
        if drawn is None:
            return None
        found = {"factory": drawn.factory, "probability": drawn.probability, "candidates": list(drawn.candidates)}
        return found | {"seed": stored["seed"]}

    def _order(self, k: int) -> list[int]:
        from recommender.scoring import best_first

        return best_first(self._scores, self._survey.is_known, self._survey.columns.identity, k)

    def _numbers(self) -> dict[str, Any]:
        """Stored numbers of the rows that pass."""
        import numpy as np

        rows = self._survey.rows
        stored = self._stored["evidence"].items()
        return {name: np.array(column, dtype=float)[rows] for name, column in stored}


def _check_format(stored: Mapping[str, Any]) -> None:
    if stored["format"] != STORED_FORMAT:
        raise ValueError(f"format: this version reads stored lists of format {STORED_FORMAT}, not {stored['format']}")


def _signals(stored: Mapping[str, Any]) -> Sequence[Any]:
    from recommender.baselines import BASELINE_PARTS
    from recommender.scoring import ALL_PARTS

    parts = ALL_PARTS | BASELINE_PARTS
    if strange := set(stored["weights"]) - set(parts):
        raise ValueError(f"weights: this version does not know {', '.join(sorted(strange))}")
    # In the order of the parts: a database may give back the keys of an object in another, and sums depend on it.
    return [part(stored["stage_of"]) for name, part in parts.items() if name in stored["weights"]]
