"""The commands of this room as people script them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import cli
from models.district import District
from models.errors import DomainError
from models.factory import Factory
from tests.registry.registers import as_csv

REGISTER = as_csv(
    ["업체명", "사업자등록번호", "최소수량", "메모"],
    ["가온", "1234567890", "30~50", "x"],
    ["", "", "3", ""],
    encoding="cp949",
)


@pytest.fixture
def register(tmp_path: Path) -> str:
    path = tmp_path / "등록부.csv"
    path.write_bytes(REGISTER)
    return str(path)


def run(app: Flask, *words: str) -> int:
    arguments = cli.parser().parse_args(words)
    with app.app_context(), force_locale("en"):
        code: int = arguments.run(arguments, app)
    return code


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Standard output holds one JSON object and nothing else."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_import_answers_in_json(app: Flask, register: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, "registry", "import", register, "--json") == 0
    told = answer(capsys)
    assert (told["encoding"], told["rows"], told["created"], told["rejected"]) == ("cp949", 2, 1, 1)
    assert told["unmapped"] == ["메모"]
    assert [(error["row"], error["field"]) for error in told["errors"]] == [(2, "business_number"), (3, "name")]
    assert "1234567890" in told["errors"][0]["message"]
    assert [(note["row"], note["field"]) for note in told["notes"]] == [(2, "minimum_order_quantity")]
    assert run(app, "registry", "import", register, "--json") == 0
    again = answer(capsys)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1)


def test_import_tells_people_the_same(app: Flask, register: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(app, "registry", "import", register, "--dry-run")
    shown = capsys.readouterr().out
    assert "Nothing was written" in shown
    assert "created 1, updated 0, unchanged 0, rejected 1" in shown
    assert "row 2, business_number: '1234567890'" in shown


def test_import_with_chosen_columns(app: Flask, tmp_path: Path, session: Session) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv(["alias", "code"], ["가온", "7"]))
    run(app, "registry", "import", str(path), "--map", "name=alias", "--map", "facility_id=code", "--source", "조합")
    assert session.scalars(select(Factory.name)).all() == ["가온"]


@pytest.mark.parametrize("mapping", ["name", "=x", "name=", "adress=업체명", "name=없는 열"])
def test_wrong_choices_are_refused(app: Flask, register: str, mapping: str) -> None:
    with pytest.raises(DomainError):
        run(app, "registry", "import", register, "--map", mapping)


def test_an_import_of_which_nothing_came_in_is_not_good_enough(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv(["업체명", "주소"], ["", "장안동 1"]))
    assert run(app, "registry", "import", str(path)) == 1


def test_a_second_district_with_its_factories_and_past_orders(
    app: Flask, tmp_path: Path, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    dongs, factories, orders = tmp_path / "d.csv", tmp_path / "f.csv", tmp_path / "o.csv"
    dongs.write_bytes(as_csv(["code", "name_ko", "lat", "lon"], ["X1", "가운데동", "1.5", "2.5"]))
    factories.write_bytes(
        as_csv(
            "facility_id name city thana workers capacity_pcs_month product_types processing_types".split(),
            ["f-1", "Made Up Ltd.", "Town", "가운데동", "90", "22000", "Dress Shirts; Trousers", "Woven Garment"],
        )
    )
    orders.write_bytes(as_csv(["buyer_id", "buyer_name", "facility_id"], ["b-1", "Buyer", "f-1"]))
    names = ("--name-ko", "딴구", "--name-en", "Else-gu")
    assert run(app, "district", "create", "X", *names, "--country", "bd", "--dongs", str(dongs)) == 0
    assert run(app, "registry", "import", str(factories), "--district", "X") == 0
    capsys.readouterr()
    assert run(app, "orders", "import", str(orders), "--district", "X", "--json") == 0
    told = answer(capsys)
    assert (told["rows"], told["created"], told["rejected"], told["errors"]) == (1, 1, 0, [])
    factory = session.scalars(select(Factory)).one()
    assert (factory.district.code, factory.district.country) == ("X", "BD")
    assert factory.neighbourhood is not None and factory.neighbourhood.name_ko == "가운데동"
    assert (factory.address, factory.people, factory.rates[0].pieces_per_day) == ("가운데동, Town", 90, 1000)


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (["11230"], {}),
        ([" "], {}),
        (["Y"], {"--dongs": b"name\nx\n"}),
        (["Y"], {"--dongs": as_csv(["code", "name_ko"], ["a", "b"], ["a", "c"])}),
        (["Y"], {"--dongs": as_csv(["code", "name_ko", "lat"], ["a", "b", "north"])}),
        (["Y"], {"--borders": b"{}"}),
        (["Y"], {"--borders": b"no json"}),
    ],
)
def test_wrong_districts_are_refused_whole(
    app: Flask, tmp_path: Path, session: Session, words: list[str], files: dict[str, bytes]
) -> None:
    options = []
    for option, content in files.items():
        path = tmp_path / option.strip("-")
        path.write_bytes(content)
        options += [option, str(path)]
    with pytest.raises(DomainError):
        run(app, "district", "create", *words, "--name-ko", "가", "--name-en", "A", *options)
    assert session.scalars(select(District.code)).all() == ["11230"]


def test_every_refusal_of_this_room_has_words(app: Flask) -> None:
    import re

    from garment_hub.refusals import MESSAGES
    from garment_hub.registry.wording import PROBLEMS

    room = Path(cli.__file__).parent / "registry"
    source = "\n".join(path.read_text("utf-8") for path in room.glob("*.py"))
    refusals = set(re.findall(r'(?:Unreadable|Invalid|Conflict)\("(\w+)"', source))
    remarks = set(re.findall(r'(?:Remark|left_out)\("(\w+)"', source))
    assert len(refusals) > 20 and refusals <= set(MESSAGES)
    assert len(remarks) > 15 and remarks <= set(PROBLEMS)


def test_export_says_how_many(app: Flask, register: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(app, "registry", "import", register)
    capsys.readouterr()
    assert run(app, "registry", "export", "--layout", "present_site", "--out", str(tmp_path / "o.csv")) == 0
    assert "1 factories" in capsys.readouterr().out
