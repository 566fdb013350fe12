"""What a factory asks for a piece, on the basis on which the brief states its budget."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from recommender.types import BriefFeatures, FactoryFeatures

#: Value added tax of Korea, 10 %.
WITH_VAT = Fraction(11, 10)
#: Whole columns of prices are compared in 110ths of a won, so that adding or taking away VAT stays whole.
WON, WON_WITH_VAT, WON_WITHOUT_VAT = 110, 121, 100
SEWING_ASSEMBLY = "sewing_assembly"
SEWING_STAGE = "sewing"

Bounds = tuple[Fraction | None, Fraction | None]


def price_bounds(brief: BriefFeatures, factory: FactoryFeatures, stage_of: Mapping[str, str]) -> Bounds:
    """Lowest and highest possible price floor in won per piece on the brief's basis; None where there is no bound.

    A floor that covers less than the brief's price bounds the true one from below, one that covers more bounds it
    from above. A floor without a word about VAT may be either.
    """
    if factory.price_floor_krw is None or not factory.price_includes:
        return None, None
    low, high = _vat_bounds(factory.price_floor_krw, factory.price_vat_included, brief.vat_included)
    asked = brief.price_includes or brief.processes
    covers_no_more = not any(beyond(process, asked, stage_of) for process in factory.price_includes)
    covers_all = all(any(stands_for(stated, one, stage_of) for stated in factory.price_includes) for one in asked)
    return (low if covers_no_more else None), (high if covers_all else None)


def beyond(stated: str, asked: frozenset[str], stage_of: Mapping[str, str]) -> bool:
    """Whether a process in a price is none of those asked; sewing assembly is all processes of sewing."""
    return stated not in asked and not (SEWING_ASSEMBLY in asked and stage_of.get(stated) == SEWING_STAGE)


def stands_for(stated: str, asked: str, stage_of: Mapping[str, str]) -> bool:
    """Whether a process in a price covers one that is asked."""
    if stated == asked:
        return True
    is_sewing = {code for code in (stated, asked) if stage_of.get(code) == SEWING_STAGE}
    if asked == SEWING_ASSEMBLY:
        return stated in is_sewing
    return stated == SEWING_ASSEMBLY and asked in is_sewing


def _vat_bounds(floor: int, includes_vat: bool | None, wanted: bool) -> tuple[Fraction, Fraction]:
    same, other = Fraction(floor), floor * WITH_VAT if wanted else floor / WITH_VAT
    if includes_vat is None:
        return min(same, other), max(same, other)
    return (same, same) if includes_vat == wanted else (other, other)
