"""Forms of the import pages: a file with the name of its register, and what each of its columns holds."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from garment_hub.forms import BaseForm, TextField, WholeNumberField
from garment_hub.registry import wording
from garment_hub.registry.headers import LOOKED_AT
from garment_hub.registry.steering import Preview


class UploadForm(BaseForm):
    file = FileField(lazy_gettext("File"))
    source = TextField(lazy_gettext("Name of the register"))

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(lazy_gettext("Please choose a file."))


class ColumnsForm(BaseForm):
    """One select for each column; its fields are made for the file at hand."""

    header_row = WholeNumberField(lazy_gettext("Row with the headings"), maximum=LOOKED_AT)

    @property
    def selects(self) -> list[Any]:
        return [field for field in self if field.name.startswith("column-")]

    def chosen(self, shown: Preview) -> dict[str, str]:
        """Name of the column -> field."""
        return {column.name: field.data for column, field in zip(shown.columns, self.selects, strict=True)}


def columns_form(shown: Preview, *, is_sent: bool) -> ColumnsForm:
    choices = [SelectChoice("", lazy_gettext("Keep as it stands")), *_field_choices()]
    fields = {
        f"column-{number}": SelectField(column.name, choices=choices, default=column.field)
        for number, column in enumerate(shown.columns)
    }
    form: ColumnsForm = type("FileForm", (ColumnsForm,), fields)(
        **({} if is_sent else {"formdata": None, "data": {"header_row": shown.header_row}})
    )
    return form


def _field_choices() -> list[SelectChoice]:
    return [SelectChoice(code, words) for code, words in wording.COLUMNS.items()]
