"""A trained file is used only when it is the one that was trained here; anything else gives the label-count rule."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.recommendations import settings, training
from garment_hub.recommendations.choices import FEWEST_DESIGNERS
from garment_hub.recommendations.rankers import FOLDER, LABEL_COUNT
from garment_hub.recommendations.ranking import rank_for_brief
from garment_hub.recommendations.services import recommend_for_brief, replay
from garment_hub.recommendations.training import Trained, keep, train
from models.brief import Brief
from models.capacity import today_in_seoul
from models.district import District
from models.factory import Factory
from models.ranking_setting import SettingOrigin
from models.recommendation import RankerArtifact
from models.user import Role
from recommender import DEFAULT_WEIGHTS, WEIGHTS_VERSION, load
from tests.builders import make_brief, make_designer, make_district, make_order, make_quote, make_user
from tests.recommendations.shops import able_factory, past_order

pytestmark = pytest.mark.slow


def district_with_history(
    session: Session, orders: int = 120, places: Sequence[Mapping[str, Any]] = ({},) * 6
) -> District:
    """Designers who each keep to one factory."""
    district = make_district(session)
    factories = [able_factory(session, district, **place) for place in places]
    designers = [make_designer(session, district) for _ in range(6)]
    for number in range(orders):
        which = number % 6
        past_order(
            session, factories[which], designers[which], today_in_seoul() - timedelta(days=4 * (orders - number))
        )
    return district


def brief_in(session: Session, district: District) -> Brief:
    return make_brief(session, make_designer(session, district), fabrics=["woven"])


def test_training_keeps_a_judged_artifact_and_lists_name_it(session: Session, tmp_path: Path) -> None:
    district = district_with_history(session)
    artifact = train(session, district, tmp_path)
    assert artifact.is_in_use
    assert artifact.figures["split"] == "time"
    assert artifact.figures["partner"]["ndcg_at_10"]["mean"] >= artifact.figures["label_count"]["ndcg_at_10"]["mean"]

    brief = brief_in(session, district)
    made = recommend_for_brief(session, brief, root=tmp_path)
    assert (made.artifact_sha256, made.ranker_version) == (artifact.sha256, f"partner-{WEIGHTS_VERSION}")
    assert replay(session, made)


def test_the_trained_ranker_scores_as_the_one_fitted_on_the_spot(session: Session, tmp_path: Path) -> None:
    district = district_with_history(session)
    brief = brief_in(session, district)
    fitted = rank_for_brief(session, brief)
    train(session, district, tmp_path)
    loaded = rank_for_brief(session, brief, root=tmp_path)
    assert loaded.answer.ranked == fitted.answer.ranked


def cut(folder: Path) -> None:
    path = folder / "ranker.npz"
    path.write_bytes(path.read_bytes()[:-20])


def flip_a_byte(folder: Path) -> None:
    path = folder / "ranker.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def take_away(folder: Path) -> None:
    shutil.rmtree(folder)


def of_another_version(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(re.sub('"format": [0-9]+', '"format": 999', path.read_text()))


def no_json(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"\x80\x04\x95 not a manifest")


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(b"")


def nested_without_end(folder: Path) -> None:
    (folder / "manifest.json").write_text("[" * 500_000)


def a_list(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]\n")


def a_folder(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()


def a_pipe_nobody_writes_to(folder: Path) -> None:
    (folder / "ranker.npz").unlink()
    os.mkfifo(folder / "ranker.npz")


def endless(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").symlink_to("/dev/zero")


HARMLESS = [cut, flip_a_byte, take_away, of_another_version, no_json, empty]
HOSTILE = [nested_without_end, a_list, a_folder, a_pipe_nobody_writes_to, endless]


@pytest.mark.parametrize("spoil", [*HARMLESS, *HOSTILE], ids=lambda spoil: spoil.__name__)
def test_a_spoilt_file_gives_the_label_count_rule(
    session: Session, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    district = district_with_history(session)
    artifact = train(session, district, tmp_path)
    spoil(tmp_path / FOLDER / artifact.key)

    made = recommend_for_brief(session, brief_in(session, district), root=tmp_path)

    assert (made.ranker_version, made.artifact_sha256) == (LABEL_COUNT, None)
    assert len(made.entries) == 6
    assert all(set(entry.parts) == {"label_count"} for entry in made.entries)
    session.flush()
    session.expire_all()
    assert replay(session, made)


def test_a_sound_file_that_is_not_ours_is_foreign(session: Session, tmp_path: Path) -> None:
    """Well made, but not the one whose hash the database holds."""
    district, other = district_with_history(session), district_with_history(session, orders=90)
    artifact, foreign = train(session, district, tmp_path), train(session, other, tmp_path)
    folder = tmp_path / FOLDER
    shutil.rmtree(folder / artifact.key)
    shutil.copytree(folder / foreign.key, folder / artifact.key)
    made = recommend_for_brief(session, brief_in(session, district), root=tmp_path)
    assert made.ranker_version == LABEL_COUNT


def test_each_district_has_its_own_artifact(session: Session, tmp_path: Path) -> None:
    district, other = district_with_history(session), district_with_history(session)
    mine = train(session, district, tmp_path)
    train(session, other, tmp_path)
    assert mine.is_in_use
    assert recommend_for_brief(session, brief_in(session, district), root=tmp_path).artifact_sha256 == mine.sha256


def judged(own: float, labels: float, in_use: float = 0.0) -> dict[str, Any]:
    means = {"partner": own, "label_count": labels, "in_use": in_use}
    return {name: {"ndcg_at_10": {"mean": mean, "low": 0.0, "high": 1.0}} for name, mean in means.items()}


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        (judged(0.40, 0.30, 0.39), "replaces"),
        (judged(0.35, 0.35, 0.35), "replaces"),
        (judged(0.29, 0.30, 0.10), "worse_than_label_count"),
        (judged(0.29, 0.10, 0.30), "worse_than_in_use"),
        ({"cases": 3}, "not_judged"),
    ],
)
def test_a_worse_artifact_is_kept_aside(session: Session, figures: dict[str, Any], verdict: str) -> None:
    district = make_district(session)
    first = keep(session, Trained(district.id, "first", "a" * 64, judged(0.35, 0.10)))
    second = keep(session, Trained(district.id, "second", "b" * 64, figures))
    session.refresh(first)
    assert second.figures["verdict"] == verdict
    assert (second.is_in_use, first.is_in_use) == (verdict == "replaces", verdict != "replaces")
    assert session.scalars(select(RankerArtifact.key).where(RankerArtifact.is_in_use)).all() == [
        "second" if verdict == "replaces" else "first"
    ]


def test_the_ranker_in_use_is_judged_on_the_same_cases(session: Session, tmp_path: Path) -> None:
    """One trained on nothing before the cut stands as it is; one trained after it is fitted anew."""
    district = district_with_history(session)
    early = today_in_seoul() - timedelta(days=4 * 121)
    blind = keep(session, training.fit(session, district, tmp_path, early))
    seeing = train(session, district, tmp_path)
    assert blind.figures["split"] == "none"
    assert seeing.figures["in_use"]["ndcg_at_10"]["mean"] < seeing.figures["partner"]["ndcg_at_10"]["mean"]
    again = train(session, district, tmp_path)
    assert again.figures["in_use"] == again.figures["partner"]
    assert again.is_in_use


def test_a_bad_file_in_use_is_no_rival(session: Session, tmp_path: Path) -> None:
    district = district_with_history(session)
    take_away(tmp_path / FOLDER / train(session, district, tmp_path).key)
    again = train(session, district, tmp_path)
    assert "in_use" not in again.figures
    assert again.is_in_use


def district_with_choices(session: Session) -> District:
    """On the lists of these designers some fit better by their free days; they take the nearest all the same."""
    places = [{"lat": 37.5 + number / 50, "lon": 127.0, "is_address_public": True} for number in range(6)]
    district = district_with_history(session, places=places)
    for factory in session.scalars(select(Factory).where(Factory.district_id == district.id, Factory.id % 2 == 0)):
        factory.rates[0].pieces_per_day = 10
    for _ in range(FEWEST_DESIGNERS):
        designer = make_designer(session, district)
        for number in range(3):
            at = {"deliver_to_lat": 37.5 + number / 25, "deliver_to_lon": 127.0}
            made = recommend_for_brief(session, make_brief(session, designer, **at))
            nearest = max(made.entries, key=lambda entry: entry.parts["nearness"])
            assert made.brief is not None
            make_order(session, make_quote(session, made.brief, nearest.factory))
    return district


def test_weights_learnt_from_choices_are_put_in_use(session: Session, tmp_path: Path) -> None:
    district = district_with_choices(session)
    artifact = train(session, district, tmp_path)
    setting = settings.current(session, district.id)
    told = artifact.figures["learnt"]
    assert (told["verdict"], told["lists"], told["designers"]) == ("passed", 60, 20)
    assert (setting.origin, setting.weights) == (SettingOrigin.LEARNT, told["weights"])
    assert setting.weights["nearness"] > DEFAULT_WEIGHTS["nearness"]
    assert 0.0 <= setting.fair_turn <= 0.02
    assert load(tmp_path / FOLDER / artifact.key).weights == setting.weights

    again = train(session, district, tmp_path)
    assert again.figures["learnt"]["verdict"] == "as_before"
    assert len(settings.history(session, district.id)) == 1


def test_what_staff_have_set_stays_and_learnt_weights_are_a_proposal(session: Session, tmp_path: Path) -> None:
    district = district_with_choices(session)
    staff = make_user(session, Role.DISTRICT_OFFICER, district)
    own = DEFAULT_WEIGHTS | {"specialty": 0.16, "capacity_fit": 0.28}
    settings.add_version(session, district.id, own, 0.004, True, SettingOrigin.STAFF, "as we like it", staff)
    artifact = train(session, district, tmp_path)
    newest, before = settings.history(session, district.id)
    assert (newest.origin, newest.is_in_use) == (SettingOrigin.LEARNT, False)
    assert (before.origin, before.is_in_use) == (SettingOrigin.STAFF, True)
    assert artifact.figures["learnt"]["verdict"] == "passed"


def test_without_history_the_first_artifact_is_used_unjudged(session: Session, tmp_path: Path) -> None:
    district = make_district(session)
    able_factory(session, district)
    artifact = train(session, district, tmp_path)
    assert (artifact.figures["split"], artifact.is_in_use) == ("none", True)


def test_undated_orders_are_split_by_site(session: Session, tmp_path: Path) -> None:
    district = make_district(session)
    places = [{"lat": 37.5 + number / 50, "lon": 127.0} for number in range(12)]
    factories = [able_factory(session, district, neighbourhood=None, **place) for place in places]
    for buyer in range(12):
        for near in range(4):
            past_order(session, factories[(buyer + near) % 12], None, None, buyer=str(buyer))
    artifact = train(session, district, tmp_path)
    assert artifact.figures["split"] == "site"
    assert artifact.figures["cases"] >= 20


def test_orders_after_the_day_teach_nothing(session: Session, tmp_path: Path) -> None:
    """The same history, once with a future beyond the day of training: the same learnt numbers."""
    district = district_with_history(session)
    as_of = today_in_seoul() - timedelta(days=30)
    before = training.fit(session, district, tmp_path, as_of)
    for factory in session.scalars(select(Factory).where(Factory.district_id == district.id)).all():
        past_order(session, factory, make_designer(session, district), as_of + timedelta(days=2), is_on_time=False)
    after = training.fit(session, district, tmp_path, as_of)
    arrays = [(tmp_path / FOLDER / one.key / "ranker.npz").read_bytes() for one in (before, after)]
    assert arrays[0] == arrays[1]
    assert before.figures == after.figures
