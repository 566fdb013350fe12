"""From one row of a register to the facts of one factory, with everything that has to be said about it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from garment_hub.factories.search import search_text
from garment_hub.registry import codes, values
from garment_hub.registry.cells import clean, is_blank
from garment_hub.registry.columns import TOP_ITEM_GROUPS
from garment_hub.registry.headers import Header
from garment_hub.registry.identity import Keys, content_hash, is_company
from garment_hub.registry.lists import split_list
from garment_hub.registry.numbers import read_number
from garment_hub.registry.places import Gazetteer
from garment_hub.registry.remarks import Outcome, Reading, Remark, left_out
from garment_hub.registry.trades import Evidence, classify
from models import vocabulary
from models.district import Neighbourhood
from models.factory import CapabilityKind, Factory, LegalForm, OperatingStatus, Sector

WORKING_DAYS_A_MONTH = 22
LONGEST_LEAD_TIME = 365
MOST_PEOPLE = 200_000
_LONGEST = {"name": 200, "address": 400, "brands_supplied": 1_000, "introduction": 4_000}
_ITEM_KINDS = ("item", "category", "fabric")
_PROCESS_KINDS = ("stage", "process", "fabric")
_TYPE_KINDS = ("stage", "process", "market", "category")
# Columns that hold lists of words, and what those words may be.
_LISTS: dict[str, tuple[str, ...]] = {
    "item": _ITEM_KINDS,
    "process": _PROCESS_KINDS,
    "category": ("category", "item"),
    "fabric": ("fabric",),
    "market": ("market",),
}
_TICKS = frozenset({"o", "○", "●", "◯", "ㅇ", "v", "✓", "✔", "y", "yes", "true", "1", "예", "있음", "가능"})
_GROUP_CODES: dict[str, codes.Code] = {
    "bag": ("item", "bag"),
    "underwear": ("category", "underwear_lingerie"),
    "sports_leisure": ("category", "sportswear"),
    "pet": ("item", "pet_clothing"),
}
# "봉제" as an industry is the name of the trade: a cutting shop says so too.
_TRADE_ITSELF: codes.Code = ("process", "sewing_assembly")
_LONG_NUMBER = re.compile(r"[\d\s().+-]{8,}")  # a telephone or business number, and no firm's name
_MACHINE = re.compile(r"(?P<name>.*?[^\d\s:x×*(])\s*[:x×*(]?\s*(?P<count>\d{1,4})\s*대?\)?")
_STATUS = (
    (re.compile(r"폐업|closed|말소|취소"), OperatingStatus.CLOSED),
    (re.compile(r"휴업|중단|dormant|suspended"), OperatingStatus.DORMANT),
    (re.compile(r"영업|정상|가동|운영|active|open|계속"), OperatingStatus.ACTIVE),
)


@dataclass(slots=True)
class Prepared:
    """One row, read. ``values`` are columns of the factory; a rejected row has no key."""

    number: int
    raw: dict[str, str]
    key: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    capabilities: dict[CapabilityKind, dict[str, int | None]] = field(default_factory=dict)
    pieces_per_day: int | None = None
    stated_on: date | None = None
    remarks: list[dict[str, Any]] = field(default_factory=list)
    # Worked out here and not while the database is held.
    content_hash: str = ""
    search_text: str = ""

    def say(self, name: str, *remarks: Remark) -> None:
        self.remarks += [remark.as_json(name) for remark in remarks]


class Preparer:
    """Reads the rows of one table, in order: equals are numbered as they come."""

    def __init__(
        self,
        header: Header,
        gazetteer: Gazetteer,
        *,
        today: date,
        country: str = "KR",
        joined_rows: Collection[int] = (),
    ) -> None:
        self._header = header
        self._joined_rows = joined_rows  # whose name stands in a cell joined with the row above
        self._gazetteer = gazetteer
        self._today = today
        self._country = country
        self._keys = Keys()

    def pass_over(self, row: Sequence[str]) -> None:
        """Count a row that was stored before: those after it are numbered as if it had been read."""
        cells = self._cells(row)
        name = values.read_text(cells.get("name", ""), _LONGEST["name"]).value
        if name is not None and not _LONG_NUMBER.fullmatch(name):
            self._key(cells, name, values.read_text(_written_address(cells), _LONGEST["address"]).value or "")

    def _cells(self, row: Sequence[str]) -> dict[str, str]:
        return {name: row[column] for name, column in self._header.fields.items() if column < len(row)}

    def _key(self, cells: Mapping[str, str], name: str, address: str) -> str:
        source_id = clean(cells.get("source_id", ""))
        known_id = "" if is_blank(source_id) or source_id == "0" else source_id
        return self._keys.key(known_id, name, address)

    def prepare(self, number: int, row: Sequence[str]) -> Prepared:
        cells = self._cells(row)
        prepared = Prepared(number, self._header.raw(row))
        name = values.read_text(cells.get("name", ""), _LONGEST["name"])
        if name.value is None:
            code = name.remarks[0].code if name.remarks else self._why_nameless(number)
            prepared.say("name", Remark(code, Outcome.ROW_LEFT_OUT, clean(cells.get("name", ""))))
            return prepared
        if _LONG_NUMBER.fullmatch(name.value):
            prepared.say("name", Remark("name_is_a_number", Outcome.ROW_LEFT_OUT, name.value))
            return prepared
        self._keep(prepared, "name", name)
        for read in (self._texts, self._figures, self._place, self._state, self._words, self._machines, self._trade):
            read(prepared, cells)
        prepared.key = self._key(cells, name.value, prepared.values.get("address", ""))
        prepared.content_hash = _content_hash(prepared)
        prepared.search_text = self._search_text(prepared)
        return prepared

    def _why_nameless(self, number: int) -> str:
        return "name_joined" if number in self._joined_rows else "name_missing"

    def _search_text(self, prepared: Prepared) -> str:
        names = self._gazetteer.names_of(prepared.values.get("neighbourhood_id"))
        sketch = Factory(name=prepared.values["name"], introduction=prepared.values.get("introduction"))
        if names:
            sketch.neighbourhood = Neighbourhood(name_ko=names[0], name_en=names[1])
        return search_text(sketch)

    @staticmethod
    def _keep(prepared: Prepared, name: str, reading: Reading[Any]) -> None:
        prepared.say(name, *reading.remarks)
        if reading.value is not None:
            prepared.values[name] = reading.value

    def _texts(self, prepared: Prepared, cells: Mapping[str, str]) -> None:
        for name in ("brands_supplied", "introduction"):
            self._keep(prepared, name, values.read_text(cells.get(name, ""), _LONGEST[name]))
        number = values.read_business_number(cells.get("business_number", ""), self._country)
        self._keep(prepared, "business_number", number)
        self._keep(prepared, "phone", values.read_phone(cells.get("phone", ""), self._country))

    def _figures(self, prepared: Prepared, cells: Mapping[str, str]) -> None:
        self._keep(prepared, "people", _at_most(MOST_PEOPLE, read_number(cells.get("people", ""))))
        self._keep(prepared, "minimum_order_quantity", read_number(cells.get("minimum_order_quantity", "")))
        lead_time = _at_most(LONGEST_LEAD_TIME, values.read_days(cells.get("lead_time_days", "")))
        self._keep(prepared, "lead_time_days", lead_time)
        self._keep(prepared, "established_year", values.read_year(cells.get("established_year", ""), self._today))
        daily = read_number(cells.get("daily_capacity", ""))
        monthly = read_number(cells.get("monthly_capacity", ""))
        prepared.say("daily_capacity", *daily.remarks)
        prepared.say("monthly_capacity", *monthly.remarks)
        from_month = max(1, monthly.value // WORKING_DAYS_A_MONTH) if monthly.value else None
        prepared.pieces_per_day = daily.value or from_month

    def _place(self, prepared: Prepared, cells: Mapping[str, str]) -> None:
        self._keep(prepared, "address", values.read_text(_written_address(cells), _LONGEST["address"]))
        lat, lon, remarks = values.read_position(cells.get("lat", ""), cells.get("lon", ""))
        prepared.say("lat", *remarks)
        if lat is not None and lon is not None:
            prepared.values |= {"lat": lat, "lon": lon}
        self._neighbourhood(prepared, cells)

    def _neighbourhood(self, prepared: Prepared, cells: Mapping[str, str]) -> None:
        """What the column says; else a name that only a neighbourhood has, seen in the address."""
        named = self._gazetteer.read(cells.get("neighbourhood", ""))
        self._keep(prepared, "neighbourhood_id", named)
        if named.value is None and not named.remarks:
            found = self._gazetteer.read(cells.get("thana", "")).value
            found = found or self._gazetteer.in_address(prepared.values.get("address", ""))
            self._keep(prepared, "neighbourhood_id", Reading(found))

    def _state(self, prepared: Prepared, cells: Mapping[str, str]) -> None:
        written = clean(cells.get("operating_status", "")).casefold()
        status = next((status for pattern, status in _STATUS if pattern.search(written)), None)
        if values.read_truth(cells.get("is_closed", "")).value:
            status = OperatingStatus.CLOSED
        self._keep(prepared, "status", Reading(status))
        stated = values.read_day(cells.get("stated_on", ""), self._today)
        prepared.say("stated_on", *stated.remarks)
        prepared.stated_on = stated.value
        self._keep(
            prepared, "legal_form", Reading(_legal_form(prepared.values["name"], cells.get("business_type", "")))
        )

    def _words(self, prepared: Prepared, cells: Mapping[str, str]) -> None:
        for name, kinds in _LISTS.items():
            self._read_list(prepared, name, cells.get(name, ""), kinds, is_reported=True)
        for name in ("business_type", "factory_type"):
            self._read_list(prepared, name, cells.get(name, ""), _TYPE_KINDS, is_reported=False)
        for group in TOP_ITEM_GROUPS:
            self._top_items(prepared, group, cells.get(f"top_items_{group}", ""))

    @staticmethod
    def _read_list(prepared: Prepared, name: str, cell: str, kinds: tuple[str, ...], *, is_reported: bool) -> None:
        found, unknown, _is_partial = codes.read_codes(cell, kinds)
        for code in found:
            _hold(prepared, code)
        if unknown and is_reported:
            prepared.say(name, Remark("words_unknown", Outcome.NOTED, ", ".join(unknown)))

    def _top_items(self, prepared: Prepared, group: str, cell: str) -> None:
        """Words, or a tick. A tick under "upper" does not say which item, so it is only kept as it stands."""
        if is_blank(cell) or clean(cell).casefold() in {"x", "n", "no", "false", "0"}:
            return
        is_tick = clean(cell).casefold() in _TICKS
        if group in _GROUP_CODES:
            _hold(prepared, _GROUP_CODES[group])
        elif is_tick:
            prepared.say(f"top_items_{group}", Remark("kept_raw", Outcome.NOTED, clean(cell)))
        if not is_tick:
            self._read_list(prepared, f"top_items_{group}", cell, _ITEM_KINDS, is_reported=True)

    def _machines(self, prepared: Prepared, cells: Mapping[str, str]) -> None:
        for name in ("machine", "sewing_machines", "pattern_machines", "special_machines"):
            unknown = [word for word in _machine_words(cells.get(name, "")) if not _hold_machine(prepared, word)]
            figures = [word for word in unknown if read_number(word).value and not re.search(r"[^\d\s,.대]", word)]
            rest = [word for word in unknown if word not in figures]
            if figures:
                prepared.say(name, Remark("machines_without_kind", Outcome.NOTED, ", ".join(figures)))
            if rest:
                prepared.say(name, Remark("words_unknown", Outcome.NOTED, ", ".join(rest)))

    def _trade(self, prepared: Prepared, cells: Mapping[str, str]) -> None:
        industry = cells.get("industry", "")
        kinds = (CapabilityKind.ITEM, CapabilityKind.STAGE, CapabilityKind.PROCESS)
        trade = classify(
            industry,
            has_industry_column="industry" in self._header.fields,
            has_known_products=any(prepared.capabilities.get(kind) for kind in kinds),
            name=prepared.values["name"],
        )
        prepared.values["sector"] = Sector.GARMENT if trade.is_garment else Sector.OTHER
        if trade.is_garment:
            for found in codes.read_codes(_first_industry(industry), ("item", "category", "process"))[0]:
                if found != _TRADE_ITSELF:
                    _hold(prepared, found)
        else:
            code = "trade_unknown" if trade.evidence is Evidence.REGISTER else "trade_other"
            column = "industry" if "industry" in self._header.fields else "name"
            prepared.say(column, Remark(code, Outcome.KEPT_APART, clean(cells.get(column, ""))))


def _written_address(cells: Mapping[str, str]) -> str:
    stated = [cells.get(name, "") for name in ("address", "road_address")]
    stated.append(", ".join(clean(cells[name]) for name in ("thana", "city") if not is_blank(cells.get(name, ""))))
    return next((text for text in stated if not is_blank(text)), "")


def _content_hash(prepared: Prepared) -> str:
    return content_hash(
        {
            "values": prepared.values,
            "capabilities": {kind.value: held for kind, held in prepared.capabilities.items()},
            "rate": prepared.pieces_per_day,
            "stated_on": prepared.stated_on,
        }
    )


def _hold(prepared: Prepared, code: codes.Code, count: int | None = None) -> None:
    kind, key = code
    held = prepared.capabilities.setdefault(CapabilityKind(kind), {})
    held[key] = count or held.get(key)
    if kind == "process":  # who does a process does the stage it belongs to
        _hold(prepared, ("stage", vocabulary.stage_of()[key]))


def _machine_words(cell: str) -> tuple[str, ...]:
    return split_list(cell, lambda word: bool(codes.find(word, ("machine",)))).words


def _hold_machine(prepared: Prepared, word: str) -> bool:
    """ "본봉 3대" is three lockstitch machines."""
    counted = _MACHINE.fullmatch(word)
    name, count = (counted["name"], int(counted["count"])) if counted else (word, None)
    found = codes.find(word, ("machine",)) or codes.find(name, ("machine",))
    for code in found:
        _hold(prepared, code, count)
    return bool(found)


def _first_industry(cell: str) -> str:
    return re.sub(r"\s*외\s*\d+\s*종.*$", "", clean(cell)).replace(",", " ")


def _legal_form(name: str, business_type: str) -> LegalForm | None:
    """Only what is stated: the name of a company, or the words for either form. No word is not "sole trader"."""
    if is_company(name) or "법인" in business_type:
        return LegalForm.COMPANY
    return LegalForm.SOLE_TRADER if re.search(r"개인(?!맞춤)|sole trader", business_type, re.IGNORECASE) else None


def _at_most(largest: int, reading: Reading[int]) -> Reading[int]:
    if reading.value is None or reading.value <= largest:
        return reading
    return left_out("number_too_large", str(reading.value))
