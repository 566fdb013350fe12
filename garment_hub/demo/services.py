"""Fills a database with made-up data, the same for the same seed and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from garment_hub.accounts.services import hash_password
from garment_hub.demo import answers, dealings, last_month, names, showcase
from garment_hub.demo.activity import Desk
from garment_hub.demo.trade import Market, make_designers
from garment_hub.demo.workshops import Maker, make_workshops
from models.district import DEFAULT_DISTRICT, District, Installation, current_neighbourhoods
from models.errors import Conflict
from models.factory import Factory
from models.user import Role, User

SIGN_INS = ("designer", "designer2", "owner", "owner2", "coordinator", "officer", "admin")


@dataclass(frozen=True, slots=True)
class Size:
    factories: int = 400
    designers: int = 60
    months: int = 24
    seed: int = 1


def holds_anything(session: Session) -> bool:
    return any(session.scalar(select(table.id).limit(1)) is not None for table in (User, Factory))


def seed_demo(session: Session, size: Size, password: str, today: date) -> None:
    """Make the demo district; refuses a database that holds anything real."""
    password_hash = hash_password(password)
    installation = session.get_one(Installation, 1)
    if installation.is_demo:
        raise Conflict("demo_already_there")
    if holds_anything(session):
        raise Conflict("demo_refused_real_data")
    installation.is_demo = True
    installation.demo_password = password
    _fill(session, size, password_hash, today)


def change_demo_password(session: Session, password: str) -> None:
    """Give all demo sign-ins another password."""
    password_hash = hash_password(password)
    session.get_one(Installation, 1).demo_password = password
    addresses = [f"{name}@demo.example" for name in SIGN_INS]
    session.execute(update(User).where(User.email.in_(addresses)).values(password_hash=password_hash))


def sign_in_lines(session: Session) -> list[str]:
    """How to sign in to a demo database; nothing for a real one."""
    installation = session.get_one(Installation, 1)
    if not installation.is_demo:
        return []
    return [
        "Made-up data. Demo sign-ins: " + ", ".join(f"{name}@demo.example" for name in SIGN_INS),
        f"Password of all of them: {installation.demo_password}",
    ]


def _fill(session: Session, size: Size, password_hash: str, today: date) -> None:
    random = Random(size.seed)
    district = session.scalars(select(District).where(District.code == DEFAULT_DISTRICT)).one()
    places = current_neighbourhoods(session, district.id, today)
    who = showcase.people(district, password_hash)
    shown = showcase.workshops(who, district, {place.name_ko: place for place in places}, today)
    maker = Maker(random, district, places, today)
    made = make_workshops(maker, max(0, size.factories - len(shown)))
    _give_owners(random, made, district)
    showing = showcase.designers(who, district)
    asking = [*showing, *make_designers(random, district, max(0, size.designers - len(showing)))]
    session.add_all([*who.values(), *shown, *made, *asking])
    session.add_all(showcase.weeks(shown, today))
    session.add_all(week for factory in made for week in maker.weeks(factory))
    session.flush()
    session.add_all(Market(random, asking, [*shown, *made], today).orders(size.months))
    session.add_all(Desk(random, asking[2:] or asking, made, today).requests(len(made) // 16))
    session.add_all(answers.weekly(session, Random(size.seed), [*shown, *made], today))
    showcase.waiting_request(session, showing[1], shown[0], today)
    session.flush()
    partners = [factory for factory in made if factory.owner and factory.is_listed]
    if len(partners) >= dealings.OTHERS:  # a tiny demo has nobody to deal with
        last_month.tell(session, asking[2:] or asking, shown[0], partners, today)
        dealings.tell(session, showing, shown, partners, today)


def _give_owners(random: Random, factories: list[Factory], district: District) -> None:
    """Six in ten workshops are claimed by an owner who has a phone and no password."""
    for number, factory in enumerate(factories):
        if random.random() < 0.6:
            factory.phone = names.impossible_phone(number + 1)
            name = names.person_name(random)
            factory.owner = User(role=Role.FACTORY_OWNER, phone=factory.phone, name=name, district=district)
