"""Hard limits against a plain loop, and what must never happen to them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import (
    REASON_KINDS,
    Answer,
    BriefFeatures,
    FactoryFeatures,
    Feasibility,
    FreeWeek,
    Rate,
    Stated,
    free_hundredths,
    needed_hundredths,
)
from tests.recommender.worlds import (
    ITEMS,
    PROCESSES,
    STAGE_OF,
    STAGES,
    TODAY,
    a_brief,
    a_factory,
    any_factory,
    briefs,
    factories,
    has,
    weeks,
)

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
feasibility = Feasibility(STAGE_OF)


def _process(code: str, factory: FactoryFeatures) -> str:
    """One process, spelt out case by case."""
    does, stages = factory.processes, factory.stages
    if code in does.has:
        return "yes"
    if code == "sewing_assembly" and does.has & {"lockstitch", "overlock", "sewing_assembly"}:
        return "yes"
    if code in does.has_not:
        return "no"
    if does.is_complete and does.has:
        return "no"
    stage = STAGE_OF[code]
    if stage in stages.has:
        return "unknown"
    if stage in stages.has_not:
        return "no"
    return "no" if stages.is_complete and stages.has else "unknown"


def _plain(brief: BriefFeatures, factory: FactoryFeatures) -> str:
    """The whole answer as one loop over cases; price and days come from their own tested functions."""
    answers = ["yes" if factory.is_active else "no"]
    items = factory.items
    if brief.item in items.has:
        answers.append("yes")
    elif brief.item in items.has_not or (items.is_complete and items.has):
        answers.append("no")
    else:
        answers.append("unknown")
    answers += [_process(code, factory) for code in brief.processes]
    minimum = factory.minimum_order_quantity
    answers.append("unknown" if minimum is None else "yes" if minimum <= brief.quantity else "no")
    answers += [_days(brief, factory), _lead(brief, factory), _price(brief, factory)]
    for code in brief.certificates:
        answers.append(_certificate(code, brief, factory))
    if brief.verified_only:
        is_checked = factory.verified_on is not None and (TODAY - factory.verified_on).days <= 365
        answers.append("yes" if is_checked else "no")
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


def _certificate(code: str, brief: BriefFeatures, factory: FactoryFeatures) -> str:
    if code not in factory.certificates_until:
        return "unknown"
    until = factory.certificates_until[code]
    if until is None or until >= brief.starts_on:
        return "yes"
    return "no" if until < TODAY else "unknown"


def _days(brief: BriefFeatures, factory: FactoryFeatures) -> str:
    needed = needed_hundredths(brief, factory, STAGE_OF)
    if needed is None or factory.free_weeks is None:
        return "unknown"
    free, silent = free_hundredths(brief, factory)
    return "yes" if free >= needed else "unknown" if free + 100 * silent >= needed else "no"


def _lead(brief: BriefFeatures, factory: FactoryFeatures) -> str:
    days = (brief.needed_by - brief.starts_on).days
    if days < 0:
        return "no"
    if factory.lead_time_days is None:
        return "unknown"
    return "yes" if factory.lead_time_days <= days else "no"


def _price(brief: BriefFeatures, factory: FactoryFeatures) -> str:
    """All prices the floor may stand for: with or without tax; for less, for more, or for just what is asked."""
    budget, floor = brief.budget_per_piece_krw, factory.price_floor_krw
    if budget is None:
        return "yes"
    if floor is None or not factory.price_includes:
        return "unknown"
    paid = _sewing_is_one(brief.price_includes or brief.processes, factory.price_includes)
    covered = _sewing_is_one(factory.price_includes, brief.price_includes or brief.processes)
    prices = []
    for with_tax in [factory.price_vat_included] if factory.price_vat_included is not None else [True, False]:
        net = floor * 10 / 11 if with_tax else floor
        prices.append(net * 11 / 10 if brief.vat_included else net)
    if covered[0] and min(prices) > budget + 1e-6:
        return "no"
    return "yes" if paid[1] and max(prices) <= budget + 1e-6 else "unknown"


def _sewing_is_one(codes: frozenset[str], others: frozenset[str]) -> tuple[bool, bool]:
    """Whether every code belongs to the others, strictly and as a factory's "sewing assembly by any sewing"."""

    def belongs(code: str, loosely: bool) -> bool:
        is_sewing = STAGE_OF[code] == "sewing"
        if code in others or (is_sewing and "sewing_assembly" in others):
            return True
        return loosely and code == "sewing_assembly" and any(STAGE_OF[other] == "sewing" for other in others)

    return all(belongs(code, False) for code in codes), all(belongs(code, True) for code in codes)


@pytest.mark.slow
@settings(max_examples=150)
@given(briefs() | st.just(a_brief()), any_factory)
def test_the_conjunction_equals_a_plain_loop(brief: BriefFeatures, factory: FactoryFeatures) -> None:
    assert feasibility.answer(brief, factory) == _plain(brief, factory)


