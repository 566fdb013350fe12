"""``garment-hub demo seed``, and what a start does for an empty or a demo database."""

from __future__ import annotations

import argparse
import secrets
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from garment_hub.db import engine_of, unit_of_work
from garment_hub.demo import services
from garment_hub.demo.services import Size
from models.capacity import today_in_seoul
from models.district import Installation


def register(calls: Any) -> None:
    verbs = calls.add_parser("demo", help="made-up example data").add_subparsers(dest="verb", required=True)
    call = verbs.add_parser("seed", help="fill an empty database with made-up data")
    for name, default in (("factories", 400), ("designers", 60), ("months", 24), ("seed", 1)):
        call.add_argument(f"--{name}", type=int, default=default)
    call.set_defaults(run=_seed)


def _seed(arguments: argparse.Namespace, app: Flask) -> int:
    seed_demo(app, Size(arguments.factories, arguments.designers, arguments.months, arguments.seed))
    for line in demo_sign_ins(app):
        print(line)
    return 0


def seed_demo(app: Flask, size: Size) -> None:
    """Fill the database of this application, with the password of its settings or a random one."""
    password: str = app.config["DEMO_PASSWORD"] or secrets.token_urlsafe(9)
    with unit_of_work(engine_of(app)) as session:
        services.seed_demo(session, size, password, today_in_seoul())


def prepare_demo(app: Flask) -> None:
    """Seed a database that holds nothing yet; a demo database takes over a new demo password; leave any other alone."""
    wanted: str | None = app.config["DEMO_PASSWORD"]
    with Session(engine_of(app)) as session:
        is_empty = not services.holds_anything(session)
        installation = session.get_one(Installation, 1)
    if is_empty:
        seed_demo(app, Size())
    elif installation.is_demo and wanted and wanted != installation.demo_password:
        with unit_of_work(engine_of(app)) as session:
            services.change_demo_password(session, wanted)


def demo_sign_ins(app: Flask) -> list[str]:
    """Lines that tell how to sign in to a demo database."""
    with Session(engine_of(app)) as session:
        return services.sign_in_lines(session)
