"""Connections to PostgreSQL that are given up when a page has waited long enough."""

from __future__ import annotations

import time
from typing import Any

from flask import g
from psycopg import Connection, OperationalError
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection as Transaction
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

from garment_hub.patience import CONNECT_SECONDS, seconds_to_wait

SERVER_IS_EARLIER = 0.2  # a server that still listens ends the statement itself


class ImpatientConnection(Connection[Any]):
    """Counts how long a request waited for the server; a connection given up is closed, never used again."""

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        most = seconds_to_wait()
        if most is None:
            return super().wait(gen, *args, **options)
        waited: float = g.get("waited_for_database", 0.0)
        began = time.monotonic()
        try:
            return super().wait(gen, *args, **options | {"timeout": max(0.0, most - waited)})
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # an answer may still come, to nobody
                self.pgconn.finish()
            raise
        finally:
            g.waited_for_database = waited + time.monotonic() - began


def make_engine(url: URL) -> Engine:
    """An engine of such connections, which also tells the server how long a page waits for a statement."""
    engine = create_engine(
        url, pool_pre_ping=True, pool_timeout=CONNECT_SECONDS, connect_args={"connect_timeout": CONNECT_SECONDS}
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], values: dict[str, Any]) -> Connection[Any]:
        return ImpatientConnection.connect(*arguments, **values)

    @event.listens_for(engine, "begin")
    def begin(connection: Transaction) -> None:
        if (most := seconds_to_wait()) is not None:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {1000 * (most - SERVER_IS_EARLIER):.0f}")

    return engine
