"""Clients that send a byte a second, by the hundred: whoever comes in a hurry is answered all the same."""

from __future__ import annotations

import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.crashing import Designer, Site

pytestmark = pytest.mark.slow

PAGES = ("/", "/factories", "/sign-in", "/healthz")
ROUNDS = 5
HANGING_SECONDS = 30  # no measure of speed: a page that did not come by then is one that does not come
A_SECOND = 1.0
SLOW_STARTS = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\n",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("slow_clients"))
    site.start()
    yield site
    site.kill()


@contextmanager
def slow_clients(site: Site, number: int) -> Iterator[list[socket.socket]]:
    """So many connections, half of them in their headers and half in a form, each sending a byte a second."""
    sockets = [socket.create_connection(("127.0.0.1", site.port), timeout=HANGING_SECONDS) for _one in range(number)]
    for place, one in enumerate(sockets):
        one.sendall(SLOW_STARTS[place % len(SLOW_STARTS)])
    ending = threading.Event()

    def drip() -> None:
        while not ending.wait(A_SECOND):
            for one in sockets:
                with suppress(OSError):
                    one.sendall(b"a")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        yield sockets
    finally:
        ending.set()
        dripping.join()
        for one in sockets:
            one.close()


def statuses(site: Site) -> list[int]:
    return [site.get(path)[0] for path in PAGES]


@pytest.mark.parametrize("number", [40, 400])
def test_slow_clients_stop_nobody_else(site: Site, number: int) -> None:
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 2 * number, "this machine opens too few files for the test"
    with slow_clients(site, number) as slow:
        for _round in range(ROUNDS):
            assert statuses(site) == [200] * len(PAGES)
        designer, connection = Designer(site), site.connect()
        assert designer.send_brief(connection, f"{number:032d}")[0] == 303
        connection.close()
        assert all(is_open(one) for one in slow), "somebody slow was sent away, so that the others had room"
    assert statuses(site) == [200] * len(PAGES)


def is_open(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    finally:
        one.settimeout(HANGING_SECONDS)


def test_a_slow_reader_holds_up_nobody(site: Site) -> None:
    """More of them than there are threads, who asked for a page and do not take it."""
    asked = b"GET /static/vendor/none HTTP/1.1\r\nHost: a\r\n\r\n" + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 50
    sockets = []
    for _one in range(40):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        one.connect(("127.0.0.1", site.port))
        one.sendall(asked)
        sockets.append(one)
    try:
        assert statuses(site) == [200] * len(PAGES)
    finally:
        for one in sockets:
            one.close()
