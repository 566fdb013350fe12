"""``recommender evaluate | simulate | bench``: one JSON object, and an exit code that says how it went."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub import cli
from garment_hub.recommendations import study, study_commands, study_report
from models.capacity import today_in_seoul
from models.district import District
from recommender import Market
from tests.builders import make_designer, make_district
from tests.recommendations.shops import able_factory, past_order
from tests.recommendations.test_commands import Answer, Call, link_files, write

pytestmark = pytest.mark.slow

RANKERS = {"partner", "content_only", "history_only", "label_count", "popularity", "nearest", "random"}
METRICS = ("ndcg_at_10", "hit_at_3", "recall_at_10", "mrr")


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command against the database of ``app``."""
    monkeypatch.setenv("GARMENT_HUB_DATA_DIR", str(app.config["DATA_DIR"]))

    def call(*arguments: object) -> Answer:
        code = cli.main(["recommender", *map(str, arguments)])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def district(session: Session) -> District:
    """Designers who each keep to one factory; one factory nobody has ordered from."""
    made = make_district(session)
    factories = [able_factory(session, made) for _ in range(5)]
    designers = [make_designer(session, made) for _ in range(4)]
    for number in range(48):
        day = today_in_seoul() - timedelta(days=4 * (48 - number))
        past_order(session, factories[number % 4], designers[number % 4], day)
    session.commit()
    return made


def assert_figures(found: dict[str, Any]) -> None:
    for name in METRICS:
        assert 0.0 <= found[name]["low"] <= found[name]["mean"] <= found[name]["high"] <= 1.0


def test_a_district_is_evaluated_with_all_rankers(run: Call, district: District) -> None:
    answer = run("evaluate", "--district", district.code, "--json")
    found = answer.json
    assert (answer.code, found["split"], found["cases"], found["left_out"]) == (0, "time", 24, 0)
    assert found["rankers"].keys() == RANKERS and found["calibration"] is None
    for one in found["rankers"].values():
        assert_figures(one)
        assert one["lists"]["lists"] == 24 and one["lists"]["empty_answers"] == 0.0
    assert found["rankers"]["partner"]["mrr"]["mean"] == 1.0 > found["rankers"]["random"]["mrr"]["mean"]
    assert sum(window["cases"] for window in found["windows"]) == 24
    assert "partner" in run("evaluate", "--district", district.code).out


def test_a_district_without_orders_cannot_be_evaluated(run: Call, session: Session) -> None:
    empty = make_district(session)
    able_factory(session, empty)
    session.commit()
    answer = run("evaluate", "--district", empty.code, "--json")
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (2, "", 1)
    assert run("evaluate", "--district", "nowhere").code == 2


def test_bare_lists_are_evaluated_on_re_splits(run: Call, tmp_path: Path) -> None:
    paths = link_files(tmp_path)
    answer = run("evaluate", "--facilities", paths["facilities"], "--links", paths["links"], "--json")
    found = answer.json
    assert (answer.code, found["facilities"], found["links"], found["splits"]) == (0, 9, 15, 12)
    assert found["rankers"].keys() >= {"hybrid", "popularity", "random"}
    for one in found["rankers"].values():
        assert_figures(one)


def test_wrong_files_are_told_in_one_line(run: Call, tmp_path: Path) -> None:
    paths = link_files(tmp_path)
    single = write(tmp_path / "single.csv", "buyer_id,facility_id", "b0,f0")
    wrong: list[tuple[object, ...]] = [
        ("--facilities", paths["facilities"]),
        ("--facilities", paths["facilities"], "--links", tmp_path / "missing.csv"),
        ("--facilities", paths["links"], "--links", paths["links"]),
        ("--facilities", paths["facilities"], "--links", single),
    ]
    for options in wrong:
        answer = run("evaluate", *options, "--json")
        assert (answer.code, answer.out, len(answer.err.splitlines())) == (2, "", 1)


