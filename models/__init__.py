"""Tables, the rules that hold on any page, and the schema's history."""

from models import (  # noqa: F401  (importing registers every table on Base.metadata)
    audit,
    brief,
    capacity,
    case,
    claim,
    designer,
    district,
    factory,
    factory_change,
    factory_exposure,
    form_token,
    listing_draft,
    mandate,
    message,
    notification,
    order,
    past_order,
    payment,
    pulse,
    quote,
    ranking_setting,
    recommendation,
    registration_photo,
    registry_import,
    review,
    team,
    terms,
    tip,
    user,
    visit,
)
from models.base import Base

__all__ = ["Base"]
