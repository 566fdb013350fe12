"""The only door of the recommender: import its names from here.

Values, reasons, hard limits and stored lists come without NumPy and scikit-learn; the rest is loaded at first use, so
that the site starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from recommender.capacity import free_hundredths, needed_hundredths, rate_for
from recommender.feasibility import RULES, Feasibility, Rule
from recommender.reasons import REASON_CODES, REASON_KINDS, reason
from recommender.storing import (
    brief_from_json,
    brief_to_json,
    factory_from_json,
    factory_to_json,
    is_equal,
    outcome_from_json,
    outcome_to_json,
    reason_from_json,
    reason_to_json,
    recompute,
    stored_list,
    used_facts,
)
from recommender.types import (
    NOTHING_STATED,
    Answer,
    BriefFeatures,
    Considered,
    FactoryFeatures,
    FreeWeek,
    Outcome,
    Place,
    RankedFactory,
    Rate,
    Reason,
    Recommendation,
    Stated,
    Team,
    TeamPlace,
    Turn,
)

if TYPE_CHECKING:
    from recommender.artifact import ArtifactError, load, read_manifest, save
    from recommender.backtesting import evaluate_rankers, exposures_in_turn, gini, lorenz, rankers_to_compare
    from recommender.baselines import LabelCount, Nearest, Popularity, RandomFeasible
    from recommender.calibration import acceptance_calibration, market_calibration
    from recommender.compiled import CompiledEncoder, group_cosines
    from recommender.encoding import make_encoder
    from recommender.evaluation import Figures, Interval, figures_of, group_splits
    from recommender.exposure import FAIR_TURN, ExposureLedger, units
    from recommender.learning import PartWeights, chosen_fair_turn
    from recommender.link_evaluation import evaluate_links
    from recommender.linking import Facility, LinkPopularity, LinkRandom, LinkRanker, RankedLink
    from recommender.market import Market
    from recommender.ranker import PartnerRanker, SignalRanker
    from recommender.relaxations import most_helpful
    from recommender.scoring import DEFAULT_WEIGHTS, WEIGHTS_VERSION, checked_weights
    from recommender.similarity import CosineIndex
    from recommender.simulation import simulate
    from recommender.teams import propose_teams
    from recommender.windows import Case, Window, rolling_windows, site_windows

__all__ = [
    "DEFAULT_WEIGHTS",
    "FAIR_TURN",
    "NOTHING_STATED",
    "REASON_CODES",
    "REASON_KINDS",
    "RULES",
    "WEIGHTS_VERSION",
    "Answer",
    "ArtifactError",
    "BriefFeatures",
    "Case",
    "CompiledEncoder",
    "Considered",
    "CosineIndex",
    "ExposureLedger",
    "Facility",
    "FactoryFeatures",
    "Feasibility",
    "Figures",
    "FreeWeek",
    "Interval",
    "LabelCount",
    "LinkPopularity",
    "LinkRandom",
    "LinkRanker",
    "Market",
    "Nearest",
    "Outcome",
    "PartWeights",
    "PartnerRanker",
    "Place",
    "Popularity",
    "RandomFeasible",
    "RankedFactory",
    "RankedLink",
    "Rate",
    "Reason",
    "Recommendation",
    "Rule",
    "SignalRanker",
    "Stated",
    "Team",
    "TeamPlace",
    "Turn",
    "Window",
    "acceptance_calibration",
    "brief_from_json",
    "brief_to_json",
    "checked_weights",
    "chosen_fair_turn",
    "evaluate_links",
    "evaluate_rankers",
    "exposures_in_turn",
    "factory_from_json",
    "factory_to_json",
    "figures_of",
    "free_hundredths",
    "gini",
    "group_cosines",
    "group_splits",
    "is_equal",
    "load",
    "lorenz",
    "make_encoder",
    "market_calibration",
    "most_helpful",
    "needed_hundredths",
    "outcome_from_json",
    "outcome_to_json",
    "propose_teams",
    "rankers_to_compare",
    "rate_for",
    "read_manifest",
    "reason",
    "reason_from_json",
    "reason_to_json",
    "recompute",
    "rolling_windows",
    "save",
    "simulate",
    "site_windows",
    "stored_list",
    "units",
    "used_facts",
]

#: Rooms that need NumPy or scikit-learn, and what is asked for at the door.
_LATER = {
    "artifact": ("ArtifactError", "load", "read_manifest", "save"),
    "backtesting": ("evaluate_rankers", "exposures_in_turn", "gini", "lorenz", "rankers_to_compare"),
    "baselines": ("LabelCount", "Nearest", "Popularity", "RandomFeasible"),
    "calibration": ("acceptance_calibration", "market_calibration"),
    "compiled": ("CompiledEncoder", "group_cosines"),
    "encoding": ("make_encoder",),
    "evaluation": ("Figures", "Interval", "figures_of", "group_splits"),
    "exposure": ("FAIR_TURN", "ExposureLedger", "units"),
    "learning": ("PartWeights", "chosen_fair_turn"),
    "link_evaluation": ("evaluate_links",),
    "linking": ("Facility", "LinkPopularity", "LinkRandom", "LinkRanker", "RankedLink"),
    "ranker": ("PartnerRanker", "SignalRanker"),
    "relaxations": ("most_helpful",),
    "scoring": ("DEFAULT_WEIGHTS", "WEIGHTS_VERSION", "checked_weights"),
    "similarity": ("CosineIndex",),
    "teams": ("propose_teams",),
    "market": ("Market",),
    "simulation": ("simulate",),
    "windows": ("Case", "Window", "rolling_windows", "site_windows"),
}


def __getattr__(name: str) -> Any:
    for room, names in _LATER.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{room}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
