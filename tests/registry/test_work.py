"""Imports beside the pages: one worker each, taken up after a kill, paused, called off, remembered by source."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from garment_hub.registry import comparing, services, steering, uploads, work
from garment_hub.registry.duplicates import Firm
from garment_hub.registry.headers import Choice
from garment_hub.registry.plans import read_plan
from garment_hub.registry.preparation import Prepared, Preparer
from garment_hub.registry.reading import read_table
from garment_hub.registry.rows import Rows
from garment_hub.registry.services import Upload, forget_untouched, work_off
from garment_hub.registry.storing import store_chunk
from garment_hub.registry.work import GivenUp, hold, take_up
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.district import District
from models.errors import Conflict
from models.factory import Factory
from models.merge import DuplicateSearch
from models.registry_import import ImportState, ImportStatus, ImportWork, RegistryImport, RegistryMapping
from models.user import Role
from tests.builders import make_user
from tests.registry.registers import TODAY, Works, as_csv, factory_called, outcome, state, take_in, works_of

pytestmark = pytest.mark.slow

HEAD = ["업체", "자리", "인원"]
ROWS = [HEAD, *[[f"가온{n}봉제", f"장안동 {n}", str(n % 9 + 1)] for n in range(20)]]
COLUMNS = {"name": "업체", "address": "자리"}
DEAD = f"{socket.gethostname()}:{2**22 + 1}:x"  # past the largest number of a process


@pytest.fixture
def works(app: Flask) -> Works:
    return works_of(app)


@pytest.fixture
def folder(app: Flask) -> Path:
    data_dir: Path = app.config["DATA_DIR"]
    return data_dir


def started(works: Works, folder: Path, data: bytes, columns: dict[str, str] | None = None, **named: str) -> int:
    """A file handed over and started, as an officer does on the pages."""
    upload = Upload("등록부.csv", data, named.get("source"))
    uploads.keep(folder, upload.sha256, data)
    with works() as session:
        district = session.get_one(District, 1)
        officer = make_user(session, Role.DISTRICT_OFFICER, district)
        imported = steering.receive(session, district, upload, read_table(data, steering.PREVIEWED))
        ignored = frozenset(HEAD) - set((columns or COLUMNS).values())
        steering.start(session, officer, imported, Choice(columns or COLUMNS, ignored))
        return imported.id


def work_of(works: Works, import_id: int) -> ImportWork:
    with works() as session:
        return session.scalars(select(ImportWork).where(ImportWork.import_id == import_id)).one()


def claimed(works: Works, import_id: int) -> work.Claim:
    with works() as session:
        claim = take_up(session, import_id)
    assert claim is not None
    return claim


def set_work(works: Works, **values: object) -> None:
    with works() as session:
        session.execute(update(ImportWork).values(**values))


def test_what_was_started_goes_in_and_its_file_goes(works: Works, folder: Path) -> None:
    import_id = started(works, folder, as_csv(*ROWS))
    assert work_off(works, folder, TODAY) == {import_id: ImportState.ENDED}
    with works() as session:
        imported = session.get_one(RegistryImport, import_id)
        assert (imported.status, imported.row_count) == (ImportStatus.DONE, 20)
        assert (imported.mapping, imported.unmapped) == (COLUMNS, ["인원"])
        assert factory_called(session, "가온3봉제").people is None
        assert session.scalars(select(AuditEntry.action)).all() == [AuditAction.IMPORT_STARTED]
    assert list((folder / uploads.FOLDER).iterdir()) == []
    assert work_off(works, folder, TODAY) == {}


def test_the_pages_and_the_command_come_to_the_same(works: Works, folder: Path, make_app: Callable[[], Flask]) -> None:
    started(works, folder, as_csv(*ROWS), source="구청")
    work_off(works, folder, TODAY)
    names = COLUMNS | {"people": "인원"}
    assert take_in(works, as_csv(*ROWS), source="구청", chosen=names).updated == 20
    other = works_of(make_app())
    assert take_in(other, as_csv(*ROWS), source="구청", chosen=names).created == 20
    assert state(works) == state(other)


def test_two_workers_at_the_same_moment_and_one_gets_it(
    make_app: Callable[..., Flask], either_engine_url: str, tmp_path: Path
) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    works = works_of(app)
    import_id = started(works, tmp_path, as_csv(*ROWS))
    barrier, claims = threading.Barrier(6), []

    def ask() -> None:
        barrier.wait()
        with works() as session:
            claims.append(take_up(session, import_id))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [claim is not None for claim in claims].count(True) == 1


def test_whoever_lost_it_stores_nothing_more(
    make_app: Callable[..., Flask], either_engine_url: str, tmp_path: Path
) -> None:
    works = works_of(make_app(DATABASE_URL=either_engine_url))
    import_id = started(works, tmp_path, as_csv(*ROWS))
    first = claimed(works, import_id)
    set_work(works, heartbeat_at=utc_now() - timedelta(minutes=5))
    second = claimed(works, import_id)
    with pytest.raises(GivenUp), works() as session:
        hold(session, first)
    with works() as session:
        hold(session, second, rows_done=5)
    assert work_of(works, import_id).rows_done == 5


@pytest.mark.parametrize(
    ("worker", "silent_for", "is_taken"),
    [
        (f"{socket.gethostname()}:{os.getpid()}:x", timedelta(seconds=30), False),
        (f"{socket.gethostname()}:{os.getpid()}:x", timedelta(minutes=2), True),
        ("elsewhere:1:x", timedelta(seconds=30), False),
        ("elsewhere:1:x", timedelta(minutes=2), True),
        (DEAD, timedelta(0), True),
        (None, timedelta(0), True),
    ],
    ids=["mine, just now", "mine, silent", "elsewhere, just now", "elsewhere, silent", "dead", "nobody's"],
)
def test_only_the_import_of_a_dead_worker_is_taken_up(
    works: Works, folder: Path, worker: str | None, silent_for: timedelta, is_taken: bool
) -> None:
    import_id = started(works, folder, as_csv(*ROWS))
    set_work(works, state=ImportState.RUNNING, worker=worker, heartbeat_at=utc_now() - silent_for)
    assert bool(work_off(works, folder, TODAY)) == is_taken
    assert (work_of(works, import_id).state is ImportState.ENDED) == is_taken


@pytest.mark.parametrize("killed_after", [0, 1, 2, 4])
def test_the_next_sweep_goes_on_where_a_killed_worker_stood(
    app: Flask, works: Works, folder: Path, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    """The worker is gone without a word: nothing was let go, its name stands in the row."""
    monkeypatch.setattr(services, "CHUNK", 4)
    import_id = started(works, folder, as_csv(*ROWS))
    stored = 0

    def dies(*arguments: object) -> None:
        nonlocal stored
        if stored == killed_after:
            raise SystemExit
        stored += 1
        whole(*arguments)  # type: ignore[arg-type]

    whole = store_chunk
    monkeypatch.setattr("garment_hub.registry.services.store_chunk", dies)
    monkeypatch.setattr(work, "let_go", lambda *_arguments: None)
    with pytest.raises(SystemExit):
        work_off(works, folder, TODAY)
    assert work_of(works, import_id).rows_done == 4 * killed_after
    monkeypatch.setattr("garment_hub.registry.services.store_chunk", whole)
    assert work_off(works, folder, TODAY) == {}
    set_work(works, worker=DEAD)
    assert work_off(works, folder, TODAY) == {import_id: ImportState.ENDED}
    with works() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 20
    assert take_in(works, as_csv(*ROWS), source="등록부").created == 0


def interrupted(
    works: Works, folder: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Session, RegistryImport], None]
) -> int:
    """An import of which somebody does something on the pages while its second chunk is prepared."""
    monkeypatch.setattr(services, "CHUNK", 4)
    import_id = started(works, folder, as_csv(*ROWS))
    prepared, whole = 0, Preparer.prepare

    def prepare(preparer: Preparer, number: int, row: list[str]) -> Prepared:
        nonlocal prepared
        prepared += 1
        if prepared == 6:
            with works() as session:
                act(session, session.get_one(RegistryImport, import_id))
        return whole(preparer, number, row)

    with monkeypatch.context() as patch:
        patch.setattr(Preparer, "prepare", prepare)
        work_off(works, folder, TODAY)
    return import_id


def test_paused_it_stops_between_two_chunks_and_goes_on_later(
    works: Works, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = interrupted(works, folder, monkeypatch, steering.pause)
    assert (work_of(works, import_id).state, work_of(works, import_id).rows_done) == (ImportState.PAUSED, 4)
    assert work_off(works, folder, TODAY) == {}
    with works() as session:
        steering.resume(session, session.get_one(RegistryImport, import_id))
    assert work_off(works, folder, TODAY) == {import_id: ImportState.ENDED}
    with works() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 20


def test_called_off_what_is_in_is_whole_and_can_be_taken_back(
    works: Works, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = interrupted(
        works, folder, monkeypatch, lambda session, imported: steering.cancel(session, folder, imported)
    )
    assert work_of(works, import_id).state is ImportState.CANCELLED
    assert list((folder / uploads.FOLDER).iterdir()) == []
    with works() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 4
        imported = session.get_one(RegistryImport, import_id)
        with pytest.raises(Conflict):
            steering.resume(session, imported)
        steering.undo(session, make_user(session, Role.DISTRICT_OFFICER, imported.district), imported)
    assert work_off(works, folder, TODAY) == {import_id: ImportState.ENDED}
    assert state(works) == []


def test_an_undoing_that_was_killed_goes_on(works: Works, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from garment_hub.registry import undo

    take_in(works, as_csv(*ROWS), chosen=COLUMNS)
    monkeypatch.setattr(undo, "_AT_ONCE", 3)
    with works() as session:
        undo.ask_back(session, session.get_one(RegistryImport, 1))
    whole, steps = undo._remove_created, 0

    def dies(session: Session, import_id: int, after: int) -> int | None:
        nonlocal steps
        steps += 1
        if steps == 3:
            raise SystemExit
        return whole(session, import_id, after)

    monkeypatch.setattr(undo, "_remove_created", dies)
    with pytest.raises(SystemExit):
        work_off(works, folder, TODAY)
    monkeypatch.setattr(undo, "_remove_created", whole)
    with works() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 14
    assert work_off(works, folder, TODAY) == {1: ImportState.ENDED}
    assert state(works) == []


def test_a_factory_taken_into_use_while_it_is_taken_back_stays(works: Works, folder: Path) -> None:
    from garment_hub.registry import undo

    take_in(works, as_csv(*ROWS), chosen=COLUMNS)
    with works() as session:
        undo.ask_back(session, session.get_one(RegistryImport, 1))
        factory = factory_called(session, "가온7봉제")
        factory.owner = make_user(session, Role.FACTORY_OWNER, factory.district)
    work_off(works, folder, TODAY)
    with works() as session:
        assert session.scalars(select(Factory.name)).all() == ["가온7봉제"]
    assert work_of(works, 1).notes == [{"code": "kept_at_undo", "count": 1}]


def test_a_file_that_turns_out_unreadable_fails_with_its_reason_and_can_be_called_off(
    works: Works, folder: Path
) -> None:
    data = as_csv(*ROWS, *[[f"나래{n}", "", ""] for n in range(400)]) + b'"open,1,1\n'
    import_id = started(works, folder, data)
    assert work_off(works, folder, TODAY) == {import_id: ImportState.FAILED}
    failure = work_of(works, import_id).failure
    assert failure is not None and (failure["code"], failure["values"]["line"]) == ("quote_left_open", "422")
    assert state(works) == []
    assert work_off(works, folder, TODAY) == {}


def test_an_upload_nobody_started_is_gone_after_a_week(works: Works, folder: Path) -> None:
    data = as_csv(*ROWS)
    uploads.keep(folder, Upload("x.csv", data).sha256, data)
    with works() as session:
        steering.receive(session, session.get_one(District, 1), Upload("x.csv", data), read_table(data))
    now = utc_now()
    assert [forget_untouched(works, folder, now + timedelta(days=days)) for days in (6, 8, 9)] == [0, 1, 0]
    kept = work_of(works, 1)
    assert (kept.state, kept.preview, kept.is_kept) == (ImportState.CANCELLED, None, False)
    assert list((folder / uploads.FOLDER).iterdir()) == []


def test_a_lost_file_is_told(works: Works, folder: Path) -> None:
    import_id = started(works, folder, as_csv(*ROWS))
    for path in (folder / uploads.FOLDER).iterdir():
        path.unlink()
    work_off(works, folder, TODAY)
    failure = work_of(works, import_id).failure
    assert failure is not None and failure["code"] == "import_file_gone"


def test_the_columns_of_a_source_are_remembered_for_its_next_file(works: Works, folder: Path) -> None:
    started(works, folder, as_csv(*ROWS), source="구청")
    work_off(works, folder, TODAY)
    report = take_in(works, as_csv([*HEAD, "전화"], ["나래", "장안동 1", "5", "02-123-4567"]), source="구청")
    assert report.mapping == COLUMNS | {"phone": "전화"}
    assert report.unmapped == ["인원"]
    with works() as session:
        assert session.scalars(select(RegistryMapping.source)).all() == ["구청"]


def test_the_command_takes_up_what_its_killed_twin_left_and_refuses_beside_a_living_one(
    works: Works, folder: Path
) -> None:
    with pytest.raises(SystemExit):
        take_in(dying(works, 3), as_csv(*ROWS), chosen=COLUMNS, folder=folder)
    here = f"{socket.gethostname()}:{os.getpid()}:x"
    set_work(works, worker=here, heartbeat_at=utc_now())
    with pytest.raises(Conflict, match="import_under_way"):
        take_in(works, as_csv(*ROWS), chosen=COLUMNS, folder=folder)
    set_work(works, worker=DEAD)
    assert outcome(take_in(works, as_csv(*ROWS), chosen=COLUMNS, folder=folder)) == (20, 0, 0, 0)


def dying(works: Works, at: int) -> Works:
    begun = 0

    @contextmanager
    def work_until(*, writes: bool = True) -> Iterator[Session]:
        nonlocal begun
        begun += writes
        if begun > at:
            raise SystemExit
        with works(writes=writes) as session:
            yield session

    return work_until


def test_the_worker_ends_with_the_site_that_started_it() -> None:
    """Its parent is another process than the one it is told to live with."""
    call = "from garment_hub.registry.commands import _end_with; _end_with(1)"
    assert subprocess.run([sys.executable, "-c", call], check=False, timeout=60).returncode == 1


def test_too_many_to_compare_at_once_are_compared_among_neighbours_and_a_search_is_asked_for(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [["업체명", "행정동", "주소", "전화번호"]]
    rows += [["가온봉제", "장안1동", "장안동 1", ""], ["가온 봉제", "장안1동", "장안동 1", ""]]
    rows += [["나래패션", "용신동", "용두동 2", "02-123-4567"], ["나래 패션", "제기동", "용두동 2", "02-123-4567"]]
    monkeypatch.setattr(comparing, "MOST_COMPARED", 1)
    assert take_in(works, as_csv(*rows), is_dry_run=True).duplicates == 2
    assert take_in(works, as_csv(*rows)).duplicates == 2
    with works() as session:
        assert session.scalar(select(func.count()).select_from(DuplicateSearch)) == 1


def test_a_pair_in_two_groups_is_one() -> None:
    firms = [Firm(1, "가온봉제", "장안동 1"), Firm(2, "가온봉제", "장안동 1")]
    assert len(list(comparing.pairs_among([firms, list(firms)], {1, 2}))) == 1


@settings(deadline=None)
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cc"])))))
def test_packed_rows_are_the_rows(rows: list[list[str]]) -> None:
    packed = Rows(rows)
    assert packed == rows
    assert list(packed) == rows and packed[1:] == rows[1:] and len(packed) == len(rows)


def test_a_plan_counts_rows_as_a_person_does() -> None:
    plan = read_plan(as_csv(["업체명"], ["가온"], [""], ["합계"], ["나래"]), Choice())
    assert list(plan.rows()) == [(2, ["가온"]), (5, ["나래"])]
