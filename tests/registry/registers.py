"""Made-up registers and the least it takes to import them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from garment_hub.db import engine_of, unit_of_work
from garment_hub.registry.queries import Report
from garment_hub.registry.services import UnitOfWork, Upload, import_registry
from models.factory import Factory
from models.registry_import import FactoryIdentity

TODAY = date(2026, 11, 20)
DISTRICT = "11230"
Works = UnitOfWork


def works_of(app: Flask) -> Works:
    def work(*, writes: bool = True) -> AbstractContextManager[Session]:
        return unit_of_work(engine_of(app).execution_options(writes=writes))

    return work


def as_csv(*rows: Sequence[Any], encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def take_in(works: Works, data: bytes, *, name: str = "등록부.csv", today: date = TODAY, **options: Any) -> Report:
    named = {key: options.pop(key) for key in ("source", "chosen") if key in options}
    arguments: dict[str, Any] = {"district_code": DISTRICT, "today": today} | options
    return import_registry(works, Upload(name, data, **named), **arguments)


def outcome(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.rejected


def state(works: Works) -> list[Any]:
    """Everything an import may write, without ids: equal before and after where nothing should differ."""
    children = (selectinload(Factory.capabilities), selectinload(Factory.rates), selectinload(Factory.facts))
    with works() as session:
        keys: dict[int, list[tuple[str, str, str]]] = {}
        for one in session.scalars(select(FactoryIdentity)):
            keys.setdefault(one.factory_id, []).append((one.source, one.key, one.content_hash))
        return sorted(
            repr(
                [
                    {
                        column.key: getattr(factory, column.key)
                        for column in Factory.__table__.columns
                        if column.key not in ("id", "created_at", "updated_at")
                    },
                    sorted((row.kind, row.code, row.has, row.count or 0) for row in factory.capabilities),
                    sorted((row.item or "", row.stage or "", row.pieces_per_day) for row in factory.rates),
                    sorted((fact.name, fact.source, str(fact.source_name), fact.stated_on) for fact in factory.facts),
                    sorted(keys.get(factory.id, [])),
                ]
            )
            for factory in session.scalars(select(Factory).options(*children))
        )


def factory_called(session: Session, name: str) -> Factory:
    return session.scalars(select(Factory).where(Factory.name == name)).one()
