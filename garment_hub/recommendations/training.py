"""Trains a district's ranker, judges it, and puts it in use when it is no worse than what it would replace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from garment_hub.recommendations import settings
from garment_hub.recommendations.choices import ChoiceSet, LearntWeights, learn_weights, load_choice_sets
from garment_hub.recommendations.evidence import load_outcomes
from garment_hub.recommendations.features import load_factories, ranked_factories
from garment_hub.recommendations.judging import figures
from garment_hub.recommendations.rankers import FOLDER, artifact_in_use, load_artifact, unfitted_ranker
from models.capacity import today_in_seoul
from models.district import District
from models.ranking_setting import RankingSetting, SettingOrigin
from models.recommendation import RankerArtifact
from recommender import FactoryFeatures, Outcome

if TYPE_CHECKING:
    from recommender import PartnerRanker, SignalRanker, Window

METRIC = "ndcg_at_10"
STAGES = ("read", "learn", "judge", "write")
#: Told the name of each stage when it begins.
Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Trained:
    """An artifact on disk that no row names yet; ``learnt`` are weights that may become the district's."""

    district_id: int
    key: str
    sha256: str
    figures: dict[str, Any]
    learnt: LearntWeights | None = None


@dataclass(frozen=True, slots=True)
class _Material:
    """What there is to learn from, and what ranks now."""

    factories: Sequence[FactoryFeatures]
    log: Sequence[Outcome]
    sets: Sequence[ChoiceSet]
    setting: RankingSetting
    as_of: date
    root: Path
    in_use: RankerArtifact | None
    in_use_since: date | None


def train(session: Session, district: District, root: Path) -> RankerArtifact:
    """Fit, judge and keep in one session; a command fits in a reading session and keeps in another."""
    return keep(session, fit(session, district, root))


def fit(
    session: Session, district: District, root: Path, as_of: date | None = None, progress: Progress = str
) -> Trained:
    """Learn from the district's register, past orders and choices, and write the artifact below the data folder."""
    progress("read")
    material = _read(session, district, root, as_of or today_in_seoul())
    progress("learn")
    learnt = learn_weights(material.sets, material.setting.weights, material.setting.fair_turn)
    progress("judge")
    judged = _judged(material, learnt)
    progress("write")
    return _write(district, root, material, learnt, judged)


def _read(session: Session, district: District, root: Path, as_of: date) -> _Material:
    in_use = artifact_in_use(session, district.id)
    return _Material(
        factories=load_factories(session, ranked_factories(district.id, include_unlisted=True), window=None),
        log=load_outcomes(session, district.id, as_of),
        sets=load_choice_sets(session, district.id, as_of),
        setting=settings.current(session, district.id),
        as_of=as_of,
        root=root,
        in_use=in_use,
        in_use_since=_trained_on(root, in_use) if in_use else None,
    )


def _trained_on(root: Path, artifact: RankerArtifact) -> date | None:
    """None where the file is bad: then nothing of it serves, and it is no rival."""
    from recommender import ArtifactError

    try:
        ranker = load_artifact(root, artifact).ranker
    except ArtifactError:
        return None
    return ranker.as_of_


def _judged(material: _Material, learnt: LearntWeights | None) -> dict[str, Any]:
    """Figures of the ranker with the weights in use, with the learnt ones, of the one in use, and of the labels.

    The ranker in use has usually seen the cases: it was trained after the cut. Then its settings, fitted anew on what
    was known before the cut, stand for it: that compares settings, not the numbers they have learnt. Where it was
    trained before the cut it is judged as it is. Learnt weights come from choices on both sides of the cut: that they
    hold for designers who did not make them is what their held-out figures say.
    """

    def rankers_for(window: Window) -> dict[str, SignalRanker]:
        usual = _ranker(material.setting).fit(window.factories, window.learnt, window.as_of)
        found: dict[str, SignalRanker] = {"partner": usual}
        if learnt:
            found["learnt"] = _set(copy(usual), learnt.weights, material.setting)
        if before := _in_use_before(material, window):
            found["in_use"] = before.refresh(window.factories)
        return found

    judged = figures(material.factories, material.log, material.as_of, rankers_for)
    if material.in_use_since and "partner" in judged:
        judged.setdefault("in_use", judged["partner"])
    return judged


def _in_use_before(material: _Material, window: Window) -> PartnerRanker | None:
    """The ranker in use, where it cannot have seen the cases of the window."""
    from recommender import PartnerRanker

    since = material.in_use_since
    if material.in_use is None or since is None or not since <= window.as_of < window.until:
        return None
    ranker = load_artifact(material.root, material.in_use).ranker
    return _set(ranker, material.setting.weights, material.setting) if isinstance(ranker, PartnerRanker) else None