@given(briefs(), any_factory)
def test_every_no_has_a_reason_and_every_unknown_a_question(brief: BriefFeatures, factory: FactoryFeatures) -> None:
    for rule in feasibility.rules:
        answer = rule.answer(brief, factory)
        refusals, questions = rule.why_not(brief, factory), rule.questions(brief, factory)
        assert bool(refusals) == (answer is NO) and bool(questions) == (answer is UNKNOWN), rule.name
        assert {one.code for one in refusals} <= REASON_KINDS["why_not"]
        assert {one.code for one in questions} <= REASON_KINDS["question"]


_CLOSED = {"items": ITEMS, "processes": PROCESSES, "stages": STAGES}


@st.composite
def a_fact_learnt(draw: st.DrawFn, factory: FactoryFeatures) -> FactoryFeatures:
    """The factory with one unknown turned into something known."""
    changes: list[dict[str, Any]] = []
    for name, codes in _CLOSED.items():
        stated: Stated = getattr(factory, name)
        for code in codes:
            if stated.answer(code) is UNKNOWN:
                changes.append({name: replace(stated, has=stated.has | {code})})
                changes.append({name: replace(stated, has_not=stated.has_not | {code})})
        changes.append({name: replace(stated, is_complete=True)})
    known = {"minimum_order_quantity": 50, "lead_time_days": 9, "price_floor_krw": 9_000, "price_vat_included": True}
    changes += [{name: value} for name, value in known.items() if getattr(factory, name) is None]
    if not factory.rates:
        changes.append({"rates": (Rate(draw(st.floats(1.0, 300.0))),)})
    if not factory.price_includes:
        changes.append({"price_includes": frozenset({"sewing_assembly"})})
    last = factory.free_weeks[-1].starts_on if factory.free_weeks else TODAY - timedelta(days=9)
    week = FreeWeek(last + timedelta(weeks=1), draw(st.integers(0, 700)))
    changes.append({"free_weeks": (*(factory.free_weeks or ()), week)})
    return replace(factory, **draw(st.sampled_from(changes)))


@given(briefs() | st.just(a_brief()), any_factory, st.data())
def test_learning_a_fact_never_turns_no_into_unknown(
    brief: BriefFeatures, factory: FactoryFeatures, data: st.DataObject
) -> None:
    wiser = data.draw(a_fact_learnt(factory))
    for rule in feasibility.rules:
        if rule.answer(brief, factory) is NO:
            assert rule.answer(brief, wiser) is not UNKNOWN, rule.name


_RANK = {NO: 0, UNKNOWN: 1, YES: 2}


@given(briefs(), factories(free_weeks=st.lists(st.integers(0, 700), max_size=6).map(lambda free: weeks(*free))))
def test_more_free_capacity_never_removes_a_factory(brief: BriefFeatures, factory: FactoryFeatures) -> None:
    freer = tuple(replace(week, free_hundredths=week.free_hundredths + 150) for week in factory.free_weeks or ())
    after = feasibility.answer(brief, replace(factory, free_weeks=freer))
    assert _RANK[after] >= _RANK[feasibility.answer(brief, factory)]


@st.composite
def relaxed(draw: st.DrawFn, brief: BriefFeatures) -> BriefFeatures:
    steps: list[dict[str, Any]] = [
        {"needed_by": brief.needed_by + timedelta(days=draw(st.integers(1, 30)))},
        {"budget_per_piece_krw": None},
        {"certificates": frozenset(sorted(brief.certificates)[1:])},
        {"verified_only": False},
        {"materials_on": None},
    ]
    if brief.budget_per_piece_krw is not None:
        steps.append({"budget_per_piece_krw": brief.budget_per_piece_krw + 2_000})
    if len(brief.processes) > 1:
        left = frozenset(sorted(brief.processes)[1:])
        steps.append({"processes": left, "price_includes": brief.price_includes or brief.processes})
    return replace(brief, **draw(st.sampled_from(steps)))


@given(briefs() | st.just(a_brief()), any_factory, st.data())
def test_a_relaxed_brief_never_shrinks_the_set(
    brief: BriefFeatures, factory: FactoryFeatures, data: st.DataObject
) -> None:
    if feasibility.answer(brief, factory) is not NO:
        assert feasibility.answer(data.draw(relaxed(brief)), factory) is not NO


def test_a_factory_known_to_fit_is_a_yes() -> None:
    assert feasibility.answer(a_brief(), a_factory()) is YES
    assert feasibility.questions(a_brief(), a_factory()) == ()


