"""Forms of signing in and of the account."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import HiddenField

from garment_hub.forms import BaseForm, EmailField, NewPasswordField, PhoneField, TextField, TypedPasswordField


class SignInForm(BaseForm):
    """``email`` takes a telephone number as well; whatever was typed is looked up, not judged."""

    email = TextField(
        lazy_gettext("E-mail or telephone number"),
        required=lazy_gettext("Please write your e-mail or telephone number."),
        longest=254,
    )
    password = TypedPasswordField(lazy_gettext("Password"), required=lazy_gettext("Please write your password."))
    next = HiddenField()


class CodeForm(BaseForm):
    """Six digits of the minute, or a recovery code."""

    code = TextField(lazy_gettext("Code"), required=lazy_gettext("Please write the code."))
    next = HiddenField()


class DetailsForm(BaseForm):
    """``password_now`` is asked for when e-mail or telephone number change, since they are what one signs in with."""

    name = TextField(lazy_gettext("Name"), required=lazy_gettext("Please write your name."))
    email = EmailField(lazy_gettext("E-mail"))
    phone = PhoneField(lazy_gettext("Telephone"))
    password_now = TypedPasswordField(lazy_gettext("Password you use now"))


class FirstPasswordForm(BaseForm):
    new_password = NewPasswordField(lazy_gettext("New password"), required=lazy_gettext("Please write a new password."))


class PasswordForm(FirstPasswordForm):
    current_password = TypedPasswordField(
        lazy_gettext("Password you use now"), required=lazy_gettext("Please write your password.")
    )
