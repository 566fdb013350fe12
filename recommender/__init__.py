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
from recommender.relaxations import most_helpful
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
)

if TYPE_CHECKING:
    from recommender.artifact import ArtifactError, load, read_manifest, save
    from recommender.baselines import LabelCount, Nearest, Popularity, RandomFeasible
    from recommender.encoding import group_cosines, make_encoder, vectors
    from recommender.evaluation import Figures, Interval, evaluate_briefs, figures_of, group_splits
    from recommender.link_evaluation import evaluate_links
    from recommender.linking import Facility, LinkPopularity, LinkRandom, LinkRanker, RankedLink
    from recommender.ranker import PartnerRanker, SignalRanker
    from recommender.scoring import DEFAULT_WEIGHTS, WEIGHTS_VERSION, checked_weights
    from recommender.similarity import CosineIndex

__all__ = [
    "DEFAULT_WEIGHTS",
    "NOTHING_STATED",
    "REASON_CODES",
    "REASON_KINDS",
    "RULES",
    "WEIGHTS_VERSION",
    "Answer",
    "ArtifactError",
    "BriefFeatures",
    "Considered",
    "CosineIndex",
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
    "Nearest",
    "Outcome",
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
    "brief_from_json",
    "brief_to_json",
    "checked_weights",
    "evaluate_briefs",
    "evaluate_links",
    "factory_from_json",
    "factory_to_json",
    "figures_of",
    "free_hundredths",
    "group_cosines",
    "group_splits",
    "is_equal",
    "load",
    "make_encoder",
    "most_helpful",
    "needed_hundredths",
    "outcome_from_json",
    "outcome_to_json",
    "rate_for",
    "read_manifest",
    "reason",
    "reason_from_json",
    "reason_to_json",
    "recompute",
    "save",
    "stored_list",
    "used_facts",
    "vectors",
]

#: Rooms that need NumPy or scikit-learn, and what is asked for at the door.
_LATER = {
    "artifact": ("ArtifactError", "load", "read_manifest", "save"),
    "baselines": ("LabelCount", "Nearest", "Popularity", "RandomFeasible"),
    "encoding": ("group_cosines", "make_encoder", "vectors"),
    "evaluation": ("Figures", "Interval", "evaluate_briefs", "figures_of", "group_splits"),
    "link_evaluation": ("evaluate_links",),
    "linking": ("Facility", "LinkPopularity", "LinkRandom", "LinkRanker", "RankedLink"),
    "ranker": ("PartnerRanker", "SignalRanker"),
    "scoring": ("DEFAULT_WEIGHTS", "WEIGHTS_VERSION", "checked_weights"),
    "similarity": ("CosineIndex",),
}


def __getattr__(name: str) -> Any:
    for room, names in _LATER.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{room}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
