"""Whose district an officer's page is about."""

from __future__ import annotations

from garment_hub.permissions import signed_in
from garment_hub.site import current_district
from models.district import District
from models.errors import NotFound
from models.user import Role

OFFICERS = (Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)


def own_district() -> District:
    """The person's own; administrators may name any."""
    user, district = signed_in(), current_district()
    if user.role is not Role.ADMINISTRATOR and district.id != user.district_id:
        raise NotFound
    return district


def district_if_other(district: District) -> str | None:
    """For addresses: keeps an administrator in the district at hand."""
    return None if district.id == signed_in().district_id else district.code
