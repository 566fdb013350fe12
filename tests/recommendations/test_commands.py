"""The ``recommender`` calls: one JSON object on standard output, and an exit code that says how it went."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub import cli
from garment_hub.db import engine_of
from models.district import District
from models.factory import LegalForm
from models.recommendation import Recommendation
from tests.builders import in_days, make_district
from tests.recommendations.shops import able_factory

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        assert self.out, f"no answer, exit code {self.code}: {self.err}"
        answer: dict[str, Any] = json.loads(self.out)
        return answer


Call = Callable[..., Answer]


@pytest.fixture
def call(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command against the database of ``app``."""
    monkeypatch.setenv("GARMENT_HUB_DATA_DIR", str(app.config["DATA_DIR"]))

    def run(*arguments: object) -> Answer:
        code = cli.main(["recommender", *map(str, arguments)])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return run


@pytest.fixture
def district(session: Session) -> District:
    made = make_district(session)
    able_factory(session, made, name="든솔봉제")
    able_factory(session, made, legal_form=LegalForm.SOLE_TRADER, minimum_order_quantity=None)
    able_factory(session, made, minimum_order_quantity=500)
    session.commit()
    return made


def brief_file(folder: Path, **values: Any) -> Path:
    brief = {
        "item": "shirt_blouse", "quantity": 120, "needed_by": in_days(28).isoformat(),
        "processes": ["cutting", "sewing_assembly"], "budget_per_piece_krw": 12000, "fabric": ["woven"],
    }  # fmt: skip
    path = folder / "brief.json"
    path.write_text(json.dumps({name: value for name, value in (brief | values).items() if value is not None}))
    return path


def test_recommend_answers_in_the_agreed_form(call: Call, district: District, tmp_path: Path) -> None:
    answer = call("recommend", "--brief", brief_file(tmp_path), "--district", district.code, "--json")
    assert answer.code == 0
    found = answer.json
    assert (found["feasible"], found["unknown"], found["turn"], found["teams"], found["relax"]) == (
        1,
        1,
        None,
        [],
        None,
    )
    first, second = found["ranked"]
    assert first["name"] == "든솔봉제"
    for place in (first, second):
        assert {"factory", "score", "parts", "reasons", "questions"} <= place.keys()
        assert sum(place["parts"].values()) == place["score"]
        assert all({"code", "values", "text"} <= reason.keys() for reason in place["reasons"] + place["questions"])
    assert [question["code"] for question in second["questions"]] == ["ask_minimum_order_quantity"]


def test_a_list_by_command_can_be_replayed(call: Call, district: District, session: Session, tmp_path: Path) -> None:
    made = call("recommend", "--brief", brief_file(tmp_path), "--district", district.code, "--json").json
    assert (call("replay", made["id"], "--json").json, call("replay", made["id"]).code) == (
        {"id": made["id"], "equal": True},
        0,
    )
    row = session.get_one(Recommendation, made["id"])
    row.entries[0].score += 0.1
    session.commit()
    answer = call("replay", made["id"], "--json")
    assert (answer.json["equal"], answer.code) == (False, 1)
    assert call("replay", 999_999).code == 2


def test_nothing_fits_is_said_and_not_padded(call: Call, district: District, tmp_path: Path) -> None:
    brief = brief_file(tmp_path, budget_per_piece_krw=8000)
    answer = call("recommend", "--brief", brief, "--district", district.code, "--json")
    assert (answer.code, answer.json["ranked"]) == (1, [])
    assert (answer.json["relax"]["code"], answer.json["relax"]["values"]["factories"]) == ("higher_budget", 2)


