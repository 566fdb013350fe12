"""The form in which somebody says what to be told, and in which language."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext

from garment_hub.forms import BaseForm, ChoiceField, ChoicesField
from garment_hub.notifications.catalogue import Template
from garment_hub.notifications.wording import WORDS
from garment_hub.site import LANGUAGES


class ChoicesForm(BaseForm):
    wanted = ChoicesField(lazy_gettext("Messages"), choices=())
    locale = ChoiceField(lazy_gettext("In which language do we write to you?"), choices=list(LANGUAGES.items()))

    def offer(self, templates: Iterable[Template]) -> None:
        """Only what may be switched off can be ticked."""
        self.wanted.choices = [(kind.code, WORDS[kind.code].title) for kind in templates if kind.is_optional]
