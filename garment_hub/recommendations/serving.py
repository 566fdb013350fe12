"""One fitted ranker per district, kept in memory and kept true: a list costs what has changed, not the whole register.

What was learnt changes when staff train, choose other weights, or, where nothing was trained, when a day or an order
has been added. Facts change with every edit: the next new list reads the edited factories again, in every process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool
from sqlalchemy.orm import Session

from garment_hub.recommendations import settings
from garment_hub.recommendations.changes import Changes, Look, Mark, look
from garment_hub.recommendations.edits import load_capacity, load_changed, load_exposure
from garment_hub.recommendations.features import Window, load_factories, ranked_factories
from garment_hub.recommendations.rankers import LABEL_COUNT, Chosen, choose_ranker, put_settings
from models.capacity import week_of
from recommender import FactoryFeatures

if TYPE_CHECKING:
    from recommender import SignalRanker

# With more changes than this, reading all factories is sooner done than reading these.
MOST_CHANGES = 2_000
# Answers without an offer and reviews cleared by staff add no number here: they count from the next day on.
_STATE = (
    "(SELECT id FROM ranking_setting WHERE district_id = district.id AND is_in_use) AS setting_id,"
    " (SELECT max(id) FROM ranker_artifact WHERE district_id = district.id AND is_in_use) AS artifact_id,"
    " (SELECT max(id) FROM past_order) AS past_order, (SELECT max(id) FROM order_event) AS event,"
    " (SELECT max(id) FROM quote) AS quote, (SELECT max(id) FROM review) AS review"
)


@dataclass(frozen=True, slots=True)
class Served:
    """A ranker over the facts of now; ``setting_id`` is the version of its weights, None for the defaults."""

    ranker: SignalRanker
    version: str
    artifact_sha256: str | None
    setting_id: int | None


class _Basis(NamedTuple):
    """What was learnt rests on this, and on which weeks are read: when it changes, the ranker is made anew."""

    monday: date
    artifact_id: int | None
    log: tuple[date, tuple[int | None, ...]] | None  # of a ranker that was fitted on the spot


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which ranker is asked for, and the view of the database it is to be true to."""

    session: Session
    connection: Connection
    district_id: int
    as_of: date
    root: Path | None
    include_unlisted: bool

    @property
    def window(self) -> Window:
        return Window.from_day(self.as_of)

    def look(self, mark: Mark | None) -> Look:
        return look(self.connection, self.district_id, mark, _STATE)

    def basis(self, artifact_id: int | None, *log: int | None) -> _Basis:
        if artifact_id and self.root:
            return _Basis(week_of(self.as_of), artifact_id, None)
        return _Basis(week_of(self.as_of), None, (self.as_of, log))

    def factories(self) -> list[FactoryFeatures]:
        which = ranked_factories(self.district_id, include_unlisted=self.include_unlisted)
        return load_factories(self.session, which, self.window)

    def changed(self, ids: Collection[int]) -> list[FactoryFeatures]:
        unlisted = self.include_unlisted
        return load_changed(self.connection, self.district_id, ids, self.window, include_unlisted=unlisted)

    def choose(self) -> Chosen:
        return choose_ranker(self.session, self.district_id, self.factories(), self.as_of, self.root)


class _Kept:
    """The ranker of one district, and up to where it is true; used by one thread at a time."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._chosen: Chosen | None = None
        self._basis: _Basis | None = None
        self._setting: int | None = None
        self._mark: Mark | None = None

    def serve(self, asked: _Asked) -> Served | None:
        """Bring it up to date first; None for who has written and may see what nobody else does."""
        news = asked.look(self._mark)
        return None if news.has_written else self.renew(asked, news)

    def renew(self, asked: _Asked, news: Look) -> Served:
        setting, *state = news.beside
        basis, chosen = asked.basis(*state), self._chosen
        # A file that was bad may be whole by now: what stands in for it is not kept.
        is_old = chosen is None or basis != self._basis or (basis.artifact_id and chosen.version == LABEL_COUNT)
        if chosen is None or is_old:
            chosen = asked.choose()
        else:
            _follow(asked, chosen.ranker, news.changes)
        if is_old or setting != self._setting:
            put_settings(chosen.ranker, settings.current(asked.session, asked.district_id))
        # Last: what went wrong half way is done again.
        self._chosen, self._basis, self._setting, self._mark = chosen, basis, setting, news.mark
        return Served(chosen.ranker, chosen.version, chosen.artifact_sha256, setting)


def _follow(asked: _Asked, ranker: SignalRanker, changes: Changes) -> None:
    if len(changes) > MOST_CHANGES:
        ranker.refresh(asked.factories())
    elif changes:
        _apply(asked, ranker, changes)


def _apply(asked: _Asked, ranker: SignalRanker, changes: Changes) -> None:
    catalogue = ranker.catalogue_
    if changes.facts:
        found = asked.changed(changes.facts)
        ranker.apply(found, removed={str(one) for one in changes.facts} - {one.id for one in found})
    if capacity := changes.capacity - changes.facts:
        for factory, weeks in load_capacity(asked.connection, capacity, asked.window).items():
            if factory in catalogue.row_of:
                catalogue.write_free_weeks(factory, weeks)
    if exposure := changes.exposure - changes.facts:
        for factory, amount in load_exposure(asked.connection, exposure).items():
            if factory in catalogue.row_of:
                catalogue.write_exposure(factory, amount)


_Key = tuple[int, bool, Path | None]
# They live as long as the connections to their database do.
_kept: WeakKeyDictionary[Pool, dict[_Key, _Kept]] = WeakKeyDictionary()


@contextmanager
def served(
    session: Session, district_id: int, as_of: date, root: Path | None, *, include_unlisted: bool = False
) -> Iterator[Served]:
    """The district's ranker as of now; inside the block nobody else changes it.

    Without ``root``, the data folder, no artifact is looked for. A session that has written gets a ranker of its own,
    made from what it sees: nobody else may see that yet, and perhaps never will.
    """
    session.flush()
    asked = _Asked(session, session.connection(), district_id, as_of, root, include_unlisted)
    of_database = _kept.setdefault(asked.connection.engine.pool, {})
    kept = of_database.setdefault((district_id, include_unlisted, root), _Kept())
    with kept.lock:
        if one := kept.serve(asked):
            yield one
            return
    yield _Kept().renew(asked, asked.look(None))
