"""Forms of the record: what is looked for, why a file of it is needed, and the note of a month's review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, SelectField
from wtforms.validators import ValidationError

from garment_hub.audit.queries import Search
from garment_hub.audit.wording import ACTIONS
from garment_hub.forms import BaseForm, DateField, LongTextField, TextField, WholeNumberField
from models.audit import AuditAction
from models.user import User

LARGEST_ID = 2**31 - 1
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)


def _thinkable(_form: Any, field: DateField) -> None:
    if field.data and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(_("Please write the day like this: 2027-03-12"))


class SearchForm(BaseForm):
    """Sent in the address, so that a search can be kept."""

    person = SelectField(lazy_gettext("Who"), default="")
    factory = WholeNumberField(lazy_gettext("Number of the factory"), maximum=LARGEST_ID)
    action = SelectField(lazy_gettext("What was done"), default="")
    first = DateField(lazy_gettext("From"), validators=[_thinkable])
    last = DateField(lazy_gettext("Until"), validators=[_thinkable])

    def offer(self, people: Iterable[User]) -> None:
        names = sorted(((action.value, str(words)) for action, words in ACTIONS.items()), key=lambda pair: pair[1])
        self.person.choices = [("", _("Everybody")), *((str(one.id), one.name) for one in people)]
        self.action.choices = [("", _("Everything")), *names]

    @property
    def search(self) -> Search:
        """Only after validation."""
        return Search(
            actor_id=int(self.person.data) if self.person.data else None,
            factory_id=self.factory.data,
            action=AuditAction(self.action.data) if self.action.data else None,
            first=self.first.data,
            last=self.last.data,
        )


class FileForm(SearchForm):
    reason = TextField(
        lazy_gettext("What the file is needed for"),
        required=lazy_gettext("Please write what the file is needed for."),
    )


class ReviewForm(BaseForm):
    month = HiddenField()
    note = LongTextField(
        lazy_gettext("What you looked at, and what you found"),
        required=lazy_gettext("Please write in a word or two what you looked at."),
        longest=500,
    )
