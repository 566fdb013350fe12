"""``garment-hub user``: a person by command, the password from standard input; and help for a lost telephone."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts import second_factor
from garment_hub.accounts.identifiers import email_of, phone_of
from garment_hub.accounts.passwords import check_new_password
from garment_hub.accounts.services import find_person, hash_password, register_person
from garment_hub.db import engine_of, unit_of_work
from models.designer import Designer
from models.district import DEFAULT_DISTRICT, District
from models.errors import Invalid, NotFound
from models.user import Role


def register(calls: Any) -> None:
    verbs = calls.add_parser("user", help="people who sign in").add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help="a person who can sign in; the password is read from standard input")
    create.add_argument("--role", required=True, choices=[role.value for role in Role])
    create.add_argument("--email")
    create.add_argument("--phone")
    create.add_argument("--name", help="shown on pages; otherwise the e-mail's first part or the telephone number")
    create.add_argument("--district", default=DEFAULT_DISTRICT, metavar="CODE")
    create.set_defaults(run=_create)
    reset = verbs.add_parser("reset-second-factor", help="for staff whose telephone and recovery codes are lost")
    reset.add_argument("identifier", metavar="EMAIL", help="e-mail or telephone number")
    reset.set_defaults(run=_reset)


def _reset(arguments: argparse.Namespace, app: Flask) -> int:
    with unit_of_work(engine_of(app)) as session:
        person = find_person(session, arguments.identifier)
        if person is None:
            raise NotFound("person_unknown")
        second_factor.reset(session, person)
    print("Every browser is signed out. The next sign-in sets the second factor up anew.")
    return 0


def _create(arguments: argparse.Namespace, app: Flask) -> int:
    email = email_of(arguments.email) if arguments.email else None
    phone = phone_of(arguments.phone) if arguments.phone else None
    if not (email or phone):
        raise Invalid("cannot_be_reached", field="email")
    password = _read_password()
    check_new_password(password)
    password_hash = hash_password(password)
    with unit_of_work(engine_of(app)) as session:
        district_id = _district_id(session, arguments.district)
        person = register_person(
            session,
            role=Role(arguments.role),
            name=arguments.name or (email or str(phone)).split("@")[0],
            district_id=district_id,
            password_hash=password_hash,
            email=email,
            phone=phone,
        )
        if person.role is Role.DESIGNER:  # a designer's pages need a profile to start from
            session.add(Designer(user_id=person.id, district_id=district_id, brand=person.name))
        print(f"user {person.id}: {person.role.value} {email or phone}")
    return 0


def _district_id(session: Session, code: str) -> int:
    known = {district.code: district.id for district in session.scalars(select(District).order_by(District.code))}
    if code not in known:
        raise Invalid("district_unknown", field="district", name=code, known=", ".join(known))
    return known[code]


def _read_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")
