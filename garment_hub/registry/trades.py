"""Does a row of a register sew? Decided by its industry, else its products, else its name, else by the register.

* The industry cell decides alone where it says something. KSIC names and codes: division 14 (apparel), sewn textile
  goods (bedding, curtains, tents, other made-up goods), dyeing, printing and finishing of garments, embroidery, bags.
  Spinning, weaving, knitting of cloth, ropes and felt are textile but no sewing: another trade, told apart by evidence.
* Where it is silent: products or processes the vocabulary knows, then words in the firm's name.
* Where the row says nothing at all: a register without an industry column is a register of sewing firms, since that is
  what is imported here; in a register that has the column, a silent row is of another trade until somebody says more.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from garment_hub.registry.cells import clean, is_blank


class Evidence(StrEnum):
    INDUSTRY = "industry"
    TEXTILE = "textile"  # the industry is textile, but nothing is sewn
    PRODUCTS = "products"
    NAME = "name"
    REGISTER = "register"  # the row is silent; the kind of register decides


@dataclass(frozen=True, slots=True)
class Trade:
    is_garment: bool
    evidence: Evidence


_SILENT = re.compile(
    r"(기타)?(제조업?|생산|manufactur(ing|er)|unspecified|other|governmentregistry|소상공인|도시형소공인|업체)"
)
_NEVER = re.compile(
    r"기계|장비|고무|플라스틱|용접|광섬유|유리섬유|탄소섬유"
    r"|방사선|소매|도매|판매|임대|세탁|종이|신발|부분품|모피 및 가죽"
    r"|machine|retail|wholesale|footwear|shoes?\b|laundry|food|agricultur|refinery|metal|electronic",
    re.IGNORECASE,
)
_SEWN = re.compile(
    r"의복|의류|봉제|겉옷|속옷|잠옷|셔츠|블라우스|한복|모피제품|스타킹|양말|모자"
    r"|침구|커튼|천막|텐트|직물포대|기타 직물제품"
    r"|날염|나염|자수|핸드백|지갑|가방|섬유제품 기타 정리|분류 안된 섬유제품"
    r"|패션|어패럴|유니폼|근무복|작업복|양장|양복|교복|수선"
    r"|패턴|재단|미싱|시아게"
    r"|apparel|garment|sewing|cloth(?:ing|es)\b|home textile|fashion|tailor|knitwear|uniform|textiles?\b",
    re.IGNORECASE,
)
_TEXTILE = re.compile(
    r"방적|직조|직물|편조원단|편직|섬유|원단|부직포|펠트|로프|끈|어망|솜|연사|레이스|카펫|염색|spinning|weaving|yarn"
)
_NAME_SEWS = re.compile(
    r"봉제|의류|어패럴|어페럴|패션|피복|양장|유니폼|미싱|재단"
    r"|apparel|garment|fashion|clothing|knit(?:wear|ting)?\b|sweater|shirt|headwear|hosiery|tailor|dress(?:es)?\b",
    re.IGNORECASE,
)
_NAME_DOES_NOT = re.compile(r"신발|제화|footwear|shoes?\b|shoe\b", re.IGNORECASE)
_KSIC = re.compile(r"[A-Z]?\s*(\d{2,5})")
_KSIC_SEWN = ("14", "1322", "13402", "13403", "13409", "1512", "13992")
_LISTED_MORE = re.compile(r"\s*외\s*\d+\s*(?:개\s*)?종.*$")


def classify(industry: str, *, has_industry_column: bool, has_known_products: bool, name: str) -> Trade:
    """Whether a row belongs to the sewing trade, and what told so."""
    by_industry = _by_industry(industry)
    if by_industry is not None:
        return by_industry
    if has_known_products:
        return Trade(True, Evidence.PRODUCTS)
    if _NAME_DOES_NOT.search(name) and not _NAME_SEWS.search(name):
        return Trade(False, Evidence.NAME)
    if _NAME_SEWS.search(name):
        return Trade(True, Evidence.NAME)
    return Trade(not has_industry_column, Evidence.REGISTER)


def _by_industry(cell: str) -> Trade | None:
    if is_blank(cell):
        return None
    text = unicodedata.normalize("NFKC", _LISTED_MORE.sub("", clean(cell)))
    code = _KSIC.fullmatch(text)
    if code:
        return Trade(code[1].startswith(_KSIC_SEWN), Evidence.INDUSTRY)
    parts = [part.strip() for part in re.split(r"[|;]", text) if part.strip()]
    if any(_SEWN.search(part) and not _NEVER.search(part) for part in parts):
        return Trade(True, Evidence.INDUSTRY)
    if all(_SILENT.fullmatch(part.casefold().replace(" ", "")) for part in parts):
        return None
    is_textile = any(_TEXTILE.search(part) and not _NEVER.search(part) for part in parts)
    return Trade(False, Evidence.TEXTILE if is_textile else Evidence.INDUSTRY)
