"""Pictures of a brief: taken in, and shown to those who may see the brief."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from garment_hub import files
from garment_hub.briefs import services
from garment_hub.briefs.blueprint import bp
from garment_hub.briefs.queries import get_brief
from garment_hub.db import get_session
from garment_hub.errors import sentence
from garment_hub.permissions import EVERY_ROLE, Access, audience, signed_in
from models.brief import Brief, BriefFile
from models.errors import Invalid, NotFound


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
    brief = get_brief(get_session(), brief_id, signed_in(), Access.READ)
    return files.file_response(files.upload_root(), file_of(brief, file_id).key)
