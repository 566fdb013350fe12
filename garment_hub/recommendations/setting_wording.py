"""Settings of the ranking in words: points of each part, the turn, what differs, and how a training ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.labels import place_name
from garment_hub.recommendations import sentences
from garment_hub.recommendations.points import WHOLE_POINTS, points_of
from garment_hub.recommendations.showings import SIZES
from models.district import Neighbourhood
from models.ranking_setting import RankingSetting, SettingOrigin
from models.recommendation import RankerArtifact

ORIGINS = {
    SettingOrigin.DEFAULT: lazy_gettext("As delivered"),
    SettingOrigin.STAFF: lazy_gettext("Set by staff"),
    SettingOrigin.LEARNT: lazy_gettext("Learnt from past choices"),
}
#: How a training ended -> why the trained file is in use or kept aside.
VERDICTS = {
    "replaces": lazy_gettext("At least as good as the one before and as counting labels, so it took over."),
    "not_judged": lazy_gettext("There are too few orders to judge it, so the one before stayed."),
    "worse_than_label_count": lazy_gettext("Counting labels foretold the orders better, so it was kept aside."),
    "worse_than_in_use": lazy_gettext("The one before foretold the orders better, so it was kept aside."),
}
#: What became of the weights learnt from past choices in the same training.
LEARNT_VERDICTS = {
    "passed": lazy_gettext("Points were learnt from choices too, and passed."),
    "too_few_choices": lazy_gettext("There are too few choices to learn points from."),
    "as_before": lazy_gettext("Learning from choices gave the points that are in use."),
    "worse_held_out": lazy_gettext("Points learnt from choices did not hold for designers they had not seen."),
    "not_judged": lazy_gettext("There are too few orders to judge the points learnt from choices."),
    "worse_than_label_count": lazy_gettext(
        "Points learnt from choices foretold the orders less well than counting labels."
    ),
    "worse_than_in_use": lazy_gettext("Points learnt from choices foretold the orders less well than those in use."),
}
METRIC = "ndcg_at_10"


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One part of the score: its name, the points it can give, and what it looks at."""

    name: str
    points: float
    explanation: str


def weight_rows(weights: Mapping[str, float]) -> list[WeightRow]:
    """Parts of the score as points out of 100, one decimal at most."""
    return [
        WeightRow(str(sentences.PART_NAMES[part]), points, str(sentences.PART_EXPLANATIONS[part]))
        for part, points in points_of(weights).parts.items()
    ]


def turn_points(fair_turn: float) -> str:
    """Points taken off for once at the top of a list made today."""
    return f"{WHOLE_POINTS * fair_turn:.4g}"


def reason_words(setting: RankingSetting) -> str:
    """As staff wrote it; a training gives two numbers, of lists and of designers."""
    numbers = re.findall("[0-9]+", setting.reason)
    if setting.origin is not SettingOrigin.LEARNT or len(numbers) != 2:
        return setting.reason
    return str(_("From %(lists)s lists of %(designers)s designers", lists=numbers[0], designers=numbers[1]))


def taken_points(share: float | None) -> str | None:
    """A deduction rounded up to the next tenth, so that "no more than" holds."""
    return None if share is None else f"{ceil(round(10 * WHOLE_POINTS * share, 6)) / 10:g}"


def turn_words(fair_turn: float) -> str:
    if not fair_turn:
        return str(_("Not used"))
    return str(_("%(points)s points off for once at the top", points=turn_points(fair_turn)))


def place_words(setting: RankingSetting) -> str:
    return str(_("shown") if setting.has_labelled_place else _("not shown"))


def differences(setting: RankingSetting, other: RankingSetting) -> list[str]:
    """What ``setting`` says otherwise than ``other``: name, before, after."""
    before, after = points_of(other.weights).parts, points_of(setting.weights).parts
    changed = [
        (str(sentences.PART_NAMES[part]), f"{before.get(part, 0.0):g}", f"{points:g}")
        for part, points in after.items()
        if points != before.get(part)
    ]
    if setting.fair_turn != other.fair_turn:
        changed.append((str(_("Turn")), turn_points(other.fair_turn), turn_points(setting.fair_turn)))
    if setting.has_labelled_place != other.has_labelled_place:
        changed.append((str(_("This turn's factory")), place_words(other), place_words(setting)))
    return [f"{name} {old} → {new}" for name, old, new in changed]


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """One training: what it learnt from, how it did beside counting labels, and what became of it."""

    trained_at: datetime
    is_in_use: bool
    verdict: str
    learnt: str
    orders: int | None
    cases: int
    own: str | None
    label_count: str | None


def artifact_row(artifact: RankerArtifact) -> ArtifactRow:
    figures = artifact.figures
    return ArtifactRow(
        trained_at=artifact.trained_at,
        is_in_use=artifact.is_in_use,
        verdict=str(VERDICTS.get(code := figures.get("verdict", ""), code)),
        learnt=str(LEARNT_VERDICTS.get(figures.get("learnt", {}).get("verdict"), "")),
        orders=figures.get("orders"),
        cases=figures.get("cases", 0),
        own=_interval(figures.get("partner")),
        label_count=_interval(figures.get("label_count")),
    )


def _interval(figures: Mapping[str, Any] | None) -> str | None:
    """Mean with its 95 % interval."""
    one = (figures or {}).get(METRIC)
    return f"{one['mean']:.3f} ({one['low']:.3f}–{one['high']:.3f})" if one else None


def size_words(bound: int | None) -> str:
    """A size of firm by its upper bound, as ``showings.size_of`` gives it."""
    if bound is None:
        return str(_("not known"))
    if not bound:
        return str(_("%(first)s people and more", first=SIZES[-1] + 1))
    first = 1 + max((smaller for smaller in SIZES if smaller < bound), default=0)
    return str(_("%(first)s–%(last)s people", first=first, last=bound))


def neighbourhood_words(neighbourhood: Neighbourhood | None) -> str:
    return place_name(neighbourhood) if neighbourhood else str(_("not known"))
