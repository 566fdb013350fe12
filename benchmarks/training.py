"""How long a nightly training of a large district takes, and how much memory: 5,000 factories, 50,000 orders.

As many lists with a choice stand beside them as are ever learnt from.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks import Row
from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.db import engine_of, unit_of_work
from garment_hub.demo.commands import seed_demo
from garment_hub.demo.services import Size
from garment_hub.recommendations.choices import MOST_LISTS, MOST_PER_CLIENT
from garment_hub.recommendations.services import recommend_for_brief
from models import vocabulary
from models.capacity import today_in_seoul
from models.district import DEFAULT_DISTRICT, District
from models.factory import Factory
from models.past_order import PastOrder
from models.recommendation import Recommendation
from tests.builders import make_brief, make_designer, make_order, make_quote

FACTORIES, ORDERS, BUYERS, DAYS = 5_000, 50_000, 2_500, 730
COMMAND = "python -m benchmarks training"
#: The command as a process of its own.
TRAIN = """
import json, resource, sys, time
from garment_hub import cli
began = time.perf_counter()
cli.main(["recommender", "train"])
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": time.perf_counter() - began, "kilobytes": usage.ru_maxrss}))
"""


def run() -> list[Row]:
    with TemporaryDirectory() as name:
        # Another process does it: the peak of the one that starts a command counts as the command's own.
        filling = get_context("spawn").Process(target=_fill, args=(Path(name),))
        filling.start()
        filling.join()
        first, again = _train(Path(name)), _train(Path(name))
    return [
        Row(
            f"Training {FACTORIES:,} factories and {ORDERS:,} orders in 60 s and 1.5 GB or less{which}",
            f"{took['seconds']:.1f} s, {took['kilobytes'] / 1e6:.2f} GB",
            COMMAND,
        )
        for which, took in (("", first), (", with an artifact in use", again))
    ]


def _train(folder: Path) -> dict[str, float]:
    environment = os.environ | {"GARMENT_HUB_DATA_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-c", TRAIN], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _fill(folder: Path) -> None:
    """The demo district grown to the full number of factories and orders."""
    app = create_app(DATA_DIR=folder)
    schema.upgrade(engine_of(app))
    seed_demo(app, Size(factories=FACTORIES))
    with unit_of_work(engine_of(app)) as session:
        session.execute(insert(PastOrder), list(_orders(session)))
        _choose(session)
    engine_of(app).dispose()


def _choose(session: Session) -> None:
    """Designers who order from one and the same list, each from any place of it."""
    district = session.scalars(select(District).where(District.code == DEFAULT_DISTRICT)).one()
    designers = [make_designer(session, district) for _ in range(MOST_LISTS // MOST_PER_CLIENT)]
    made = recommend_for_brief(session, make_brief(session, designers[0]), include_unlisted=True)
    columns = [column.name for column in Recommendation.__table__.columns if column.name not in ("id", "brief_id")]
    same, factories, random = {name: getattr(made, name) for name in columns}, list(made.entries), Random(11)
    for designer in MOST_PER_CLIENT * designers:
        brief = make_brief(session, designer)
        session.add(Recommendation(brief_id=brief.id, **same))
        make_order(session, make_quote(session, brief, random.choice(factories).factory))


def _orders(session: Session) -> Iterator[dict[str, object]]:
    """Buyers come back to a few factories each; some factories are more popular than others."""
    district_id = session.scalars(select(District.id).where(District.code == DEFAULT_DISTRICT)).one()
    factories = session.scalars(select(Factory.id).where(Factory.district_id == district_id)).all()
    random, items = Random(7), sorted(vocabulary.terms("item"))
    usual = [[factories[int(len(factories) * random.random() ** 2)] for _ in range(12)] for _ in range(BUYERS)]
    for number in range(ORDERS):
        buyer, day = random.randrange(BUYERS), today_in_seoul() - timedelta(days=DAYS * (ORDERS - number) / ORDERS)
        yield {
            "district_id": district_id,
            "factory_id": random.choice(usual[buyer]),
            "source_key": f"bench-{number}",
            "buyer_key": f"buyer-{buyer}",
            "buyer_name": f"브랜드 {buyer}",
            "ordered_on": day,
            "quantity": random.randrange(20, 900),
            "item": random.choice(items),
            "delivered_on": day + timedelta(days=14),
            "is_on_time": random.random() < 0.85,
            "passed_first_inspection": random.random() < 0.9,
        }
