"""How much a list has shown its factories, added to what they were shown before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.factory import Factory
from models.factory_exposure import FactoryExposure

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add_shown(session: Session, factory_ids: Sequence[int], day: date) -> None:
    """A list was shown on a day, best first; whoever has left the register since then is passed over.

    Rows are written in the order of their ids, so that two lists at once wait for each other instead of dying.
    """
    from recommender import ExposureLedger

    ledger = ExposureLedger()
    ledger.show([str(one) for one in factory_ids], day)
    known = set(session.scalars(select(Factory.id).where(Factory.id.in_(factory_ids))))
    shown = sorted((int(factory), amount) for factory, amount in ledger.amounts().items() if int(factory) in known)
    if not shown:
        return
    insert = _INSERT[session.get_bind().dialect.name](FactoryExposure)
    statement = insert.values([{"factory_id": factory, "amount": amount} for factory, amount in shown])
    added = FactoryExposure.amount + statement.excluded.amount
    session.execute(statement.on_conflict_do_update(index_elements=["factory_id"], set_={"amount": added}))
