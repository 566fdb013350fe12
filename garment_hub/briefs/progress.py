"""Where a brief stands and what its designer does next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from models.brief import Brief, BriefStatus
from models.quote import QuoteRequest, RequestStatus


@dataclass(frozen=True, slots=True)
class Progress:
    """A sentence, and the one way on; ``url`` is None when nothing is left to do."""

    sentence: str
    url: str | None = None
    label: str | None = None


def progress_of(brief: Brief, requests: Sequence[QuoteRequest]) -> Progress:
    if brief.status is BriefStatus.DRAFT:
        step = unfinished_step(brief)
        return Progress(_("Not sent yet."), url_for("briefs.edit", brief_id=brief.id, step=step), _("Go on writing"))
    compare = url_for("quotes.compare", brief_id=brief.id)
    if brief.status is not BriefStatus.OPEN:
        over = _("Closed.") if brief.status is BriefStatus.CLOSED else _("You have taken it back.")
        return Progress(over, compare, _("See the answers")) if requests else Progress(over)
    if not requests:
        url = url_for("briefs.recommendations", brief_id=brief.id)
        return Progress(_("No factory has been asked yet."), url, _("See the factories"))
    return Progress(_answers(requests), compare, _("See the answers"))


def _answers(requests: Sequence[QuoteRequest]) -> str:
    answered = sum(request.status is RequestStatus.ANSWERED for request in requests)
    waiting = sum(request.status is RequestStatus.OPEN for request in requests)
    if answered:
        return str(ngettext("%(num)s factory has sent a price.", "%(num)s factories have sent a price.", answered))
    if waiting:
        return str(
            ngettext(
                "Waiting for the answer of %(num)s factory.",
                "Waiting for the answers of %(num)s factories.",
                waiting,
            )
        )
    return str(_("None of the factories asked can do it this time."))


def unfinished_step(brief: Brief) -> int:
    """The first step that still misses something; the last when none does."""
    if not brief.quantity or not brief.needed_by:
        return 2
    return 4 if brief.processes else 3
