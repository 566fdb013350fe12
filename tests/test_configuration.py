"""The list of settings in the docs is the list in the code, and values are read as they are documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from garment_hub.config import PREFIX, SETTINGS, SettingError, read_settings

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
ROW = re.compile(rf"^\| `{PREFIX}(\w+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)


def test_docs_and_code_list_the_same_settings() -> None:
    documented = ROW.findall(PAGE.read_text(encoding="utf-8"))
    in_code = [(setting.name, "" if not setting.default else f"`{setting.default}`") for setting in SETTINGS]
    assert sorted((name, default) for name, default, _meaning in documented) == sorted(in_code)
    assert all(meaning for _name, _default, meaning in documented)


def test_unset_settings_take_their_defaults() -> None:
    settings = read_settings({})
    assert settings["DEFAULT_LOCALE"] == "ko"
    assert settings["SECRET_KEY"] is None
    assert settings["PRODUCTION"] is False


def test_a_numeric_secret_stays_text() -> None:
    assert read_settings({f"{PREFIX}SECRET_KEY": "1234567890"})["SECRET_KEY"] == "1234567890"


@pytest.mark.parametrize(("name", "value"), [("TRUSTED_PROXIES", "two"), ("PRODUCTION", "perhaps")])
def test_an_unreadable_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{PREFIX}{name}='{value}'"):
        read_settings({PREFIX + name: value})
