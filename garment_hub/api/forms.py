"""The form that makes a key."""

from __future__ import annotations

from flask_babel import lazy_gettext

from garment_hub.forms import BaseForm, TextField


class KeyForm(BaseForm):
    name = TextField(
        lazy_gettext("Which program is it for?"),
        required=lazy_gettext("Please give the key a name, so that you know it again."),
    )
