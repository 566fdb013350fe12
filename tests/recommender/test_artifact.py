"""Artifacts: what is learnt comes back whole or not at all."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from recommender import (
    DEFAULT_WEIGHTS,
    ArtifactError,
    BriefFeatures,
    FactoryFeatures,
    Outcome,
    PartnerRanker,
    Place,
    load,
    read_manifest,
    save,
)
from recommender.artifact import ARRAYS, MANIFEST
from tests.recommender.worlds import STAGE_OF, TODAY, a_brief, a_factory, briefs, has, logs, registers

LATER = TODAY + timedelta(days=1)


def _ranker() -> PartnerRanker:
    register = [a_factory("1", text="코트"), a_factory("2", machines=has("plotter"))]
    log = [Outcome("d1", "2", TODAY, item="coat", on_time=True, accepted=True, passed_first_inspection=False)]
    machines_of = {"cutting": frozenset({"plotter"})}
    return PartnerRanker(stage_of=STAGE_OF, machines_of=machines_of).fit(register, log, TODAY)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(brief=briefs(), register=registers, log=logs)
def test_a_loaded_ranker_gives_the_same_lists(
    tmp_path: Path, brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome]
) -> None:
    ranker = PartnerRanker(stage_of=STAGE_OF).fit(register, log, TODAY)
    save(ranker, tmp_path, trained_on=LATER)
    loaded = load(tmp_path).refresh(register)
    assert loaded.recommend(brief, k=9) == ranker.recommend(brief, k=9)
    unseen = [*register, a_factory("777", place=Place(37.5, 127.0))]
    assert loaded.refresh(unseen).recommend(brief, k=9) == ranker.refresh(unseen).recommend(brief, k=9)


def test_the_manifest_says_what_it_is(tmp_path: Path) -> None:
    manifest = save(_ranker(), tmp_path / "new", trained_on=LATER, figures={"ndcg_at_10": 0.5})
    assert read_manifest(tmp_path / "new") == manifest
    assert (manifest["trained_on"], manifest["as_of"]) == ("2026-03-05", "2026-03-04")
    assert manifest["figures"] == {"ndcg_at_10": 0.5} and manifest["weights"] == DEFAULT_WEIGHTS
    assert set(manifest["libraries"]) == {"numpy", "scipy", "scikit-learn"}


def test_weights_and_machines_come_back(tmp_path: Path) -> None:
    ranker = _ranker()
    ranker.set_params(weights={name: float(name == "nearness") for name in DEFAULT_WEIGHTS})
    ranker.fit([a_factory("1")], [], TODAY)
    save(ranker, tmp_path, trained_on=LATER)
    assert load(tmp_path).get_params() == ranker.get_params()


def test_two_trainings_alike_have_one_name(tmp_path: Path) -> None:
    one, other = (save(_ranker(), tmp_path / name, trained_on=LATER) for name in "ab")
    assert one["digest"] == other["digest"]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("artifact")
    save(_ranker(), directory, trained_on=LATER)
    return directory


@pytest.mark.parametrize("name", [ARRAYS, MANIFEST])
@given(place=st.floats(0.0, 1.0, exclude_max=True), mask=st.integers(1, 255))
def test_any_flipped_byte_is_refused(saved: Path, name: str, place: float, mask: int) -> None:
    path = saved / name
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[int(place * len(whole))] ^= mask
    path.write_bytes(bytes(changed))
    try:
        with pytest.raises(ArtifactError, match="damaged"):
            load(saved)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("before", "after"), [(b"\n", b" "), (b": ", b":"), (b"}", b"} "), (b'"sewing"', b'"\\u0073ewing"')]
)
def test_a_manifest_that_only_looks_the_same_is_refused(tmp_path: Path, before: bytes, after: bytes) -> None:
    save(_ranker(), tmp_path, trained_on=LATER)
    path = tmp_path / MANIFEST
    assert before in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(before, after, 1))
    with pytest.raises(ArtifactError, match="damaged"):
        load(tmp_path)


@pytest.mark.parametrize("name", [ARRAYS, MANIFEST])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    save(_ranker(), tmp_path, trained_on=LATER)
    (tmp_path / name).unlink()
    with pytest.raises(ArtifactError, match=name):
        load(tmp_path)


def test_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setattr("recommender.artifact.FORMAT", 99)
        save(_ranker(), tmp_path, trained_on=LATER)
    with pytest.raises(ArtifactError, match="format 99"):
        load(tmp_path)


def test_nothing_in_it_can_run(saved: Path) -> None:
    assert b"pickle" not in (saved / ARRAYS).read_bytes()
    json.loads((saved / MANIFEST).read_text(encoding="utf-8"))
    assert load(saved).refresh([]).recommend(a_brief()).ranked == ()


def test_only_a_fitted_ranker_is_saved(tmp_path: Path) -> None:
    with pytest.raises(NotFittedError):
        save(PartnerRanker(), tmp_path, trained_on=LATER)
    assert not list(tmp_path.iterdir())
