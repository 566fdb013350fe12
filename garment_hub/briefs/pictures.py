"""Pictures of a brief: taken in, shown to the factories asked, and written down when they look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from flask import Response, current_app, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from garment_hub import audit, files
from garment_hub.briefs import services
from garment_hub.briefs.blueprint import bp
from garment_hub.briefs.queries import get_brief, is_own, request_under_way, sees_drawings
from garment_hub.db import engine_of, get_session
from garment_hub.errors import sentence
from garment_hub.labels import label
from garment_hub.permissions import EVERY_ROLE, Access, audience, signed_in
from models.audit import AuditAction
from models.brief import Brief, BriefFile
from models.capacity import SEOUL, today_in_seoul
from models.errors import Invalid, NotFound
from models.factory import Factory
from models.user import User


class TakenPictures:
    """What came with a form, decoded and stored before the first statement; discarded when the form is refused."""

    def __init__(self, sent: list[FileStorage]) -> None:
        self.keys: list[str] = []
        self.complaints: list[str] = []
        chosen = [file for file in sent if file.filename]
        if len(chosen) > services.MOST_FILES:
            self.complaints.append(_("Please choose at most %(most)s pictures.", most=services.MOST_FILES))
            return
        for file in chosen:
            self._take(file)

    @classmethod
    def of_request(cls) -> TakenPictures:
        return cls(request.files.getlist("drawings") if request.method == "POST" else [])

    def _take(self, file: FileStorage) -> None:
        try:
            self.keys.append(files.store_picture(files.upload_root(), file.stream.read()))
        except Invalid as error:
            self.complaints.append(f"{file.filename}: {sentence(error)}")
        except OSError:  # a full disk: what went in before would only fill it further
            self.discard()
            raise

    def discard(self) -> None:
        for key in self.keys:
            files.remove_file(files.upload_root(), key)
        self.keys = []


def file_of(brief: Brief, file_id: int) -> BriefFile:
    found = next((file for file in brief.files if file.id == file_id), None)
    if found is None:
        raise NotFound
    return found


@bp.route("/briefs/<int:brief_id>/files/<int:file_id>")
@audience(*EVERY_ROLE)
def file(brief_id: int, file_id: int) -> Response:
    """The picture itself. Who looked is written down first: without the record nothing is shown."""
    session, user = get_session(), signed_in()
    return shown_picture(session, get_brief(session, brief_id, user, Access.READ), file_id, user)


def shown_picture(session: Session, brief: Brief, file_id: int, user: User) -> Response:
    """A picture of the brief for somebody who may see the brief."""
    if not sees_drawings(session, brief, user):
        raise NotFound
    response = files.file_response(files.upload_root(), file_of(brief, file_id).key)
    response.headers["Cache-Control"] = "no-store"  # who may no longer look keeps no copy
    if request.method == "GET" and not is_own(brief, user):
        note_look(session, brief, user)
    return response


def note_look(session: Session, brief: Brief, user: User) -> None:
    """Once a day for each person, whichever and however many of the pictures they look at."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    since = datetime.combine(today_in_seoul(), time(), SEOUL)
    asked = None if user.is_staff else request_under_way(session, brief, user)
    values = {"factory": asked.factory_id} if asked else {}
    audit.record_now(engine_of(app), user, AuditAction.DRAWING_SEEN, brief, since=since, **values)


@dataclass(frozen=True, slots=True)
class Look:
    """One line of what the designer reads: who looked at the drawings, and when."""

    who: str
    at: datetime


def looks_at(session: Session, brief: Brief) -> list[Look]:
    """Factories by name, staff by what they are."""
    entries = audit.entries_of(session, brief, AuditAction.DRAWING_SEEN)
    named = select(Factory.id, Factory.name).where(Factory.id.in_({entry.values.get("factory") for entry in entries}))
    names = {row.id: row.name for row in session.execute(named)}
    return [Look(names.get(entry.values.get("factory", 0)) or _staff(entry.actor), entry.at) for entry in entries]


def _staff(person: User | None) -> str:
    return label(person.role) if person else ""
