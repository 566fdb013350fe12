"""Every setting, its type, its default and its meaning; read from the environment with the prefix GARMENT_HUB_."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any

PREFIX = "GARMENT_HUB_"


class SettingError(Exception):
    """A setting is missing or cannot be read; the message says which and what to do."""


def _boolean(text: str) -> bool:
    words = {"1": True, "on": True, "true": True, "yes": True, "0": False, "off": False, "false": False, "no": False}
    return words[text.strip().casefold()]


def _words(text: str) -> str:
    return text.strip()


def _web_address(text: str) -> str:
    if not text.strip().startswith(("https://", "http://")):
        raise ValueError(text)
    return text.strip()


def _sender(text: str) -> str:
    if "@" not in parseaddr(text)[1]:
        raise ValueError(text)
    return text.strip()


def _mail_security(text: str) -> str:
    return {"starttls": "starttls", "tls": "tls", "off": "off"}[text.strip().casefold()]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``default`` is text as it would stand in the environment; None means unset."""

    name: str
    read: Callable[[str], Any]
    default: str | None
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATA_DIR", lambda text: Path(text).resolve(), "var", "Folder of the database, uploads, secret and artifacts"
    ),
    Setting("DATABASE_URL", _words, None, "sqlite:///… or postgresql://…; unset: a SQLite file in DATA_DIR"),
    Setting(
        "SECRET_KEY",
        _words,
        None,
        "Signs form and link tokens; at least 32 characters; unset: made once, kept in DATA_DIR",
    ),
    Setting("PRODUCTION", _boolean, "off", "Refuses to start without SECRET_KEY from the environment"),
    Setting("DEFAULT_LOCALE", _words, "ko", "Language of a visitor who has not chosen: ko, en or it"),
    Setting("OPERATOR", _words, "", "Institution that runs the site, shown in the footer"),
    Setting("OPERATOR_DEPARTMENT", _words, "", "Its department, shown in the footer"),
    Setting("PRIVACY_OFFICER", _words, "", "Who answers for personal data, shown in the footer"),
    Setting("CENTRE_PHONE", _words, "", "Telephone of the support centre, shown to owners"),
    Setting("TRUSTED_PROXIES", int, "0", "Number of reverse proxies whose forwarded headers are believed"),
    Setting("DEMO_PASSWORD", _words, None, "Password of the demo sign-ins; unset: random, printed at the start"),
    Setting("RATE_LIMITS", _boolean, "on", "off only in a demo database: no throttle on sign-in and writes"),
    Setting(
        "TEST_RACE_MS", int, "0", "Only in a demo database: pause between check and write, to provoke races in tests"
    ),
    Setting("UPLOAD_LIMIT_MB", int, "32", "Largest request accepted, in megabytes"),
    Setting("SITE_URL", _web_address, "http://127.0.0.1:8000", "Address of the site, for links in messages"),
    Setting(
        "MAIL_DIR",
        lambda text: Path(text).resolve(),
        None,
        "Mails and messages become files in this folder and go nowhere else",
    ),
    Setting("MAIL_FROM", _sender, "Garment Hub <no-reply@localhost>", "Sender of e-mails"),
    Setting("SMTP_HOST", _words, None, "Mail server; unset: e-mails wait"),
    Setting("SMTP_PORT", int, "587", "Its port"),
    Setting("SMTP_SECURITY", _mail_security, "starttls", "starttls, tls, or off for a server on the same machine"),
    Setting("SMTP_USER", _words, None, "Name to sign in with at the mail server; unset: without signing in"),
    Setting("SMTP_PASSWORD", str, None, "Password for it"),
    Setting(
        "MESSAGE_URL", _web_address, None, "Address of a KakaoTalk or SMS service that takes JSON; unset: messages wait"
    ),
    Setting("MESSAGE_TOKEN", _words, None, "Sent to it as a bearer token"),
    Setting(
        "TAX_OFFICE",
        _words,
        None,
        "module:Class that looks business numbers up; unset: officers look and write it down",
    ),
)


def read_settings(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All settings by name, converted; raises SettingError naming the first that cannot be read."""
    environment = os.environ if environment is None else environment
    return {setting.name: _value(setting, environment) for setting in SETTINGS}


def _value(setting: Setting, environment: Mapping[str, str]) -> Any:
    text = environment.get(PREFIX + setting.name, setting.default)
    if text is None:
        return None
    try:
        return setting.read(text)
    except (ValueError, KeyError) as error:
        raise SettingError(f"{PREFIX}{setting.name}={text!r} cannot be read: {setting.meaning}") from error
