"""Tables, the rules that hold on any page, and the schema's history."""

from models import (  # noqa: F401  (importing registers every table on Base.metadata)
    audit,
    brief,
    capacity,
    case,
    designer,
    district,
    factory,
    factory_change,
    factory_exposure,
    form_token,
    message,
    notification,
    order,
    past_order,
    payment,
    quote,
    ranking_setting,
    recommendation,
    registry_import,
    review,
    team,
    terms,
    user,
)
from models.base import Base

__all__ = ["Base"]