MARKET = {
    "models": {world: {"ours": {"mean": 0.5, "low": 0.4, "high": 0.6}} for world in ("content", "history", "mixed")},
    "gates": [{"name": "above_the_rule", "value": 1.2, "wanted": ">= 1.1", "held": True}],
    "fairness": {"no_turn": dict.fromkeys(study_report.FAIRNESS, 0.5)},
    "passed": True,
}
BIN = {"requests": 9, "foretold": 0.4, "accepted": {"mean": 0.5, "low": 0.3, "high": 0.7}}
CALIBRATION = {
    "requests": 9,
    "accepted_share": 0.5,
    "brier": BIN["accepted"],
    "brier_of_mean": 0.25,
    "expected_calibration_error": 0.1,
    "bins": [BIN],
}
PLOTS = {"market", "links", "district", "calibration", "showings"}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A market of known figures instead of minutes of trade."""
    pytest.importorskip("vl_convert")
    monkeypatch.setattr(study, "simulated", lambda _given, _progress: MARKET)
    monkeypatch.setattr(study, "calibrated", lambda _given: CALIBRATION)


@pytest.mark.usefixtures("drawn")
def test_the_report_is_a_page_with_plots_and_names_nobody(run: Call, district: District, tmp_path: Path) -> None:
    paths, out = link_files(tmp_path), tmp_path / "new" / "folder"
    files = "--facilities", paths["facilities"], "--links", paths["links"]
    assert run("report", "--out", out, "--district", district.code, *files).code == 0
    page = (out / study_report.PAGE).read_text("utf-8")
    assert {path.stem for path in out.glob("*.svg")} == PLOTS
    assert all(f"]({name}.svg)" in page for name in PLOTS) and "1 of 1 gates held" in page
    for path in out.iterdir():
        told = path.read_text("utf-8")
        assert "Firm" not in told and "Buyer" not in told and "Silent" not in told
        assert path.suffix == ".md" or told.startswith("<svg")


@pytest.mark.usefixtures("drawn")
def test_a_section_without_figures_is_left_out(run: Call, session: Session, tmp_path: Path) -> None:
    empty = make_district(session)
    session.commit()
    assert run("report", "--out", tmp_path / "out", "--district", empty.code).code == 0
    assert {path.stem for path in (tmp_path / "out").glob("*.svg")} == {"market", "calibration"}


def test_the_bench_says_what_it_lacks(run: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "benchmarks.partners", None)
    answer = run("bench", "--factories", 10, "--json")
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (2, "", 1) and "[bench]" in answer.err
    monkeypatch.setattr(study_commands, "CHECKOUT", tmp_path)
    answer = run("bench")
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (2, "", 1) and "checkout" in answer.err


def test_the_bench_prints_what_was_measured(run: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "benchmarks.partners", SimpleNamespace(measure=lambda size: {"factories": size}))
    assert run("bench", "--json").json == {"factories": 25_000}
    assert run("bench", "--factories", 40).json == {"factories": 40}


@pytest.mark.parametrize("text", ["{", "[]", '{"factorys": 10}', '{"factories": "ten"}', '{"seed": -1}'])
def test_a_wrong_market_is_told_in_one_line(run: Call, tmp_path: Path, text: str) -> None:
    market = tmp_path / "market.json"
    market.write_text(text)
    answer = run("simulate", "--market", market, "--json")
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (2, "", 1)
    assert str(market) in answer.err


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_gates_decide_the_exit_code_of_simulate(
    run: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passed: bool, code: int
) -> None:
    tried: list[Market] = []

    def simulate(market: Market, progress: Callable[[float, str], object]) -> dict[str, Any]:
        progress(0.5, "content")
        tried.append(market)
        return MARKET | {"passed": passed}

    monkeypatch.setattr("recommender.simulation.simulate", simulate)
    path = tmp_path / "market.json"
    path.write_text(json.dumps({"factories": 60, "seed": 1}))
    answer = run("simulate", "--market", path, "--seed", 3, "--json")
    assert (answer.code, answer.json) == (code, MARKET | {"passed": passed})
    assert run("simulate", "--market", path).code == run("simulate").code == code
    assert tried == [Market(factories=60, seed=3), Market(factories=60, seed=1), Market()]
