"""Tables, the rules that hold on any page, and the schema's history."""

from models import (  # noqa: F401  (importing registers every table on Base.metadata)
    brief,
    capacity,
    designer,
    district,
    factory,
    form_token,
    past_order,
    quote,
    recommendation,
    registry_import,
    user,
)
from models.base import Base

__all__ = ["Base"]
