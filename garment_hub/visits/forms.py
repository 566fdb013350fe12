"""Forms of the day plan: when to visit and what for, and what came of it."""

from __future__ import annotations

from flask_babel import lazy_gettext

from garment_hub.forms import BaseForm, DateField, LongTextField, TextField


class VisitForm(BaseForm):
    on = DateField(lazy_gettext("Which day?"), required=lazy_gettext("Please choose a day."))
    purpose = TextField(lazy_gettext("What for?"), longest=200)


class DoneForm(BaseForm):
    note = LongTextField(lazy_gettext("What came of it?"), longest=1000)
