"""Which ranker makes a list: the trained one, one fitted on the spot, or the label-count rule if the file is bad."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.recommendations.evidence import load_outcomes
from garment_hub.recommendations.machines import MACHINES_OF
from models import vocabulary
from models.ranking_setting import RankingSetting
from models.recommendation import RankerArtifact
from recommender import FactoryFeatures

if TYPE_CHECKING:
    from recommender import PartnerRanker, SignalRanker

FOLDER = "artifacts"
LABEL_COUNT = "label_count"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A fitted ranker, and the artifact it came from."""

    ranker: SignalRanker
    artifact_sha256: str | None = None

    @property
    def version(self) -> str:
        """The name its lists carry."""
        from recommender import PartnerRanker

        return f"partner-{self.ranker.weights_version}" if isinstance(self.ranker, PartnerRanker) else LABEL_COUNT


def artifact_in_use(session: Session, district_id: int) -> RankerArtifact | None:
    query = select(RankerArtifact).where(RankerArtifact.district_id == district_id, RankerArtifact.is_in_use)
    return session.scalar(query.order_by(RankerArtifact.id.desc()).limit(1))


def choose_ranker(
    session: Session, district_id: int, factories: Sequence[FactoryFeatures], as_of: date, root: Path | None
) -> Chosen:
    """The ranker for a district's lists, over these factories; without ``root``, the data folder, none is loaded.

    A district that never trained gets the same ranker fitted here and now; an artifact that is cut, foreign or gone is
    never loaded, and the label-count rule stands in for it.
    """
    from recommender import ArtifactError

    artifact = artifact_in_use(session, district_id) if root else None
    if root is None or artifact is None:
        return Chosen(unfitted_ranker().fit(factories, load_outcomes(session, district_id, as_of), as_of))
    try:
        chosen = load_artifact(root, artifact)
    except ArtifactError as error:
        _log.error("artifact %s is not used: %s", artifact.key, error)
        return Chosen(_label_count(factories, as_of))
    chosen.ranker.refresh(factories)
    return chosen


def load_artifact(root: Path, artifact: RankerArtifact) -> Chosen:
    """The trained ranker, if the file is the one whose hash the database holds; raises ArtifactError otherwise."""
    from recommender import ArtifactError, load, read_manifest

    folder = root / FOLDER / artifact.key
    if read_manifest(folder)["digest"] != artifact.sha256:
        raise ArtifactError(f"{folder}: not the file that was trained here")
    return Chosen(load(folder), artifact.sha256)


def put_settings(ranker: SignalRanker, setting: RankingSetting) -> None:
    """Rank as the district has set it; without a version of its own by the default weights of the ranker."""
    from recommender import PartnerRanker

    if isinstance(ranker, PartnerRanker):
        weights = setting.weights if setting.version else None
        ranker.reweigh(weights, setting.fair_turn, setting.has_labelled_place)


def unfitted_ranker() -> PartnerRanker:
    from recommender import PartnerRanker

    return PartnerRanker(stage_of=vocabulary.stage_of(), machines_of=MACHINES_OF)


def _label_count(factories: Sequence[FactoryFeatures], as_of: date) -> SignalRanker:
    from recommender import LabelCount

    return LabelCount(stage_of=vocabulary.stage_of()).fit(factories, [], as_of)
