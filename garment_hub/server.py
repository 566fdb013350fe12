"""``garment-hub serve``, ``routes`` and ``doctor``: the site running, its addresses, and its state of health."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.config import SettingError
from garment_hub.db import engine_of
from garment_hub.permissions import audience_of
from models.district import Installation

FULL = 2  # SQLite's word for "wait for the disk"
DEMO_ONLY = {"RATE_LIMITS": True, "TEST_RACE_MS": 0}


def register(calls: Any) -> None:
    serve = calls.add_parser("serve", help="the site")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--no-worker", action="store_true", help="without background work: cron does it")
    serve.add_argument(
        "--prepare",
        action="store_true",
        help="first bring the schema up to date; fill an empty database with demo data",
    )
    serve.set_defaults(run=_serve)
    routes = calls.add_parser("routes", help="every address, its methods and its audience")
    routes.add_argument("--json", action="store_true")
    routes.set_defaults(run=_routes)
    doctor = calls.add_parser("doctor", help="what is installed, reachable, missing")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)


def _serve(arguments: argparse.Namespace, app: Flask) -> int:
    import waitress

    from garment_hub.demo.commands import demo_sign_ins, prepare_demo
    from garment_hub.jobs import background_worker

    engine = engine_of(app)
    if arguments.prepare:
        schema.upgrade(engine)
        prepare_demo(app)
    schema.check(engine)
    _refuse_demo_settings(app)
    print(f"Garment Hub: http://{arguments.host}:{arguments.port}", flush=True)
    for line in demo_sign_ins(app):
        print(line, flush=True)
    with nullcontext() if arguments.no_worker else background_worker(app):
        waitress.serve(app, host=arguments.host, port=arguments.port, threads=8, connection_limit=1000, ident="")
    return 0


def _refuse_demo_settings(app: Flask) -> None:
    """Switches that weaken the site are for made-up data only."""
    with Session(engine_of(app)) as session:
        if session.scalar(select(Installation.is_demo)):
            return
    for name, harmless in DEMO_ONLY.items():
        if app.config[name] != harmless:
            raise SettingError(f"GARMENT_HUB_{name} is only for a database with demo data. Unset it.")


def routes_of(app: Flask) -> list[dict[str, Any]]:
    """Every rule of the URL map with methods, endpoint and audience ("public" or roles)."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        roles = audience_of(app, rule.endpoint)
        found.append(
            {
                "address": rule.rule,
                "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
                "endpoint": rule.endpoint,
                "audience": "public" if roles is None else sorted(roles),
            }
        )
    return found


def _routes(arguments: argparse.Namespace, app: Flask) -> int:
    found = routes_of(app)
    if arguments.json:
        print(json.dumps({"routes": found}))
        return 0
    for route in found:
        audience = route["audience"] if isinstance(route["audience"], str) else ", ".join(route["audience"])
        print(f"{'|'.join(route['methods']):10} {route['address']:50} {route['endpoint']:35} {audience}")
    return 0


def diagnosis(app: Flask) -> dict[str, bool]:
    """One truth per thing an installation needs."""
    is_ready = _database_is_ready(app)
    return {
        "page": _renders(app),
        "static": app.test_client().get("/static/css/tokens.css", buffered=True).status_code == 200,
        "korean": _speaks_korean(app),
        "migrations": bool(schema.latest_revision()),
        "database": is_ready,
        "durable": is_ready and _commits_reach_the_disk(app),
    }


def _renders(app: Flask) -> bool:
    with app.test_request_context("/"):
        return bool(app.jinja_env.get_template("base.html").module)


def _speaks_korean(app: Flask) -> bool:
    from flask_babel import force_locale, gettext

    with app.test_request_context("/"), force_locale("ko"):
        return str(gettext("Sign in")) != "Sign in"


def _database_is_ready(app: Flask) -> bool:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        schema.check(engine_of(app))
    except (SQLAlchemyError, schema.SchemaError) as error:
        print(error, file=sys.stderr)
        return False
    return True


def _commits_reach_the_disk(app: Flask) -> bool:
    """Whether what was acknowledged survives a loss of power."""
    with engine_of(app).execution_options(writes=False).connect() as connection:
        if connection.dialect.name == "sqlite":
            return bool(connection.exec_driver_sql("PRAGMA synchronous").scalar_one() >= FULL)
        switches = ("fsync", "synchronous_commit", "full_page_writes")
        return all(connection.exec_driver_sql(f"SHOW {name}").scalar_one() != "off" for name in switches)


def _doctor(arguments: argparse.Namespace, app: Flask) -> int:
    found = diagnosis(app)
    if arguments.json:
        print(json.dumps(found))
    else:
        for name, is_well in found.items():
            print(f"{name:12} {'ok' if is_well else 'missing'}")
    return 0 if all(found.values()) else 1
