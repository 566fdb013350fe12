"""Which field a column heading means: Korean and English words, and the layouts of known registers as they stand."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

TOP_ITEM_GROUPS = (
    "upper",
    "lower",
    "outer",
    "dress_skirt",
    "bag",
    "fashion_accessory",
    "underwear",
    "sports_leisure",
    "pet",
)

# field -> headings, the likelier first. Where two columns of a file mean one field, the earlier heading here wins.
_HEADINGS: dict[str, str] = {
    "name": "company_name|name|회사명|업체명|상호|상호명|공장명"
    "|사업체명|기업명|사업장명|업소명|봉제업체명|factory_name"
    "|facility_name|facility|company|factory|supplier_name|business_name",
    "source_id": "facility_id|os_id|oar_id|factory_id|external_id|id|관리번호|업체코드|업체번호|등록번호|공장등록번호"
    "|회원번호|고유번호|식별번호|registration_number|registration_no|reg_no|member_no|membership_no",
    "address": "address|주소|소재지|지번주소|공장대표주소(지번)|공장대표주소|공장주소|사업장주소"
    "|사업장소재지|소재지주소"
    "|소재지지번주소|업체주소|공장소재지"
    "|factory_address|full_address|street_address|location",
    "road_address": "도로명주소|소재지도로명주소|공장대표주소(도로명)|도로명|새주소|road_address",
    "neighbourhood": "admin_district|행정동|행정동명|동|동명|법정동|읍면동|neighbourhood|neighborhood|dong|행정동코드",
    "thana": "thana|upazila|sub_district|subdistrict",
    "city": "city|시군구|구|district|town|province",
    "country": "country_code|country|국가|country_name",
    "industry": "업종명|업종|업종코드|대표업종|주업종|산업분류|표준산업분류|sector|industry|trade|sector_of_industry",
    "business_type": "business_type|사업유형|사업형태|생산형태|거래형태|법인구분|사업자구분",
    "factory_type": "factory_type|공장유형|공장형태|업체유형|facility_type|processing_type_facility_type_raw",
    "phone": "phone|전화번호|전화|연락처|대표전화|휴대폰|휴대전화|휴대폰번호|핸드폰"
    "|tel|telephone|phone_number|mobile|mobile_no",
    "business_number": "사업자등록번호|사업자번호|사업자등록no|business_number|business_registration_number|brn",
    "people": "number_of_workers|종업원수|종업원|인원|인원수|직원수|근로자수"
    "|고용인원|작업인원|종사자수|총인원|workers|employees"
    "|number_of_employees|worker_count|people",
    "minimum_order_quantity": "moq|최소수량|최소주문수량|최소주문량|최소생산수량|최소오더|최소발주량|미니멈"
    "|minimum_order_quantity|minimum_order|min_order|minimum_quantity",
    "monthly_capacity": "monthly_capacity|capacity_pcs_month|월생산량|월생산능력|월생산수량|월캐파"
    "|월간생산량|생산능력(월)"
    "|capacity_per_month|monthly_output|production_capacity_per_month",
    "daily_capacity": "일생산량|일일생산량|하루생산량|일생산능력|pieces_per_day|daily_capacity|capacity_per_day",
    "item": "product_types|product_type|principal_exportable_product|품목|주요품목|생산품목|취급품목"
    "|주생산품|주요생산품"
    "|생산품|생산제품|주품목|products|product|items|item|main_products",
    "process": "processing_types|processing_type|공정|가능공정|주요공정|작업공정|보유공정|processes|process|stages",
    "category": "category|categories|복종|분야|전문분야",
    "fabric": "main_fabrics|원단|주요원단|주원단|취급원단|소재|주요소재|fabric|fabrics|materials",
    "machine": "machine|machines|장비|보유장비|주요장비|설비|보유설비|equipment",
    "sewing_machines": "sewing_machines|봉제장비|봉제기계|재봉기|미싱",
    "pattern_machines": "pattern_machines|패턴장비",
    "special_machines": "special_machines|특수장비|특수기계|특종장비",
    "market": "distribution|유통|유통경로|납품처유형|거래처유형|판로|유통채널|market|markets",
    "lead_time_days": "delivery|lead_time_days|납기|작업기간|제작기간|소요일수|lead_time|leadtime",
    "established_year": "established_year|설립연도|설립년도|설립일|설립일자|창업연도|개업연도|개업일|개업일자|창립연도"
    "|year_established|established|founded|foundation_year",
    "brands_supplied": "brands_supplied|납품브랜드|거래브랜드|주요거래처|거래처|brands|clients",
    "introduction": "intro|introduction|소개|회사소개|업체소개|공장소개|description|about",
    "lat": "lat|위도|latitude|y좌표(위도)",
    "lon": "lon|lng|경도|longitude|long|x좌표(경도)",
    "operating_status": "영업상태|운영상태|휴폐업|휴폐업구분|상태|가동상태|operating_status",
    "is_closed": "is_closed|폐업여부|closed",
    "stated_on": "contribution_date|데이터기준일자|데이터기준일|기준일|기준일자|조사일"
    "|조사일자|확인일|갱신일|최종확인일"
    "|last_updated|updated_on|as_of",
} | {f"top_items_{group}": f"top_items_{group}" for group in TOP_ITEM_GROUPS}

FIELDS = tuple(_HEADINGS)
_ENDING_IN_ID = re.compile(r"(reg|registration|member|membership)(no|number)$")
_BRACKETS = re.compile(r"[(\[（【<].*?[)\]）】>]")


def normalise_heading(text: str) -> str:
    """Letters and digits only, so that spaces, stars, line breaks and brackets make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


@cache
def _by_heading() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for field, headings in _HEADINGS.items():
        for rank, heading in enumerate(headings.split("|")):
            found.setdefault(normalise_heading(heading), (field, rank))
    for field in FIELDS:
        found.setdefault(normalise_heading(field), (field, 99))
    return found


def field_of(heading: str) -> tuple[str, int] | None:
    """The field a heading means and how likely (0 is best), or None."""
    known = _by_heading()
    for text in (heading, _BRACKETS.sub("", heading)):
        normal = normalise_heading(text)
        if normal in known:
            return known[normal]
        if _ENDING_IN_ID.search(normal) and not normal.startswith("business"):
            return "source_id", 50
    return None
