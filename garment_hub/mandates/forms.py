"""The form in which an owner's word is written down."""

from __future__ import annotations

from wtforms import HiddenField

from garment_hub.forms import BaseForm
from garment_hub.mandates.asking import MandateFields


class MandateForm(MandateFields, BaseForm):
    next = HiddenField()
