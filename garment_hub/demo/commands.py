"""``garment-hub demo seed``."""

from __future__ import annotations

import argparse
from typing import Any

from flask import Flask

from garment_hub.demo.services import Size, demo_sign_ins, seed_demo


def register(calls: Any) -> None:
    verbs = calls.add_parser("demo", help="made-up example data").add_subparsers(dest="verb", required=True)
    seed = verbs.add_parser("seed", help="fill an empty database with made-up data")
    for name, default in (("factories", 400), ("designers", 60), ("months", 24), ("seed", 1)):
        seed.add_argument(f"--{name}", type=int, default=default)
    seed.set_defaults(run=_seed)


def _seed(arguments: argparse.Namespace, app: Flask) -> int:
    seed_demo(app, Size(arguments.factories, arguments.designers, arguments.months, arguments.seed))
    for line in demo_sign_ins(app):
        print(line)
    return 0
