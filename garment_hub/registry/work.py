"""Who has an import in hand: taken up by a conditional UPDATE, kept by a heartbeat, given up between two chunks."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from garment_hub.db import unit_of_work
from models.base import utc_now
from models.registry_import import IN_HAND, ImportState, ImportWork

SILENT_FOR = timedelta(seconds=60)  # after that a worker on another machine counts as dead
BEAT_SECONDS = 10.0
LONGEST_PAUSE = 0.25
log = logging.getLogger(__name__)


class UnitOfWork(Protocol):
    """Opens a transaction of its own; one that only reads holds up nobody who writes."""

    def __call__(self, *, writes: bool = True) -> AbstractContextManager[Session]: ...


def works_on(engine: Engine) -> UnitOfWork:
    def work(*, writes: bool = True) -> AbstractContextManager[Session]:
        return unit_of_work(engine.execution_options(writes=writes))

    return work


class GivenUp(Exception):
    """Somebody paused or cancelled the import, or another worker took it up: this one stops where it stands."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One import in the hands of one worker."""

    import_id: int
    worker: str
    state: ImportState


def take_up(session: Session, import_id: int) -> Claim | None:
    """Take the import if it waits or its worker died; of two that ask at the same moment one gets it."""
    work = session.execute(
        select(ImportWork.state, ImportWork.worker, ImportWork.heartbeat_at, ImportWork.rows_done).where(
            ImportWork.import_id == import_id
        )
    ).one_or_none()
    if work is None or not (work.state is ImportState.WAITING or _is_abandoned(work)):
        return None
    state = ImportState.RUNNING if work.state is ImportState.WAITING else work.state
    claim = Claim(import_id, f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}", state)
    now = utc_now()
    taken = session.execute(
        update(ImportWork)
        .where(ImportWork.import_id == import_id, ImportWork.state == work.state)
        .where(ImportWork.worker.is_not_distinct_from(work.worker))
        .where(ImportWork.heartbeat_at.is_not_distinct_from(work.heartbeat_at))
        .values(state=state, worker=claim.worker, heartbeat_at=now, taken_up_at=now, taken_up_rows=work.rows_done)
        .execution_options(synchronize_session=False)
    )
    return claim if taken.rowcount else None  # type: ignore[attr-defined]


def _is_abandoned(work: Any) -> bool:
    if work.state not in IN_HAND:
        return False
    if work.worker is None or work.heartbeat_at is None or work.heartbeat_at < utc_now() - SILENT_FOR:
        return True
    host, process, _nonce = work.worker.split(":")
    return host == socket.gethostname() and not _lives(int(process))


def _lives(process: int) -> bool:
    if sys.platform == "win32":  # there signal 0 ends it; the silence tells as well
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it lives and belongs to somebody else
        return True
    return True


def hold(session: Session, claim: Claim, **values: Any) -> None:
    """In the same transaction as a chunk: still ours, and how far it is now. Raises GivenUp where it is not."""
    held = session.execute(
        update(ImportWork)
        .where(ImportWork.import_id == claim.import_id)
        .where(ImportWork.worker == claim.worker, ImportWork.state == claim.state)
        .values(heartbeat_at=utc_now(), **values)
        .execution_options(synchronize_session=False)
    )
    if not held.rowcount:  # type: ignore[attr-defined]
        raise GivenUp


def let_go(unit_of_work: UnitOfWork, claim: Claim) -> None:
    """Leave it to whoever comes next, without the wait for a silence."""
    with unit_of_work() as session:
        session.execute(
            update(ImportWork)
            .where(ImportWork.import_id == claim.import_id, ImportWork.worker == claim.worker)
            .values(worker=None)
            .execution_options(synchronize_session=False)
        )


@contextmanager
def in_hand(unit_of_work: UnitOfWork, claim: Claim) -> Iterator[None]:
    """Says every few seconds that the worker lives, also while it reads or compares for minutes."""
    ending = threading.Event()
    beating = threading.Thread(target=_beat, args=(unit_of_work, claim, ending), name="heartbeat", daemon=True)
    beating.start()
    try:
        yield
    except BaseException:
        ending.set()
        beating.join()
        let_go(unit_of_work, claim)
        raise
    finally:
        ending.set()
        beating.join()


def _beat(unit_of_work: UnitOfWork, claim: Claim, ending: threading.Event) -> None:
    while not ending.wait(BEAT_SECONDS):
        try:
            with unit_of_work() as session:
                hold(session, claim)
        except GivenUp:
            return
        except OperationalError:  # busy: the next beat, or the next chunk, says it too
            log.warning("import %s could not say that it goes on", claim.import_id)


@contextmanager
def paced(unit_of_work: UnitOfWork) -> Iterator[Session]:
    """A transaction, and then as long a pause: SQLite has one writer, and the others must get their turn."""
    began = time.monotonic()
    with unit_of_work() as session:
        yield session
    time.sleep(min(time.monotonic() - began, LONGEST_PAUSE))


def waiting(session: Session) -> list[int]:
    """Imports that wait for a worker or lost theirs, the oldest first; without its file nothing can be taken in."""
    query = select(ImportWork).where(ImportWork.state.in_([ImportState.WAITING, *IN_HAND]))
    kept = query.where(ImportWork.is_kept | (ImportWork.state == ImportState.UNDOING))
    found = session.scalars(kept.order_by(ImportWork.import_id)).all()
    return [work.import_id for work in found if work.state is ImportState.WAITING or _is_abandoned(work)]
