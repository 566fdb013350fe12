"""Forms of a listing being made, and of the registration number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField

from garment_hub.factories.wording import rate_name
from garment_hub.forms import (
    BaseForm,
    ChoicesField,
    ConsentFields,
    PhoneField,
    PlaceField,
    TextField,
    WholeNumberField,
)
from garment_hub.labels import term
from garment_hub.listings.shop_kinds import FABRICS, Pair, ShopKind
from models.user import ConsentPurpose

MOST_PIECES = 100_000


class FabricsForm(BaseForm):
    fabrics = ChoicesField(lazy_gettext("Fabrics"), required=lazy_gettext("Please tap one, or the line below."))

    @classmethod
    def of(cls, *args: Any, **kwargs: Any) -> FabricsForm:
        form = cls(*args, **kwargs)
        form.fabrics.choices = [(code, term(code, "fabric")) for code in FABRICS]
        return form


class DetailsForm(BaseForm):
    """The third step for somebody whom we know. Numbers, and jobs to choose from, come with the kind of shop."""

    asked: Mapping[str, Pair] = {}
    jobs: ChoicesField | None = None
    later = BooleanField(lazy_gettext("I write the numbers later"))
    name = TextField(
        lazy_gettext("Name of the factory"), required=lazy_gettext("Please write the name of the factory.")
    )
    dong = PlaceField(lazy_gettext("Where is it?"), required=lazy_gettext("Please choose the neighbourhood."))

    @property
    def tapped(self) -> list[str]:
        return list(self.jobs.data or ()) if self.jobs is not None else []

    @property
    def pieces(self) -> dict[Pair, int]:
        return {pair: self[name].data for name, pair in self.asked.items() if self[name].data is not None}

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        valid: bool = super().validate(extra_validators)
        first = self[next(iter(self.asked))]
        if self.jobs is not None and not (self.tapped or self.pieces):
            self.jobs.errors = [*self.jobs.errors, _("Please tap what you do.")]
            valid = False
        if not (self.pieces or self.later.data or any(self[name].errors for name in self.asked)):
            first.errors = [*first.errors, _("Please write one number, or tap “I write the numbers later”.")]
            valid = False
        return valid


class StrangersForm(ConsentFields, DetailsForm):
    """The same for somebody without an account."""

    phone = PhoneField(lazy_gettext("Telephone"), required=lazy_gettext("Please write a telephone number."))
    owner_name = TextField(lazy_gettext("Your name"))


CONSENTS = {
    "accepts_service": ConsentPurpose.SERVICE,
    "shares_with_district": ConsentPurpose.DISTRICT_OFFICE,
    "shows_publicly": ConsentPurpose.PUBLIC_DISPLAY,
}


def details_form(kind: ShopKind, fabrics: Sequence[str], *, is_owner: bool) -> type[DetailsForm]:
    asked = {f"rate_{item or 'any'}_{stage or 'whole'}": (item, stage) for item, stage in kind.pairs(fabrics)}
    fields: dict[str, Any] = {
        name: WholeNumberField(rate_name(*pair), maximum=MOST_PIECES) for name, pair in asked.items()
    }
    if kind.choices:
        offered = [(job.code, job.name) for job in kind.choices]
        fields["jobs"] = ChoicesField(lazy_gettext("What do you do?"), choices=offered)
    base = DetailsForm if is_owner else StrangersForm
    return type("DetailsFormOfKind", (base,), {"asked": asked, **fields})


class NumberForm(BaseForm):
    """``number`` is kept as typed; whether it can be one is the service's to say."""

    number = TextField(lazy_gettext("Business registration number"), longest=40)


class RegistrationForm(NumberForm):
    photo = FileField(lazy_gettext("Photo of the registration"))
