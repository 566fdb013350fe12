"""The ranker that is kept in memory is at every moment the one that the database would make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import make_engine, reading, unit_of_work
from garment_hub.recommendations import settings, training
from garment_hub.recommendations.changes import look, sweep_changes
from garment_hub.recommendations.edits import load_few
from garment_hub.recommendations.exposures import add_shown
from garment_hub.recommendations.features import Window, brief_features, load_factories, ranked_factories
from garment_hub.recommendations.ranking import count_answers, rank_for_brief
from garment_hub.recommendations.serving import Served, served
from models.base import utc_now
from models.brief import Brief
from models.capacity import today_in_seoul, week_of
from models.district import District
from models.factory import Factory
from models.factory_change import ChangedPart, FactoryChange
from models.factory_exposure import FactoryExposure
from models.ranking_setting import SettingOrigin
from recommender import DEFAULT_WEIGHTS, BriefFeatures, ExposureLedger, FactoryFeatures
from tests.recommendations.editing import Editor, editor_elsewhere, fill
from tests.recommendations.shops import able_factory, past_order

pytestmark = pytest.mark.slow

FACTORIES = 24


@pytest.fixture
def engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def district_id(engine: Engine) -> int:
    with unit_of_work(engine) as session:
        return fill(session, FACTORIES).id


def window() -> Window:
    return Window.from_day(today_in_seoul())


def bare(factories: list[FactoryFeatures]) -> dict[str, FactoryFeatures]:
    """Without texts, which the ranker does not keep."""
    return {one.id: replace(one, text="") for one in factories}


def in_database(engine: Engine, district_id: int, *, unlisted: bool = False) -> dict[str, FactoryFeatures]:
    with reading(engine) as session:
        which = ranked_factories(district_id, include_unlisted=unlisted)
        return bare(load_factories(session, which, window()))


def in_memory(engine: Engine, district_id: int, *, unlisted: bool = False) -> dict[str, FactoryFeatures]:
    with (
        reading(engine) as session,
        served(session, district_id, today_in_seoul(), None, include_unlisted=unlisted) as one,
    ):
        return facts_of(one)


def facts_of(one: Served) -> dict[str, FactoryFeatures]:
    catalogue = one.ranker.catalogue_
    return {catalogue.ids[row]: catalogue.facts(row) for row in catalogue.rows().tolist()}


def a_brief(engine: Engine, district_id: int) -> BriefFeatures:
    with reading(engine) as session:
        brief = session.scalars(select(Brief).where(Brief.district_id == district_id).limit(1)).one()
        return brief_features(brief, today_in_seoul())


def brief_id(engine: Engine, district_id: int) -> int:
    with reading(engine) as session:
        return session.scalars(select(Brief.id).where(Brief.district_id == district_id).limit(1)).one()


def test_edits_of_another_process_are_seen_by_the_next_list(engine: Engine, district_id: int) -> None:
    url = engine.url.render_as_string(hide_password=False)
    assert in_memory(engine, district_id) == in_database(engine, district_id)
    seen = []
    with editor_elsewhere(url, seed=1) as edit:
        for _edit in range(200):
            edit()
            seen.append(in_memory(engine, district_id) == in_database(engine, district_id))
    assert seen == [True] * 200


@pytest.mark.parametrize("seed", range(3))
def test_after_any_edits_it_answers_like_one_made_from_the_database(
    engine: Engine, district_id: int, seed: int
) -> None:
    brief, editor = a_brief(engine, district_id), Editor(engine, seed)
    for number in range(40):
        editor.edit(number)
        if number % 3 == 0:
            in_memory(engine, district_id)
    with reading(engine) as session, served(session, district_id, today_in_seoul(), None) as one:
        kept = one.ranker.recommend(brief, 30), one.ranker.count(brief), one.ranker.count_refusals(brief)
        anew = one.ranker.refresh(load_factories(session, ranked_factories(district_id), window()))
        assert kept == (anew.recommend(brief, 30), anew.count(brief), anew.count_refusals(brief))


def test_the_operators_list_holds_factories_that_strangers_do_not_see(engine: Engine, district_id: int) -> None:
    editor = Editor(engine, 5)
    for _edit in range(10):
        editor.edit()
        for unlisted in (False, True):
            assert in_memory(engine, district_id, unlisted=unlisted) == in_database(
                engine, district_id, unlisted=unlisted
            )


def test_a_few_factories_are_read_as_many_are(engine: Engine, district_id: int) -> None:
    editor = Editor(engine, 7)
    for _edit in range(20):
        editor.edit()
    with reading(engine) as session:
        which = Factory.id.in_(editor.ids[:9])
        few = load_few(session, which, window())
        assert sorted(few, key=lambda one: int(one.id)) == load_factories(session, which, window())


def test_a_transaction_that_ends_late_is_not_missed(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    schema.upgrade(engine)
    with unit_of_work(engine) as session:
        district_id = fill(session, 3).id
    in_memory(engine, district_id)
    first, second, _third = sorted(int(one) for one in in_memory(engine, district_id))
    with Session(engine) as late:
        late.execute(update(Factory).where(Factory.id == first).values(people=41))
        with unit_of_work(engine) as soon:
            soon.execute(update(Factory).where(Factory.id == second).values(people=42))
        assert in_memory(engine, district_id)[str(second)].people == 42
        late.commit()
    assert in_memory(engine, district_id)[str(first)].people == 41
    engine.dispose()


def test_what_is_not_committed_is_seen_by_its_own_session_alone(engine: Engine, district_id: int) -> None:
    before = in_memory(engine, district_id)
    changed = next(iter(before))
    with Session(engine) as session:
        session.execute(update(Factory).where(Factory.id == int(changed)).values(people=4242))
        with served(session, district_id, today_in_seoul(), None) as own:
            assert facts_of(own)[changed].people == 4242
        session.rollback()
    assert in_memory(engine, district_id) == before == in_database(engine, district_id)


def test_many_changes_at_once_are_read_as_a_whole(
    engine: Engine, district_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("garment_hub.recommendations.serving.MOST_CHANGES", 5)
    in_memory(engine, district_id)
    with unit_of_work(engine) as session:
        session.execute(update(Factory).values(people=77))
    assert in_memory(engine, district_id) == in_database(engine, district_id)


def test_a_list_without_news_asks_the_database_a_fixed_little(engine: Engine, district_id: int) -> None:
    number, statements = brief_id(engine, district_id), []

    def count() -> None:
        with reading(engine) as session:
            count_answers(session, session.get_one(Brief, number), today_in_seoul())

    count()
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    count()
    assert len([one for one in statements if not one.startswith("BEGIN")]) <= 4


def test_threads_share_one_ranker_and_none_sees_half_an_edit(engine: Engine, district_id: int) -> None:
    number, barrier, wrong = brief_id(engine, district_id), Barrier(4), list[object]()

    def read() -> None:
        barrier.wait()
        for _time in range(15):
            with reading(engine) as session:
                made = rank_for_brief(session, session.get_one(Brief, number))
                passed = made.answer.feasible + made.answer.unknown
                if len(made.stored["facts"]) != passed or not {one.factory for one in made.answer.ranked} <= set(
                    made.facts
                ):
                    wrong.append(made)

    threads = [Thread(target=read) for _thread in range(3)]
    for thread in threads:
        thread.start()
    editor = Editor(engine, 11)
    barrier.wait()
    for _edit in range(20):
        editor.edit()
    for thread in threads:
        thread.join()
    assert not wrong
    assert in_memory(engine, district_id) == in_database(engine, district_id)


def serve(engine: Engine, district_id: int, as_of: date, root: Path | None = None) -> Served:
    with reading(engine) as session, served(session, district_id, as_of, root) as one:
        return one


def test_weights_that_staff_choose_rank_the_next_list(engine: Engine, district_id: int) -> None:
    before = serve(engine, district_id, today_in_seoul())
    assert before.setting_id is None
    chosen = DEFAULT_WEIGHTS | {"specialty": DEFAULT_WEIGHTS["nearness"], "nearness": DEFAULT_WEIGHTS["specialty"]}
    with unit_of_work(engine) as session:
        setting = settings.add_version(session, district_id, chosen, 0.0, False, SettingOrigin.STAFF, "near ones first")
        wanted = setting.id
    after = serve(engine, district_id, today_in_seoul())
    assert after.setting_id == wanted
    assert {name: after.ranker.weights_[name] for name in chosen} == chosen
    assert after.ranker.recommend(a_brief(engine, district_id), 10).turn is None


def test_an_order_is_learnt_from_by_the_next_list_where_nothing_was_trained(engine: Engine, district_id: int) -> None:
    brief = a_brief(engine, district_id)
    number = brief_id(engine, district_id)
    with unit_of_work(engine) as session:
        factory = able_factory(session, session.get_one(District, district_id))
        designer = session.get_one(Brief, number).designer
    assert designer is not None
    assert _continuity(engine, district_id, brief, str(factory.id)) == 0.0
    with unit_of_work(engine) as session:
        past_order(session, factory, designer, today_in_seoul() - timedelta(days=30))
    assert _continuity(engine, district_id, brief, str(factory.id)) > 0.0


def _continuity(engine: Engine, district_id: int, brief: BriefFeatures, factory: str) -> float:
    ranked = serve(engine, district_id, today_in_seoul()).ranker.recommend(brief, 100).ranked
    return next(one.parts["continuity"] for one in ranked if one.factory == factory)


def test_a_new_training_and_a_new_week_make_a_new_ranker(engine: Engine, district_id: int, tmp_path: Path) -> None:
    assert serve(engine, district_id, today_in_seoul(), tmp_path).artifact_sha256 is None
    with unit_of_work(engine) as session:
        sha256 = training.train(session, session.get_one(District, district_id), tmp_path).sha256
    assert serve(engine, district_id, today_in_seoul(), tmp_path).artifact_sha256 == sha256
    next_week = week_of(today_in_seoul()) + timedelta(weeks=1)
    later = serve(engine, district_id, next_week, tmp_path)
    assert later.artifact_sha256 == sha256
    weeks = [week.starts_on for one in facts_of(later).values() for week in one.free_weeks or ()]
    assert weeks and min(weeks) >= next_week


def test_swept_changes_are_not_missed_by_who_looked_before(engine: Engine, district_id: int) -> None:
    with reading(engine) as session:
        mark = look(session.connection(), district_id, None).mark
    editor, touched = Editor(engine, 3), set[int]()
    for _edit in range(25):
        touched |= editor.edit()
    with unit_of_work(engine) as session:
        if engine.dialect.name == "postgresql":  # as a restore from another server leaves them
            session.add(FactoryChange(district_id=1, factory_id=1, part=ChangedPart.FACTS, transaction_id=2**40))
        sweep_changes(session, utc_now())
        assert sweep_changes(session, utc_now()) == 0
    with reading(engine) as session:
        rows = select(func.count(FactoryChange.id)).group_by(
            FactoryChange.factory_id, FactoryChange.part, FactoryChange.district_id
        )
        assert set(session.scalars(rows)) == {1}
        assert session.scalar(select(FactoryChange.id).where(FactoryChange.transaction_id == 2**40)) is None
        news = look(session.connection(), district_id, mark)
        changes = news.changes
        assert touched & set(editor.ids) <= changes.facts | changes.capacity | changes.exposure | _moved(
            session, district_id
        )
        assert not look(session.connection(), district_id, news.mark).changes


def _moved(session: Session, district_id: int) -> set[int]:
    """Away, and touched there."""
    return set(session.scalars(select(Factory.id).where(Factory.district_id != district_id)))


def test_what_lists_have_shown_adds_up_as_the_ledger_has_it(engine: Engine, district_id: int) -> None:
    ledger, ids = ExposureLedger(), sorted(int(one) for one in in_memory(engine, district_id))
    with unit_of_work(engine) as session:
        for number, day in enumerate([today_in_seoul(), today_in_seoul() + timedelta(days=40), today_in_seoul()]):
            shown = [*ids[number : number + 5][::-1], 10**9]  # the last has left the register meanwhile
            add_shown(session, shown, day)
            ledger.show([str(one) for one in shown], day)
    with reading(engine) as session:
        stored = {str(row.factory_id): row.amount for row in session.scalars(select(FactoryExposure))}
    wanted = ledger.amounts()
    del wanted[str(10**9)]
    assert stored == pytest.approx(wanted)
    assert {one.id: one.exposure for one in in_memory(engine, district_id).values() if one.exposure} == stored
