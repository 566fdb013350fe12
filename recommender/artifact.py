"""What a ranker has learnt, in two files without pickle: arrays in `ranker.npz`, everything else in `manifest.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.ranker import PartnerRanker

#: Changes when artifacts written before can no longer be read.
FORMAT = 2
ARRAYS = "ranker.npz"
MANIFEST = "manifest.json"
MOST_BYTES = 512 * 1024 * 1024
_LIBRARIES = ("numpy", "scipy", "scikit-learn")


class ArtifactError(Exception):
    """An artifact that is missing, damaged or of another format; the message is one line."""


def save(
    ranker: PartnerRanker, directory: Path, *, trained_on: date, figures: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Write what a fitted ranker has learnt.

    Parameters
    ----------
    ranker : PartnerRanker
        Fitted.
    directory : Path
        Made if it is missing; the two files in it are replaced.
    trained_on : date
    figures : mapping, optional
        How the ranker was judged; anything JSON can hold.

    Returns
    -------
    dict
        The manifest; its ``digest`` names this artifact.
    """
    from sklearn.utils.validation import check_is_fitted

    from recommender.scoring import PARTS

    check_is_fitted(ranker, "signals_")
    arrays = _pack({signal.name: signal.state() for signal in ranker.signals_})
    manifest = {
        "format": FORMAT,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "trained_on": trained_on.isoformat(),
        "as_of": ranker.as_of_.isoformat(),
        "weights": {name: ranker.weights_[name] for name in PARTS},
        "weights_version": ranker.weights_version,
        "has_own_weights": ranker.weights is not None,
        "fair_turn": ranker.fair_turn,
        "labelled_place": ranker.labelled_place,
        "stage_of": dict(ranker.stage_of or {}),
        "machines_of": {process: sorted(machines) for process, machines in (ranker.machines_of or {}).items()},
        "figures": dict(figures or {}),
        "sha256": sha256(arrays).hexdigest(),
    }
    manifest["digest"] = _digest(manifest)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / ARRAYS).write_bytes(arrays)
    (directory / MANIFEST).write_text(_canonical(manifest), encoding="utf-8")
    return manifest


def load(directory: Path) -> PartnerRanker:
    """The ranker as it was learnt, without facts: `PartnerRanker.refresh` gives it those of now.

    Raises
    ------
    ArtifactError
        If a file is missing, any byte differs from what was written, or the format is another one.
    """
    from recommender.ranker import PartnerRanker

    manifest = read_manifest(directory)
    content = _read(directory / ARRAYS)
    if sha256(content).hexdigest() != manifest["sha256"]:
        raise ArtifactError(f"{directory / ARRAYS}: damaged, its checksum is not the one in {MANIFEST}")
    weights = manifest["weights"] if manifest["has_own_weights"] else None
    machines_of = {process: frozenset(machines) for process, machines in manifest["machines_of"].items()}
    turns = {"fair_turn": manifest["fair_turn"], "labelled_place": manifest["labelled_place"]}
    ranker = PartnerRanker(weights, manifest["stage_of"], machines_of, **turns)
    try:
        return ranker.restore(_unpack(content), date.fromisoformat(manifest["as_of"]))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ArtifactError(f"{directory}: what it holds is not what this version reads ({error!r})") from error


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest, checked against its own digest.

    Raises
    ------
    ArtifactError
        See `load`.
    """
    path = directory / MANIFEST
    content = _read(path)
    try:
        manifest = json.loads(content)
        is_whole = _canonical(manifest).encode() == content and manifest["digest"] == _digest(manifest)
    except (ValueError, TypeError, KeyError, RecursionError):
        is_whole = False
    if not is_whole:
        raise ArtifactError(f"{path}: damaged, it is not as it was written")
    if manifest["format"] != FORMAT:
        raise ArtifactError(f"{path}: format {manifest['format']}, this version reads {FORMAT}; train again")
    return dict(manifest)


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not (path.is_file() and path.stat().st_size <= MOST_BYTES):
            raise ArtifactError(f"{path}: no file of an artifact")  # a pipe would be waited for without end
        return path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be read ({error.strerror}); train first") from error


def _canonical(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _digest(manifest: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in manifest.items() if name != "digest"}
    return sha256(_canonical(rest).encode()).hexdigest()


def _pack(states: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Arrays under `signal.name`; what JSON can hold becomes an array of its bytes under `signal.name.json`."""
    import numpy as np

    arrays: dict[str, Any] = {}
    for signal, state in states.items():
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                arrays[f"{signal}.{name}"] = value
            else:
                text = json.dumps(value, ensure_ascii=False).encode()
                arrays[f"{signal}.{name}.json"] = np.frombuffer(text, dtype=np.uint8)
    buffer = BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _unpack(content: bytes) -> dict[str, dict[str, Any]]:
    import numpy as np

    states: dict[str, dict[str, Any]] = {}
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        for key in arrays.files:
            signal, name, *is_json = key.split(".")
            value = json.loads(arrays[key].tobytes()) if is_json else arrays[key]
            states.setdefault(signal, {})[name] = value
    return states
