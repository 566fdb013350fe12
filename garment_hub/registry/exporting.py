"""The registry as a file: our own layout, the present site's layout, and that of Open Supply Hub."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from garment_hub.registry.cells import guarded
from garment_hub.registry.columns import TOP_ITEM_GROUPS
from garment_hub.registry.preparation import WORKING_DAYS_A_MONTH
from garment_hub.registry.services import district_by_code
from models import vocabulary
from models.errors import Invalid
from models.factory import CapabilityKind, Factory, LegalForm, OperatingStatus, Sector

Cell = str | int | float | None
Column = tuple[str, Callable[[Factory], Cell]]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ENDINGS = (".csv", ".xlsx")
# Which items stand in which group of the present site's layout; what is in no group is left to the introduction.
_GROUPS: dict[str, tuple[str, ...]] = {
    "upper": ("tshirt", "sweatshirt_hoodie", "shirt_blouse", "vest", "cardigan", "sweater_pullover"),
    "lower": ("trousers", "denim_jeans"),
    "outer": ("jacket", "coat", "padded_outerwear", "suit", "leather_garment", "fur_garment"),
    "dress_skirt": ("dress", "skirt", "hanbok"),
    "bag": ("bag",),
    "fashion_accessory": ("hat_cap", "scarf_accessory", "socks"),
    "underwear": ("underwear", "pajamas"),
    "sports_leisure": ("swimwear",),
    "pet": ("pet_clothing",),
}
_LEGAL_FORMS = {LegalForm.COMPANY: "법인", LegalForm.SOLE_TRADER: "개인", None: None}
_STATUSES = {OperatingStatus.ACTIVE: "영업", OperatingStatus.DORMANT: "휴업", OperatingStatus.CLOSED: "폐업"}
_PATTERN_MACHINES = frozenset({"plotter", "cad_cam_cutter", "cutting_machine", "auto_spreader"})
_SEWING_MACHINES = frozenset(
    {"lockstitch_machine", "double_needle_machine", "overlock_machine", "interlock_machine", "coverstitch_machine"}
)


def _words(factory: Factory, kind: CapabilityKind, locale: str, separator: str = ", ") -> str:
    return separator.join(vocabulary.name(kind, code, locale) for code in factory.codes(kind))


def _machines(factory: Factory, is_wanted: Callable[[str], bool]) -> str:
    rows = [
        row for row in factory.capabilities if row.kind == CapabilityKind.MACHINE and row.has and is_wanted(row.code)
    ]
    names = [vocabulary.name("machine", row.code, "ko") + (f" {row.count}대" if row.count else "") for row in rows]
    return ", ".join(names)


def _pieces_per_day(factory: Factory) -> int | None:
    return next((rate.pieces_per_day for rate in factory.rates if rate.item is None and rate.stage is None), None)


def _monthly(factory: Factory) -> int | None:
    pieces = _pieces_per_day(factory)
    return pieces * WORKING_DAYS_A_MONTH if pieces else None


def _dong(factory: Factory) -> str | None:
    return factory.neighbourhood.name_ko if factory.neighbourhood else None


def _group(factory: Factory, group: str) -> str:
    held = [code for code in factory.codes(CapabilityKind.ITEM) if code in _GROUPS[group]]
    return ", ".join(vocabulary.name("item", code, "ko") for code in held)


def _public_address(factory: Factory) -> str | None:
    """A home workshop's address goes nowhere; its neighbourhood does."""
    if factory.is_address_public or factory.legal_form is LegalForm.COMPANY:
        return factory.address
    return ", ".join(filter(None, (_dong(factory), factory.district.name_ko)))


def _attribute(name: str) -> Callable[[Factory], Cell]:
    return lambda factory: getattr(factory, name)


_OWN: tuple[Column, ...] = (
    ("관리번호", lambda factory: factory.id),
    ("업체명", _attribute("name")),
    ("사업자등록번호", _attribute("business_number")),
    ("전화번호", _attribute("phone")),
    ("주소", _attribute("address")),
    ("행정동", _dong),
    ("위도", _attribute("lat")),
    ("경도", _attribute("lon")),
    ("인원", _attribute("people")),
    ("설립연도", _attribute("established_year")),
    ("최소수량", _attribute("minimum_order_quantity")),
    ("일생산량", _pieces_per_day),
    ("작업기간", _attribute("lead_time_days")),
    ("품목", lambda factory: _words(factory, CapabilityKind.ITEM, "ko", "; ")),
    ("복종", lambda factory: _words(factory, CapabilityKind.CATEGORY, "ko", "; ")),
    ("소재", lambda factory: _words(factory, CapabilityKind.FABRIC, "ko", "; ")),
    ("공정", lambda factory: _words(factory, CapabilityKind.PROCESS, "ko", "; ")),
    ("장비", lambda factory: _machines(factory, lambda _code: True).replace(", ", "; ")),
    ("유통", lambda factory: _words(factory, CapabilityKind.MARKET, "ko", "; ")),
    ("납품브랜드", _attribute("brands_supplied")),
    ("소개", _attribute("introduction")),
    ("영업상태", lambda factory: _STATUSES[factory.status]),
    ("업종", lambda factory: "봉제" if factory.sector is Sector.GARMENT else "다른 업종"),
)

