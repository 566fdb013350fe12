"""The questions of a first listing in one numbered order: the paper sheet and the screen are both made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext

from garment_hub.factories.wording import rate_name
from garment_hub.labels import full_day, number, place_name, term
from garment_hub.listings.shop_kinds import FABRICS, KINDS, Job, Pair
from garment_hub.mandates.asking import SPOKEN
from models.business_number import is_valid, written
from models.factory import CapabilityKind, Factory
from models.mandate import Mandate

# An agency takes whole orders and lets others sew: its tick states no stage.
AGENCY = "agency"
JOBS: dict[str, Job] = {job.code: job for kind in KINDS.values() for job in kind.jobs}
PAIRS: tuple[Pair, ...] = tuple(
    dict.fromkeys(
        [
            *(pair for fabric in FABRICS for pair in KINDS["sewing"].pairs([fabric])),
            (None, None),
            *(pair for kind in KINDS.values() if not kind.sews_garments for pair in kind.pairs(FABRICS)),
        ]
    )
)
# What the paper has room for: two pages hold the longest of everything.
MOST_BESIDES, LONGEST_LINE, LONGEST_ADDRESS = 2, 36, 60


class Kind(StrEnum):
    """How a question is answered, by hand and on the screen."""

    TICKS = "ticks"
    TEXT = "text"
    NUMBER = "number"
    PIECES = "pieces"
    NUMBER_OR_NONE = "number_or_none"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Question:
    """``key`` is the field of the form."""

    key: str
    words: Any
    kind: Kind
    unit: Any = ""
    hint: Any = ""


QUESTIONS = (
    Question("jobs", lazy_gettext("What do you do?"), Kind.TICKS),
    Question("name", lazy_gettext("Name of the factory"), Kind.TEXT),
    Question("phone", lazy_gettext("Telephone"), Kind.TEXT),
    Question("dong", lazy_gettext("Which neighbourhood?"), Kind.TEXT),
    Question("address", lazy_gettext("Address"), Kind.TEXT),
    Question("people", lazy_gettext("How many people work?"), Kind.NUMBER, lazy_gettext("people")),
    Question("fabrics", lazy_gettext("Which fabrics do you mostly work with?"), Kind.TICKS),
    Question(
        "pieces", lazy_gettext("How many pieces a day?"), Kind.PIECES, lazy_gettext("pieces"),
        lazy_gettext("Only what you do. An estimate will do."),
    ),
    Question("number", lazy_gettext("Business registration number"), Kind.NUMBER_OR_NONE),
    Question(
        "minimum", lazy_gettext("Fewest pieces you take"), Kind.NUMBER, lazy_gettext("pieces")
    ),
    Question(
        "consent", lazy_gettext("May the centre do this for you?"), Kind.CONSENT,
        hint=lazy_gettext("You can say no to each, and take it back with a call at any time."),
    ),
)  # fmt: skip


def numbered() -> list[tuple[int, Question]]:
    return list(enumerate(QUESTIONS, 1))


def job_name(code: str) -> str:
    return KINDS[AGENCY].name if code == AGENCY else JOBS[code].name


def pair_key(pair: Pair) -> str:
    """The field of one number, as three steps of a listing call it too."""
    item, stage = pair
    return f"rate_{item or 'any'}_{stage or 'whole'}"


@dataclass(frozen=True, slots=True)
class Box:
    """One box to tick; ``count`` stands on the line beside it, for a stage without the box: its tick stands above."""

    words: str
    is_ticked: bool = False
    count: str = ""
    is_stage: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One question on paper, with what is known of its answer. ``more``: what is known and has no room here."""

    number: int
    question: Question
    text: str = ""
    boxes: tuple[Box, ...] = ()
    more: int = 0


def paper(factory: Factory | None) -> list[Line]:
    """The lines of the sheet: empty ones, or with what is known of this factory."""
    return [_line(number, question, factory) for number, question in numbered()]


def _line(number: int, question: Question, factory: Factory | None) -> Line:
    match question.key:
        case "jobs":
            return _ticks(number, question, *_jobs(factory))
        case "fabrics":
            has = set(factory.codes(CapabilityKind.FABRIC) if factory else ())
            own = [Box(term(code, "fabric"), code in has) for code in FABRICS]
            return _ticks(number, question, own, (term(code, "fabric") for code in sorted(has.difference(FABRICS))))
        case "pieces":
            return _pieces(number, question, factory)
        case "consent":
            mandate = factory.mandate if factory else None
            agreed = mandate.purposes if mandate else ()
            return Line(number, question, boxes=tuple(Box(str(SPOKEN[each]), each in agreed) for each in SPOKEN))
        case key:
            return Line(number, question, _known(key, factory) if factory else "")


def _ticks(number: int, question: Question, own: list[Box], besides: Iterable[str]) -> Line:
    """The sheet's own boxes, and after them what this factory has besides."""
    others = [Box(words, is_ticked=True) for words in besides]
    return Line(number, question, "", (*own, *others[:MOST_BESIDES]), len(others[MOST_BESIDES:]))


def _jobs(factory: Factory | None) -> tuple[list[Box], list[str]]:
    stages = set(factory.codes(CapabilityKind.STAGE) if factory else ())
    processes = set(factory.codes(CapabilityKind.PROCESS) if factory else ())
    done = {code for code, job in JOBS.items() if (job.process in processes if job.process else job.stage in stages)}
    besides = stages.difference(JOBS[code].stage for code in done)
    own = [Box(job_name(code), code in done) for code in (*JOBS, AGENCY)]
    return own, [term(code, "stage") for code in sorted(besides)]


def _pieces(number: int, question: Question, factory: Factory | None) -> Line:
    counts = {(rate.item, rate.stage): rate.pieces_per_day for rate in factory.rates} if factory else {}
    items = {(item, None) for item in factory.codes(CapabilityKind.ITEM)} if factory else set()
    known = items | counts.keys()
    besides = sorted(known.difference(PAIRS), key=lambda pair: (pair not in counts, rate_name(*pair)))
    boxes = [_pair_box(pair, counts, known) for pair in (*PAIRS, *besides[:MOST_BESIDES])]
    boxes.sort(key=lambda box: box.is_stage)
    return Line(number, question, "", tuple(boxes), len(besides[MOST_BESIDES:]))


def _pair_box(pair: Pair, counts: dict[Pair, int], known: set[Pair]) -> Box:
    item, stage = pair
    return Box(rate_name(item, stage), pair in known, _number(counts.get(pair)), is_stage=item is None and bool(stage))


def _known(key: str, factory: Factory) -> str:
    match key:
        case "dong":
            return place_name(factory.neighbourhood) if factory.neighbourhood else ""
        case "people":
            return _number(factory.people)
        case "minimum":
            return _number(factory.minimum_order_quantity)
        case "address":
            return as_fits(factory.address or "", LONGEST_ADDRESS)
        case "number":
            digits = factory.business_number or ""
            return written(digits) if is_valid(digits) else as_fits(digits)
        case _:
            return as_fits(getattr(factory, key) or "")


def _number(value: int | None) -> str:
    return "" if value is None else number(value)


def as_fits(text: str, longest: int = LONGEST_LINE) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def signed(mandate: Mandate | None) -> tuple[str, str]:
    """Who agreed and when, for the line of the signature."""
    return (as_fits(mandate.given_by), full_day(mandate.given_at)) if mandate else ("", "")
