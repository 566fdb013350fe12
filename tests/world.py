"""A small district with one of everything, and the people who knock at its pages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import files, schema
from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.accounts.services import hash_password, token_hash
from garment_hub.api.services import make_key
from garment_hub.app import create_app
from garment_hub.approvals.services import ask
from garment_hub.db import engine_of
from garment_hub.orders.terms import first_terms
from garment_hub.recommendations.services import recommend_for_brief
from garment_hub.recommendations.settings import add_version
from models.approval import ApprovalKind
from models.base import utc_now
from models.brief import BriefFile, BriefStatus
from models.claim import Claim, ClaimGround
from models.designer import PortfolioPicture
from models.district import District
from models.factory import LegalForm, Sector
from models.listing_draft import ListingDraft
from models.merge import Merge
from models.message import Message
from models.order import EventKind, OrderEvent, OrderStatus, Party
from models.payment import AskingStop, PaymentKind, PaymentPart
from models.quote import QuoteRequest
from models.ranking_setting import SettingOrigin
from models.registration_photo import RegistrationPhoto
from models.registry_import import DuplicateProposal, ImportStatus, RegistryImport
from models.review import Review, SelfDealing
from models.user import Role, User, UserSession
from models.visit import Visit
from recommender import DEFAULT_WEIGHTS
from tests.browsing import Browser, signed_in
from tests.builders import (
    in_days,
    make_brief,
    make_case,
    make_designer,
    make_district,
    make_factory,
    make_mandate,
    make_order,
    make_quote,
    make_user,
)

# The two columns that matter most come in pairs: whose it is, and another of the same role.
VISITORS = (
    "nobody", "designer", "designer2", "owner", "owner2",
    "coordinator", "officer", "administrator", "outsider", "outsider2",
)  # fmt: skip

LISTING_TOKEN = "a-listing-begun-on-a-phone"
PASSWORD = "three words together"  # of ``designer``; the others have none


@dataclass(frozen=True, slots=True)
class World:
    """``ids`` names the things, and tokens of links; ``browsers`` the visitors, all but ``nobody`` signed in.

    Things belong to ``designer`` or to ``owner``. ``outsider`` and ``outsider2`` are a
    coordinator and an officer of another district.
    """

    app: Flask
    ids: dict[str, Any]
    browsers: dict[str, Browser]


def build_world(folder: Path, **settings: Any) -> World:
    app = create_app(
        DATA_DIR=folder, SECRET_KEY="only for tests, and long enough to be accepted", TESTING=True, **settings
    )
    schema.upgrade(engine_of(app))
    with Session(engine_of(app), expire_on_commit=False) as session:
        district = session.scalars(select(District)).one()
        people = _people(session, district)
        ids = _things(session, district, people, app)
        ids["api_key"] = make_key(session, people["designer"], "a program")[0].id
        session.commit()
        browsers = {name: signed_in(app, session, person) for name, person in people.items()}
        ids |= _links(app, ids, people["owner"])
        ids["session"] = session.scalars(select(UserSession.id).filter_by(user_id=people["designer"].id)).one()
    return World(app, ids, {"nobody": Browser(app)} | browsers)


def _links(app: Flask, ids: dict[str, Any], owner: User) -> dict[str, str]:
    subjects = {"way_in": (Purpose.SIGN_IN, owner.id), "answer_link": (Purpose.ANSWER, ids["request"])}
    with app.app_context():
        return {name: token_of(Link(*subject, owner.id, utc_now())) for name, subject in subjects.items()}


def _people(session: Session, district: District) -> dict[str, User]:
    roles = {
        "designer": Role.DESIGNER,
        "designer2": Role.DESIGNER,
        "owner": Role.FACTORY_OWNER,
        "owner2": Role.FACTORY_OWNER,
        "coordinator": Role.COORDINATOR,
        "officer": Role.DISTRICT_OFFICER,
        "administrator": Role.ADMINISTRATOR,
    }
    people = {name: make_user(session, role, district) for name, role in roles.items()}
    people["designer"].password_hash = hash_password(PASSWORD)
    elsewhere = make_district(session)
    people["outsider"] = make_user(session, Role.COORDINATOR, elsewhere)
    people["outsider2"] = make_user(session, Role.DISTRICT_OFFICER, elsewhere)
    return people


def _things(session: Session, district: District, people: dict[str, User], app: Flask) -> dict[str, Any]:
    with app.app_context():
        pictures = [files.store_picture(files.upload_root(), _picture()) for _picture_number in range(2)]
    factory = make_factory(session, district, owner=people["owner"], phone="01000000001")
    make_factory(session, district, owner=people["owner2"])
    unclaimed = make_factory(session, district)
    mandated = make_factory(session, district, owner=people["owner"])
    make_mandate(session, mandated)
    other_trade = make_factory(session, district, sector=Sector.OTHER, legal_form=LegalForm.COMPANY)
    designer = make_designer(session, district, user=people["designer"])
    late_client = make_designer(session, district, user=people["designer2"])
    designer.pictures.append(PortfolioPicture(key=pictures[0], caption="봄 재킷"))
    brief = make_brief(session, designer)
    brief.files.append(BriefFile(key=pictures[1], title="도식화"))
    draft = make_brief(session, designer, status=BriefStatus.DRAFT)
    requests = [QuoteRequest(brief=brief, factory=asked, answer_by=in_days(5)) for asked in (factory, unclaimed)]
    imported = RegistryImport(
        district_id=district.id, source="test", file_name="x.csv", sha256="0" * 64, encoding="utf-8",
        status=ImportStatus.DONE,
    )  # fmt: skip
    proposal = DuplicateProposal(factory_id=factory.id, other_id=unclaimed.id, score=0.9)
    listing = ListingDraft(
        token_hash=token_hash(LISTING_TOKEN), district_id=district.id, answers={"fabrics": ["woven"], "kind": "sewing"}
    )
    registration = RegistrationPhoto(factory=factory, key=pictures[1])
    said = Claim(factory=unclaimed, user=people["owner2"], ground=ClaimGround.WORD)
    visit = Visit(district_id=district.id, factory=factory, planned_on=in_days(1), place=1)
    session.add_all([*requests, imported, proposal, listing, registration, said, visit])
    session.flush()
    delivered = {"status": OrderStatus.DELIVERED, "delivered_at": utc_now()}
    sewn = make_brief(session, designer, status=BriefStatus.CLOSED)
    order = make_order(session, make_quote(session, sewn, factory), **delivered)
    cases = [make_case(session, asked) for asked in requests]
    message = Message(case=cases[0], author=people["designer"], party=Party.DESIGNER, picture_key=pictures[1])
    sent = OrderEvent(
        order_id=order.id, kind=EventKind.DELIVERED, status=order.status, party=Party.FACTORY, picture_key=pictures[1]
    )
    disputed = make_order(
        session,
        make_quote(session, make_brief(session, designer, status=BriefStatus.CLOSED), factory),
        status=OrderStatus.DISPUTED,
        disputed_from=OrderStatus.SAMPLING,
    )
    part = PaymentPart(line=disputed.lines[0], kind=PaymentKind.BALANCE, amount_krw=1000, due_on=in_days(-8))
    stop = AskingStop(designer=late_client, payment_part=part)
    review = Review(
        line=disputed.lines[0], party=Party.DESIGNER, author=people["designer"], suspicion=SelfDealing.PHONE,
        kept_the_date=True, was_good=True, would_again=True,
    )  # fmt: skip
    merged = Merge(district_id=district.id, kept_id=unclaimed.id, gone_id=other_trade.id)
    session.add_all([message, sent, stop, review, merged])
    session.flush()
    for placed in (order, disputed):
        first_terms(session, placed, people["designer"])
    recommendation = recommend_for_brief(session, brief)
    setting = add_version(session, district.id, DEFAULT_WEIGHTS, 0.004, True, SettingOrigin.STAFF, "시험", in_use=False)
    return {
        "factory": factory.id,
        "unclaimed": unclaimed.id,
        "mandated": mandated.id,
        "claim": said.id,
        "visit": visit.id,
        "other_trade": other_trade.id,
        "designer": designer.id,
        "picture": designer.pictures[0].id,
        "brief": brief.id,
        "file": brief.files[0].id,
        "draft": draft.id,
        "request": requests[0].id,
        "unclaimed_request": requests[1].id,
        "import": imported.id,
        "proposal": proposal.id,
        "merge": merged.id,
        "recommendation": recommendation.id,
        "setting": setting.id,
        "approval": ask(session, people["officer"], ApprovalKind.WEIGHTS, setting, "시험", version=1).id,
        "order": order.id,
        "order_event": sent.id,
        "order_line": order.lines[0].id,
        "case": cases[0].id,
        "unclaimed_case": cases[1].id,
        "message": message.id,
        "disputed": disputed.id,
        "part": part.id,
        "stop": stop.id,
        "review": review.id,
        "listing_token": LISTING_TOKEN,
        "registration": registration.id,
    }


def _picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(data, "PNG")
    return data.getvalue()
