"""Takes in past orders: who had what made where, as a ranker may learn from it."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from garment_hub.registry import codes
from garment_hub.registry.cells import clean, is_blank
from garment_hub.registry.columns import normalise_heading
from garment_hub.registry.numbers import read_number
from garment_hub.registry.reading import Unreadable, read_table
from garment_hub.registry.remarks import Outcome, Reading, Remark, Told, told
from garment_hub.registry.services import CHUNK, UnitOfWork, district_by_code
from garment_hub.registry.values import read_day, read_text, read_truth
from models.past_order import PastOrder
from models.registry_import import FactoryIdentity

_HEADINGS = {
    "buyer_id": "buyer_id|구매자번호|의뢰인번호|바이어번호|거래처코드",
    "buyer_name": "buyer_name|buyer|구매자|의뢰인|바이어|거래처|거래처명|브랜드",
    "facility_id": "facility_id|factory_id|os_id|공장번호|업체번호|업체코드|관리번호",
    "ordered_on": "ordered_on|order_date|주문일|발주일|의뢰일",
    "quantity": "quantity|수량|주문수량|장수",
    "item": "item|품목|제품",
    "delivered_on": "delivered_on|delivery_date|납품일|출고일",
    "on_time": "on_time|납기준수|제때|기한준수",
    "quality": "quality|품질|검품|합격",
}
_NEEDED = ("buyer_id", "facility_id")
_LONGEST_NAME = 200


@dataclass(slots=True)
class OrdersReport:
    rows: int = 0
    created: int = 0
    unchanged: int = 0
    rejected: int = 0
    encoding: str = ""
    unmapped: list[str] = field(default_factory=list)
    errors: list[Told] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Lines:
    """An order file, read: its columns and its rows with their numbers."""

    columns: dict[str, int]
    rows: list[tuple[int, Sequence[str]]]
    encoding: str
    unmapped: list[str]


def import_orders(unit_of_work: UnitOfWork, data: bytes, *, district_code: str, today: date) -> OrdersReport:
    """Each row is stored once, however often its file comes; a row without a known factory is left out."""
    lines = _read(data)
    report = OrdersReport(rows=len(lines.rows), encoding=lines.encoding, unmapped=lines.unmapped)
    with unit_of_work(writes=False) as session:
        district_id = district_by_code(session, district_code).id
        factories = _factories(session, district_id)
    prepared = _Orders(lines.columns, factories, today, report).prepare(lines.rows)
    while chunk := list(islice(prepared, CHUNK)):
        with unit_of_work() as session:
            _store(session, district_id, chunk, report)
    return report


def _read(data: bytes) -> _Lines:
    table = read_table(data)
    known = {normalise_heading(word): name for name, words in _HEADINGS.items() for word in words.split("|")}
    for index, row in enumerate(table.rows[:30]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(row):
            if name := known.get(normalise_heading(cell)):
                columns.setdefault(name, column)
        if all(name in columns for name in _NEEDED):
            rows = list(enumerate(table.rows[index + 1 :], index + 2))
            unmapped = [clean(cell) for column, cell in enumerate(row) if column not in columns.values()]
            return _Lines(
                columns,
                [(number, cells) for number, cells in rows if not all(map(is_blank, cells))],
                table.encoding,
                [heading for heading in unmapped if heading],
            )
    raise Unreadable("orders_header_not_found", needed=", ".join(_NEEDED))


def _factories(session: Session, district_id: int) -> dict[str, set[int]]:
    """Id in any source of the district -> factories of that id."""
    query = select(FactoryIdentity.key, FactoryIdentity.factory_id).where(
        FactoryIdentity.district_id == district_id, FactoryIdentity.key.startswith("id:", autoescape=True)
    )
    found: dict[str, set[int]] = defaultdict(set)
    for key, factory_id in session.execute(query):
        found[key.removeprefix("id:")].add(factory_id)
    return found


class _Orders:
    """Reads rows into values for ``PastOrder``; equals are numbered in the order of the file."""

    def __init__(
        self, columns: Mapping[str, int], factories: Mapping[str, set[int]], today: date, report: OrdersReport
    ) -> None:
        self._columns = columns
        self._factories = factories
        self._today = today
        self._report = report
        self._seen: Counter[str] = Counter()

    def prepare(self, rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[dict[str, Any]]:
        for number, row in rows:
            cells = {name: row[column] for name, column in self._columns.items() if column < len(row)}
            values = self._values(number, cells)
            if values is None:
                self._report.rejected += 1
            else:
                yield values

    def _values(self, number: int, cells: Mapping[str, str]) -> dict[str, Any] | None:
        buyer, facility = clean(cells.get("buyer_id", "")), clean(cells.get("facility_id", ""))
        if is_blank(buyer) or is_blank(facility):
            missing = "buyer_id" if is_blank(buyer) else "facility_id"
            self._refuse(number, missing, "id_missing", "")
            return None
        factories = self._factories.get(facility, set())
        if len(factories) != 1:
            code = "factory_ambiguous" if factories else "factory_unknown"
            self._refuse(number, "facility_id", code, facility)
            return None
        values = self._facts(number, cells)
        values["buyer_name"] = self._take(number, "buyer_name", read_text(cells.get("buyer_name", ""), _LONGEST_NAME))
        values |= {"buyer_key": buyer, "factory_id": next(iter(factories))}
        values["buyer_name"] = values["buyer_name"] or buyer
        return values | {"source_key": self._source_key(buyer, facility, cells)}

    def _facts(self, number: int, cells: Mapping[str, str]) -> dict[str, Any]:
        ordered = self._take(number, "ordered_on", read_day(cells.get("ordered_on", ""), self._today))
        delivered = self._take(number, "delivered_on", read_day(cells.get("delivered_on", ""), self._today))
        if ordered and delivered and delivered < ordered:
            self._say(number, "delivered_on", Remark("delivered_too_early", Outcome.VALUE_LEFT_OUT, str(delivered)))
            delivered = None
        return {
            "ordered_on": ordered,
            "delivered_on": delivered,
            "quantity": self._take(number, "quantity", read_number(cells.get("quantity", ""))),
            "item": self._item(number, cells.get("item", "")),
            "is_on_time": self._take(number, "on_time", read_truth(cells.get("on_time", ""))),
            "passed_first_inspection": self._take(number, "quality", read_truth(cells.get("quality", ""))),
        }

    def _item(self, number: int, cell: str) -> str | None:
        if is_blank(cell):
            return None
        found = codes.find(clean(cell), ("item",))
        if not found:
            self._say(number, "item", Remark("words_unknown", Outcome.VALUE_LEFT_OUT, clean(cell)))
        return found[0][1] if found else None

    def _source_key(self, buyer: str, facility: str, cells: Mapping[str, str]) -> str:
        told = [clean(cells.get(name, "")) for name in ("ordered_on", "quantity", "item")]
        base = hashlib.sha256("\x1f".join([buyer, facility, *told]).encode()).hexdigest()
        self._seen[base] += 1
        return f"{base}|{self._seen[base]}"

    def _refuse(self, number: int, name: str, code: str, value: str) -> None:
        self._say(number, name, Remark(code, Outcome.ROW_LEFT_OUT, value))

    def _take(self, number: int, name: str, reading: Reading[Any]) -> Any:
        for remark in reading.remarks:
            self._say(number, name, remark)
        return reading.value

    def _say(self, number: int, name: str, remark: Remark) -> None:
        if remark.outcome in (Outcome.ROW_LEFT_OUT, Outcome.VALUE_LEFT_OUT):
            self._report.errors.append(told(number, remark.as_json(name)))


def _store(session: Session, district_id: int, chunk: Sequence[dict[str, Any]], report: OrdersReport) -> None:
    keys = [values["source_key"] for values in chunk]
    query = select(PastOrder.source_key).where(PastOrder.district_id == district_id, PastOrder.source_key.in_(keys))
    known = set(session.scalars(query))
    new = [{"district_id": district_id} | values for values in chunk if values["source_key"] not in known]
    if new:
        session.execute(insert(PastOrder), new)
    report.created += len(new)
    report.unchanged += len(chunk) - len(new)
