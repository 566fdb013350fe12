"""The form that ends an account, and the one with which staff ask to delete a factory's data."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField

from garment_hub.forms import BaseForm, LongTextField, Required, TypedPasswordField


class DeleteForm(BaseForm):
    is_sure = BooleanField(
        lazy_gettext("Yes, delete my account and everything listed above."),
        [Required(lazy_gettext("Please tick this if you are sure."))],
    )


class AskDeletionForm(BaseForm):
    """Why staff want a factory's data deleted."""

    reason = LongTextField(
        lazy_gettext("Why should it be deleted?"),
        required=lazy_gettext("Please write why. It stays in the record for everybody who checks it."),
        longest=500,
    )


class DeleteWithPasswordForm(DeleteForm):
    """Who has a password says it once more: an unlocked telephone must not be enough."""

    password = TypedPasswordField(
        lazy_gettext("Password you use now"), required=lazy_gettext("Please write your password.")
    )
