"""A TCP proxy on loopback that can go deaf, hang up, or refuse, as a net or a server does."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """Carries bytes between whoever connects and ``target``; ``is_deaf`` swallows them, ``hang_up`` ends all."""

    target: tuple[str, int]
    is_deaf: bool = False
    is_closed: bool = False
    ends: dict[socket.socket, socket.socket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.is_ending = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.is_ending = True
        self.thread.join(timeout=10)
        for one in [*self.ends, self.listener]:
            one.close()
        self.selector.close()

    def _run(self) -> None:
        while not self.is_ending:
            for key, _events in self.selector.select(0.05):
                one = key.fileobj
                assert isinstance(one, socket.socket)
                if one is self.listener:
                    self._accept()
                else:
                    self._carry(one)
            if self.is_closed:
                for one in list(self.ends):
                    self._end(one)

    def _accept(self) -> None:
        near, _address = self.listener.accept()
        if self.is_closed:
            near.close()
            return
        far = socket.create_connection(self.target)
        for one, other in ((near, far), (far, near)):
            self.ends[one] = other
            self.selector.register(one, selectors.EVENT_READ)

    def _carry(self, one: socket.socket) -> None:
        other = self.ends.get(one)
        if other is None:
            return
        try:
            data = one.recv(65536)
            if data and not self.is_deaf:
                other.sendall(data)
        except OSError:
            data = b""
        if not data:
            self._end(one)

    def _end(self, one: socket.socket) -> None:
        other = self.ends.pop(one, None)
        if other is None:
            return
        self.ends.pop(other, None)
        for half in (one, other):
            with suppress(KeyError, ValueError):
                self.selector.unregister(half)
            half.close()


@contextmanager
def proxy_to(host: str, port: int) -> Iterator[Proxy]:
    proxy = Proxy((host, port))
    try:
        yield proxy
    finally:
        proxy.stop()
