"""Pages that anybody may open, and the two health checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.db import engine_of


@pytest.fixture
def bare(tmp_path: Path) -> Flask:
    return create_app(DATA_DIR=tmp_path, SECRET_KEY="x" * 32)


@pytest.fixture
def app(bare: Flask) -> Flask:
    schema.upgrade(engine_of(bare))
    return bare


def test_alive_without_a_schema_but_not_ready(bare: Flask) -> None:
    client = bare.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_ready_with_the_newest_schema(app: Flask) -> None:
    assert app.test_client().get("/readyz").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("address", ["/", "/how-it-ranks", "/terms", "/privacy", "/open-data"])
@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_pages_stand_on_an_empty_database(app: Flask, address: str, language: str) -> None:
    page = app.test_client().get(f"{address}?lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text and 'href="/open-data"' in page.text


def test_the_language_is_kept(app: Flask) -> None:
    client = app.test_client()
    client.get("/?lang=it")
    assert '<html lang="it"' in client.get("/terms").text
    assert '<html lang="it"' in client.get("/terms?lang=xx").text


def test_real_data_carry_no_demo_mark(app: Flask) -> None:
    assert "demo-strip" not in app.test_client().get("/").text
