"""F10: backup and restore of 100,000 orders and 1,000 uploads within a minute."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from benchmarks import Row
from benchmarks.databases import ENGINES, new_database
from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.backup.services import make_backup, restore_backup
from garment_hub.db import engine_of, make_engine, unit_of_work
from garment_hub.demo.commands import seed_demo
from garment_hub.demo.services import Size
from models.capacity import today_in_seoul
from models.factory import Factory
from models.past_order import PastOrder

ORDERS, UPLOADS, UPLOAD_BYTES = 100_000, 1_000, 100_000


def run() -> list[Row]:
    return [_row(engine) for engine in ENGINES]


def _row(engine: str) -> Row:
    with (
        TemporaryDirectory() as name,
        new_database(engine, Path(name)) as url,
        new_database(engine, Path(name)) as empty,
    ):
        folder = Path(name)
        full = _fill(url, folder / "data")
        began = time.perf_counter()
        make_backup(full, folder / "data", folder / "backup")
        made = time.perf_counter()
        full.dispose()
        place = make_engine(empty)
        restore_backup(place, folder / "new", folder / "backup")
        restored = time.perf_counter()
        place.dispose()
    return Row(
        f"F10 backup and restore of 100,000 orders in 60 s or less ({engine})",
        f"{made - began:.1f} s + {restored - made:.1f} s, with {UPLOADS:,} uploads of 100 kB",
        "python -m benchmarks backup",
    )


def _fill(url: str, data_dir: Path) -> Engine:
    app: Flask = create_app(DATABASE_URL=url, DATA_DIR=data_dir)
    engine = engine_of(app)
    schema.upgrade(engine)
    seed_demo(app, Size())
    with unit_of_work(engine) as session:
        session.execute(insert(PastOrder), _orders(session))
    (data_dir / "uploads").mkdir()
    for _number in range(UPLOADS):
        (data_dir / "uploads" / f"{secrets.token_hex(16)}.webp").write_bytes(secrets.token_bytes(UPLOAD_BYTES))
    return engine


def _orders(session: Session) -> list[dict[str, object]]:
    factories = session.execute(select(Factory.id, Factory.district_id)).all()
    chosen = (factories[number % len(factories)] for number in range(ORDERS))
    return [
        {
            "district_id": district_id,
            "factory_id": factory_id,
            "source_key": f"bench-{number}",
            "buyer_key": f"buyer-{number % 500}",
            "buyer_name": f"브랜드 {number % 500}",
            "ordered_on": today_in_seoul(),
            "quantity": 100 + number % 900,
            "item": "shirt_blouse",
            "is_on_time": number % 7 != 0,
        }
        for number, (factory_id, district_id) in enumerate(chosen)
    ]
