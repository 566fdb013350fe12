"""Every reason has a sentence in each language, whatever its values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from garment_hub.labels import day
from garment_hub.recommendations import sentences
from garment_hub.recommendations.setting_wording import weight_rows
from garment_hub.recommendations.wording import (
    question_lines,
    reason_lines,
    relaxation,
    sentence,
    why_not_groups,
)
from models import vocabulary
from recommender import DEFAULT_WEIGHTS, REASON_CODES, REASON_KINDS, Reason, reason_to_json
from tests.builders import in_days

EXAMPLES: dict[str, str | int | float] = {
    "item": "shirt_blouse", "process": "cutting", "processes": "ironing_finishing cutting", "fabrics": "woven denim",
    "market": "designer_brand", "difficulty": "normal", "certificate": "gots", "until": "2027-03-12",
    "verified_on": "2026-11-03", "needed_by": "2027-03-12", "starts_on": "2027-02-12", "needed_hundredths": 300,
    "free_hundredths": 150, "km": 2.1, "confirmed_on": "2026-10-02",
}  # fmt: skip
MAY_BE_MISSING = {
    "certificate_held": "until", "too_little_time": "lead_time_days", "not_verified": "verified_on",
    "ask_free_days": "needed_hundredths", "same_buyer_before": "months", "buyer_came_before": "months",
}  # fmt: skip
HANGUL, LEFTOVER = re.compile("[가-힣]"), re.compile(r"%\(|을\(를\)|이\(가\)|은\(는\)|\(으\)로|None|_")


def examples() -> Iterator[Reason]:
    for code, names in REASON_CODES.items():
        full: dict[str, str | int | float | None] = {name: EXAMPLES.get(name, 7) for name in names}
        yield Reason(code, full)
        if code in MAY_BE_MISSING:
            yield Reason(code, full | {MAY_BE_MISSING[code]: None})
    yield Reason("near", {"km": 0})


def full_example(code: str) -> Reason:
    return next(reason for reason in examples() if reason.code == code)


@pytest.fixture(params=["ko", "en", "it"])
def language(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    with app.app_context(), force_locale(request.param):
        yield request.param


def test_every_code_is_worded_in_every_language(language: str) -> None:
    said = {str(reason): sentence(reason) for reason in examples()}
    assert len(said) > len(REASON_CODES)
    assert [text for text in said.values() if LEFTOVER.search(text)] == []
    assert [text for text in said.values() if bool(HANGUL.search(text)) != (language == "ko")] == []


def test_no_two_reasons_read_alike(language: str) -> None:
    said = [sentence(reason) for reason in examples() if reason.values.get("months", 0) is not None]
    assert len(set(said)) == len(said)


def test_names_of_parts_and_groups_are_translated(app: Flask) -> None:
    tables = (sentences.PART_NAMES, sentences.PART_EXPLANATIONS, sentences.GROUP_NAMES, sentences.WHY_NOT_GROUPS)
    with app.app_context(), force_locale("ko"):
        words = [str(word) for table in tables for word in table.values()]
        assert [word for word in words if not HANGUL.search(word)] == []


def test_tables_know_every_code_of_their_kind() -> None:
    assert set(sentences.WHY_NOT_GROUPS) == REASON_KINDS["why_not"]
    assert set(DEFAULT_WEIGHTS) == set(sentences.PART_EXPLANATIONS) <= set(sentences.PART_NAMES)


def test_korean_reads_as_it_is_spoken(app: Flask) -> None:
    with app.app_context(), force_locale("ko"):
        assert sentence(full_example("item_not_made")) == "셔츠·블라우스는 만들지 않아요"
        assert sentence(full_example("ask_process")) == "재단도 하시나요?"
        stored = [reason_to_json(full_example(code)) for code in ("makes_item", "has_processes")]
        (line,) = reason_lines(stored)
        assert line.sentence == "셔츠·블라우스를 만들고 재단, 시아게(다림질·완성) 공정이 있어요"


def test_free_days_are_never_rounded_up_nor_needed_ones_down(app: Flask) -> None:
    values: dict[str, str | int | float | None] = {
        "needed_hundredths": 267,
        "free_hundredths": 1571,
        "needed_by": "2027-03-12",
    }
    with app.app_context(), force_locale("en"):
        text = sentence(Reason("has_free_days", values))
    assert "15.7 days" in text and "takes 2.7" in text


def test_free_days_that_are_stale_say_when_they_were_last_confirmed(app: Flask) -> None:
    reason = full_example("had_free_days")
    with app.app_context(), force_locale("ko"):
        said = day(date.fromisoformat(str(reason.values["confirmed_on"])))
        assert sentence(reason).endswith(f"마지막 확인 {said}")


def test_small_print_says_who_when_and_at_which_rate(app: Flask) -> None:
    stored = reason_to_json(full_example("has_free_days")) | {
        "source": {"kind": "owner", "on": "2027-02-08"},
        "pieces_per_day": 40.0,
    }
    with app.app_context(), force_locale("ko"):
        (line,) = reason_lines([stored])
    assert line.source is not None
    assert line.source.startswith("하루 40장 기준 · ") and line.source.endswith(" · 2027-02-08")


def test_lists_hold_every_reason_and_question_once(language: str) -> None:
    why = [reason_to_json(full_example(code)) for code in REASON_KINDS["why"]]
    twice = [*why, reason_to_json(Reason("certificate_held", {"certificate": "grs", "until": None}))]
    lines = [line.sentence for line in reason_lines(twice)]
    assert len(lines) == len(set(lines)) == len(REASON_KINDS["why"])  # item and processes are one sentence
    questions = [reason_to_json(full_example(code)) for code in sorted(REASON_KINDS["question"])]
    assert len(set(question_lines(questions))) == len(questions)


def test_the_largest_group_of_refusals_comes_first(language: str) -> None:
    counts = {"over_budget": 8, "item_not_made": 220, "below_minimum": 27}
    assert [count for _, count in why_not_groups(counts)] == [220, 27, 8]


@pytest.mark.parametrize("code", sorted(REASON_KINDS["relax"]))
def test_a_relaxation_names_the_field_it_changes(language: str, code: str) -> None:
    shown = relaxation(reason_to_json(full_example(code)), in_days(10))
    fields = {"later_date": "needed_by", "larger_quantity": "quantity", "higher_budget": "budget_per_piece_krw"}
    assert shown.field == fields.get(code)
    assert (shown.value is None) == (shown.field is None)
    assert shown.factories == 7 and shown.sentence and shown.button


def test_the_weights_add_up_to_a_hundred(app: Flask) -> None:
    with app.app_context(), force_locale("en"):
        rows = weight_rows(DEFAULT_WEIGHTS)
    assert sum(row.points for row in rows) == 100
    assert all(row.name and row.explanation for row in rows)


def test_every_machine_and_process_is_in_the_glossary() -> None:
    from garment_hub.recommendations.machines import MACHINES_OF

    assert set(MACHINES_OF) <= set(vocabulary.terms("process"))
    assert frozenset().union(*MACHINES_OF.values()) <= set(vocabulary.terms("machine"))
