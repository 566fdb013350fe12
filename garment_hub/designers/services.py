"""What a designer does: sign up with a brand, say what is made, show pictures of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from models.designer import Designer, PortfolioPicture
from models.errors import Invalid, NotFound
from models.user import ConsentPurpose, User

MOST_PICTURES = 12


def register_designer(session: Session, user: User, *, brand: str) -> Designer:
    """A profile for a person; public only when the person agreed to that."""
    is_public = any(consent.purpose == ConsentPurpose.PUBLIC_DISPLAY for consent in user.consents)
    designer = Designer(user=user, district_id=user.district_id, brand=brand, is_public=is_public)
    session.add(designer)
    session.flush()
    return designer


def change_profile(session: Session, designer: Designer, values: Mapping[str, object]) -> None:
    """Write the columns named."""
    for name, value in values.items():
        setattr(designer, name, value)
    session.flush()


def add_picture(session: Session, designer: Designer, key: str, caption: str) -> PortfolioPicture:
    """Show a stored picture; refuses more than twelve, also when two arrive at once."""
    session.execute(select(Designer.id).where(Designer.id == designer.id).with_for_update())
    shown = select(func.count()).select_from(PortfolioPicture).where(PortfolioPicture.designer_id == designer.id)
    if (session.scalar(shown) or 0) >= MOST_PICTURES:
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


def remove_picture(session: Session, designer: Designer, picture_id: int, forget: Callable[[str], None]) -> None:
    """Take a picture away; its file goes once that is certain."""
    picture = picture_of(designer, picture_id)
    key = picture.key
    designer.pictures.remove(picture)
    session.flush()
    event.listen(session, "after_commit", lambda _session: forget(key), once=True)
