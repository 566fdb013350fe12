"""``garment-hub registry | orders | district``: registers in and out, past orders in, another district."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from flask import Flask

from garment_hub.db import engine_of, unit_of_work
from garment_hub.registry import wording
from garment_hub.registry.districts import NewDistrict, create_district
from garment_hub.registry.duplicate_search import search_register
from garment_hub.registry.exporting import LAYOUTS, export_registry
from garment_hub.registry.orders import import_orders
from garment_hub.registry.queries import Report
from garment_hub.registry.reading import MAX_BYTES, Unreadable
from garment_hub.registry.remarks import Told
from garment_hub.registry.services import Upload, forget_untouched, import_registry, work_off
from garment_hub.registry.work import UnitOfWork, works_on
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import DEFAULT_DISTRICT
from models.errors import Invalid
from models.registry_import import ImportState

SHOWN = 20


def register(calls: Any) -> None:
    registry = calls.add_parser("registry", help="registers of factories").add_subparsers(dest="verb", required=True)
    _register_import(registry)
    out = registry.add_parser("export", help="the registry as a file")
    out.add_argument("--district", default=DEFAULT_DISTRICT)
    out.add_argument("--layout", choices=sorted(LAYOUTS), default="own")
    out.add_argument("--out", required=True, metavar="FILE", help=".csv or .xlsx")
    out.set_defaults(run=_export)
    search = registry.add_parser("duplicates", help="look through the whole register for rows that may be one firm")
    search.add_argument("--district", default=DEFAULT_DISTRICT)
    search.add_argument("--json", action="store_true")
    search.set_defaults(run=_search_duplicates)
    orders = calls.add_parser("orders", help="past orders").add_subparsers(dest="verb", required=True)
    past = orders.add_parser("import", help="past orders from a file")
    _add_file(past)
    past.set_defaults(run=_import_orders)
    _register_district(calls)


def _register_import(registry: Any) -> None:
    into = registry.add_parser("import", help="a register from a CSV, XLSX, XLS or ODS file")
    _add_file(into)
    into.add_argument("--source", help="the register's name; the same name again means the same register")
    into.add_argument("--map", action="append", default=[], metavar="FIELD=HEADING", help="which column holds a field")
    into.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
    into.set_defaults(run=_import_registry)
    work = registry.add_parser("work", help="take in what was uploaded, go on with what was broken off")
    work.add_argument("--json", action="store_true")
    work.add_argument("--parent", type=int, metavar="PID", help="end when this process has ended")
    work.set_defaults(run=_work)


def _add_file(call: argparse.ArgumentParser) -> None:
    call.add_argument("file", type=Path)
    call.add_argument("--district", default=DEFAULT_DISTRICT)
    call.add_argument("--json", action="store_true")


def _register_district(calls: Any) -> None:
    district = calls.add_parser("district", help="districts").add_subparsers(dest="verb", required=True)
    create = district.add_parser("create", help="another district")
    create.add_argument("code")
    create.add_argument("--name-ko", required=True)
    create.add_argument("--name-en", required=True)
    create.add_argument("--dongs", type=Path, help="CSV: code,name_ko[,name_en,lat,lon,valid_from,valid_to]")
    create.add_argument("--borders", type=Path, help="GeoJSON")
    create.add_argument("--country", default="KR", help="two letters")
    create.set_defaults(run=_create_district)


def _works(app: Flask) -> UnitOfWork:
    return works_on(engine_of(app))


def _read(path: Path) -> bytes:
    """The file's bytes; a file that is too large is refused before it is read."""
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable("file_too_large", megabytes=MAX_BYTES // 1024 // 1024)
    return path.read_bytes()


def _import_registry(arguments: argparse.Namespace, app: Flask) -> int:
    gc.freeze()  # the program itself is no garbage: to look through it for some took a tenth of the time
    upload = Upload(arguments.file.name, _read(arguments.file), arguments.source, _mapping(arguments.map))
    report = import_registry(
        _works(app),
        upload,
        district_code=arguments.district,
        today=today_in_seoul(),
        is_dry_run=arguments.dry_run,
        folder=app.config["DATA_DIR"],
    )
    if arguments.json:
        answer = _as_json(report) | {"dry_run": arguments.dry_run}
        _print_json(answer, errors=report.errors, notes=report.notes)
    else:
        _print_report(report, is_dry_run=arguments.dry_run)
    return 1 if report.rows and report.rejected == report.rows else 0


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    chosen = {}
    for pair in pairs:
        field, is_sign, heading = pair.partition("=")
        if not (is_sign and field.strip() and heading.strip()):
            raise Invalid("import_mapping_form", field="map", name=pair)
        chosen[field.strip()] = heading.strip()
    return chosen


def _as_json(report: Report) -> dict[str, Any]:
    names = (
        "source encoding sheet other_sheets header_row rows created updated unchanged duplicates rejected unmapped"
        " mapping empty_rows totals_rows other_trades import_id file_notes"
    )
    return {name: getattr(report, name) for name in names.split()}


def _messages(remarks: Sequence[Told]) -> Iterator[dict[str, Any]]:
    for told in remarks:
        yield {"row": told.row, "field": told.field, "message": wording.message(told)} | {
            "code": told.code,
            "value": told.value,
            "outcome": told.outcome.value,
        }


def _print_json(answer: Mapping[str, Any], **lists: Sequence[Told]) -> None:
    """One object; its lists are written item by item, since a large register has a great deal to say."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False)[:-1])
    for name, remarks in lists.items():
        sys.stdout.write(f', "{name}": [')
        for number, remark in enumerate(_messages(remarks)):
            sys.stdout.write((", " if number else "") + json.dumps(remark, ensure_ascii=False))
        sys.stdout.write("]")
    sys.stdout.write("}\n")


def _print_report(report: Report, *, is_dry_run: bool) -> None:
    if is_dry_run:
        print("Nothing was written. This would happen:")
    place = f", sheet {report.sheet}" if report.sheet else ""
    print(f"Source {report.source} ({report.encoding}{place}), columns in row {report.header_row}, {report.rows} rows.")
    print(
        f"created {report.created}, updated {report.updated}, unchanged {report.unchanged}, "
        f"rejected {report.rejected}, possible duplicates {report.duplicates}, other trades {report.other_trades}"
    )
    for note in report.file_notes:
        print(wording.file_note(note))
    if report.unmapped:
        print(f"Columns kept as they stand: {', '.join(report.unmapped)}")
    for told in islice(chain(report.errors, report.notes), SHOWN):
        print(f"row {told.row}, {told.field}: {wording.message(told)}")
    left = len(report.errors) + len(report.notes) - SHOWN
    if left > 0:
        print(f"and {left} more; --json or the page /district/imports shows all")


def _work(arguments: argparse.Namespace, app: Flask) -> int:
    """For cron, and for the worker beside the pages, which starts it so that the site keeps its memory and its pace."""
    if arguments.parent is not None:
        threading.Thread(target=_end_with, args=(arguments.parent,), daemon=True).start()
    gc.freeze()
    forget_untouched(_works(app), app.config["DATA_DIR"], utc_now())
    done = work_off(_works(app), app.config["DATA_DIR"], today_in_seoul())
    if arguments.json:
        print(json.dumps({"imports": [{"id": id_, "state": state.value} for id_, state in done.items()]}))
    else:
        print("\n".join(f"import {id_}: {state}" for id_, state in done.items()) or "nothing waits")
    return 1 if ImportState.FAILED in done.values() else 0


def _end_with(parent: int) -> None:
    """At once and anywhere: what was in hand goes on with the next worker, as after any other end."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _import_orders(arguments: argparse.Namespace, app: Flask) -> int:
    report = import_orders(
        _works(app),
        _read(arguments.file),
        district_code=arguments.district,
        today=today_in_seoul(),
    )
    names = ("encoding", "rows", "created", "unchanged", "rejected", "unmapped")
    if arguments.json:
        _print_json({name: getattr(report, name) for name in names}, errors=report.errors)
        return 0
    print(f"{report.rows} rows: created {report.created}, unchanged {report.unchanged}, rejected {report.rejected}")
    for told in report.errors[:SHOWN]:
        print(f"row {told.row}, {told.field}: {wording.message(told)}")
    return 0


def _export(arguments: argparse.Namespace, app: Flask) -> int:
    with unit_of_work(engine_of(app)) as session:
        count = export_registry(session, Path(arguments.out), district_code=arguments.district, layout=arguments.layout)
    print(f"{count} factories written to {arguments.out}")
    return 0


def _search_duplicates(arguments: argparse.Namespace, app: Flask) -> int:
    found = search_register(_works(app), district_code=arguments.district)
    if arguments.json:
        print(json.dumps(found.as_json()))
        return 0
    print(f"{found.factories} factories compared, {found.pairs} pairs alike, {found.asked_before} of them known.")
    print(f"New: {found.same} very likely one firm, {found.look} to be looked at on /district/duplicates")
    return 0


def _create_district(arguments: argparse.Namespace, app: Flask) -> int:
    new = NewDistrict(
        code=arguments.code,
        name_ko=arguments.name_ko,
        name_en=arguments.name_en,
        country=arguments.country,
        dongs=_read(arguments.dongs) if arguments.dongs else None,
        borders=_read(arguments.borders) if arguments.borders else None,
    )
    with unit_of_work(engine_of(app)) as session:
        district = create_district(session, new)
        count = len(district.neighbourhoods)
    print(f"District {new.code} created, {count} neighbourhoods.")
    return 0
