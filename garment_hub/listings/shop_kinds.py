"""What kind of shop somebody runs, as one tap says it, and the numbers worth asking for then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from garment_hub.factories.listing import FABRIC_EXAMPLES
from garment_hub.labels import term

FABRICS = ("woven", "knit_jersey", "sweater_knit")
ITEMS_OF_ONE_FABRIC, ITEMS_OF_EACH = 4, 2  # a page of numbers stays short

Pair = tuple[str | None, str | None]  # item or any, stage or the whole garment


@dataclass(frozen=True, slots=True)
class Job:
    """One of the things that a kind of shop may do: a stage, or a process of it."""

    stage: str
    process: str | None = None

    @property
    def code(self) -> str:
        return self.process or self.stage

    @property
    def name(self) -> str:
        return term(self.process, "process") if self.process else term(self.stage, "stage")


@dataclass(frozen=True, slots=True)
class ShopKind:
    """Of a kind with one job the tap says the stage; of several jobs the owner says which on the next page.

    An agency takes whole orders and lets others sew: it has no stage of its own to state.
    """

    code: str
    jobs: tuple[Job, ...]
    picture: str
    sews_garments: bool = False

    @property
    def name(self) -> str:
        return "·".join(job.name for job in self.jobs) if self.jobs else term("promotion_agent", "role")

    @property
    def choices(self) -> tuple[Job, ...]:
        """The jobs to choose from; one alone is no choice."""
        return self.jobs if len(self.jobs) > 1 else ()

    @property
    def stages(self) -> list[str]:
        return list(dict.fromkeys(job.stage for job in self.jobs))

    def pairs(self, fabrics: Sequence[str]) -> list[Pair]:
        """Which pieces a day are asked for: of garments, or of each stage done for others."""
        if not self.sews_garments:
            return [(None, stage) for stage in self.stages]
        most = ITEMS_OF_ONE_FABRIC if len(fabrics) == 1 else ITEMS_OF_EACH
        items = [item for fabric in fabrics for item in FABRIC_EXAMPLES.get(fabric, ())[:most]]
        return [(item, None) for item in items] or [(None, None)]


KINDS = {
    kind.code: kind
    for kind in (
        ShopKind("sewing", (Job("sewing"),), "sewing", sews_garments=True),
        ShopKind("cutting", (Job("cutting_stage"),), "cutting_stage"),
        ShopKind("pattern_sample", (Job("pattern"), Job("sample")), "pattern"),
        ShopKind("special", (Job("special_machine"),), "special_machine"),
        ShopKind("finishing", (Job("finishing"),), "finishing"),
        ShopKind(
            "decoration",
            (Job("decoration", "embroidery"), Job("decoration", "screen_printing"), Job("washing_dyeing", "washing")),
            "decoration",
        ),
        ShopKind("agency", (), "inspection_packing", sews_garments=True),
    )
}
