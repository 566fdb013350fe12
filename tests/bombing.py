"""Throws the files named in a folder at a site of its own, and says of each what came of it and what memory it took.

A program, ``python -m tests.bombing FOLDER``, since only a process of its own can say what the most was that it held.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.db import engine_of
from models.district import District
from models.user import Role
from tests.browsing import Browser, signed_in
from tests.builders import make_brief, make_designer, make_user

KIBIBYTE = 1 if sys.platform == "darwin" else 1024  # what the system counts in
FIELD = {"picture": "drawings", "register": "file"}


@dataclass
class Target:
    """Where a kind of file is handed in, by whom, and what else the form says."""

    browser: Browser
    address: str
    fields: dict[str, str]

    def throw(self, field: str, data: bytes, name: str) -> int:
        return self.browser.send(self.address, {field: (BytesIO(data), name)} | self.fields).status_code


def targets(folder: Path) -> dict[str, Target]:
    app = create_app(DATA_DIR=folder / "data", SECRET_KEY="x" * 32)
    schema.upgrade(engine_of(app))
    with Session(engine_of(app).execution_options(writes=True), expire_on_commit=False) as session:
        district = session.scalars(select(District)).one()
        designer = make_designer(session, district)
        brief = make_brief(session, designer, status="draft")
        officer = make_user(session, Role.DISTRICT_OFFICER, district)
        session.commit()
        return {
            "picture": Target(
                signed_in(app, session, designer.user), f"/briefs/{brief.id}/edit/3", {"action": "later"}
            ),
            "register": Target(signed_in(app, session, officer), "/district/imports", {"source": "구청"}),
        }


def throw(target: Target, path: Path, kind: str) -> int:
    """``picture.name`` and ``register.name`` are handed in as such a file; a ``.form`` is the whole body."""
    if path.suffix != ".form":
        return target.throw(FIELD[kind], path.read_bytes(), path.name.partition(".")[2].replace("%", "/"))
    with path.open("rb") as body:
        answer = target.browser.client.post(
            target.address, input_stream=body, content_length=path.stat().st_size,
            content_type="multipart/form-data; boundary=frontier",
        )  # fmt: skip
    return answer.status_code


def most_held() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE


def main(folder: Path) -> None:
    """One line of JSON: status and bytes by file name; what every file of its kind needs is loaded before."""
    there, harmless = targets(folder), BytesIO()
    Image.effect_noise((1000, 1000), 90).save(harmless, "PNG")
    ready = {
        "picture": there["picture"].throw("drawings", harmless.getvalue(), "harmless.png"),
        "register": there["register"].throw("file", (folder / "harmless.xlsx").read_bytes(), "harmless.xlsx"),
    }
    assert set(ready.values()) == {303}, ready
    found = {}
    for path in sorted((folder / "bombs").iterdir()):
        kind, before = path.name.partition(".")[0], most_held()
        found[path.name] = {"status": throw(there[kind], path, kind), "bytes": most_held() - before}
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
