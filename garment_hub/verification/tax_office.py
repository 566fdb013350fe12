"""What the tax office says of a business number: the interface of an adapter, and the manual check in its place."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from models.verification import TaxState


class TaxOffice(Protocol):
    """Looks a number up. It may ask a service, so it is called before a transaction begins."""

    def state_of(self, business_number: str) -> TaxState | None:
        """The state of the number (ten digits, no dashes); None where a person has to look.

        Raises nothing: a service that is away has no answer, and that is None too.
        """


class ManualCheck:
    """Nobody is asked: the officer looks on the tax office's own site and writes down what it says."""

    def state_of(self, business_number: str) -> TaxState | None:
        return None


def tax_office(path: str | None) -> TaxOffice:
    """The adapter at ``module:Name``, or the manual check when no path is set."""
    if path is None:
        return ManualCheck()
    module, _colon, name = path.partition(":")
    adapter: TaxOffice = getattr(import_module(module), name)()
    return adapter
