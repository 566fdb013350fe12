"""The demo sign-ins: the people behind them, the two workshops of the demo owners, and a request that waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from garment_hub.demo.names import impossible_phone
from garment_hub.factories.services import refresh_search_text
from models.base import utc_now
from models.brief import Brief, BriefStatus, Supplier
from models.capacity import CapacityWeek, week_of
from models.designer import Designer
from models.district import District, Neighbourhood
from models.factory import CapabilityKind, Factory, FactoryRate, FactSource, LegalForm, VerificationMethod
from models.quote import QuoteRequest
from models.user import Consent, ConsentPurpose, Role, User

WORDING = "1"
WEEKS = 8
COLUMNS = (
    "people",
    "minimum_order_quantity",
    "lead_time_days",
    "price_floor_krw",
    "established_year",
    "introduction",
)
STAFF = {
    "coordinator": (Role.COORDINATOR, "센터 코디네이터"),
    "officer": (Role.DISTRICT_OFFICER, "구청 담당자"),
    "admin": (Role.ADMINISTRATOR, "관리자"),
}


def people(district: District, password_hash: str) -> dict[str, User]:
    """Everybody who can sign in to the demo, by the first part of the address."""

    def person(key: str, role: Role, name: str, phone: str | None = None) -> User:
        user = User(role=role, email=f"{key}@demo.example", name=name, district=district, password_hash=password_hash)
        user.phone = phone
        user.consents = [Consent(purpose=purpose, wording_version=WORDING) for purpose in ConsentPurpose]
        return user

    made = {key: person(key, role, name) for key, (role, name) in STAFF.items()}
    made["designer"] = person("designer", Role.DESIGNER, "한보라", impossible_phone(9000001))
    made["designer2"] = person("designer2", Role.DESIGNER, "서도진", impossible_phone(9000002))
    made["owner"] = person("owner", Role.FACTORY_OWNER, "정말순", impossible_phone(9000003))
    made["owner2"] = person("owner2", Role.FACTORY_OWNER, "김춘자", impossible_phone(9000004))
    return made


def designers(who: dict[str, User], district: District) -> list[Designer]:
    return [
        Designer(
            user=who["designer"],
            district=district,
            brand="보라색오후",
            items=["shirt_blouse", "dress"],
            market="designer_brand",
            usual_quantity_min=50,
            usual_quantity_max=200,
            is_public=True,
            introduction="얇은 블라우스와 원피스를 한 해 네 번 만들어요.",
        ),
        Designer(
            user=who["designer2"],
            district=district,
            brand="느린서랍",
            items=["tshirt", "sweatshirt_hoodie"],
            market="online_shop",
            usual_quantity_min=30,
            usual_quantity_max=300,
            is_public=True,
            introduction="두꺼운 티셔츠와 맨투맨을 만들어요.",
        ),
    ]


WOVEN_CODES = {
    CapabilityKind.ITEM: ("shirt_blouse", "dress", "skirt"),
    CapabilityKind.FABRIC: ("woven", "sheer_silk"),
    CapabilityKind.STAGE: ("sewing",),
    CapabilityKind.PROCESS: (
        "cutting",
        "fusing",
        "sewing_assembly",
        "buttonhole_straight",
        "button_attaching",
        "ironing_finishing",
    ),
    CapabilityKind.CATEGORY: ("womenswear",),
    CapabilityKind.MARKET: ("designer_brand",),
}
KNIT_CODES = {
    CapabilityKind.ITEM: ("tshirt", "sweatshirt_hoodie"),
    CapabilityKind.FABRIC: ("knit_jersey",),
    CapabilityKind.STAGE: ("sewing",),
    CapabilityKind.PROCESS: ("sewing_assembly", "overlock", "coverstitch"),
}


def workshops(who: dict[str, User], district: District, places: dict[str, Neighbourhood], today: date) -> list[Factory]:
    """The workshops of the two demo owners."""
    woven = _woven(who["owner"], district, places["장안2동"], today)
    knit = _knit(who["owner2"], district, places["답십리1동"], today)
    _state(woven, today, WOVEN_CODES, {"lockstitch_machine": 5, "overlock_machine": 2, "buttonhole_machine": 1})
    _state(knit, today, KNIT_CODES, {"overlock_machine": 4, "coverstitch_machine": 2})
    return [woven, knit]


def _woven(owner: User, district: District, place: Neighbourhood, today: date) -> Factory:
    return Factory(
        district=district,
        owner=owner,
        name="말순솔기",
        legal_form=LegalForm.SOLE_TRADER,
        neighbourhood=place,
        phone=owner.phone,
        people=4,
        established_year=today.year - 22,
        minimum_order_quantity=30,
        lead_time_days=8,
        price_floor_krw=10500,
        is_price_vat_included=False,
        price_includes=["cutting", "sewing_assembly", "ironing_finishing"],
        confirmed_on=today - timedelta(days=7),
        verified_on=today - timedelta(days=19),
        verification_method=VerificationMethod.VISIT,
        introduction="부부가 재단부터 시아게까지 합니다. 얇은 셔츠와 블라우스를 22년 만들었어요.",
        rates=[FactoryRate(item="shirt_blouse", pieces_per_day=40), FactoryRate(item="dress", pieces_per_day=28)],
    )


def _knit(owner: User, district: District, place: Neighbourhood, today: date) -> Factory:
    return Factory(
        district=district,
        owner=owner,
        name="춘자다이마루",
        legal_form=LegalForm.SOLE_TRADER,
        neighbourhood=place,
        phone=owner.phone,
        people=3,
        minimum_order_quantity=50,
        confirmed_on=today - timedelta(weeks=4),  # three answers missed
        rates=[FactoryRate(item="tshirt", pieces_per_day=120)],
    )


def _state(
    factory: Factory, today: date, codes: Mapping[CapabilityKind, tuple[str, ...]], machines: dict[str, int]
) -> None:
    for kind, has in codes.items():
        factory.set_capabilities(kind, dict.fromkeys(has))
    factory.set_capabilities(CapabilityKind.MACHINE, dict(machines))
    columns = (
        "people",
        "minimum_order_quantity",
        "lead_time_days",
        "price_floor_krw",
        "established_year",
        "introduction",
    )
    stated = [name for name in columns if getattr(factory, name) is not None]
    for name in (*codes, CapabilityKind.MACHINE, *stated, "rates", "capacity"):
        factory.record_fact(name, FactSource.DEMO, today, is_complete=name == CapabilityKind.ITEM)
    refresh_search_text(factory)


def weeks(factories: list[Factory], today: date) -> list[CapacityWeek]:
    first = week_of(today)
    return [
        CapacityWeek(factory=factory, starts_on=first + timedelta(weeks=n), open_hundredths=500)
        for factory in factories
        for n in range(-1, WEEKS)
    ]


def waiting_request(session: Session, asker: Designer, factory: Factory, today: date) -> None:
    """A request in the demo owner's inbox, so that the first look is not an empty page."""
    brief = Brief(
        designer=asker,
        district=asker.district,
        status=BriefStatus.OPEN,
        item="shirt_blouse",
        category="womenswear",
        fabrics=["woven"],
        processes=["cutting", "sewing_assembly", "ironing_finishing"],
        quantity=60,
        colours=2,
        sizes=3,
        needed_by=today + timedelta(days=35),
        materials_on=today + timedelta(days=10),
        fabric_by=Supplier.DESIGNER,
        trims_by=Supplier.DESIGNER,
        budget_per_piece_krw=12000,
        price_includes=["cutting", "sewing_assembly"],
        market="designer_brand",
        note="앞단추 블라우스예요. 샘플을 먼저 보고 싶어요.",
        published_at=utc_now(),
        deliver_to=factory.neighbourhood,
    )
    session.add(QuoteRequest(brief=brief, factory=factory, answer_by=today + timedelta(days=7)))
