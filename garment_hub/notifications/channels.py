"""Ways out of the house: files, SMTP, and one HTTP address for KakaoTalk or SMS providers."""

from __future__ import annotations

import json
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from models.notification import Channel

TIMEOUT = 10.0
# Answers that say something about the service, not about this message: sign-in wrong, too much at once, broken.
NOT_ABOUT_THE_MESSAGE = frozenset({401, 403, 404, 405, 408, 429})


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, on its way to one address: an e-mail address or a telephone number."""

    to: str
    subject: str
    text: str
    template: str
    message_id: str


class DeliveryError(Exception):
    """Not sent. ``code`` is short and says nothing about the person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(DeliveryError):
    """This one message was not taken; others may be."""


class ServiceGone(DeliveryError):
    """Nobody was there to take any message."""


class Sender(Protocol):
    def send(self, letter: Letter) -> None:
        """Return once the message was taken; raise a DeliveryError otherwise."""


def senders(config: Mapping[str, Any]) -> dict[Channel, Sender]:
    """What the settings offer. A folder stands for both ways, so that nothing leaves a trial site."""
    if folder := config["MAIL_DIR"]:
        return {
            Channel.EMAIL: Files(folder, ".eml", lambda letter: mail(letter, config["MAIL_FROM"], "8bit").as_bytes()),
            Channel.MESSAGE: Files(folder, ".json", lambda letter: json.dumps(asdict(letter)).encode()),
        }
    found: dict[Channel, Sender] = {}
    if config["SMTP_HOST"]:
        found[Channel.EMAIL] = Smtp.of(config)
    if config["MESSAGE_URL"]:
        found[Channel.MESSAGE] = MessageService(config["MESSAGE_URL"], config["MESSAGE_TOKEN"])
    return found


def mail(letter: Letter, sender: str, encoding: str) -> EmailMessage:
    """The letter as an e-mail. The Message-ID is the same for every try."""
    message = EmailMessage()
    message["Message-ID"] = f"<{letter.message_id}@{parseaddr(sender)[1].partition('@')[2]}>"
    message["Date"] = formatdate(usegmt=True)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte=encoding)
    return message


@dataclass(frozen=True, slots=True)
class Files:
    """One file for each letter, named by its Message-ID: a repeat overwrites it."""

    folder: Path
    ending: str
    content: Callable[[Letter], bytes]

    def send(self, letter: Letter) -> None:
        unfinished = self.folder / f".{letter.message_id}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(self.content(letter))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.folder / f"{letter.message_id}{self.ending}")
        except OSError as error:
            raise ServiceGone("folder") from error


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. ``security`` is starttls, tls, or off for a server on the same machine."""

    host: str
    port: int
    user: str | None
    password: str | None
    security: str
    sender: str

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Smtp:
        names = ("host", "port", "user", "password", "security")
        return cls(**{name: config[f"SMTP_{name.upper()}"] for name in names}, sender=config["MAIL_FROM"])

    def send(self, letter: Letter) -> None:
        if not letter.to.isascii():
            raise Refused("address_not_ascii")
        try:
            with self._connected() as server:
                server.send_message(mail(letter, self.sender, "base64"))
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(next(iter(error.recipients.values()))[0]) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code) from error
        except smtplib.SMTPResponseException as error:
            raise ServiceGone(f"smtp_{error.smtp_code}") from error
        except OSError as error:  # the other errors of smtplib are among these
            raise ServiceGone("smtp_connection") from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password or "")
            yield server
            # Taken is taken: whatever the server makes of our good-bye, the mail must not go out again.
            with suppress(OSError):
                server.quit()
        finally:
            server.close()


def _refusal(code: int) -> DeliveryError:
    # 421 is the server saying that it is about to close, whatever it was asked.
    return ServiceGone("smtp_421") if code == 421 else Refused(f"smtp_{code}")


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry the token to another address."""

    def redirect_request(self, *_args: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class MessageService:
    """A provider's HTTP address: JSON in, 2xx when taken. The key lets the provider drop a repeat."""

    url: str
    token: str | None

    def send(self, letter: Letter) -> None:
        body = {"to": letter.to, "text": letter.text, "template": letter.template, "message_id": letter.message_id}
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": letter.message_id}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(self.url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 (checked as a setting)
        try:
            build_opener(_NoRedirects).open(request, timeout=TIMEOUT).close()
        except HTTPError as error:
            error.close()
            is_refusal = 400 <= error.code < 500 and error.code not in NOT_ABOUT_THE_MESSAGE
            raise (Refused if is_refusal else ServiceGone)(f"http_{error.code}") from error
        except (OSError, HTTPException) as error:
            raise ServiceGone("http_connection") from error
