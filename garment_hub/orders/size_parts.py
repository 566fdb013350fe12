"""Parts of a finished piece that shops measure, by item: a start for the size table, without measures."""

from __future__ import annotations

TOP = ("가슴둘레", "어깨너비", "소매길이", "총길이", "밑단둘레")
BOTTOM = ("허리둘레", "엉덩이둘레", "밑위길이", "총길이", "밑단둘레")
DRESS = ("가슴둘레", "허리둘레", "어깨너비", "소매길이", "총길이")
FLAT = ("가로", "세로")

_PARTS = {
    "dress": DRESS,
    "hanbok": DRESS,
    "skirt": ("허리둘레", "엉덩이둘레", "총길이", "밑단둘레"),
    "trousers": BOTTOM,
    "denim_jeans": BOTTOM,
    "underwear": BOTTOM,
    "swimwear": ("가슴둘레", "허리둘레", "엉덩이둘레", "총길이"),
    "bag": ("가로", "세로", "바닥 폭", "끈 길이"),
    "hat_cap": ("머리둘레", "깊이", "챙 길이"),
    "scarf_accessory": FLAT,
    "home_textile": FLAT,
    "socks": ("발길이", "목 길이"),
    "pet_clothing": ("가슴둘레", "목둘레", "등길이"),
}


def parts_of_item(item: str) -> tuple[str, ...]:
    """In Korean, since they are written on the paper that hangs in the shop."""
    return _PARTS.get(item, TOP)
