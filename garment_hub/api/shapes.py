"""Things as programs see them: plain values under the words of the glossary, never more than a stranger may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from garment_hub.briefs.reading import brief_to_json
from garment_hub.recommendations.wording import sentence_of
from models import vocabulary
from models.brief import Brief
from models.district import District
from models.factory import CapabilityKind, Factory
from models.recommendation import Recommendation, RecommendationEntry
from models.vocabulary import Term

# Columns that everybody sees; telephone, address and numbers of the register are not among them.
PUBLIC_COLUMNS = (
    "people", "established_year", "minimum_order_quantity", "lead_time_days", "price_floor_krw",
    "is_price_vat_included", "price_includes", "introduction",
)  # fmt: skip


def factory(one: Factory) -> dict[str, Any]:
    """What its public page says. A kind of capability that is absent, like a value of null, is not known."""
    place = one.neighbourhood
    return {
        "id": one.id,
        "name": one.name,
        "neighbourhood": place and {"code": place.code, "ko": place.name_ko, "en": place.name_en},
        "confirmed_on": _day(one.confirmed_on),
        "verified_on": _day(one.verified_on),
        "capabilities": {kind.value: codes for kind in CapabilityKind if (codes := one.codes(kind))},
        "rates": [
            {"item": rate.item, "stage": rate.stage, "pieces_per_day": rate.pieces_per_day} for rate in one.rates
        ],
        "certificates": [{"code": held.code, "valid_until": _day(held.valid_until)} for held in one.certificates],
        **{name: getattr(one, name) for name in PUBLIC_COLUMNS},
        "sources": {fact.name: {"source": fact.source, "stated_on": _day(fact.stated_on)} for fact in one.facts},
    }


def district(one: District) -> dict[str, str]:
    return {"code": one.code, "ko": one.name_ko, "en": one.name_en, "country": one.country}


def term(one: Term) -> dict[str, Any]:
    names = {"key": one.key, "ko": one.ko, "en": one.en, "it": one.it}
    return names | {"stage": one.stage, "synonyms": list(one.synonyms)}


def vocabulary_of(kind: str) -> list[dict[str, Any]]:
    return [term(one) for one in vocabulary.terms(kind).values()]


def brief(one: Brief) -> dict[str, Any]:
    moments = {"created_at": _moment(one.created_at), "published_at": _moment(one.published_at)}
    return {"id": one.id, "status": one.status, **moments, "brief": brief_to_json(one)}


def shown_list(made: Recommendation, changed: set[int]) -> dict[str, Any]:
    """A stored list; ``changed`` are the factories of which a fact is another one now."""
    drawn = made.turn_entry
    return {
        "id": made.id,
        "made_at": _moment(made.made_at),
        "feasible": made.feasible_count,
        "unknown": made.unknown_count,
        "ranked": [_place(entry, changed) for entry in made.entries if entry is not drawn],
        "turn": drawn and made.turn and _place(drawn, changed) | {"probability": made.turn["probability"]},
        "teams": [team["places"] for team in made.teams or []],
        "relax": made.relax and _worded(made.relax),
        "why_not": made.why_not,
        "ranker": made.ranker_version,
    }


def _place(entry: RecommendationEntry, changed: set[int]) -> dict[str, Any]:
    return {
        "factory": entry.factory_id,
        "name": entry.factory.name,
        "rank": entry.rank,
        "score": entry.score,
        "parts": entry.parts,
        "reasons": [_worded(reason) for reason in entry.reasons],
        "questions": [_worded(question) for question in entry.questions],
        "has_changed": entry.factory_id in changed,
    }


def _worded(reason: Mapping[str, Any]) -> dict[str, Any]:
    return {**reason, "text": sentence_of(reason)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
