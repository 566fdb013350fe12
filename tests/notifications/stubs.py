"""Services on the loopback that take messages, refuse them, or are not there: one for SMTP, one for HTTP."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class MailServer:
    """``says`` answers a command by its first word; without an answer it takes everything."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    says: Callable[[str, str], str | None] = lambda verb, line: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": self.port,
            "SMTP_SECURITY": "off",
            "MAIL_FROM": "가먼트허브 <no-reply@hub.example>",
        }


@contextmanager
def mail_server(port: int | None = None) -> Iterator[MailServer]:
    stub = MailServer(port or free_port())

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 stub")
            while line := self.rfile.readline().decode().strip():
                verb = line.split()[0].upper()
                answer = stub.says(verb, line) or {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")
                self._say(answer)
                if verb == "DATA" and answer.startswith("354"):
                    self._take()
                if verb == "QUIT" or answer.startswith("421"):
                    return

        def _take(self) -> None:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            answer = stub.says("END", "") or "250 taken"
            if answer.startswith("250"):
                with stub.lock:
                    stub.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self._say(answer)

        def _say(self, answer: str) -> None:
            self.wfile.write(answer.encode() + b"\r\n")

    with _running(_TcpServer(("127.0.0.1", stub.port), Handler)):
        yield stub


class _TcpServer(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@dataclass
class MessageServer:
    """``status`` says what the next request is answered with; a repeated key is taken once, as providers do."""

    port: int
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)
    status: Callable[[dict[str, Any]], int] = lambda body: 200
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def settings(self) -> dict[str, Any]:
        return {"MESSAGE_URL": f"http://127.0.0.1:{self.port}/send", "MESSAGE_TOKEN": "only-for-tests"}


@contextmanager
def message_server(port: int | None = None) -> Iterator[MessageServer]:
    stub = MessageServer(port or free_port())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with stub.lock:
                status = stub.status(body)
                stub.authorizations.add(self.headers["Authorization"])
                if status < 300:
                    stub.requests.append(body)
                    stub.keys.append(self.headers["Idempotency-Key"])
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", f"http://127.0.0.1:{stub.port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with _running(_HttpServer(("127.0.0.1", stub.port), Handler)):
        yield stub


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def _running(server: ThreadingTCPServer | ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