def test_nothing_known_is_unknown_and_asks_for_everything() -> None:
    blank = FactoryFeatures("9")
    assert feasibility.answer(a_brief(budget_per_piece_krw=9_000), blank) is UNKNOWN
    asked = {one.code for one in feasibility.questions(a_brief(budget_per_piece_krw=9_000), blank)}
    assert asked == REASON_KINDS["question"] - {"ask_price_basis", "ask_certificate"}


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"items": Stated(), "categories": has("womenswear")}, UNKNOWN),
        ({"items": Stated(), "fabrics": has("woven")}, UNKNOWN),
        ({"items": Stated(frozenset({"dress"}), is_complete=True)}, NO),
        ({"items": Stated(has_not=frozenset({"coat"}))}, NO),
        ({"processes": has("overlock", "ironing_finishing")}, YES),
        ({"processes": has("ironing_finishing"), "stages": has("sewing")}, UNKNOWN),
        ({"processes": has("lockstitch"), "stages": has("finishing")}, UNKNOWN),
        ({"processes": has("lockstitch"), "stages": Stated(has_not=frozenset({"finishing"}))}, NO),
        ({"free_weeks": None}, UNKNOWN),
        ({"free_weeks": weeks(300)}, UNKNOWN),
        ({"free_weeks": weeks(0, 0, 0, 0)}, NO),
        ({"rates": ()}, UNKNOWN),
        ({"rates": (Rate(2.0),), "free_weeks": weeks(300)}, NO),
        ({"minimum_order_quantity": 61}, NO),
        ({"minimum_order_quantity": 60}, YES),
        ({"lead_time_days": 22}, NO),
        ({"lead_time_days": None}, UNKNOWN),
        ({"is_active": False}, NO),
    ],
)
def test_one_fact_decides(changes: dict[str, Any], answer: Answer) -> None:
    assert feasibility.answer(a_brief(), a_factory(**changes)) is answer


@pytest.mark.parametrize(
    ("floor", "factory_vat", "brief_vat", "answer"),
    [
        (10_000, False, False, YES),
        (10_001, False, False, NO),
        (11_000, True, False, YES),
        (11_001, True, False, NO),
        (9_090, False, True, YES),
        (9_091, False, True, NO),
        (10_500, None, False, UNKNOWN),
        (11_001, None, False, NO),
        (10_000, None, False, YES),
    ],
)
def test_prices_are_compared_on_one_tax_basis(
    floor: int, factory_vat: bool | None, brief_vat: bool, answer: Answer
) -> None:
    brief = a_brief(budget_per_piece_krw=10_000, vat_included=brief_vat)
    assert feasibility.answer(brief, a_factory(price_floor_krw=floor, price_vat_included=factory_vat)) is answer


@pytest.mark.parametrize(
    ("includes", "floor", "answer"),
    [
        ({"lockstitch"}, 12_000, NO),  # already the sewing alone is too dear
        ({"lockstitch"}, 8_000, UNKNOWN),  # ironing comes on top
        ({"lockstitch", "ironing_finishing", "cutting"}, 9_000, YES),  # even with cutting it is cheap enough
        ({"lockstitch", "ironing_finishing", "cutting"}, 12_000, UNKNOWN),  # may be cheaper without
        (set(), 12_000, UNKNOWN),
    ],
)
def test_prices_are_compared_on_what_they_include(includes: set[str], floor: int, answer: Answer) -> None:
    factory = a_factory(price_floor_krw=floor, price_includes=frozenset(includes))
    assert feasibility.answer(a_brief(budget_per_piece_krw=10_000), factory) is answer


@pytest.mark.parametrize(
    ("until", "answer"), [(None, YES), (TODAY, YES), (TODAY - timedelta(days=1), NO), ("unstated", UNKNOWN)]
)
def test_a_certificate_counts_until_it_runs_out(until: Any, answer: Answer) -> None:
    held = {} if until == "unstated" else {"gots": until}
    brief = a_brief(certificates=frozenset({"gots"}))
    assert feasibility.answer(brief, a_factory(certificates_until=held)) is answer
    assert feasibility.answer(a_brief(), a_factory(certificates_until=held)) is YES


def test_a_certificate_that_runs_out_before_the_work_begins_may_be_renewed() -> None:
    brief = a_brief(certificates=frozenset({"gots"}), materials_on=TODAY + timedelta(days=5))
    for until, answer in ((TODAY + timedelta(days=5), YES), (TODAY + timedelta(days=4), UNKNOWN)):
        assert feasibility.answer(brief, a_factory(certificates_until={"gots": until})) is answer


@pytest.mark.parametrize(("age", "answer"), [(None, NO), (365, YES), (366, NO)])
def test_a_check_by_staff_lasts_a_year(age: int | None, answer: Answer) -> None:
    verified_on = None if age is None else TODAY - timedelta(days=age)
    factory = a_factory(verified_on=verified_on)
    assert feasibility.answer(a_brief(verified_only=True), factory) is answer
    assert feasibility.answer(a_brief(), factory) is YES
