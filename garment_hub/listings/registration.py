"""The registration of a factory: a number typed, a photo for the centre to read, or no number at all."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.factories.services import Statement, confirm, state_columns
from models.audit import AuditAction
from models.business_number import KOREA, digits_of, is_valid
from models.errors import Invalid, NotFound
from models.factory import Factory, FactSource
from models.registration_photo import RegistrationPhoto
from models.user import User

TEN = 10


def read_number(text: str | None, country: str = KOREA) -> str:
    """In Korea the ten digits; raises Invalid with what is wrong with them."""
    digits = digits_of(text or "")
    if not digits:
        raise Invalid("business_number_missing", field="number")
    if country != KOREA:
        if not is_valid(digits, country):
            raise Invalid("business_number_not_of_country", field="number")
        return digits
    if len(digits) != TEN or not (digits.isascii() and digits.isdecimal()):
        raise Invalid("business_number_not_ten", field="number")
    if not is_valid(digits):
        raise Invalid("business_number_wrong", field="number")
    return digits


def state_number(session: Session, factory: Factory, digits: str, said: Statement) -> str | None:
    """The number stands; the key of a photo that nobody needs any more."""
    factory.has_no_business_number = False
    state_columns(factory, {"business_number": digits}, said)
    confirm(session, factory, said)
    return _drop_photo(session, factory)


def state_no_number(session: Session, factory: Factory, said: Statement) -> str | None:
    factory.has_no_business_number = True
    state_columns(factory, {"business_number": None}, said)
    confirm(session, factory, said)
    return _drop_photo(session, factory)


def keep_photo(session: Session, factory: Factory, key: str, now: datetime) -> str | None:
    """A photo waits for the centre; the key of an earlier one."""
    earlier = _drop_photo(session, factory)
    session.add(RegistrationPhoto(factory_id=factory.id, key=key, sent_at=now))
    session.flush()
    return earlier


def _drop_photo(session: Session, factory: Factory) -> str | None:
    photo = photo_of(session, factory)
    if photo is None:
        return None
    session.delete(photo)
    session.flush()
    return photo.key


def photo_of(session: Session, factory: Factory) -> RegistrationPhoto | None:
    return session.scalar(select(RegistrationPhoto).where(RegistrationPhoto.factory_id == factory.id))


def waiting_photos(session: Session, district_id: int) -> list[RegistrationPhoto]:
    """Those that wait for the centre of this district, the longest waiting first."""
    query = select(RegistrationPhoto).join(Factory).where(Factory.district_id == district_id)
    return list(session.scalars(query.order_by(RegistrationPhoto.sent_at, RegistrationPhoto.id)))


def without_number(session: Session, district_id: int) -> list[Factory]:
    """Those that say they have no number, and that nobody has looked at yet."""
    query = select(Factory).where(
        Factory.district_id == district_id, Factory.has_no_business_number, Factory.verified_on.is_(None)
    )
    return list(session.scalars(query.order_by(Factory.id)))


def get_photo(session: Session, photo_id: int, person: User) -> RegistrationPhoto:
    photo = session.get(RegistrationPhoto, photo_id)
    if photo is None or photo.factory.district_id != person.district_id:
        raise NotFound
    return photo


def key_in(session: Session, photo: RegistrationPhoto, digits: str, person: User, on: date) -> str:
    """The centre has read the number; the key of the photo, which has to go with its row."""
    factory, key = photo.factory, photo.key
    said = Statement(FactSource.STAFF, on, person.name)
    audit.record(session, person, AuditAction.CHANGED_FOR_OWNER, factory, what=AuditAction.REGISTRATION_SEEN)
    state_number(session, factory, digits, said)
    return key
