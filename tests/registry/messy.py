"""Large made-up registers with every kind of dirt, and processes that take them in and are killed."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, exists, func, select
from sqlalchemy.orm import Session

from garment_hub.config import PREFIX
from models.factory import Factory, FactoryFact
from models.registry_import import FactoryIdentity, ImportWork, RegistryRow, RowAction

ROOT = Path(__file__).parents[2]
HEAD = ("번호 업체명 사업자등록번호 행정동 주소 전화번호 최소수량 월생산량 종업원수 설립일 업종 품목 비고").split()
_SYLLABLES = "가나다라마바사아자차카타파하고노도로모보소오조초구누두루무부수우주추한동은진성민영정화경선미대신광명"
_KINDS = "봉제 어패럴 패션 상사 섬유 의류 모드 기획 사 텍스".split()
_DONGS = (
    "용신동 제기동 전농1동 전농2동 답십리1동 답십리2동 장안1동 장안2동 청량리동 회기동 휘경1동 휘경2동 이문1동 이문2동"
).split()
_TRADES = ["봉제의복 제조업", "셔츠 및 블라우스 제조업", "음식점업", "자수업", "의류제조", "빵류 제조업"]
_ITEMS = ["티셔츠, 바지", "블라우스", "코트", "우주복", "셔츠·블라우스", "원피스"]


def messy_rows(count: int, seed: int = 7) -> Iterator[Sequence[str]]:
    """Doubles, bad numbers, missing names, formulas, rows of nothing, totals at the end."""
    chance = random.Random(seed)
    made: list[list[str]] = []
    for number in range(1, count + 1):
        if made and chance.random() < 0.05:
            row = [str(number), *chance.choice(made)[1:]]
            row[1] = f"㈜{row[1]}" if chance.random() < 0.5 else row[1]
        else:
            row = _row(chance, number)
        if len(made) < 5_000:
            made.append(row)
        yield row
        if chance.random() < 0.005:
            yield [""] * len(HEAD)
    yield ["합계", f"{count}개 업체", *[""] * (len(HEAD) - 2)]


def _row(chance: random.Random, number: int) -> list[str]:
    name = "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 2, 3, 3, 4)))) + chance.choice(_KINDS)
    phone = chance.choice(["02-{:03}-{:04}", "010-{:04}-{:04}", "{}{}"])
    return [
        str(number),
        "" if chance.random() < 0.01 else name,
        f"{chance.randrange(101, 999)}-{chance.randrange(1, 99):02}-{chance.randrange(99_999):05}",
        chance.choice(_DONGS),
        f"서울특별시 동대문구 장안동 {chance.randrange(1, 900)}-{chance.randrange(1, 60)}",
        phone.format(chance.randrange(200, 999), chance.randrange(9_999)),
        chance.choice(["100장", "30~50", "약 2천장", "-5", "3.000", "", "1만 5천"]),
        chance.choice(["2,200", "0", "많음", ""]),
        chance.choice(["3", "5명", "12", "약 20명", "=1+2", "#REF!", ""]),
        chance.choice(["1998", "2009년", "2031-05-01", ""]),
        chance.choice(_TRADES),
        chance.choice(_ITEMS),
        chance.choice(["", "메모", '=HYPERLINK("x")']),
    ]


def messy_file(count: int, encoding: str = "cp949") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["2026년 봉제업체 등록부"], HEAD, *messy_rows(count)])
    return text.getvalue().encode(encoding)


class Importing:
    """``garment-hub registry import`` as a process of its own, which can be killed."""

    def __init__(self, file: Path, url: str, data_dir: Path) -> None:
        settings = {"DATABASE_URL": url, "DATA_DIR": str(data_dir)}
        self.output = data_dir / "import.json"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "garment_hub.cli", "registry", "import", str(file), "--json"],
                cwd=ROOT,
                env={**os.environ, **{PREFIX + name: value for name, value in settings.items()}},
                stdout=output,
                stderr=subprocess.DEVNULL,
            )

    def kill_at(self, engine: Engine, rows: int) -> int:
        """Kill it without warning once so many rows are in; how many are in then."""
        while (done := rows_done(engine)) < rows:
            if self.process.poll() is not None:
                raise AssertionError(f"the import ended by itself with {self.process.returncode}")
            time.sleep(0.05)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return done

    def finish(self) -> dict[str, Any]:
        if self.process.wait() != 0:
            raise AssertionError(f"the import ended with {self.process.returncode}")
        told: dict[str, Any] = json.loads(self.output.read_bytes())
        return told


def rows_done(engine: Engine) -> int:
    with Session(engine.execution_options(writes=False)) as session:
        return session.scalar(select(ImportWork.rows_done)) or 0


def half_rows(engine: Engine) -> int:
    """Rows of which a part is missing: a factory without its identity or facts, a row without its factory."""
    with Session(engine.execution_options(writes=False)) as session:
        nameless = select(func.count()).select_from(Factory)
        factless = ~exists().where(FactoryFact.factory_id == Factory.id)
        unknown = ~exists().where(FactoryIdentity.factory_id == Factory.id)
        rowless = ~exists().where(RegistryRow.factory_id == Factory.id, RegistryRow.action == RowAction.CREATED)
        lost = select(func.count()).select_from(RegistryRow)
        lost = lost.where(RegistryRow.action == RowAction.CREATED, RegistryRow.factory_id.is_(None))
        queries = (nameless.where(factless), nameless.where(unknown), nameless.where(rowless), lost)
        return sum(session.scalar(query) or 0 for query in queries)
