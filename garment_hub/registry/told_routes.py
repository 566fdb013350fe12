"""What is to be looked at in an import, as a spreadsheet to work through beside the source."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from garment_hub.db import get_session
from garment_hub.patience import reckons
from garment_hub.permissions import audience
from garment_hub.registry import queries, wording
from garment_hub.registry.blueprint import bp
from garment_hub.registry.exporting import XLSX, Cell, write_xlsx
from garment_hub.registry.import_routes import OFFICE
from garment_hub.registry.remarks import Outcome
from garment_hub.registry.routes import _desk

MOST = 100_000  # who has more to look at needs another file


@bp.route("/district/imports/<int:import_id>/rows.xlsx")
@audience(*OFFICE)
@reckons
def told_as_file(import_id: int) -> ResponseReturnValue:
    """Row, column and what is the matter; without the values, so that no contact leaves with it."""
    session, show = get_session(), request.args.get("show", "")
    imported = queries.get_import(session, import_id, _desk().id)
    wanted = Outcome(show) if show in set(Outcome) else None
    told = queries.told_rows(session, imported, wanted, start=0, count=MOST)
    rows: Iterator[list[Cell]] = (
        [one.row, wording.field_name(one.field, imported.mapping), wording.problem(one)] for one in told
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.xlsx"
        write_xlsx(path, [_("Row"), _("Column"), _("What is the matter")], rows)
        data = path.read_bytes()
    return Response(
        data, mimetype=XLSX, headers={"Content-Disposition": f"attachment; filename=import-{import_id}.xlsx"}
    )