def _ranker(setting: RankingSetting) -> PartnerRanker:
    """As the district has set it; the defaults stay those of the recommender."""
    return _set(unfitted_ranker(), setting.weights if setting.version else None, setting)


def _set(ranker: PartnerRanker, weights: Mapping[str, float] | None, setting: RankingSetting) -> PartnerRanker:
    return ranker.reweigh(weights, setting.fair_turn, setting.has_labelled_place)


def _write(
    district: District, root: Path, material: _Material, learnt: LearntWeights | None, judged: dict[str, Any]
) -> Trained:
    """Fit on everything and save, with the learnt weights where they passed."""
    from recommender import save

    told, passed = _chosen(material, learnt, judged)
    ranker = _ranker(material.setting).fit(material.factories, material.log, material.as_of)
    if passed:
        ranker.reweigh(passed.weights, passed.fair_turn, material.setting.has_labelled_place)
    key = f"{district.code}-{material.as_of.isoformat()}-{uuid4().hex[:8]}"
    manifest = save(ranker, root / FOLDER / key, trained_on=material.as_of, figures=told)
    return Trained(district.id, key, manifest["digest"], told, passed)


def _chosen(
    material: _Material, learnt: LearntWeights | None, judged: Mapping[str, Any]
) -> tuple[dict[str, Any], LearntWeights | None]:
    """What is told of the training, ``partner`` being the ranker that is written; and the weights that passed."""
    verdict = _verdict_on(learnt, material.setting.weights, judged)
    told = {name: value for name, value in judged.items() if name != "learnt"}
    told["factories"], told["orders"] = len(material.factories), sum(row.is_order for row in material.log)
    told["learnt"] = {"verdict": verdict, "lists": len(material.sets)}
    if learnt is None:
        return told, None
    told["learnt"] |= learnt.to_json() | {METRIC: judged["learnt"][METRIC]} if "learnt" in judged else {}
    if verdict != "passed":
        return told, None
    return told | {"partner": judged["learnt"]}, learnt


def _verdict_on(learnt: LearntWeights | None, in_use: Mapping[str, float], judged: Mapping[str, Any]) -> str:
    """Learnt weights pass when they are news, hold for designers they do not know, and foretell no worse."""
    if learnt is None:
        return "too_few_choices"
    if not learnt.differs_from(in_use):
        return "as_before"
    if not learnt.is_better_held_out:
        return "worse_held_out"
    if "learnt" not in judged:
        return "not_judged"
    if is_worse(judged, "learnt", "label_count"):
        return "worse_than_label_count"
    return "worse_than_in_use" if is_worse(judged, "learnt", "partner") else "passed"


def is_worse(judged: Mapping[str, Any], one: str, other: str) -> bool:
    return bool(judged[one][METRIC]["mean"] < judged[other][METRIC]["mean"])


def keep(session: Session, trained: Trained) -> RankerArtifact:
    """A row for the artifact, in use if it may be; the one before is kept aside. Learnt weights become a version."""
    verdict = _verdict(trained.figures, artifact_in_use(session, trained.district_id))
    artifact = RankerArtifact(
        district_id=trained.district_id,
        key=trained.key,
        sha256=trained.sha256,
        figures=trained.figures | {"verdict": verdict},
        is_in_use=verdict == "replaces",
    )
    if artifact.is_in_use:
        rows = update(RankerArtifact).where(RankerArtifact.district_id == trained.district_id)
        session.execute(rows.values(is_in_use=False))
        if trained.learnt:
            _propose(session, trained.district_id, trained.learnt)
    session.add(artifact)
    session.flush()
    return artifact


def _verdict(new: Mapping[str, Any], before: RankerArtifact | None) -> str:
    """No worse than the label-count rule, nor than the ranker in use, on the same cases."""
    if "partner" not in new:
        return "replaces" if before is None else "not_judged"
    if is_worse(new, "partner", "label_count"):
        return "worse_than_label_count"
    if "in_use" in new and is_worse(new, "partner", "in_use"):
        return "worse_than_in_use"
    return "replaces"


def _propose(session: Session, district_id: int, learnt: LearntWeights) -> None:
    """A version of the settings, in use at once unless staff have set what is in use: theirs is the last word."""
    before = settings.current(session, district_id)
    settings.add_version(
        session,
        district_id,
        learnt.weights,
        learnt.fair_turn,
        before.has_labelled_place,
        SettingOrigin.LEARNT,
        f"{learnt.lists} lists, {learnt.designers} designers",
        in_use=before.origin is not SettingOrigin.STAFF,
    )