def test_k_is_the_length_of_the_list(call: Call, district: District, tmp_path: Path) -> None:
    brief = brief_file(tmp_path)
    answer = call("recommend", "--brief", brief, "--district", district.code, "--k", 1, "--json")
    assert len(answer.json["ranked"]) == 1
    with pytest.raises(SystemExit) as refused:
        call("recommend", "--brief", brief, "--k", 0)
    assert refused.value.code == 2


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"item": "shirt_blous"}, "item: "),
        ({"quantity": 0}, "quantity: "),
        ({"needed_by": "2020-01-01"}, "needed_by: "),
        ({"colour": 2}, "colour: "),
        ({"processes": None}, "processes: "),
    ],
)
def test_a_wrong_brief_is_one_line_that_names_the_field(
    call: Call, district: District, tmp_path: Path, values: dict[str, Any], told: str
) -> None:
    brief = brief_file(tmp_path, **values)
    answer = call("recommend", "--brief", brief, "--district", district.code, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err and len(answer.err.splitlines()) == 1


def test_a_file_that_is_no_brief(call: Call, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert call("recommend", "--brief", broken).code == 2
    assert call("recommend", "--brief", tmp_path / "missing.json").code == 2
    answer = call("recommend", "--brief", brief_file(tmp_path), "--district", "nowhere")
    assert answer.code == 2 and "nowhere" in answer.err


def test_train_says_whether_it_replaced_the_one_in_use(call: Call, district: District) -> None:
    first = call("train", "--district", district.code, "--json")
    assert (first.code, first.json["replaced"], first.err) == (0, True, "")
    second = call("train", "--district", district.code, "--json")
    assert (second.code, second.json["replaced"], second.json["verdict"]) == (1, False, "not_judged")


def write(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    return path


FACILITY_HEADER = (
    "facility_id,name,country,city,thana,lat,lon,workers,capacity_pcs_month,product_types,processing_types,"
    "established_year,memberships,export_countries"
)


def link_files(folder: Path) -> dict[str, Path]:
    rows = [
        f"f{number},Firm {number},XX,A,B,{number}.5,90.1,{100 * number + 10},{1000 * number + 100},"
        f"Shirts; Trousers,Woven Garment,{1990 + number},M,US; DE"
        for number in range(8)
    ]
    links = [f"b{buyer},Buyer {buyer},f{(buyer + step) % 8}" for buyer in range(5) for step in range(3)]
    return {
        "facilities": write(folder / "facilities.csv", FACILITY_HEADER, *rows, "f8,Silent,,,,,,,,,,,,"),
        "links": write(folder / "links.csv", "buyer_id,buyer_name,facility_id", *links),
        "buyers": write(folder / "buyers.csv", "buyer_id", "b0", "b3", "unheard-of"),
        "out": folder / "out.csv",
    }


def options(paths: dict[str, Path]) -> list[object]:
    return [word for name, path in paths.items() for word in (f"--{name}", path)]


def test_rank_writes_lists_without_known_links(call: Call, tmp_path: Path) -> None:
    paths = link_files(tmp_path)
    assert call("rank", *options(paths), "--k", 4).code == 0
    with paths["out"].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["buyer_id", "rank", "facility_id", "score"]
    for buyer, known in {"b0": {"f0", "f1", "f2"}, "b3": {"f3", "f4", "f5"}, "unheard-of": set()}.items():
        own = [row for row in rows if row["buyer_id"] == buyer]
        assert [row["rank"] for row in own] == ["1", "2", "3", "4"]
        assert known.isdisjoint(row["facility_id"] for row in own)
        scores = [float(row["score"]) for row in own]
        assert scores == sorted(scores, reverse=True)


def test_rank_gives_the_same_whatever_the_order_of_rows(call: Call, tmp_path: Path) -> None:
    paths = link_files(tmp_path)
    call("rank", *options(paths))
    first = paths["out"].read_bytes()
    for name in ("facilities", "links"):
        header, *rows = paths[name].read_text(encoding="utf-8-sig").splitlines()
        write(paths[name], header, *reversed(rows))
    call("rank", *options(paths))
    assert paths["out"].read_bytes() == first


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("facilities", "id\nf1\n", "facility_id"),
        ("facilities", "facility_id,workers\nf0,many\n", "row 2: workers"),
        ("facilities", "facility_id\nf0\nf0\n", "twice"),
        ("links", "buyer_id,facility_id\nb0,\n", "row 2: facility_id"),
        ("links", "buyer_id,facility_id\nb0,f999\n", "f999"),
        ("buyers", "name\nx\n", "buyer_id"),
        ("buyers", "\ufeff\x00", "buyers.csv"),
    ],
)
def test_rank_names_what_is_wrong_with_a_file(call: Call, tmp_path: Path, name: str, content: str, told: str) -> None:
    paths = link_files(tmp_path)
    paths[name].write_text(content)
    answer = call("rank", *options(paths))
    assert answer.code == 2
    assert told in answer.err and len(answer.err.splitlines()) == 1
    assert not paths["out"].exists()


def test_rank_asks_no_database(call: Call, app: Flask, tmp_path: Path) -> None:
    engine_of(app).dispose()
    for path in Path(app.config["DATA_DIR"]).glob("*.sqlite3*"):
        path.unlink()
    assert call("rank", *options(link_files(tmp_path))).code == 0
    assert not list(Path(app.config["DATA_DIR"]).glob("*.sqlite3*"))
