"""Trains a district's ranker, judges it, and puts it in use when it is no worse than what it would replace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from garment_hub.recommendations.evidence import load_outcomes
from garment_hub.recommendations.features import load_factories, ranked_factories
from garment_hub.recommendations.judging import figures
from garment_hub.recommendations.rankers import FOLDER, artifact_in_use, unfitted_ranker
from models.capacity import today_in_seoul
from models.district import District
from models.recommendation import RankerArtifact

METRIC = "ndcg_at_10"


@dataclass(frozen=True, slots=True)
class Trained:
    """An artifact on disk that no row names yet."""

    district_id: int
    key: str
    sha256: str
    figures: dict[str, Any]


def train(session: Session, district: District, root: Path) -> RankerArtifact:
    """Fit, judge and keep in one session; a command fits in a reading session and keeps in another."""
    return keep(session, fit(session, district, root))


def fit(session: Session, district: District, root: Path, as_of: date | None = None) -> Trained:
    """Learn from the district's register and past orders, and write the artifact below the data folder."""
    from recommender import save

    as_of = as_of or today_in_seoul()
    factories = load_factories(session, ranked_factories(district.id, include_unlisted=True), window=None)
    log = load_outcomes(session, district.id, as_of)

    judged = figures(factories, log, as_of) | {"factories": len(factories), "orders": sum(row.is_order for row in log)}
    ranker = unfitted_ranker().fit(factories, log, as_of)
    key = f"{district.code}-{as_of.isoformat()}-{uuid4().hex[:8]}"
    manifest = save(ranker, root / FOLDER / key, trained_on=as_of, figures=judged)
    return Trained(district.id, key, manifest["digest"], judged)


def keep(session: Session, trained: Trained) -> RankerArtifact:
    """A row for the artifact, in use if it may be; the one before is kept aside."""
    before = artifact_in_use(session, trained.district_id)
    verdict = _verdict(trained.figures, before.figures if before else None)
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
    session.add(artifact)
    session.flush()
    return artifact


def _verdict(new: dict[str, Any], before: dict[str, Any] | None) -> str:
    """No worse than the label-count rule on the same cases, nor than what the ranker in use could show of itself."""
    if "partner" not in new:
        return "replaces" if before is None else "not_judged"
    own = new["partner"][METRIC]["mean"]
    if own < new["label_count"][METRIC]["mean"]:
        return "worse_than_label_count"
    if before and "partner" in before and own < before["partner"][METRIC]["low"]:
        return "worse_than_in_use"
    return "replaces"
