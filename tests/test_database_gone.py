"""A database that is gone, deaf or slow: every page answers within five seconds, and is itself again afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask, Response
from sqlalchemy import create_engine, make_url, text
from werkzeug.test import TestResponse

from garment_hub import patience
from garment_hub.db import engine_of, get_session, unit_of_work
from garment_hub.patience import reckons
from garment_hub.permissions import public
from tests.proxies import Proxy, proxy_to

pytestmark = pytest.mark.slow

PROMISED_SECONDS = 5  # not a measure of speed: whoever waits longer has been left waiting, which is what is promised
AT_ONCE = 8  # as many as the site has threads
STATEMENTS_THAT_HANG = 20


@dataclass
class Site:
    app: Flask
    proxy: Proxy
    url: str  # past the proxy

    def get(self, address: str, method: str = "GET") -> TestResponse:
        began = time.monotonic()
        answer = self.app.test_client().open(address, method=method)
        assert time.monotonic() - began < PROMISED_SECONDS, f"{address} kept its reader waiting"
        return answer

    def post(self, address: str) -> TestResponse:
        return self.get(address, "POST")

    def many(self, address: str) -> list[TestResponse]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self.get, [address] * AT_ONCE))


def add_pages(app: Flask) -> None:
    """A page that writes one row, one whose statement takes long, and one with many statements that each take some."""

    @app.post("/test/write")
    @public
    def write() -> Response:
        get_session().execute(text("UPDATE district SET name_en = name_en WHERE id = 1"))
        return Response("written")

    @app.get("/test/slow/<int:times>/<int:milliseconds>")
    @public
    def slow(times: int, milliseconds: int) -> Response:
        for _time in range(times):
            get_session().execute(text(f"SELECT pg_sleep({milliseconds / 1000})"))
        return Response("slow")

    @app.get("/test/reckoning")
    @public
    @reckons
    def reckoning() -> Response:
        get_session().execute(text("SELECT pg_sleep(3)"))
        return Response("reckoned")


@pytest.fixture
def site(make_app: Callable[..., Flask], postgresql_url: str) -> Iterator[Site]:
    url = make_url(postgresql_url)
    with proxy_to(url.host or "127.0.0.1", url.port or 5432) as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        app = make_app(DATABASE_URL=through, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        add_pages(app)
        yield Site(app, proxy, postgresql_url)
        engine_of(app).dispose()


def assert_told(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "저장된 것은 없어요" in answer.text and "psycopg" not in answer.text


def test_cut_off_it_says_so_and_is_itself_again_when_the_database_is_back(site: Site) -> None:
    assert [answer.status_code for answer in site.many("/")] == [200] * AT_ONCE
    site.proxy.is_closed = True
    for answer in [*site.many("/"), site.get("/sign-in"), site.post("/test/write")]:
        assert_told(answer)
    assert site.get("/healthz").status_code == 200
    assert site.get("/readyz").status_code == 503
    site.proxy.is_closed = False
    assert [answer.status_code for answer in site.many("/")] == [200] * AT_ONCE
    assert site.post("/test/write").status_code == 200


def test_a_deaf_database_keeps_nobody_waiting_and_no_worker_afterwards(site: Site) -> None:
    """Connections stand and take everything in, and nothing ever comes back, as from a machine that was unplugged."""
    assert [answer.status_code for answer in site.many("/")] == [200] * AT_ONCE
    site.proxy.is_deaf = True
    for answer in site.many("/"):  # on connections that were open
        assert_told(answer)
    assert_told(site.get("/"))  # on new ones
    assert_told(site.post("/test/write"))
    site.proxy.is_deaf = False
    assert [answer.status_code for answer in site.many("/")] == [200] * AT_ONCE


@pytest.mark.parametrize(("times", "milliseconds"), [(1, 60_000), (STATEMENTS_THAT_HANG, 1_000)])
def test_slow_statements_are_given_up(site: Site, times: int, milliseconds: int) -> None:
    for answer in site.many(f"/test/slow/{times}/{milliseconds}"):
        assert_told(answer)
    assert [answer.status_code for answer in site.many("/")] == [200] * AT_ONCE


def test_a_slow_database_that_is_quick_enough_is_waited_for(site: Site) -> None:
    assert site.get("/test/slow/2/300").text == "slow"


def test_a_page_that_reckons_is_waited_for_and_given_up_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.get("/test/reckoning").text == "reckoned"
    monkeypatch.setattr(patience, "SECONDS_OF_RECKONING", 1.0)
    assert_told(site.get("/test/reckoning"))


def test_a_lock_held_by_somebody_is_given_up_and_the_server_too_waits_no_longer(site: Site) -> None:
    holder = create_engine(site.url)
    with holder.begin() as connection:
        connection.execute(text("SELECT id FROM district WHERE id = 1 FOR UPDATE"))
        assert_told(site.post("/test/write"))
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        assert connection.scalar(text(waiting)) == 0
    assert site.post("/test/write").status_code == 200
    holder.dispose()


def test_jobs_and_commands_wait_as_long_as_it_takes(site: Site) -> None:
    with unit_of_work(engine_of(site.app)) as session:
        assert session.scalar(text("SHOW statement_timeout")) == "0"
        session.execute(text("SELECT pg_sleep(3)"))


def test_a_lock_on_sqlite_is_given_up_too(make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    add_pages(app)
    with unit_of_work(engine_of(app)) as session:
        session.execute(text("UPDATE district SET name_en = 'held' WHERE id = 1"))
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda _one: app.test_client().post("/test/write"), range(AT_ONCE)))
        assert time.monotonic() - began < PROMISED_SECONDS
        for answer in answers:
            assert_told(answer)
        assert app.test_client().get("/").status_code == 200  # reading goes on
        session.rollback()
    assert app.test_client().post("/test/write").status_code == 200
