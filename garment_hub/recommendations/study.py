"""How well every ranker foretells: on a district's past orders, on bare lists of links, in a made-up market."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.recommendations.evidence import load_outcomes
from garment_hub.recommendations.features import load_factories, ranked_factories
from garment_hub.recommendations.link_files import WrongFile, read_register
from garment_hub.recommendations.machines import MACHINES_OF
from models import vocabulary
from models.district import District, Installation
from recommender import Outcome

if TYPE_CHECKING:
    from recommender import Window

MOST_CASES = 400
MOST_SCORED = 1_000_000  # cases times factories, so that a run stays a matter of minutes


@dataclass(frozen=True, slots=True)
class Past:
    """A district's past orders, cut into what was known and what came next."""

    district: str
    is_made_up: bool
    split: str
    log: list[Outcome]
    windows: list[Window]


def load_past(session: Session, district: District, as_of: date) -> Past:
    """Split by time where most orders have a date, else by site; no window where there are too few to say anything.

    Facts are those of now, since old ones are not kept; free days are left out, since those of now are not those of
    then.
    """
    from recommender import rolling_windows, site_windows

    factories = load_factories(session, ranked_factories(district.id, include_unlisted=True), window=None)
    log = load_outcomes(session, district.id, as_of)
    orders = [row for row in log if row.is_order]
    is_dated = 2 * sum(row.ordered_on is not None for row in orders) > len(orders)
    is_made_up = bool(session.scalar(select(Installation.is_demo)))
    most = min(MOST_CASES, max(1, MOST_SCORED // max(1, len(factories))))
    if is_dated and (windows := rolling_windows(factories, log, most_cases=most)):
        return Past(district.code, is_made_up, "time", log, windows)
    return Past(district.code, is_made_up, "site", log, site_windows(factories, log, as_of))


def evaluate_past(past: Past) -> dict[str, Any]:
    """All rankers and baselines on the windows of a district."""
    from recommender import acceptance_calibration, evaluate_rankers, rankers_to_compare

    calibration = acceptance_calibration(past.log)
    return {
        "data": "district",
        "district": past.district,
        "made_up": past.is_made_up,
        "split": past.split,
        "windows": [
            {"as_of": one.as_of.isoformat(), "until": one.until.isoformat(), "learnt": len(one.learnt)}
            | {"cases": len(one.cases), "requests": len(one.requests)}
            for one in past.windows
        ],
        **evaluate_rankers(rankers_to_compare(vocabulary.stage_of(), MACHINES_OF), past.windows),
        "calibration": calibration.to_json() if calibration else None,
    }


def showings(past: Past) -> dict[str, dict[str, Any]]:
    """How evenly the ranker shows factories, with the fair turn and without it."""
    from recommender import FAIR_TURN, PartnerRanker, exposures_in_turn, gini, lorenz

    found = {}
    for name, fair_turn in {"without fair turn": 0.0, "with fair turn": FAIR_TURN}.items():
        ranker = PartnerRanker(None, vocabulary.stage_of(), MACHINES_OF, fair_turn, labelled_place=False)
        seen = exposures_in_turn(ranker, past.windows)
        never = sum(one == 0.0 for one in seen)
        found[name] = {"points": lorenz(seen), "gini": gini(seen), "never": never, "factories": len(seen)}
    return found


def evaluate_files(facilities: Path, links: Path) -> dict[str, Any]:
    """All rankers of bare links on re-splits by site; refuses files that hold nothing to hide."""
    from recommender import evaluate_links

    known, pairs = read_register(facilities, links)
    try:
        return {"data": "links", "facilities": len(known), "links": len(pairs), **evaluate_links(known, pairs)}
    except ValueError as error:
        raise WrongFile(f"{facilities}, {links}: {error}") from error


def market_file(path: Path | None) -> dict[str, Any]:
    """Coefficients of a market from a JSON file; none for the frozen one."""
    if path is None:
        return {}
    found = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def simulated(given: Mapping[str, Any], progress: Callable[[float, str], object] | None = None) -> dict[str, Any]:
    """All models in the three worlds of a market, and its gates; refuses coefficients that are wrong."""
    from recommender import Market, simulate

    return simulate(Market.from_json(given), progress=progress)


def calibrated(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The acceptance part against the answers of a market's factories; refuses coefficients that are wrong."""
    from recommender import market_calibration

    calibration = market_calibration(given)
    return calibration.to_json() if calibration else None
