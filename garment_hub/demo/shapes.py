"""What kinds of workshops the made-up district has, and how often each fact is known.

The sizes follow sourced shares (84 % of Korean sewing firms have four people or fewer: 83.9 % of 4,410 firms in 2023,
tinnews.co.kr/26107). Everything else, outputs and prices above all, is made up for the demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass

# People in the workshop -> weight out of 100; 1 to 4 people add up to 84.
PEOPLE = {1: 14, 2: 31, 3: 22, 4: 17, 5: 5, 6: 3, 7: 2, 8: 2, 10: 2, 14: 1, 22: 1}

# Share of workshops that state a fact; the rest leave it unknown.
KNOWN = {
    "rates": 0.78,
    "capacity": 0.68,
    "minimum_order_quantity": 0.40,
    "lead_time_days": 0.55,
    "price_floor_krw": 0.45,
    "established_year": 0.70,
    "machines": 0.75,
    "markets": 0.70,
    "introduction": 0.60,
    "verified_on": 0.35,
}

# Months in which little is sewn: July-August and December-January.
SEASON = {1: 0.5, 2: 1.0, 3: 1.4, 4: 1.4, 5: 1.1, 6: 0.9, 7: 0.45, 8: 0.55, 9: 1.4, 10: 1.4, 11: 1.2, 12: 0.5}


@dataclass(frozen=True, slots=True)
class Shop:
    """One kind of workshop. ``weight`` is its share of all, in percent."""

    name: str
    weight: int
    stages: tuple[str, ...]
    processes: tuple[str, ...]
    extra_processes: tuple[str, ...]  # each with six chances in ten
    fabrics: tuple[str, ...]
    items: tuple[str, ...]
    machines: tuple[str, ...]


SHOPS = (
    Shop(
        "woven",
        34,
        ("sewing",),
        ("sewing_assembly", "lockstitch"),
        (
            "cutting",
            "overlock",
            "fusing",
            "ironing_finishing",
            "buttonhole_straight",
            "button_attaching",
            "label_attaching",
            "sample_making",
        ),
        ("woven", "sheer_silk", "stretch", "denim"),
        ("shirt_blouse", "dress", "skirt", "trousers", "jacket", "vest", "pajamas"),
        ("lockstitch_machine", "overlock_machine", "buttonhole_machine", "steam_iron_table", "blindstitch_machine"),
    ),
    Shop(
        "tailored",
        10,
        ("sewing",),
        ("sewing_assembly", "lockstitch", "fusing"),
        ("cutting", "welt_pocket", "buttonhole_eyelet", "hand_finishing", "ironing_finishing", "pattern_making"),
        ("woven", "padding", "leather"),
        ("jacket", "coat", "suit", "padded_outerwear", "trousers", "vest"),
        ("lockstitch_machine", "fusing_press", "eyelet_buttonhole_machine", "bartack_machine", "steam_iron_table"),
    ),
    Shop(
        "knit",
        22,
        ("sewing",),
        ("sewing_assembly", "overlock", "coverstitch"),
        ("cutting", "interlock_safety", "binding", "flatlock", "packing", "label_attaching"),
        ("knit_jersey", "stretch"),
        ("tshirt", "sweatshirt_hoodie", "underwear", "trousers", "dress", "pajamas", "pet_clothing", "swimwear"),
        ("overlock_machine", "coverstitch_machine", "interlock_machine", "flatlock_machine", "lockstitch_machine"),
    ),
    Shop(
        "sweater",
        4,
        ("sewing",),
        ("linking",),
        ("hand_finishing", "washing"),
        ("sweater_knit",),
        ("sweater_pullover", "cardigan", "vest"),
        ("flat_knitting_machine", "linking_machine"),
    ),
    Shop(
        "goods",
        6,
        ("sewing",),
        ("sewing_assembly", "lockstitch"),
        ("cutting", "snap_eyelet", "binding"),
        ("woven", "leather", "denim"),
        ("bag", "hat_cap", "scarf_accessory", "home_textile"),
        ("heavy_duty_machine", "post_bed_machine", "lockstitch_machine"),
    ),
    Shop(
        "cutting",
        6,
        ("cutting_stage",),
        ("spreading", "cutting"),
        ("auto_cutting", "fusing", "marker_making"),
        ("woven", "knit_jersey", "denim"),
        (),
        ("cutting_machine", "auto_spreader", "cad_cam_cutter"),
    ),
    Shop(
        "pattern",
        7,
        ("pattern", "sample"),
        ("pattern_making", "sample_making"),
        ("pattern_cad", "grading", "marker_making", "fitting_basting"),
        ("woven", "knit_jersey"),
        (),
        ("plotter", "lockstitch_machine"),
    ),
    Shop(
        "special",
        4,
        ("special_machine",),
        ("special_process",),
        (
            "buttonhole_straight",
            "buttonhole_eyelet",
            "welt_pocket",
            "bartack",
            "pleating",
            "button_attaching",
            "quilting",
        ),
        (),
        (),
        ("buttonhole_machine", "eyelet_buttonhole_machine", "welting_machine", "bartack_machine", "button_machine"),
    ),
    Shop(
        "finishing",
        3,
        ("finishing", "inspection_packing"),
        ("ironing_finishing", "thread_trimming"),
        ("inspection", "packing", "hand_finishing"),
        (),
        (),
        ("steam_iron_table",),
    ),
    Shop(
        "decoration",
        3,
        ("decoration",),
        ("embroidery",),
        ("screen_printing", "digital_printing"),
        (),
        (),
        ("embroidery_machine",),
    ),
    Shop("washing", 1, ("washing_dyeing",), ("washing",), ("garment_dyeing",), ("denim",), (), ()),
)

# Made-up output: pieces one person sews in a day, by item; and by stage for those who do one stage only.
PIECES_PER_PERSON = {
    "tshirt": 38,
    "sweatshirt_hoodie": 20,
    "shirt_blouse": 12,
    "dress": 9,
    "skirt": 17,
    "trousers": 14,
    "denim_jeans": 12,
    "jacket": 5,
    "coat": 4,
    "suit": 3,
    "padded_outerwear": 5,
    "vest": 14,
    "pajamas": 15,
    "underwear": 40,
    "swimwear": 22,
    "pet_clothing": 26,
    "sweater_pullover": 8,
    "cardigan": 7,
    "bag": 12,
    "hat_cap": 24,
    "scarf_accessory": 50,
    "home_textile": 20,
}
PIECES_PER_PERSON_AND_STAGE = {
    "cutting_stage": 700,
    "pattern": 1,
    "sample": 1,
    "special_machine": 260,
    "finishing": 120,
    "inspection_packing": 150,
    "decoration": 140,
    "washing_dyeing": 200,
}

# Made-up labour price of one piece in won, around which a workshop's floor lies.
PRICE_AROUND = {
    "tshirt": 3500,
    "sweatshirt_hoodie": 6500,
    "shirt_blouse": 9500,
    "dress": 13000,
    "skirt": 7500,
    "trousers": 9000,
    "denim_jeans": 10000,
    "jacket": 26000,
    "coat": 34000,
    "suit": 45000,
    "padded_outerwear": 28000,
    "vest": 8500,
    "pajamas": 8000,
    "underwear": 2500,
    "swimwear": 7000,
    "pet_clothing": 5000,
    "sweater_pullover": 12000,
    "cardigan": 13000,
    "bag": 9000,
    "hat_cap": 5000,
    "scarf_accessory": 2500,
    "home_textile": 6000,
}

# Weight of each neighbourhood; more workshops stand where the sourced cluster is (용신동 held 515 of 1,627 in 2022).
NEIGHBOURHOODS = {
    "신설동": 13,
    "용두동": 13,
    "제기동": 8,
    "전농1동": 7,
    "전농2동": 6,
    "답십리1동": 8,
    "답십리2동": 7,
    "장안1동": 10,
    "장안2동": 12,
    "청량리동": 4,
    "회기동": 2,
    "휘경1동": 3,
    "휘경2동": 3,
    "이문1동": 3,
    "이문2동": 3,
}

INTRODUCTIONS = (
    "부부가 함께 합니다. 적은 수량도 꼼꼼하게 해 드려요.",
    "이 자리에서 오래 일했어요. 급한 일은 전화로 먼저 물어봐 주세요.",
    "샘플을 먼저 보고 시작하는 것을 좋아합니다.",
    "재단부터 시아게까지 한곳에서 합니다.",
    "도매 일을 주로 하고, 브랜드 일도 받습니다.",
    "얇은 원단을 많이 다뤄 봤어요.",
    "작업지시서만 있으면 바로 시작할 수 있어요.",
    "납기는 꼭 지킵니다.",
)
