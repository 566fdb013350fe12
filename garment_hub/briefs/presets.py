"""What is usual for an item: a start for the form that the reader may change. No sums, no numbers of pieces."""

from __future__ import annotations

from dataclasses import dataclass

from models.brief import Brief

BASE = ("cutting", "sewing_assembly", "ironing_finishing")
JERSEY = ("cutting", "sewing_assembly", "overlock", "coverstitch", "ironing_finishing")
SHIRT = ("cutting", "fusing", "sewing_assembly", "buttonhole_straight", "button_attaching", "ironing_finishing")
TAILORED = ("cutting", "fusing", "sewing_assembly", "buttonhole_eyelet", "button_attaching", "ironing_finishing")
KNITTED = ("linking", "ironing_finishing")


@dataclass(frozen=True, slots=True)
class Preset:
    """``category`` only where the item leaves no other."""

    processes: tuple[str, ...] = BASE
    fabrics: tuple[str, ...] = ()
    category: str | None = None

    @property
    def price_includes(self) -> list[str]:
        """What a fee per piece usually holds of these processes."""
        return [process for process in self.processes if process in BASE or process == "linking"]


_PRESETS = {
    "tshirt": Preset(JERSEY, ("knit_jersey",)),
    "sweatshirt_hoodie": Preset(JERSEY, ("knit_jersey",)),
    "shirt_blouse": Preset(SHIRT, ("woven",)),
    "dress": Preset(BASE, ("woven",), "womenswear"),
    "skirt": Preset(BASE, ("woven",), "womenswear"),
    "trousers": Preset(BASE, ("woven",)),
    "denim_jeans": Preset((*BASE, "washing"), ("denim",)),
    "jacket": Preset(TAILORED, ("woven",)),
    "coat": Preset(TAILORED, ("woven",)),
    "suit": Preset(TAILORED, ("woven",)),
    "vest": Preset(BASE, ("woven",)),
    "padded_outerwear": Preset((*BASE, "quilting"), ("woven", "padding")),
    "swimwear": Preset(("cutting", "sewing_assembly", "overlock", "coverstitch"), ("stretch",), "beachwear"),
    "underwear": Preset(("cutting", "sewing_assembly", "overlock", "coverstitch"), ("stretch",), "underwear_lingerie"),
    "pajamas": Preset(BASE, (), "pajamas_loungewear"),
    "hanbok": Preset(BASE, ("woven",), "traditional_wear"),
    "leather_garment": Preset(("cutting", "sewing_assembly"), ("leather",)),
    "fur_garment": Preset(("cutting", "sewing_assembly"), ("fur",)),
    "cardigan": Preset(KNITTED, ("sweater_knit",)),
    "sweater_pullover": Preset(KNITTED, ("sweater_knit",)),
    "bag": Preset(("cutting", "sewing_assembly")),
    "hat_cap": Preset(("cutting", "sewing_assembly")),
    "scarf_accessory": Preset(("cutting", "sewing_assembly", "ironing_finishing")),
}


def preset(item: str) -> Preset:
    return _PRESETS.get(item, Preset())


def fill_in(brief: Brief) -> None:
    """Start a new brief with what is usual for its item; a category that was chosen stays."""
    usual = preset(brief.item)
    brief.processes = list(usual.processes)
    brief.fabrics = list(usual.fabrics)
    brief.price_includes = usual.price_includes
    brief.category = brief.category or usual.category
