"""What a brief starts with."""

from __future__ import annotations

import pytest

from garment_hub.briefs import fields
from garment_hub.briefs.presets import fill_in, preset
from models import vocabulary
from models.brief import Brief

ITEMS = sorted(vocabulary.terms("item"))


@pytest.mark.parametrize("item", ITEMS)
def test_a_preset_holds_known_words_only_and_no_sums(item: str) -> None:
    usual = preset(item)
    assert usual.processes
    assert set(usual.processes) <= set(vocabulary.terms("process"))
    assert set(usual.fabrics) <= set(vocabulary.terms("fabric"))
    assert usual.category is None or vocabulary.is_known("category", usual.category)
    assert set(usual.price_includes) <= set(usual.processes)
    brief = Brief(item=item)
    fill_in(brief)
    assert (brief.quantity, brief.budget_per_piece_krw, brief.needed_by) == (None, None, None)


def test_a_chosen_category_stays() -> None:
    brief = Brief(item="dress", category="childrenswear")
    fill_in(brief)
    assert brief.category == "childrenswear"


def test_every_field_of_the_form_is_a_column() -> None:
    columns = set(Brief.__mapper__.attrs.keys())
    assert {fields.column(name) for name in fields.FIELDS} <= columns