_PRESENT_SITE: tuple[Column, ...] = (
    ("company_name", _attribute("name")),
    ("admin_district", _dong),
    ("business_type", lambda factory: _LEGAL_FORMS[factory.legal_form]),
    ("factory_type", lambda factory: _words(factory, CapabilityKind.STAGE, "ko")),
    ("moq", _attribute("minimum_order_quantity")),
    ("monthly_capacity", _monthly),
    ("sewing_machines", lambda factory: _machines(factory, _SEWING_MACHINES.__contains__)),
    ("pattern_machines", lambda factory: _machines(factory, _PATTERN_MACHINES.__contains__)),
    (
        "special_machines",
        lambda factory: _machines(factory, lambda code: code not in _SEWING_MACHINES | _PATTERN_MACHINES),
    ),
    *((f"top_items_{group}", functools.partial(_group, group=group)) for group in TOP_ITEM_GROUPS),
    ("main_fabrics", lambda factory: _words(factory, CapabilityKind.FABRIC, "ko")),
    ("distribution", lambda factory: _words(factory, CapabilityKind.MARKET, "ko")),
    ("delivery", lambda factory: f"{factory.lead_time_days}일" if factory.lead_time_days else None),
    ("established_year", _attribute("established_year")),
    ("brands_supplied", _attribute("brands_supplied")),
    ("intro", _attribute("introduction")),
)

_OPEN_SUPPLY_HUB: tuple[Column, ...] = (
    ("country", lambda factory: factory.district.country),
    ("name", _attribute("name")),
    ("address", _public_address),
    ("sector", lambda _factory: "Apparel"),
    ("number_of_workers", _attribute("people")),
    ("processing_type", lambda factory: _words(factory, CapabilityKind.PROCESS, "en", "|")),
    ("product_type", lambda factory: _words(factory, CapabilityKind.ITEM, "en", "|")),
)

# What of a factory is nobody's business but the centre's. The other layouts hold none of it.
CONTACTS = frozenset({"사업자등록번호", "전화번호", "주소", "위도", "경도"})

LAYOUTS: dict[str, tuple[Column, ...]] = {
    "own": _OWN,
    "present_site": _PRESENT_SITE,
    "open_supply_hub": _OPEN_SUPPLY_HUB,
}


def export_registry(
    session: Session, path: Path, *, district_code: str, layout: str, is_with_contacts: bool = True
) -> int:
    """Write the factories of a district and say how many; ``own`` holds all, the others the sewing trade."""
    if path.suffix.lower() not in _ENDINGS:
        raise Invalid("export_ending", field="out", name=path.suffix or path.name)
    columns = [column for column in LAYOUTS[layout] if is_with_contacts or column[0] not in CONTACTS]
    district = district_by_code(session, district_code)
    rows = ([read(factory) for _name, read in columns] for factory in _factories(session, district.id, layout))
    head = [name for name, _read in columns]
    return _write_csv(path, head, rows) if path.suffix.lower() == ".csv" else write_xlsx(path, head, rows)


def contacts_in(session: Session, district_id: int, layout: str) -> int:
    """How many rows of an export would carry a number or an address that is not public."""
    if not any(heading in CONTACTS for heading, _read in LAYOUTS[layout]):
        return 0
    some = (Factory.phone, Factory.business_number, Factory.address, Factory.lat)
    query = select(func.count()).where(Factory.district_id == district_id, Factory.merged_into_id.is_(None))
    return session.scalar(query.where(or_(*(column.is_not(None) for column in some)))) or 0


def _factories(session: Session, district_id: int, layout: str) -> Iterator[Factory]:
    query = (
        select(Factory)
        .where(Factory.district_id == district_id, Factory.merged_into_id.is_(None))
        .options(selectinload(Factory.capabilities), selectinload(Factory.rates), selectinload(Factory.neighbourhood))
        .order_by(Factory.id)
    )
    if layout != "own":
        query = query.where(Factory.sector == Sector.GARMENT, Factory.status != OperatingStatus.CLOSED)
    if layout == "open_supply_hub":
        query = query.where(Factory.is_listed)
    yield from session.scalars(query.execution_options(yield_per=500))


def _write_csv(path: Path, head: Sequence[str], rows: Iterator[list[Cell]]) -> int:
    """UTF-8 with BOM and CRLF, as spreadsheets expect it; text never starts a formula."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, lineterminator="\r\n")
        table.writerow(head)
        for row in rows:
            table.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
            count += 1
    return count


def write_xlsx(path: Path, head: Sequence[str], rows: Iterator[list[Cell]]) -> int:
    """One sheet, row by row, and how many there were; strings stay strings."""
    import xlsxwriter

    count = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("registry")
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for count, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                _write_cell(sheet, count, column, cell)
    return count


def _write_cell(sheet: object, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, guarded(cell))  # type: ignore[attr-defined]
    elif cell is not None:
        sheet.write_number(row, column, cell)  # type: ignore[attr-defined]
