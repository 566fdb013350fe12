"""Verbs of a designer's profile: registering it, changing it, its pictures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.designer import Designer, PortfolioPicture
from models.errors import Invalid, NotFound
from models.user import ConsentPurpose, User

MOST_PICTURES = 12


@dataclass(frozen=True, slots=True)
class Profile:
    """What a designer says about the brand; None is not stated."""

    brand: str
    introduction: str | None = None
    items: tuple[str, ...] = ()
    market: str | None = None
    usual_quantity_min: int | None = None
    usual_quantity_max: int | None = None
    business_number: str | None = None
    website: str | None = None


def register_designer(session: Session, person: User, brand: str) -> Designer:
    """A profile for a person; public only when the person agreed to that."""
    consents = {consent.purpose for consent in person.consents}
    designer = Designer(
        user=person,
        district_id=person.district_id,
        brand=brand,
        is_public=ConsentPurpose.PUBLIC_DISPLAY in consents,
    )
    session.add(designer)
    session.flush()
    return designer


def change_profile(session: Session, designer: Designer, profile: Profile) -> None:
    least, most = profile.usual_quantity_min, profile.usual_quantity_max
    if least and most and least > most:
        raise Invalid("quantities_swapped", field="usual_quantity_max")
    designer.brand = profile.brand
    designer.introduction = profile.introduction
    designer.items = list(profile.items)
    designer.market = profile.market
    designer.usual_quantity_min, designer.usual_quantity_max = least, most
    designer.business_number = profile.business_number
    designer.website = profile.website
    session.flush()


def add_picture(session: Session, designer: Designer, key: str, caption: str) -> PortfolioPicture:
    if len(designer.pictures) >= MOST_PICTURES:
        raise Invalid("too_many_pictures", field="picture", most=MOST_PICTURES)
    picture = PortfolioPicture(key=key, caption=caption)
    designer.pictures.append(picture)
    session.flush()
    return picture


def picture_of(designer: Designer, picture_id: int) -> PortfolioPicture:
    found = next((picture for picture in designer.pictures if picture.id == picture_id), None)
    if found is None:
        raise NotFound
    return found


def remove_picture(session: Session, designer: Designer, picture_id: int) -> str:
    """Take a picture out and return the key of its file."""
    picture = picture_of(designer, picture_id)
    designer.pictures.remove(picture)
    session.flush()
    return picture.key
