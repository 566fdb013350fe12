"""A sewing factory: what it is, what it can do, and where each fact comes from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, and_, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.district import District, Neighbourhood
from models.user import User

if TYPE_CHECKING:
    from models.mandate import Mandate


VERIFIED_FOR = timedelta(days=365)


class Sector(StrEnum):
    GARMENT = "garment"
    OTHER = "other"  # rows of other trades: kept, never listed, never ranked


class LegalForm(StrEnum):
    COMPANY = "company"
    SOLE_TRADER = "sole_trader"


class OperatingStatus(StrEnum):
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"


class FactSource(StrEnum):
    OWNER = "owner"
    STAFF = "staff"
    IMPORT = "import"
    DEMO = "demo"


class VerificationMethod(StrEnum):
    DOCUMENT = "document"
    PHONE = "phone"
    VISIT = "visit"


class CapabilityKind(StrEnum):
    """Kinds of vocabulary codes a factory can state."""

    ITEM = "item"
    CATEGORY = "category"
    FABRIC = "fabric"
    STAGE = "stage"
    PROCESS = "process"
    MACHINE = "machine"
    MARKET = "market"
    DIFFICULTY = "difficulty"


class Factory(Base):
    """Everything but name, district and sector may be unknown (None).

    ``is_home`` and ``address_public`` decide what a stranger sees; phone and address are never public by default.
    """

    __tablename__ = "factory"
    __table_args__ = (
        CheckConstraint("people IS NULL OR people > 0", name="people_positive"),
        CheckConstraint("minimum_order_quantity IS NULL OR minimum_order_quantity > 0", name="minimum_positive"),
        CheckConstraint("lead_time_days IS NULL OR lead_time_days > 0", name="lead_time_positive"),
        CheckConstraint("price_floor_krw IS NULL OR price_floor_krw > 0", name="price_floor_positive"),
        CheckConstraint("outside_work_percent BETWEEN 0 AND 100", name="outside_work_is_a_share"),
        Index("ix_factory_district_sector_status", "district_id", "sector", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    name: Mapped[str]
    sector: Mapped[Sector] = mapped_column(code_column(Sector), default=Sector.GARMENT)
    status: Mapped[OperatingStatus] = mapped_column(code_column(OperatingStatus), default=OperatingStatus.ACTIVE)
    legal_form: Mapped[LegalForm | None] = mapped_column(code_column(LegalForm))
    # Why an unclaimed sole trader may be shown to the public, as staff recorded it.
    public_basis: Mapped[str | None]
    business_number: Mapped[str | None] = mapped_column(index=True)
    has_no_business_number: Mapped[bool] = mapped_column(default=False)  # by their own word; the centre looks
    phone: Mapped[str | None]
    address: Mapped[str | None]
    is_address_public: Mapped[bool] = mapped_column(default=False)
    is_shared_room: Mapped[bool] = mapped_column(default=False)  # machines for anybody to come and use
    # The owner has not agreed, or no longer agrees, that strangers see the factory.
    is_display_refused: Mapped[bool] = mapped_column(default=False)
    is_hidden: Mapped[bool] = mapped_column(default=False)  # staff took it off the public pages; see moderation
    neighbourhood_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhood.id"), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    people: Mapped[int | None]
    established_year: Mapped[int | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]  # of the business, not of its row
    minimum_order_quantity: Mapped[int | None]
    lead_time_days: Mapped[int | None]
    price_floor_krw: Mapped[int | None]
    is_price_vat_included: Mapped[bool | None]
    price_includes: Mapped[list[str] | None] = mapped_column(Json)  # process codes
    outside_work_percent: Mapped[int | None]  # of their work, as the owner says, what does not come from this site
    brands_supplied: Mapped[str | None]
    introduction: Mapped[str | None]
    verified_on: Mapped[date | None]
    verification_method: Mapped[VerificationMethod | None] = mapped_column(code_column(VerificationMethod))
    confirmed_on: Mapped[date | None]  # last day on which the owner or staff said that this is how it is
    # The row of the register that stands for this one since both turned out to be one firm.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("factory.id"), index=True)
    search_text: Mapped[str] = mapped_column(default="")  # see garment_hub/factories/search.py
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)

    district: Mapped[District] = relationship()
    owner: Mapped[User | None] = relationship()
    neighbourhood: Mapped[Neighbourhood | None] = relationship()
    capabilities: Mapped[list[FactoryCapability]] = relationship(
        cascade="all, delete-orphan", order_by="FactoryCapability.id"
    )
    rates: Mapped[list[FactoryRate]] = relationship(cascade="all, delete-orphan", order_by="FactoryRate.id")
    certificates: Mapped[list[FactoryCertificate]] = relationship(
        cascade="all, delete-orphan", order_by="FactoryCertificate.id"
    )
    facts: Mapped[list[FactoryFact]] = relationship(cascade="all, delete-orphan", order_by="FactoryFact.id")
    mandates: Mapped[list[Mandate]] = relationship(
        back_populates="factory", cascade="all, delete-orphan", order_by="Mandate.id"
    )

    @hybrid_property
    def is_listed(self) -> bool:
        """Whether strangers may see it: a working garment maker that is claimed, a company, or has a recorded basis."""
        return (
            self.sector == Sector.GARMENT
            and self.status != OperatingStatus.CLOSED
            and not self.is_display_refused
            and not self.is_hidden
            and (self.owner_id is not None or self.legal_form == LegalForm.COMPANY or self.public_basis is not None)
        )

    @is_listed.inplace.expression
    @classmethod
    def _is_listed(cls) -> ColumnElement[bool]:
        return and_(
            cls.sector == Sector.GARMENT,
            cls.status != OperatingStatus.CLOSED,
            cls.is_display_refused.is_(False),
            cls.is_hidden.is_(False),
            or_(
                cls.owner_id.is_not(None),
                cls.legal_form == LegalForm.COMPANY,
                cls.public_basis.is_not(None),
            ),
        )

    def is_verified_on(self, day: date) -> bool:
        """Whether staff looked within twelve months before ``day``; later it counts as not checked."""
        return self.verified_on is not None and day - self.verified_on <= VERIFIED_FOR

    @property
    def mandate(self) -> Mandate | None:
        """What lets the centre act for the owner now."""
        return next((mandate for mandate in self.mandates if mandate.ended_at is None), None)

    def codes(self, kind: CapabilityKind) -> list[str]:
        """Codes of this kind that the factory says it has, in the order stated."""
        return [row.code for row in self.capabilities if row.kind == kind and row.has]

    def fact(self, name: str) -> FactoryFact | None:
        return next((fact for fact in self.facts if fact.name == name), None)

    def record_fact(
        self, name: str, source: FactSource, on: date, *, source_name: str | None = None, is_complete: bool = False
    ) -> FactoryFact:
        """Note where ``name`` (a column, or a capability kind) was learnt and when; the latest word stands."""
        fact = self.fact(name)
        if fact is None:
            fact = FactoryFact(name=name)
            self.facts.append(fact)
        fact.source, fact.source_name, fact.stated_on, fact.is_complete = source, source_name, on, is_complete
        return fact

    def set_capabilities(self, kind: CapabilityKind, has: dict[str, int | None], has_not: tuple[str, ...] = ()) -> None:
        """Replace all codes of one kind. ``has`` maps code to a count (machines) or None.

        Rows that stay are changed in place: a code taken out and put back would meet itself in the database.
        """
        wanted: dict[str, tuple[bool, int | None]] = dict.fromkeys(has_not, (False, None))
        wanted |= {code: (True, count) for code, count in has.items()}
        for row in [row for row in self.capabilities if row.kind == kind]:
            if row.code in wanted:
                row.has, row.count = wanted.pop(row.code)
            else:
                self.capabilities.remove(row)
        self.capabilities += [
            FactoryCapability(kind=kind, code=code, has=has_it, count=count) for code, (has_it, count) in wanted.items()
        ]


class FactoryCapability(Base):
    """One code a factory says it has (or, with ``has`` false, has not). No row: unknown."""

    __tablename__ = "factory_capability"
    __table_args__ = (
        UniqueConstraint("factory_id", "kind", "code"),
        Index("ix_factory_capability_kind_code", "kind", "code"),
        CheckConstraint("count IS NULL OR count > 0", name="count_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    kind: Mapped[CapabilityKind] = mapped_column(code_column(CapabilityKind))
    code: Mapped[str]
    has: Mapped[bool] = mapped_column(default=True)
    count: Mapped[int | None]


class FactoryRate(Base):
    """Pieces a day. No item: any item. No stage: the whole garment."""

    __tablename__ = "factory_rate"
    __table_args__ = (
        UniqueConstraint("factory_id", "item", "stage"),
        CheckConstraint("pieces_per_day > 0", name="pieces_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    item: Mapped[str | None]
    stage: Mapped[str | None]
    pieces_per_day: Mapped[int]


class FactoryCertificate(Base):
    __tablename__ = "factory_certificate"
    __table_args__ = (UniqueConstraint("factory_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    code: Mapped[str]
    issuer: Mapped[str | None]
    number: Mapped[str | None]
    valid_until: Mapped[date | None]


class FactoryFact(Base):
    """Source and date of one fact. ``is_complete``: the list given was the whole list."""

    __tablename__ = "factory_fact"
    __table_args__ = (UniqueConstraint("factory_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    name: Mapped[str]
    source: Mapped[FactSource] = mapped_column(code_column(FactSource))
    source_name: Mapped[str | None]
    stated_on: Mapped[date]
    is_complete: Mapped[bool] = mapped_column(default=False)
