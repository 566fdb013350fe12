"""Edits of every kind that a list may depend on, each in a transaction of its own, here or in another process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session

from garment_hub.db import make_engine, unit_of_work
from garment_hub.factories import bookings, services
from garment_hub.recommendations.exposures import add_shown
from models import vocabulary
from models.base import utc_now
from models.capacity import BookingKind, CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.factory import (
    CapabilityKind,
    Factory,
    FactoryCapability,
    FactoryCertificate,
    FactoryFact,
    FactoryRate,
    FactSource,
    OperatingStatus,
)
from models.factory_exposure import FactoryExposure
from models.quote import Quote, QuoteRequest
from tests.builders import in_days, make_brief, make_designer, make_district, make_quote
from tests.recommendations.shops import able_factory, random_factory

ROOT = Path(__file__).parents[2]


def fill(session: Session, factories: int, seed: int = 0) -> District:
    """A district of factories with a quote each, so that their days can be held, and an empty district beside it."""
    district, random = make_district(session), Random(seed)
    make_district(session)
    brief = make_brief(session, make_designer(session, district))
    for number in range(factories):
        factory = random_factory(session, district, random) if number % 2 else able_factory(session, district)
        make_quote(session, brief, factory)
    return district


class Editor:
    """One random edit after another; ``edit`` gives back the ids of the factories it touched.

    Without ``everybody`` no edit touches all factories at once.
    """

    def __init__(self, engine: Engine, seed: int, *, everybody: bool = True) -> None:
        self.engine, self.random = engine, Random(seed)
        self.said = services.Statement(FactSource.OWNER, today_in_seoul())
        with Session(engine) as session:
            request = select(QuoteRequest.factory_id).join(Quote)
            self.ids = sorted(set(session.scalars(request)))
            self.district_ids = session.scalars(select(Factory.district_id).distinct()).all()
            others = select(District.id).where(District.id.not_in(self.district_ids)).order_by(District.id.desc())
            self.elsewhere = session.scalars(others.limit(1)).one()
        self.kinds: list[Callable[[Session, Factory], Any]] = [
            self._columns, self._status, self._codes, self._machines, self._rates, self._certificates, self._capacity,
            self._hold, self._release, self._exposure, self._child_rows, self._moved_row,
            self._forget_capacity, self._comes, self._goes, self._moves, self._display,
        ]  # fmt: skip
        if everybody:
            self.kinds.insert(0, self._everybody)

    def edit(self, kind: int | None = None) -> set[int]:
        chosen = self.random.choice(self.kinds) if kind is None else self.kinds[kind % len(self.kinds)]
        with unit_of_work(self.engine) as session:
            factory = session.get_one(Factory, self.random.choice(self.ids))
            touched = chosen(session, factory)
            return touched if isinstance(touched, set) else {factory.id}

    def _some(self, kind: str, most: int = 4) -> list[str]:
        known = list(vocabulary.terms(kind))
        return self.random.sample(known, self.random.randint(0, min(most, len(known))))

    def _columns(self, session: Session, factory: Factory) -> None:
        values = {
            "minimum_order_quantity": self.random.choice([None, 10, 200]),
            "price_floor_krw": self.random.choice([None, 4_000, 30_000]),
            "introduction": self.random.choice([None, "얇은 원단"]),
        }
        services.state_columns(factory, values, self.said)

    def _status(self, session: Session, factory: Factory) -> None:
        session.execute(
            update(Factory)
            .where(Factory.id == factory.id)
            .values(status=self.random.choice(list(OperatingStatus)), is_shared_room=self.random.random() < 0.5)
        )

    def _codes(self, session: Session, factory: Factory) -> None:
        kind = self.random.choice([CapabilityKind.ITEM, CapabilityKind.PROCESS, CapabilityKind.FABRIC])
        services.state_codes(factory, kind, self._some(kind), self.said, is_complete=self.random.random() < 0.5)

    def _machines(self, session: Session, factory: Factory) -> None:
        counts = {code: self.random.randint(0, 2) for code in self._some("machine")}
        services.state_machines(factory, counts, self.said)

    def _rates(self, session: Session, factory: Factory) -> None:
        pieces: dict[tuple[str | None, str | None], int] = {("shirt_blouse", None): self.random.randint(1, 200)}
        services.state_rates(factory, pieces if self.random.random() < 0.7 else {}, self.said)

    def _certificates(self, session: Session, factory: Factory) -> None:
        held = [services.CertificateHeld("gots", None, self.random.choice([None, in_days(5)]))]
        services.state_certificates(factory, held if self.random.random() < 0.7 else [], self.said)

    def _capacity(self, session: Session, factory: Factory) -> None:
        bookings.release_hold(session, self._quote(session, factory))
        monday = week_of(today_in_seoul()) + timedelta(weeks=self.random.randrange(8))
        services.list_capacity(session, factory, {monday: self.random.randrange(0, 701, 50)}, self.said)

    def _hold(self, session: Session, factory: Factory) -> None:
        quote = self._quote(session, factory)
        bookings.release_hold(session, quote)
        work = bookings.Work(factory.id, self.random.randint(1, 900), today_in_seoul(), in_days(40))
        until = utc_now() + timedelta(days=1)
        kind = BookingKind.HELD
        bookings.take_days(session, work, utc_now(), kind=kind, quote=quote, expires_at=until, must_fit=False)

    def _release(self, session: Session, factory: Factory) -> None:
        bookings.release_hold(session, self._quote(session, factory))

    def _quote(self, session: Session, factory: Factory) -> Quote:
        of_factory = QuoteRequest.factory_id == factory.id
        return session.scalars(select(Quote).join(Quote.request).where(of_factory)).one()

    def _exposure(self, session: Session, factory: Factory) -> set[int]:
        shown = self.random.sample(self.ids, min(3, len(self.ids)))
        if self.random.random() < 0.3:
            session.execute(delete(FactoryExposure).where(FactoryExposure.factory_id == shown[0]))
        else:
            add_shown(session, shown, today_in_seoul())
        return set(shown)

    def _everybody(self, session: Session, factory: Factory) -> set[int]:
        """One statement for all, without an object in between."""
        taken = CapacityWeek.booked_hundredths + CapacityWeek.held_hundredths
        session.execute(update(Factory).values(lead_time_days=self.random.randint(1, 40)))
        session.execute(update(CapacityWeek).where(taken <= 600).values(open_hundredths=self.random.randint(600, 700)))
        return set(self.ids)

    def _child_rows(self, session: Session, factory: Factory) -> None:
        session.execute(delete(FactoryCapability).where(FactoryCapability.factory_id == factory.id))
        codes = [{"factory_id": factory.id, "kind": CapabilityKind.ITEM, "code": code} for code in self._some("item")]
        if codes:
            session.execute(insert(FactoryCapability), codes)
        session.execute(delete(FactoryCertificate).where(FactoryCertificate.factory_id == factory.id))
        session.execute(delete(FactoryFact).where(FactoryFact.factory_id == factory.id))

    def _moved_row(self, session: Session, factory: Factory) -> set[int]:
        """As when two listings of one workshop are joined."""
        other = self.random.choice(self.ids)
        session.execute(delete(FactoryRate).where(FactoryRate.factory_id == other))
        session.execute(update(FactoryRate).where(FactoryRate.factory_id == factory.id).values(factory_id=other))
        return {factory.id, other}

    def _forget_capacity(self, session: Session, factory: Factory) -> None:
        bookings.release_hold(session, self._quote(session, factory))
        session.execute(delete(CapacityWeek).where(CapacityWeek.factory_id == factory.id))

    def _comes(self, session: Session, factory: Factory) -> set[int]:
        return {able_factory(session, factory.district).id}

    def _goes(self, session: Session, factory: Factory) -> set[int]:
        newest = session.scalars(select(Factory).order_by(Factory.id.desc())).first()
        if newest is None or newest.id in self.ids:
            return set()
        gone = newest.id
        session.execute(delete(Factory).where(Factory.id == gone))
        return {gone}

    def _moves(self, session: Session, factory: Factory) -> None:
        """To the other district, or back."""
        factory.district_id = self.random.choice([self.elsewhere, self.district_ids[0]])
        factory.neighbourhood_id = None

    def _display(self, session: Session, factory: Factory) -> None:
        factory.is_display_refused = self.random.random() < 0.5


@contextmanager
def editor_elsewhere(url: str, seed: int, *, everybody: bool = True) -> Iterator[Callable[[], set[int]]]:
    """The same in another process; its edits are committed when the call comes back."""
    command = [
        sys.executable,
        "-m",
        "tests.recommendations.editing",
        url,
        str(seed),
        *(["everybody"] if everybody else []),
    ]
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None

    def edit() -> set[int]:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        return {int(one) for one in process.stdout.readline().split()}

    try:
        yield edit
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


def main(url: str, seed: str, *everybody: str) -> None:
    engine = make_engine(url)
    editor = Editor(engine, int(seed), everybody=bool(everybody))
    for number, _line in enumerate(sys.stdin):
        kind = number if number < len(editor.kinds) else None
        print(*editor.edit(kind), flush=True)
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
