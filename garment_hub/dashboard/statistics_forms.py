"""Forms for figures from outside: one figure, or a file of them."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from garment_hub.dashboard.statistics import LONGEST
from garment_hub.forms import BaseForm, DateField, TextField
from garment_hub.labels import locale_code
from models import indicators


class FigureForm(BaseForm):
    code = SelectField(lazy_gettext("Indicator"), validate_choice=False)
    value = TextField(lazy_gettext("Value"), required=lazy_gettext("Please write the value as a number."))
    first = DateField(lazy_gettext("First day"), required=lazy_gettext("Please say which time it is about."))
    last = DateField(lazy_gettext("Last day"), required=lazy_gettext("Please say which time it is about."))
    scope = TextField(
        lazy_gettext("Scope"), longest=LONGEST["scope"],
        required=lazy_gettext("Please write what it covers, such as the district or all of Seoul."),
    )  # fmt: skip
    source = TextField(
        lazy_gettext("Source"), longest=LONGEST["source"],
        required=lazy_gettext("Please write where the figure is from. Without a source it cannot be shown."),
    )  # fmt: skip

    def offer(self) -> None:
        language = locale_code()
        names = [SelectChoice(code, one.names[language]) for code, one in indicators.definitions().items()]
        self.code.choices = [SelectChoice("", lazy_gettext("Please choose")), *names]

    def cells(self) -> dict[str, str]:
        """As a row of a file would say it, so that one reader judges both."""
        return {
            "code": self.code.data or "",
            "value": self.value.data or "",
            "first": self.first.data.isoformat() if self.first.data else "",
            "last": self.last.data.isoformat() if self.last.data else "",
            "scope": self.scope.data or "",
            "source": self.source.data or "",
        }


class FileForm(BaseForm):
    file = FileField(lazy_gettext("File"))

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(lazy_gettext("Please choose a file."))
